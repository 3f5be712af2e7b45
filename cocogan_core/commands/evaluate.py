"""``cocogan evaluate``: how far a checkpoint's pictures are from real ones. Importing it does not import torch."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import tyro

from cocogan_core.errors import ConfigError
from cocogan_core.files import write_atomically
from cocogan_core.progress import Progress
from cocogan_core.shipped import model_path

__all__ = ["evaluate"]

T = TypeVar("T")


def evaluate(
    checkpoint: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="CHECKPOINT")] = None,
    *,
    data: Annotated[Path, tyro.conf.arg(metavar="FOLDER")],
    against: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None,
    samples: int = 2000,
    features: Literal["efficientnet", "inception"] = "efficientnet",
    views: int = 0,
    level: int = 0,
    noise: bool = False,
    latent_rooms: int = 0,
    seed: int = 0,
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
    inception_weights: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None,
    json: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None,
    picture: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None,
) -> None:
    """Measure how far generated pictures are from real ones.

    Prints Fréchet and kernel distances (beside real vs real at the same count), the border ratios, the discriminator's
    Wasserstein estimate and, where latents are named, how like the real pictures of the same parameters they are.

    Args:
        checkpoint: a .safetensors checkpoint; without one, only real pictures are compared.
        data: prepared data set of real pictures, best one that was held out of training; or the recipe of `cocogan
            rooms --live`, of which rooms that no training has seen are drawn, at the width of any level.
        against: another one to compare with DATA, for real vs real.
        samples: pictures on each side. Fréchet distances are biased upwards at small counts: compare equal counts only.
        features: the network that sees the pictures; figures of different networks cannot be compared.
        views: look at this many flat 90° views of each panorama instead of the whole; 0 for the whole.
        level: of detail at which all is measured: 2^LEVEL times the columns of level 0, and as many more pixels a view.
        noise: also compare uniform noise, the far end of the scale.
        latent_rooms: move every named latent alone in this many rooms and compare with the renderer; 0 to skip.
        seed: of z, and of which real pictures are taken.
        device: where the networks run.
        inception_weights: with --features inception, the file of its weights, rather than a download: with 50,000
            --samples of held-out pictures the FID of the paper's Table 1.
        json: write all figures into this file.
        picture: draw figures and examples into this picture file.
    """
    from cocogan_core.metrics import evaluation
    from cocogan_core.metrics.report import draw_report, print_report

    _require_writable(json, picture)
    with _progress_bars() as progress:
        results = evaluation.evaluate(
            None if checkpoint is None else model_path(checkpoint),
            data=data,
            against=against,
            samples=samples,
            features=features,
            views=views,
            level=level,
            noise=noise,
            latent_rooms=latent_rooms,
            seed=seed,
            device=device,
            inception_weights=inception_weights,
            progress=progress,
        )
    print_report(results)
    if json is not None:
        write_atomically(json, results.to_json())
    if picture is not None:
        draw_report(results, picture)


def _require_writable(*paths: Path | None) -> None:
    """Before the long work, not after it."""
    for path in paths:
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            raise ConfigError(f"cannot write {path}: name a file in a folder that exists")


@contextmanager
def _progress_bars() -> Iterator[Progress]:
    """One bar below the other on standard error, so that standard output holds the figures alone."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as ProgressBars

    columns = (TextColumn("{task.description:>16}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars = ProgressBars(*columns, console=Console(stderr=True))

    def track(items: Iterable[T], description: str, total: int, /) -> Iterable[T]:
        bars.start()  # not before the first bar: an error before it has its line to itself
        return bars.track(items, total=total, description=description)

    try:
        yield track
    finally:
        if bars.tasks:
            bars.stop()
