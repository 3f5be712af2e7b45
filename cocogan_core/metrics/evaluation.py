"""One pass over a set of pictures, too many to keep, and what it leaves behind. Knows no files.

What is evaluated: real pictures, perhaps a generator, and the lens that they are seen through.

What only a checkpoint can be asked: what its D says, what its named latents do. Imports torch when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from cocogan_core.data.dataset import ImageDataset
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.metrics.features import FeatureExtractor
from cocogan_core.metrics.frechet import fit, frechet_distance, kernel_distance, moments_of, pick
from cocogan_core.metrics.latents import LatentResponse, latent_response, psnr_db
from cocogan_core.metrics.results import Comparison, PairedPSNR
from cocogan_core.metrics.seams import BorderMeter, BorderRatios

if TYPE_CHECKING:
    from cocogan_core.inference.patch_generator import PatchGenerator

__all__ = [
    "EvaluationSetup",
    "ImageSetStats",
    "compare",
    "compare_all",
    "latents",
    "likeness",
    "pictures_of",
    "survey",
    "wasserstein",
]

Features = NDArray[np.float32]
Image = NDArray[np.uint8]
EXAMPLES = 8
MACROS = 256  # macro patches for the Wasserstein indicator, one a picture


@dataclass(frozen=True, kw_only=True)
class ImageSetStats:
    """What is kept of a set of full images.

    Attributes:
        features: (n · max(1, views), d) float32.
        borders: their border ratios.
        examples: the first few, whole.
        macros: one macro patch (h, w, 3) of each of the first pictures, stacked.
        macro_ids: where those lie, (n, 2).
    """

    features: Features
    borders: BorderRatios
    examples: tuple[Image, ...]
    macros: Image
    macro_ids: NDArray[np.intp]


def survey(
    images: Iterable[Image],
    lens: FeatureExtractor,
    grid: PatchGrid,
    *,
    seed: int,
    on_picture: Callable[[], object] = lambda: None,
) -> ImageSetStats:
    """Pass over full images (H, W, 3) of the size of ``grid`` once; ``on_picture`` is called after each."""
    meter, examples, macros = BorderMeter(grid), list[Image](), list[Image]()
    ids = np.random.default_rng(seed).choice(grid.macro_ids(), MACROS)

    def watched() -> Iterator[Image]:
        for index, image in enumerate(images):
            meter.add(image)
            if index < EXAMPLES:
                examples.append(image)
            if index < MACROS:
                top_left = int(ids[index, 0]) * grid.patch_px, int(ids[index, 1]) * grid.patch_px
                macros.append(grid.crop(image, top_left, grid.macro_height_px, grid.macro_width_px))
            yield image
            on_picture()

    features = lens.features(watched())
    return ImageSetStats(
        features=features,
        borders=meter.ratios,
        examples=tuple(examples),
        macros=np.stack(macros),
        macro_ids=ids[: len(macros)],
    )


def compare(name: str, some: Features, real: Features, *, views: int) -> Comparison:
    """Distances of some pictures' features (n · max(1, views), d) to real ones.

    Raises:
        DataError: a side has fewer than two.
    """
    kernel = kernel_distance(some, real)
    return Comparison(
        name=name,
        frechet=frechet_distance(moments_of(some), moments_of(real)),
        kernel=kernel.value,
        kernel_error=kernel.standard_error,
        pictures=len(some) // max(1, views),
        reference_pictures=len(real) // max(1, views),
    )


Codes = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class EvaluationSetup:
    """What is measured, and how."""

    real: ImageDataset
    synthesis: PatchGenerator | None
    grid: PatchGrid
    lens: FeatureExtractor
    samples: int
    seed: int

    def survey(self, progress: Progress, name: str, images: Iterable[Image], count: int) -> ImageSetStats:
        task = progress.add_task(name, total=count)
        return survey(images, self.lens, self.grid, seed=self.seed, on_picture=lambda: progress.advance(task))

    def codes(self, count: int) -> Codes:
        """z ~ U[−1, 1] (paper §3.2), (count, z_dim)."""
        assert self.synthesis is not None
        shape = (count, self.synthesis.metadata.model.z_dim)
        return np.random.default_rng(self.seed).uniform(-1, 1, shape).astype(np.float32)


def compare_all(
    subject: EvaluationSetup, progress: Progress, *, against: Path | None, noise: bool
) -> tuple[dict[str, ImageSetStats], tuple[Comparison, ...]]:
    """Survey every set of pictures and compare it with the real ones."""
    chosen = pick(subject.real.count, 2 * subject.samples, subject.seed)
    first, second = chosen[: subject.samples], chosen[subject.samples :]
    surveys = {"real": subject.survey(progress, "real", pictures_of(subject.real, first, subject.grid), len(first))}
    if subject.synthesis is not None:
        images: Iterable[Image] = map(subject.synthesis.panorama, subject.codes(subject.samples))
        surveys["generated"] = subject.survey(progress, "generated", images, subject.samples)
    if against is not None:
        other = ImageDataset.open(against)
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


def pictures_of(panoramas: ImageDataset, indices: NDArray[np.intp], grid: PatchGrid) -> Iterator[Image]:
    return (fit(panoramas.image(int(index)), grid) for index in indices)


def _noise(subject: EvaluationSetup) -> Iterator[Image]:
    rng, shape = np.random.default_rng(subject.seed), (subject.grid.height_px, subject.grid.width_px, 3)
    return (rng.integers(0, 256, shape, np.uint8) for _ in range(subject.samples))


LIKENESS_PICTURES = 256  # generated beside rendered; PSNR settles long before that


def wasserstein(checkpoint: Path, real: ImageSetStats, generated: ImageSetStats) -> float | None:
    """Mean D(real) − D(generated) over macro patches (paper eq. 2, without its penalty); None without D."""
    import torch

    from cocogan_core.checkpoint import load_checkpoint
    from cocogan_core.models.build import load_discriminator

    loaded = load_checkpoint(checkpoint)
    if not loaded.discriminator:
        return None
    discriminator, grid = load_discriminator(loaded).eval(), loaded.metadata.model.grid

    @torch.inference_mode()
    def mean_score(found: ImageSetStats) -> float:
        images = torch.from_numpy(found.macros).permute(0, 3, 1, 2).float() / 127.5 - 1
        coordinates = torch.from_numpy(grid.macro_coordinates(found.macro_ids))
        pairs = zip(torch.split(images, 16), torch.split(coordinates, 16), strict=True)
        return float(torch.cat([discriminator(some, where).score for some, where in pairs]).mean())

    return mean_score(real) - mean_score(generated)


def likeness(
    subject: EvaluationSetup, synthesis: PatchGenerator, progress: Progress
) -> tuple[PairedPSNR, BorderRatios] | None:
    """PSNR to the real pictures of the same parameters, and border ratios over theirs.

    None where data set and model name nothing, or name different things.
    """
    names, known = synthesis.metadata.model.latent_names, subject.real.latent_names
    if not names or not set(names) <= set(known):
        return None
    indices = pick(subject.real.count, min(subject.samples, LIKENESS_PICTURES), subject.seed)
    parameters = subject.real.parameters[indices][:, [known.index(name) for name in names]]
    codes = np.concatenate([parameters, subject.codes(len(indices))[:, len(names) :]], 1)
    pairs = zip(codes, pictures_of(subject.real, indices, subject.grid), strict=True)
    tracked = progress.track(pairs, total=len(indices), description="likeness")
    values, made, real = [], BorderMeter(subject.grid), BorderMeter(subject.grid)
    for z, image in tracked:
        generated = synthesis.panorama(z)
        values.append(psnr_db(generated, image))
        made.add(generated)
        real.add(image)
    found = PairedPSNR(mean_db=float(np.mean(values)), worst_db=min(values), pictures=len(values))
    return found, made.ratios.over(real.ratios)


def latents(
    subject: EvaluationSetup, synthesis: PatchGenerator, progress: Progress, rooms: int
) -> tuple[LatentResponse, ...]:
    """Move every named latent alone and compare with the room renderer.

    Raises:
        ConfigError: the model's latents are not the renderer's parameters.
        DisplayError: there is no OpenGL for the renderer.
    """
    from cocogan_core.data.rooms.renderer import PARAMETERS, RoomRenderer

    names, grid = synthesis.metadata.model.latent_names, subject.grid
    if names != PARAMETERS:
        raise ConfigError("the checkpoint's named latents are not those of the room renderer; leave --latent-rooms out")
    codes = subject.codes(rooms)
    rest = codes[0, len(names) :]
    task = progress.add_task("named latents", total=rooms * len(names))
    with RoomRenderer(width_px=grid.width_px) as renderer:
        return latent_response(
            lambda parameters: synthesis.panorama(np.concatenate([parameters, rest])),
            renderer.panorama,
            names,
            rooms=list(codes[:, : len(names)]),
            on_room=lambda: progress.advance(task),
        )
