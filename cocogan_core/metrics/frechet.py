"""Distances between two sets of feature vectors, and the real pictures' statistics that others are compared with.

**Fréchet distance** (Heusel et al. 2017, eq. 6) between N(μ₁, C₁) and N(μ₂, C₂):

    FD = |μ₁ − μ₂|² + tr C₁ + tr C₂ − 2 tr (C₁^½ C₂ C₁^½)^½

With factors Cᵢ = Fᵢᵀ Fᵢ the eigenvalues of C₁^½ C₂ C₁^½ are the squared singular values of F₁ F₂ᵀ, so the last trace is
the sum of those singular values. Unlike a matrix root this never turns complex, holds for singular C (fewer pictures
than features), loses no digits to squaring, and is quick where pictures are few. FD is **biased upwards** at small
counts, by about a constant over the count: compare only equal counts, and beside real vs real.

**Kernel distance** (KID; Bińkowski et al. 2018, §4): the unbiased estimate of the squared maximum mean discrepancy
under the kernel (x·y/d + 1)³; it may fall below zero, and zero is perfect at any count.

The statistics of a data set's pictures are cached beside the data set. Knows no checkpoints.
"""

import contextlib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from cocogan_core.data.dataset import ImageDataset
from cocogan_core.errors import DataError, OutputError
from cocogan_core.files import open_atomically, read_limited
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.resampling import shrink
from cocogan_core.metrics.features import FeatureExtractor

__all__ = [
    "KernelDistance",
    "Moments",
    "ReferenceStats",
    "frechet_distance",
    "frechet_to_reference",
    "kernel_distance",
    "moments_of",
    "random_indices",
    "reference_stats",
    "resize_to_grid",
]

Features = NDArray[np.float32]
Floats = NDArray[np.float64]
Image = NDArray[np.uint8]
MOST_MOMENT = 1e9  # features are of about 1; NaN is not below it either
MOST_CACHE_BYTES = 1 << 30
VERSION = 1  # of what the cached moments mean; a new one makes every older file unused
KERNEL_BLOCK = 1000  # pictures a block; blocks are disjoint, so their spread gives the standard error


@dataclass(frozen=True, kw_only=True)
class Moments:
    """Mean and covariance of ``count`` feature vectors, in float64.

    Attributes:
        mean: (d,).
        factor: (r, d) with r ≤ d; the covariance is factorᵀ · factor.
        count: of vectors.
    """

    mean: Floats
    factor: Floats
    count: int

    @property
    def covariance(self) -> Floats:
        """The unbiased covariance (d, d)."""
        return self.factor.T @ self.factor


@dataclass(frozen=True, kw_only=True)
class KernelDistance:
    """An unbiased squared kernel distance and its standard error (None from a single block)."""

    value: float
    standard_error: float | None


def moments_of(features: Features) -> Moments:
    """Moments of feature vectors (n, d).

    Raises:
        DataError: fewer than two vectors, or values that are not finite.
    """
    if features.ndim != 2 or len(features) < 2:
        raise DataError(
            f"a Fréchet distance needs at least 2 pictures a side, found {len(features)}; take more samples"
        )
    x = features.astype(np.float64)
    if not np.isfinite(x).all():
        raise DataError("features hold NaN or infinity; the pictures or the feature network's weights are broken")
    mean = x.mean(0)
    x -= mean
    x /= np.sqrt(len(x) - 1)
    factor = x if len(x) <= x.shape[1] else np.asarray(np.linalg.qr(x, mode="r"))  # RᵀR = xᵀx, at most d rows
    return Moments(mean=mean, factor=factor, count=len(x))


def frechet_distance(a: Moments, b: Moments) -> float:
    """Fréchet distance of two Gaussians (see the module's formula); symmetric, and at least 0.

    Raises:
        DataError: the two have features of different length.
    """
    if a.mean.shape != b.mean.shape:
        raise DataError(f"features have {len(a.mean)} and {len(b.mean)} entries; take both with the same network")
    overlap = np.linalg.svd(a.factor @ b.factor.T, compute_uv=False).sum()
    spread = np.square(a.factor).sum() + np.square(b.factor).sum()  # traces of the covariances
    return float(max(np.square(a.mean - b.mean).sum() + spread - 2 * overlap, 0.0))


