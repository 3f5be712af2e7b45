"""What generated pictures are compared with: the moments of a data set's features, cached beside the data set.

Knows no checkpoints.
"""

import contextlib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cocogan_core.atomic import replacing
from cocogan_core.coordinates import PatchGrid
from cocogan_core.data.shards import Panoramas
from cocogan_core.errors import DataError
from cocogan_core.metrics.frechet import Moments, frechet_distance, moments_of
from cocogan_core.metrics.lens import Lens

__all__ = ["Reference", "fit", "frechet_of", "pick", "reference_of"]

Image = NDArray[np.uint8]
VERSION = 1  # of what the cached moments mean; a new one makes every older file unused


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Real pictures' moments, and the lens that they were seen through."""

    lens: Lens
    moments: Moments


def frechet_of(generated: Iterable[Image], reference: Reference) -> float:
    """Fréchet distance of generated full images (H, W, 3), taken one by one, to a reference.

    Raises:
        DataError: fewer than two pictures.
    """
    return frechet_distance(moments_of(reference.lens.features(generated)), reference.moments)


def reference_of(panoramas: Panoramas, lens: Lens, grid: PatchGrid, *, samples: int = 2000, seed: int = 0) -> Reference:
    """Moments of ``samples`` pictures (or all, if there are fewer) at the size of ``grid``.

    They are kept in a file ``moments_….npz`` in the data set's folder (not where it is read-only) and read from there
    as long as data set, size, lens, samples and seed are the same.

    Raises:
        DataError: the pictures do not fit the grid, or are fewer than two.
    """
    path = _cache_path(panoramas, lens, grid, samples, seed)
    moments = _read(path)
    if moments is None:
        chosen = pick(panoramas.count, samples, seed)
        moments = moments_of(lens.features(fit(panoramas.image(int(index)), grid) for index in chosen))
        _write(path, moments)
    return Reference(lens=lens, moments=moments)


def pick(count: int, samples: int, seed: int) -> NDArray[np.intp]:
    """Up to ``samples`` different indices below ``count``, in a random order fixed by ``seed``."""
    return np.random.default_rng(seed).permutation(count)[:samples]


def fit(image: Image, grid: PatchGrid) -> Image:
    """A picture at the size of ``grid``: box-filtered down by an integer factor, or as it is.

    Raises:
        DataError: it is no whole multiple of the grid's size.
    """
    height, width = grid.height_px, grid.width_px
    factor = image.shape[0] // height
    if factor < 1 or image.shape[:2] != (height * factor, width * factor):
        raise DataError(
            f"pictures are {image.shape[1]}×{image.shape[0]}, the model makes {width}×{height}: "
            "prepare them at that size, or at a whole multiple of it"
        )
    if factor == 1:
        return image
    cells = image.reshape(height, factor, width, factor, 3).mean((1, 3), dtype=np.float32)
    return np.asarray(np.rint(cells), np.uint8)


def _cache_path(panoramas: Panoramas, lens: Lens, grid: PatchGrid, samples: int, seed: int) -> Path:
    size = (grid.height_px, grid.width_px)
    stated = (VERSION, sorted(panoramas.about.items()), lens.projection, lens.views, size, samples, seed)
    digest = hashlib.sha256(repr(stated).encode()).hexdigest()[:16]
    return panoramas.folder / f"moments_{lens.network.name}_{digest}.npz"


def _read(path: Path) -> Moments | None:
    """Cached moments, or None where there are none or the file is broken: they can be made again."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return Moments(mean=file["mean"], factor=file["factor"], count=int(file["count"]))
    except (OSError, ValueError, KeyError, EOFError):
        return None


def _write(path: Path, moments: Moments) -> None:
    # a read-only data set: nothing is lost but time
    with contextlib.suppress(OSError), replacing(path) as file:
        np.savez(file, mean=moments.mean, factor=moments.factor, count=moments.count)
