"""Macro patches supplied by worker processes while the rest of the machine trains, and those that training takes.

``python -m benchmarks.level_supply`` (a few minutes): for each level of detail, of rooms drawn on demand and of a
pyramid of pictures on the disk. Both rates are of the same seconds: the workers as fast as they can, training on
batches that it already has.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

import numpy as np
from rich.table import Table

from benchmarks.performance_page import report
from cocogan_core.data.dataset import DatasetWriter
from cocogan_core.data.rooms.live import LiveRooms
from cocogan_core.data.rooms.scene import PARAMETERS
from cocogan_core.geometry.projection import Projection
from cocogan_core.training.batches import BatchLoader, TrainingBatch
from cocogan_core.training.config import PRESETS, TrainConfig
from cocogan_core.training.trainer import Trainer

LEVELS = 4
PICTURES = 6
SECONDS = 6.0
BATCH = 4
WORKERS = 1
GOAL = 1.5


class SameBatch(BatchLoader):
    """Gives every step the same batches, at no cost."""

    def __init__(self, batches: tuple[TrainingBatch, ...]) -> None:
        """``batches`` of one step."""
        self._batches = batches

    def step(self, seen: int) -> tuple[TrainingBatch, ...]:
        """The same as ever."""
        return self._batches


def live(folder: Path) -> Path:
    """Rooms drawn on demand."""
    LiveRooms(folder=folder, projection=Projection.of_aspect("mercator", 3)).write()
    return folder


def pyramid(folder: Path) -> Path:
    """Noise on every level; what pictures show costs nothing."""
    rng = np.random.default_rng(0)
    writer = DatasetWriter(
        folder, height_px=256, width_px=768, projection=Projection(), source="noise", latent_names=PARAMETERS,
        levels=LEVELS, shard_size=2,
    )  # fmt: skip
    with writer:
        for _ in range(PICTURES):
            image, *finer = (
                rng.integers(0, 256, (256 << level, 768 << level, 3), dtype=np.uint8) for level in range(LEVELS)
            )
            writer.append(image, rng.uniform(-1, 1, len(PARAMETERS)).astype(np.float32), finer=finer)
    return folder


def settings(data: Path, run: Path, level: int) -> TrainConfig:
    """The shipped room's adversarial phase on one level."""
    preset = PRESETS["rooms"]
    model = replace(preset.model, grid=replace(preset.model.grid, levels=LEVELS))
    shares = tuple(float(one == level) for one in range(LEVELS))
    threads = max(1, (os.cpu_count() or 1) - WORKERS)
    return replace(
        preset, data=data, run=run, model=model, level_shares=shares, batch=BATCH, workers=WORKERS, threads=threads
    )


@contextmanager
def pumped(loader: BatchLoader, batch: int) -> Iterator[list[int]]:
    """Take from the workers as fast as they give; the sizes of what came."""
    came, enough = list[int](), Event()

    def pump() -> None:
        seen = 0
        while not enough.is_set():
            seen += batch
            came.append(sum(len(part.ids) for part in loader.step(seen)))

    thread = Thread(target=pump)
    thread.start()
    try:
        yield came
    finally:
        enough.set()
        thread.join()


def measured(config: TrainConfig) -> tuple[float, float]:
    """Macro patches a second that are supplied, and that training takes."""
    trainer = Trainer(config)
    loader = trainer.data.loader
    batches = loader.step(0)
    trainer.data = replace(trainer.data, loader=SameBatch(batches))
    trainer.step()
    with pumped(loader, config.batch) as came:
        while len(came) < 8:  # what had been made ready before
            trainer.step()
        began, before, steps = perf_counter(), sum(came), 0
        while perf_counter() - began < SECONDS:
            trainer.step()
            steps += 1
        took = perf_counter() - began
        supplied = sum(came) - before
    return supplied / took, steps * sum(len(part.ids) for part in batches) / took


def main() -> None:
    """Measure and print."""
    table = Table("data", "level", "supplied a second", "trained on a second", f"ratio (goal: {GOAL} or more)")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("live rooms", live), ("pyramid", pyramid)):
            data = make(Path(folder) / name)
            for level in range(LEVELS):
                supplied, taken = measured(settings(data, Path(folder) / f"run {name} {level}", level))
                table.add_row(name, str(level), f"{supplied:,.1f}", f"{taken:.2f}", f"{supplied / taken:,.1f}")
    report("level-supply", "python -m benchmarks.level_supply", table)


if __name__ == "__main__":
    main()
