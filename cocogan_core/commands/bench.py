"""``cocogan bench``: what training by parts saves. Importing it does not import torch."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from cocogan_core.errors import ConfigError
from cocogan_core.training.benchmark_process import TrainingCost, measure_in_process

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["bench"]

MODES = {
    "macro": "training on macro patches",
    "full": "training on full images",
    "micro": "inference by micro patches",
    "image": "inference of full images",
}
PAPER = "paper (§3.6): training took 8,992 MB on macro patches, 17,184 MB on full images (−47.7 %)"


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
    """Measure training and inference by parts against full images.

    The same backbone and objective on random pictures: once by micro and macro patches, once on full images that G
    makes in one pass, with no micro patches at all (paper §3.6: CelebA 128×128, micro patches of 16, batch 128; that
    is --preset celeba128-micro16 --batch 128). Each runs in a process of its own, so that none share memory. On a CUDA
    card the figure is what torch's tensors took; on a CPU, the process's resident memory beyond that of its imports.

    Args:
        what: train: the steps of D and G, and pictures of G alone.
        preset: of train.py, whose networks and objective are taken.
        batch: images a step.
        steps: timed, after one that is not.
        width: channels of G's last and D's first stage; 0 takes the preset's.
        patch: side of a micro patch in pixels; 0 takes the preset's.
        precision: of the passes; float16 needs a CUDA card.

    Raises:
        ConfigError: no such preset, or numbers that make no sense.
        TrainingError: a measurement failed, for want of memory above all.
    """
    from rich.console import Console

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
    console, costs = Console(markup=False, emoji=False), dict[str, TrainingCost]()
    for mode, name in MODES.items():
        with console.status(name):
            costs[name] = measure_in_process({**settings, "mode": mode})
    console.print(_table(f"{what}: {preset}, batch {batch}", costs))
    for parts, whole in (("macro", "full"), ("micro", "image")):
        console.print(_comparison(costs[MODES[parts]], costs[MODES[whole]], MODES[parts]), highlight=False)
    console.print(PAPER, highlight=False, soft_wrap=True)


def _comparison(parts: TrainingCost, whole: TrainingCost, name: str) -> str:
    memory = 100 * (parts.peak_bytes / whole.peak_bytes - 1)
    sign = "−" if memory < 0 else "+"
    speed = parts.images_per_s / whole.images_per_s
    return f"{name}: {sign}{abs(memory):.1f} % memory, {speed:.1f} times the images/s; on {parts.device}"


def _table(title: str, costs: Mapping[str, TrainingCost]) -> "Table":
    from rich.table import Table

    table = Table("", title=title)
    for heading in ("pixels", "peak memory", "images/s"):
        table.add_column(heading, justify="right")
    for name, cost in costs.items():
        table.add_row(name, cost.size, f"{cost.peak_bytes / 1e6:,.0f} MB", f"{cost.images_per_s:.3g}")
    return table
