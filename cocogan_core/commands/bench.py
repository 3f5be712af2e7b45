"""``cocogan bench``: what training by parts saves. Importing it does not import torch."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import tyro
from rich.console import Console
from rich.table import Table

from cocogan_core.errors import ConfigError, TrainingError

__all__ = ["bench"]

MODES = {"macro": "macro patches", "full": "full images"}


def bench(
    what: Annotated[Literal["train"], tyro.conf.Positional],
    *,
    preset: str = "paper",
    batch: int = 2,
    steps: int = 2,
    width: int = 0,
    patch: int = 0,
    precision: Literal["float32", "bfloat16", "float16"] = "float32",
) -> None:
    """Measure training by parts against training on full images.

    The same networks and objective on random pictures: once D and G work on macro patches, once on the full image
    (paper §4: 17,184 → 8,992 MB). Each runs in a process of its own, so that the two do not share memory. On a CUDA
    card the figure is what torch's tensors took; on a CPU, the process's resident memory beyond that of its imports.

    Args:
        what: train: the steps of D and G.
        preset: of train.py, whose networks and objective are taken.
        batch: images a step.
        steps: timed, after one that is not.
        width: channels of G's last and D's first stage; 0 takes the preset's.
        patch: side of a micro patch in pixels; 0 takes the preset's.
        precision: of the passes on a CUDA card.

    Raises:
        ConfigError: no such preset, or numbers that make no sense.
        TrainingError: a measurement failed, for want of memory above all.
    """
    if min(batch, steps) < 1 or min(width, patch) < 0:
        raise ConfigError("--batch and --steps must be at least 1, --width and --patch at least 0")
    wanted = {"preset": preset, "batch": batch, "steps": steps, "width": width, "patch": patch, "precision": precision}
    console, found = Console(), dict[str, dict[str, Any]]()
    for mode, name in MODES.items():
        with console.status(f"training on {name}"):
            found[name] = _measure({**wanted, "mode": mode})
    console.print(_table(f"{what}: {preset}, batch {batch}", found))
    macro, full = found.values()
    memory, speed = (macro[figure] / full[figure] for figure in ("peak_bytes", "images_per_s"))
    console.print(f"macro / full: {memory:.2f} of the memory, {speed:.1f} times the images/s; on {macro['device']}")


def _table(title: str, found: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("trained on", title=title)
    for heading in ("pixels", "peak memory", "images/s"):
        table.add_column(heading, justify="right")
    for name, measured in found.items():
        megabytes, speed = f"{measured['peak_bytes'] / 1e6:,.0f} MB", f"{measured['images_per_s']:.3g}"
        table.add_row(name, measured["size"], megabytes, speed)
    return table


def _measure(wanted: dict[str, object]) -> dict[str, Any]:
    command = [sys.executable, "-m", "cocogan_core.training.benchmark", json.dumps(wanted)]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    if child.returncode == 2:
        raise ConfigError(child.stderr.strip())
    if child.returncode:
        last = child.stderr.strip().splitlines()[-1:] or [f"exit code {child.returncode}, perhaps out of memory"]
        raise TrainingError(f"the measurement of {wanted['mode']} failed ({last[0]}); lower --batch or --width")
    found: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    return found
