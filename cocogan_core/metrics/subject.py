"""What is evaluated: real pictures, perhaps a generator, and the lens that they are seen through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from cocogan_core.coordinates import PatchGrid
from cocogan_core.data.shards import Panoramas
from cocogan_core.metrics.lens import Lens
from cocogan_core.metrics.reference import fit, pick
from cocogan_core.metrics.results import Comparison
from cocogan_core.metrics.survey import Survey, compare, survey

if TYPE_CHECKING:
    from cocogan_core.synthesis import Synthesis

__all__ = ["Subject", "compare_all", "pictures_of"]

Image = NDArray[np.uint8]
Codes = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is measured, and how."""

    real: Panoramas
    synthesis: Synthesis | None
    grid: PatchGrid
    lens: Lens
    samples: int
    seed: int

    def survey(self, progress: Progress, name: str, images: Iterable[Image], count: int) -> Survey:
        task = progress.add_task(name, total=count)
        return survey(images, self.lens, self.grid, seed=self.seed, on_picture=lambda: progress.advance(task))

    def codes(self, count: int) -> Codes:
        """z ~ U[−1, 1] (paper §3.2), (count, z_dim)."""
        assert self.synthesis is not None
        shape = (count, self.synthesis.metadata.model.z_dim)
        return np.random.default_rng(self.seed).uniform(-1, 1, shape).astype(np.float32)


def compare_all(
    subject: Subject, progress: Progress, *, against: Path | None, noise: bool
) -> tuple[dict[str, Survey], tuple[Comparison, ...]]:
    """Survey every set of pictures and compare it with the real ones."""
    chosen = pick(subject.real.count, 2 * subject.samples, subject.seed)
    first, second = chosen[: subject.samples], chosen[subject.samples :]
    surveys = {"real": subject.survey(progress, "real", pictures_of(subject.real, first, subject.grid), len(first))}
    if subject.synthesis is not None:
        images: Iterable[Image] = map(subject.synthesis.panorama, subject.codes(subject.samples))
        surveys["generated"] = subject.survey(progress, "generated", images, subject.samples)
    if against is not None:
        other = Panoramas.open(against)
        indices = pick(other.count, subject.samples, subject.seed)
        images = pictures_of(other, indices, subject.grid)
        surveys[f"real, {against.name}"] = subject.survey(progress, against.name, images, len(indices))
    elif len(second) == len(first):
        images = pictures_of(subject.real, second, subject.grid)
        surveys["real, others"] = subject.survey(progress, "real, others", images, len(second))
    if noise:
        surveys["noise"] = subject.survey(progress, "noise", _noise(subject), subject.samples)
    seen, views = surveys["real"].features, subject.lens.views
    comparisons = [
        compare(name, found.features, seen, views=views) for name, found in surveys.items() if name != "real"
    ]
    if against is None and len(second) < len(first):
        half = len(first) // 2 * max(1, views)
        comparisons.append(compare("real, two halves", seen[:half], seen[half:], views=views))
    return surveys, tuple(comparisons)


def pictures_of(panoramas: Panoramas, indices: NDArray[np.intp], grid: PatchGrid) -> Iterator[Image]:
    return (fit(panoramas.image(int(index)), grid) for index in indices)


def _noise(subject: Subject) -> Iterator[Image]:
    rng, shape = np.random.default_rng(subject.seed), (subject.grid.height_px, subject.grid.width_px, 3)
    return (rng.integers(0, 256, shape, np.uint8) for _ in range(subject.samples))
