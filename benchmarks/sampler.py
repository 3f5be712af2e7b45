"""Real patches drawn over patches trained on, in one run: ``python -m benchmarks.sampler`` (about a minute)."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
from rich.console import Console
from rich.table import Table

from cocogan_core.data.dataset import DatasetWriter, ImageDataset
from cocogan_core.data.rooms.scene import PARAMETERS
from cocogan_core.data.sampler import MacroSampler
from cocogan_core.geometry.projection import Projection
from cocogan_core.training.config import PRESETS
from cocogan_core.training.trainer import Trainer

PICTURES = 256
PRESET_BATCHES = {"matterport3d": 4, "rooms": 8, "rooms-warmup": 4}
SECONDS = 2.0  # of drawing
STEPS = 2  # of training, after one to warm up
GOAL = 10


def noise(folder: Path, *, named: bool) -> Path:
    """A data set of the paper's size; what the pictures show costs nothing."""
    rng = np.random.default_rng(0)
    names = PARAMETERS if named else ()
    writer = DatasetWriter(
        folder, height_px=256, width_px=768, projection=Projection(), source="noise", latent_names=names
    )
    with writer:
        for _ in range(PICTURES):
            picture = rng.integers(0, 256, (256, 768, 3), dtype=np.uint8)
            writer.append(picture, rng.uniform(-1, 1, len(names)).astype(np.float32) if named else None)
    return folder


def a_second(work: Callable[[], object], *, least_s: float = 0.0, least: int = 1) -> float:
    """How often ``work`` can be done in a second."""
    work()
    began, count = perf_counter(), 0
    while count < least or perf_counter() - began < least_s:
        work()
        count += 1
    return count / (perf_counter() - began)


def measured(name: str, folder: Path) -> tuple[str, str, str, str, str]:
    """A preset's row: what is drawn, how many a second, how many training takes, and their ratio."""
    preset = PRESETS[name]
    data = noise(folder / name, named=name != "matterport3d")
    config = replace(preset, data=data, run=folder / f"run-{name}", batch=PRESET_BATCHES[name], flip=preset.roll)
    trainer = Trainer(config)
    sampler = MacroSampler(ImageDataset.open(data), config.model.grid, roll=config.roll, flip=config.flip)
    whole = config.objective == "regression"
    draw, rng = sampler.whole if whole else sampler.batch, np.random.default_rng(0)
    drawn = 32 * a_second(lambda: draw(rng, 32), least_s=SECONDS)
    taken = (1 if whole else 2) * config.batch * a_second(trainer.step, least=STEPS)  # D and G each take a batch
    what = "panoramas" if whole else "macro patches, rolled and flipped" if config.flip else "macro patches"
    return name, what, f"{drawn:,.0f}", f"{taken:.1f}", f"{drawn / taken:,.0f}"


def main() -> None:
    """Measure and print."""
    table = Table("preset", "drawn", "drawn a second", "trained on a second", f"ratio (goal: {GOAL} or more)")
    with tempfile.TemporaryDirectory() as folder:
        for name in PRESET_BATCHES:
            table.add_row(*measured(name, Path(folder)))
    Console().print(table)


if __name__ == "__main__":
    main()
