"""``cocogan bench``: what training by parts saves. Importing it does not import torch."""

from collections.abc import Mapping
from typing import Annotated, Literal

import tyro
from rich.console import Console
from rich.table import Table

from cocogan_core.errors import ConfigError
from cocogan_core.training.benchmark_process import TrainingCost, measure_in_process

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
    settings = {
        "preset": preset,
        "batch": batch,
        "steps": steps,
        "width": width,
        "patch": patch,
        "precision": precision,
    }
    console, costs = Console(), dict[str, TrainingCost]()
    for mode, name in MODES.items():
        with console.status(f"training on {name}"):
            costs[name] = measure_in_process({**settings, "mode": mode})
    console.print(_table(f"{what}: {preset}, batch {batch}", costs))
    macro, full = costs.values()
    memory, speed = macro.peak_bytes / full.peak_bytes, macro.images_per_s / full.images_per_s
    console.print(f"macro / full: {memory:.2f} of the memory, {speed:.1f} times the images/s; on {macro.device}")


def _table(title: str, costs: Mapping[str, TrainingCost]) -> Table:
    table = Table("trained on", title=title)
    for heading in ("pixels", "peak memory", "images/s"):
        table.add_column(heading, justify="right")
    for name, cost in costs.items():
        table.add_row(name, cost.size, f"{cost.peak_bytes / 1e6:,.0f} MB", f"{cost.images_per_s:.3g}")
    return table
