"""``cocogan evaluate``: how far a checkpoint's pictures are from real ones. Importing it does not import torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cocogan_core.data.dataset import ImageDataset
from cocogan_core.errors import ConfigError, DataError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.metrics import evaluation as checks
from cocogan_core.metrics.evaluation import EvaluationSetup, ImageSetStats, compare_all
from cocogan_core.metrics.features import FeatureExtractor, FeatureName, load_features
from cocogan_core.metrics.report import draw_report, print_report
from cocogan_core.metrics.results import Results

if TYPE_CHECKING:
    from cocogan_core.inference.patch_generator import PatchGenerator

__all__ = ["evaluate"]

Device = Literal["auto", "cpu", "cuda", "mps"]


def evaluate(
    checkpoint: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="CHECKPOINT")] = None,
    *,
    data: Annotated[Path, tyro.conf.arg(metavar="FOLDER")],
    against: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None,
    samples: int = 2000,
    features: FeatureName = "efficientnet",
    views: int = 0,
    noise: bool = False,
    latent_rooms: int = 0,
    seed: int = 0,
    device: Device = "auto",
    json: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None,
    picture: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None,
) -> None:
    """Measure how far generated pictures are from real ones.

    Prints Fréchet and kernel distances (beside real vs real at the same count), the border ratios, the discriminator's
    Wasserstein estimate and, where latents are named, how like the real pictures of the same parameters they are.

    Args:
        checkpoint: a .safetensors checkpoint; without one, only real pictures are compared.
        data: prepared data set of real pictures, best one that was held out of training.
        against: another prepared data set to compare with DATA, for real vs real.
        samples: pictures on each side. Fréchet distances are biased upwards at small counts: compare equal counts only.
        features: the network that sees the pictures; figures of different networks cannot be compared.
        views: look at this many flat 90° views of each panorama instead of the whole; 0 for the whole.
        noise: also compare uniform noise, the far end of the scale.
        latent_rooms: move every named latent alone in this many rooms and compare with the renderer; 0 to skip.
        seed: of z, and of which real pictures are taken.
        device: where the networks run.
        json: write all figures into this file.
        picture: draw figures and examples into this picture file.
    """
    if samples < 4 or latent_rooms < 0:
        raise ConfigError(f"samples is {samples} and latent rooms {latent_rooms}; take at least 4 and 0")
    _check_writable(json, picture)
    subject = _subject(checkpoint, data, features=features, views=views, samples=samples, seed=seed, device=device)
    results = Results(
        checkpoint=None if checkpoint is None else str(checkpoint),
        data=str(data),
        features=features,
        views=views,
        seed=seed,
    )
    with _progress() as progress:
        surveys, comparisons = compare_all(subject, progress, against=against, noise=noise)
        results = replace(results, comparisons=comparisons, real_borders=surveys["real"].borders)
        if checkpoint is not None:
            results = _ask_model(results, checkpoint, subject, surveys, progress, latent_rooms=latent_rooms)
    print_report(results)
    if json is not None:
        json.write_text(results.to_json(), encoding="utf-8")
    if picture is not None:
        draw_report(results, {name: found.examples for name, found in surveys.items()}, picture)


def _subject(
    checkpoint: Path | None, data: Path, *, features: FeatureName, views: int, samples: int, seed: int, device: Device
) -> EvaluationSetup:
    from cocogan_core.inference.patch_generator import choose_device

    real = ImageDataset.open(data)
    synthesis = None if checkpoint is None else _load(checkpoint, device)
    network = load_features(features, device=str(choose_device(device)))
    return EvaluationSetup(
        real=real,
        synthesis=synthesis,
        grid=_grid_of(real) if synthesis is None else synthesis.metadata.model.grid,
        lens=FeatureExtractor(network=network, projection=real.projection, views=views),
        samples=samples,
        seed=seed,
    )


def _ask_model(
    results: Results,
    checkpoint: Path,
    subject: EvaluationSetup,
    surveys: dict[str, ImageSetStats],
    progress: Progress,
    *,
    latent_rooms: int,
) -> Results:
    """Add what only a checkpoint can answer."""
    synthesis = subject.synthesis
    assert synthesis is not None
    borders = surveys["generated"].borders
    like = checks.likeness(subject, synthesis, progress)
    return replace(
        results,
        images_seen=synthesis.metadata.provenance.images_seen,
        borders=borders,
        relative_borders=borders.over(surveys["real"].borders) if like is None else like[1],
        wasserstein=checks.wasserstein(checkpoint, surveys["real"], surveys["generated"]),
        likeness=None if like is None else like[0],
        latents=checks.latents(subject, synthesis, progress, latent_rooms) if latent_rooms else (),
    )


def _load(checkpoint: Path, device: Device) -> PatchGenerator:
    from cocogan_core.inference.patch_generator import PatchGenerator

    return PatchGenerator.load(checkpoint, device)


def _grid_of(real: ImageDataset) -> PatchGrid:
    """Without a model: the paper's 4 patches down, for the real pictures' own border ratios."""
    patch_px = max(1, real.height_px // 4)
    if real.height_px % patch_px or real.width_px % patch_px:
        raise DataError(f"{real.folder}: {real.width_px}×{real.height_px} does not cut into square patches, 4 down")
    system: Literal["cylindrical", "planar"] = "planar" if real.projection is None else "cylindrical"
    rows, columns = real.height_px // patch_px, real.width_px // patch_px
    return PatchGrid(
        system=system,
        rows=rows,
        columns=columns,
        macro_rows=min(2, rows),
        macro_columns=min(2, columns),
        patch_px=patch_px,
    )


def _check_writable(*paths: Path | None) -> None:
    """Before the long work, not after it."""
    for path in paths:
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            raise ConfigError(f"cannot write {path}: name a file in a folder that exists")


@contextmanager
def _progress() -> Iterator[Progress]:
    columns = (TextColumn("{task.description:>16}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield progress
