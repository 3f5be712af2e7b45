"""Antialiased resizing: the box filter, and resampling from one surface to another.

When resampling, every pixel made is the mean of bilinear lookups spread over its area. The weights depend on the two
surfaces only, so they are worked out once and applied to any number of pictures. Numpy only. Means are of the stored
(sRGB) values, as image editors and data sets do.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.surfaces import Panorama, Source, Target

__all__ = ["Resampler", "TurningResampler", "box_filter", "shrink"]

Floats = NDArray[np.float64]
Image = NDArray[np.uint8]

MOST_LOOKUPS = 16  # along each axis of a pixel
SPARE = 1.5  # pixels that a shrunk source keeps for each of the target's, so that nothing is lost by shrinking first
BLOCK = 8192  # target pixels worked on at once: bounds memory, and their weights fit a core's cache


def box_filter(image: Image, factor: int) -> NDArray[np.float32]:
    """The mean of each square of ``factor``² pixels of a picture (H, W) or (H, W, C); ``factor`` divides H and W."""
    rows, wide = image.reshape(-1, factor, *image.shape[1:]), np.uint16 if factor <= 16 else np.uint32
    tall = sum((rows[:, row] for row in range(1, factor)), rows[:, 0].astype(wide))
    total = sum((tall[:, column::factor] for column in range(1, factor)), tall[:, ::factor])
    return np.asarray(total, np.float32) / np.float32(factor**2)


def shrink(image: Image, factor: int) -> Image:
    """A picture (H, W, C) made ``factor`` times smaller by the box filter, rounded; ``factor`` divides H and W."""
    return image if factor == 1 else np.asarray(np.rint(box_filter(image, factor)), np.uint8)


@dataclass(frozen=True)
class _Weights:
    """Some pixels of the target: their sources' indices and weights in a row, and where each pixel's begin."""

    pixels: slice
    indices: NDArray[np.int32]
    weights: NDArray[np.float32]
    starts: NDArray[np.intp]


class Resampler:
    """Turns pictures on ``source`` into pictures on ``target``.

    Where the source has many pixels for each of the target's, it is first shrunk by a box filter; then each target
    pixel gets as many lookups along its rows and columns as source pixels lie there. What lies beyond the source
    (outside the pitches of a strip) is black.
    """

    def __init__(self, source: Source, target: Target) -> None:
        """Work out the weights: seconds for a whole panorama, so keep the resampler."""
        self.source, self.target = source, target
        self._factor = _shrink_factor(source, target)
        self._weights = list(_weights_of(source.reduced(self._factor), target))

    def __call__(self, image: Image) -> Image:
        """A picture (H, W, 3) on the target from one on the source.

        A sky box is the tall picture of its faces, so faces (6, f, f, 3) do as they are and ``panorama.reshape(6, f, f,
        3)`` takes a sky box apart.
        """
        tall = image.reshape(self.source.height_px, self.source.width_px, 3)
        pixels = np.empty((self.target.height_px * self.target.width_px, 3), np.uint8)
        channels = [box_filter(tall[..., channel], self._factor).ravel() for channel in range(3)]
        for part in self._weights:
            for channel, values in enumerate(channels):
                sums = np.add.reduceat(values[part.indices] * part.weights, part.starts)
                pixels[part.pixels, channel] = np.rint(sums)
        return pixels.reshape(self.target.height_px, self.target.width_px, 3)


class TurningResampler:
    """As :class:`Resampler`, onto a panorama a quarter at a time: a quarter of the weights, and of the time they take.

    Of 6144 columns, that is 230 MB of weights for a sky box, and not 900. 4 divides the widths of both panoramas.
    """

    def __init__(self, source: Source, target: Panorama) -> None:
        """Work out the weights of one quarter."""
        self._source, self._first = source, Resampler(source, target.first_quarter)

    def __call__(self, image: Image) -> Image:
        """A picture (H, W, 3) on the target from one on the source."""
        return np.concatenate([self._first(self._source.turned(image, number)) for number in range(4)], axis=1)


def _shrink_factor(source: Source, target: Target) -> int:
    """The largest power of two by which the source can be shrunk with ``SPARE`` to spare everywhere."""
    step = max(1, target.height_px // 64)  # a rough look is enough
    rows = np.arange(0, target.height_px, step)
    across, down = _ratios(source, target, rows)
    least, factor = float(np.maximum(across, down).min()), 1
    while least / (2 * factor) >= SPARE and not any(
        side % (2 * factor) for side in (source.height_px, source.width_px)
    ):
        factor *= 2
    return factor


def _ratios(source: Source, target: Target, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Source pixels for a target pixel's width and its height, each (rows, W)."""
    row, column = np.asarray(rows[:, None] + 0.5, float), np.arange(target.width_px) + np.float64(0.5)
    density = source.density(target.directions(row, column))
    # half a pixel apart, doubled: a whole one could reach over to another face
    across = target.directions(row, column + 0.25) - target.directions(row, column - 0.25)
    down = target.directions(row + 0.25, column) - target.directions(row - 0.25, column)
    return 2 * density * np.linalg.norm(across, axis=-1), 2 * density * np.linalg.norm(down, axis=-1)


def _weights_of(source: Source, target: Target) -> Iterator[_Weights]:
    """Some rows of the target at a time."""
    step = max(1, BLOCK // target.width_px)
    for first in range(0, target.height_px, step):
        rows = np.arange(first, min(first + step, target.height_px))
        across, down = (int(np.clip(np.ceil(ratio.max()), 1, MOST_LOOKUPS)) for ratio in _ratios(source, target, rows))
        row = rows[:, None, None, None] + _centres(down)[:, None]
        column = np.arange(target.width_px)[:, None, None] + _centres(across)
        indices, weights = source.taps(target.directions(row, column))  # each (rows, W, down, across, 4)
        pixels = slice(first * target.width_px, (rows[-1] + 1) * target.width_px)
        yield _sum_by_pixel(pixels, indices, weights / (down * across))


def _centres(count: int) -> Floats:
    return (np.arange(count) + 0.5) / count


def _sum_by_pixel(pixels: slice, indices: NDArray[np.intp], weights: Floats) -> _Weights:
    """Add up the weights that lookups of one pixel give to the same source pixel."""
    count, sources = pixels.stop - pixels.start, int(indices.max()) + 1
    keys = (indices.reshape(count, -1) + np.arange(count)[:, None] * sources).ravel()
    unique, inverse = np.unique(keys, return_inverse=True)
    summed = np.bincount(inverse, weights.ravel())
    starts = np.searchsorted(unique, np.arange(count) * sources)
    return _Weights(pixels, (unique % sources).astype(np.int32), summed.astype(np.float32), starts)
