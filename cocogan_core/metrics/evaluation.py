"""Measures how far a checkpoint's pictures are from real ones. Importing it does not import torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError
from cocogan_core.metrics.checkpoint_figures import PairedMeter, latent_responses, wasserstein
from cocogan_core.metrics.evaluation_setup import EvaluationSetup, RealPictures, open_pictures
from cocogan_core.metrics.features import FeatureName
from cocogan_core.metrics.frechet import random_indices
from cocogan_core.metrics.image_sets import ImageSetStats, compare_features
from cocogan_core.metrics.results import Comparison, Results
from cocogan_core.progress import Progress, no_progress

__all__ = ["evaluate"]

Image = NDArray[np.uint8]
FEWEST_SAMPLES = 4  # two halves that both have a covariance


def evaluate(
    checkpoint: Path | str | None = None,
    *,
    data: Path | str,
    against: Path | str | None = None,
    samples: int = 2000,
    features: FeatureName = "efficientnet",
    views: int = 0,
    level: int = 0,
    noise: bool = False,
    latent_rooms: int = 0,
    seed: int = 0,
    device: str = "auto",
    inception_weights: Path | None = None,
    progress: Progress = no_progress,
) -> Results:
    """Measure how far generated pictures are from real ones.

    Args:
        checkpoint: a .safetensors file; without one, only real pictures are compared.
        data: prepared data set of real pictures, best one that was held out of training; or a recipe for live rooms,
            of which twice ``samples`` are drawn.
        against: another one to compare with ``data``, for real vs real.
        samples: pictures on each side, at least 4. Fréchet distances are biased upwards at small counts: compare equal
            counts only.
        features: the network that sees the pictures; figures of different networks cannot be compared.
        views: look at this many flat 90° views of each panorama instead of the whole; 0 for the whole.
        level: of detail at which all is measured, pictures 2^level times as wide as level 0's; features that are not
            Inception's see as many more pixels. Figures of different levels cannot be compared with each other.
        noise: also compare uniform noise, the far end of the scale.
        latent_rooms: move every named latent alone in this many rooms and compare with the renderer; 0 to skip.
        seed: of z, and of which real pictures are taken.
        device: where the networks run: "auto", "cpu", "cuda" or "mps".
        inception_weights: the file of Inception's weights; else torch-fidelity fetches them at first use.
        progress: is passed each set of pictures in turn.

    Returns:
        Fréchet and kernel distances (Heusel et al. 2017; Bińkowski et al. 2018), border ratios, the discriminator's
        Wasserstein estimate (paper eq. 2), PSNR in dB where pictures and model share named latents, and examples.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        ConfigError: arguments that make no sense, a level that the model lacks, or a feature network that is not
            installed.
        DataError: a data set cannot be read or does not fit the checkpoint.
        DisplayError: ``latent_rooms`` or live rooms without OpenGL.
    """
    if samples < FEWEST_SAMPLES or latent_rooms < 0:
        raise ConfigError(f"samples is {samples} and latent rooms {latent_rooms}; take at least {FEWEST_SAMPLES} and 0")
    if level and latent_rooms:
        raise ConfigError("--latent-rooms are looked at on level 0; leave them or --level out")
    setup = EvaluationSetup.load(
        checkpoint,
        data,
        features=features,
        views=views,
        samples=samples,
        seed=seed,
        device=device,
        level=level,
        inception_weights=inception_weights,
    )
    other = None if against is None else open_pictures(against, samples=samples, seed=seed)
    chosen = random_indices(setup.real.count, 2 * samples, seed)
    paired = PairedMeter.of(setup, chosen[:samples])
    every = _sets(setup, chosen, other, paired, noise=noise)
    sets = {name: setup.stats(name, images, count, progress) for name, images, count in every}
    figures = {}
    if checkpoint is not None:
        figures = _checkpoint_figures(
            Path(checkpoint), setup, sets, paired, latent_rooms=latent_rooms, progress=progress
        )
    return Results(
        checkpoint=None if checkpoint is None else str(checkpoint),
        data=str(data),
        features=features,
        views=views,
        level=level,
        seed=seed,
        comparisons=_compare_all(sets, views, halves=other is None),
        real_borders=sets["real"].borders,
        examples={name: stats.examples for name, stats in sets.items()},
        **figures,
    )


def _sets(
    setup: EvaluationSetup,
    chosen: NDArray[np.intp],
    other: RealPictures | None,
    paired: PairedMeter | None,
    *,
    noise: bool,
) -> Iterator[tuple[str, Iterable[Image], int]]:
    """Every set of pictures to compare, by name, with its size; the real ones first, which ``paired`` watches."""
    first, second = chosen[: setup.samples], chosen[setup.samples :]
    real = setup.real_images(setup.real, first)
    yield "real", real if paired is None else paired.watch(real), len(first)
    if setup.generator is not None:
        yield "generated", map(setup.generated, setup.random_z()), setup.samples
    if other is not None:
        indices = random_indices(other.count, setup.samples, setup.seed)
        yield f"real, {other.folder.name}", setup.real_images(other, indices), len(indices)
    elif len(second) == len(first):
        yield "real, others", setup.real_images(setup.real, second), len(second)
    if noise:
        yield "noise", _noise(setup), setup.samples


def _noise(setup: EvaluationSetup) -> Iterator[Image]:
    rng, shape = np.random.default_rng(setup.seed), (setup.grid.height_px, setup.grid.width_px, 3)
    return (rng.integers(0, 256, shape, np.uint8) for _ in range(setup.samples))


def _compare_all(sets: Mapping[str, ImageSetStats], views: int, *, halves: bool) -> tuple[Comparison, ...]:
    """Every set with the real one; of real ones too few for two sets, its two halves if wanted."""
    real = sets["real"].features
    comparisons = [
        compare_features(name, stats.features, real, views=views) for name, stats in sets.items() if name != "real"
    ]
    if halves and "real, others" not in sets:
        half = len(real) // max(1, views) // 2 * max(1, views)
        comparisons.append(compare_features("real, two halves", real[:half], real[half:], views=views))
    return tuple(comparisons)


def _checkpoint_figures(
    checkpoint: Path,
    setup: EvaluationSetup,
    sets: Mapping[str, ImageSetStats],
    paired: PairedMeter | None,
    *,
    latent_rooms: int,
    progress: Progress,
) -> dict[str, Any]:
    """What only a checkpoint can answer, by the names of :class:`Results`."""
    assert setup.generator is not None
    borders = sets["generated"].borders
    return {
        "images_seen": setup.generator.metadata.provenance.images_seen,
        "borders": borders,
        "relative_borders": borders.over(sets["real"].borders) if paired is None else paired.borders,
        "wasserstein": wasserstein(
            checkpoint, sets["real"], sets["generated"], upright=setup.upright, level=setup.level
        ),
        "paired_psnr": None if paired is None else paired.psnr,
        "latents": latent_responses(setup, setup.generator, progress, latent_rooms) if latent_rooms else (),
    }