def kernel_distance(a: Features, b: Features) -> KernelDistance:
    """Squared kernel distance of features (n, d) and (m, d), over the first min(n, m): the mean of disjoint blocks."""
    count = min(len(a), len(b))
    blocks = max(1, count // KERNEL_BLOCK)
    parts = zip(np.array_split(a[:count], blocks), np.array_split(b[:count], blocks), strict=True)
    values = [_block_distance(x, y) for x, y in parts]
    error = float(np.std(values, ddof=1) / np.sqrt(blocks)) if blocks > 1 else None
    return KernelDistance(value=float(np.mean(values)), standard_error=error)


def _block_distance(a: Features, b: Features) -> float:
    xx, yy, xy = _kernel(a, a), _kernel(b, b), _kernel(a, b)
    n, m = len(a), len(b)
    within = (xx.sum() - np.trace(xx)) / (n * (n - 1)) + (yy.sum() - np.trace(yy)) / (m * (m - 1))
    return float(within - 2 * xy.mean())


def _kernel(a: Features, b: Features) -> Floats:
    kernel: Floats = (a.astype(np.float64) @ b.astype(np.float64).T / a.shape[1] + 1) ** 3
    return kernel


@dataclass(frozen=True, kw_only=True)
class ReferenceStats:
    """Moments of real pictures' features, and the extractor that gave them: generated pictures must use the same."""

    extractor: FeatureExtractor
    moments: Moments


def frechet_to_reference(generated: Iterable[Image], reference: ReferenceStats) -> float:
    """Fréchet distance of generated full images (H, W, 3), taken one by one, to a reference.

    Raises:
        DataError: fewer than two pictures.
    """
    return frechet_distance(moments_of(reference.extractor.features(generated)), reference.moments)


def reference_stats(
    dataset: ImageDataset, extractor: FeatureExtractor, grid: PatchGrid, *, samples: int = 2000, seed: int = 0
) -> ReferenceStats:
    """Moments of ``samples`` pictures' features (or all pictures', if there are fewer) at the size of ``grid``.

    They are kept in a file ``moments_….safetensors`` in the data set's folder (not where it is read-only) and read from
    there as long as data set, size, feature network, views, samples and seed are the same.

    Raises:
        DataError: the pictures do not fit the grid, or are fewer than two.
    """
    path = _cache_path(dataset, extractor, grid, samples, seed)
    moments = _read_moments(path)
    if moments is None:
        chosen = random_indices(dataset.count, samples, seed)
        moments = moments_of(extractor.features(resize_to_grid(dataset.image(int(index)), grid) for index in chosen))
        _write_moments(path, moments)
    return ReferenceStats(extractor=extractor, moments=moments)


def random_indices(count: int, samples: int, seed: int) -> NDArray[np.intp]:
    """Up to ``samples`` different indices below ``count``, in a random order fixed by ``seed``."""
    return np.random.default_rng(seed).permutation(count)[:samples]


def resize_to_grid(image: Image, grid: PatchGrid) -> Image:
    """A picture (H, W, 3) at the size of ``grid``: box-filtered down by an integer factor, or as it is.

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
    return shrink(image, factor)


def _cache_path(dataset: ImageDataset, extractor: FeatureExtractor, grid: PatchGrid, samples: int, seed: int) -> Path:
    size = (grid.height_px, grid.width_px, extractor.network.side_px)
    stated = (VERSION, sorted(dataset.about.items()), extractor.projection, extractor.views, size, samples, seed)
    digest = hashlib.sha256(repr(stated).encode()).hexdigest()[:16]
    return dataset.folder / f"moments_{extractor.network.name}_{digest}.safetensors"


def _read_moments(path: Path) -> Moments | None:
    """Cached moments, or None where there are none or the file is broken: they can be made again."""
    try:
        tensors = load(read_limited(path, MOST_CACHE_BYTES))
        moments = Moments(mean=tensors["mean"], factor=tensors["factor"], count=int(tensors["count"]))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError):
        return None
    mean, factor = moments.mean, moments.factor
    sound = mean.ndim == 1 and factor.ndim == 2 and factor.shape[1] == len(mean) and factor.shape[0] <= len(mean)
    if not sound or moments.count < 2 or not all(np.issubdtype(array.dtype, np.floating) for array in (mean, factor)):
        return None
    return moments if all((np.abs(array) < MOST_MOMENT).all() for array in (mean, factor)) else None


def _write_moments(path: Path, moments: Moments) -> None:
    # a read-only data set: nothing is lost but time
    with contextlib.suppress(OutputError), open_atomically(path) as file:
        arrays = {"mean": moments.mean, "factor": moments.factor, "count": np.array(moments.count)}
        file.write(save({name: np.asarray(array, order="C") for name, array in arrays.items()}))
