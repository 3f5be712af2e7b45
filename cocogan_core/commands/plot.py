"""``cocogan plot``: figures of runs over the images seen. Does not import torch."""

from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from cocogan_core.errors import ConfigError
from cocogan_core.inference.picture_file import require_writable, write_picture
from cocogan_core.metrics.curves import draw_curves, read_curve

__all__ = ["plot"]


def plot(
    runs: Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    *,
    out: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="PATH")],
    terms: tuple[str, ...] = ("fd", "W"),
) -> None:
    """Draw figures of one or several runs over the images seen, a chart for each (paper Fig. 26 and 29).

    Args:
        runs: Folders of runs, or their log.jsonl.
        out: Picture to write, .png, .jpg or .tif.
        terms: Names in log.jsonl; those that no run has are left out.

    Raises:
        DataError: a run has no log.
        ConfigError: none of the terms is in any log, or ``out`` is of an unknown kind.
        OutputError: ``out`` cannot be written.
    """
    require_writable(out)
    if not runs:
        raise ConfigError("plot: name the folder of a run")
    names = [run.name if run.is_dir() else run.parent.name for run in runs]
    labels = names if len(set(names)) == len(names) else [str(run) for run in runs]
    curves = {term: dict(zip(labels, (read_curve(run, term) for run in runs), strict=True)) for term in terms}
    drawn = [draw_curves(term, of_runs) for term, of_runs in curves.items() if any(of_runs.values())]
    if not drawn:
        raise ConfigError(f"no run has logged any of {', '.join(terms)}; fd needs --fd-every in training")
    sheet = np.concatenate(drawn)
    write_picture(out, [sheet], height_px=sheet.shape[0], width_px=sheet.shape[1])
