"""Antialiased resampling between surfaces: every pixel made is the mean of bilinear lookups spread over its area.

The weights depend on the two surfaces only, so they are worked out once and applied to any number of pictures.
Knows nothing of files; numpy only. Means are of the stored (sRGB) values, as image editors and data sets do.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.surfaces import Source, Target

__all__ = ["Resampler"]

Floats = NDArray[np.float64]
Image = NDArray[np.uint8]

MOST_LOOKUPS = 16  # along each axis of a pixel
SPARE = 1.5  # pixels that a shrunk source keeps for each of the target's, so that nothing is lost by shrinking first
BLOCK = 8192  # target pixels worked on at once: bounds memory, and their weights fit a core's cache


@dataclass(frozen=True)
class _Rows:
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
        self._factor = _shrinking(source, target)
        self._rows = list(_weights(source.reduced(self._factor), target))

    def __call__(self, image: Image) -> Image:
        """A picture (H, W, 3) on the target from one on the source.

        A sky box is the tall picture of its faces, so faces (6, f, f, 3) do as they are and ``made.reshape(6, f, f,
        3)`` takes a sky box apart.
        """
        tall = image.reshape(self.source.height_px, self.source.width_px, 3)
        made = np.empty((self.target.height_px * self.target.width_px, 3), np.uint8)
        channels = [_shrunk(tall[..., channel], self._factor).ravel() for channel in range(3)]
        for part in self._rows:
            for channel, values in enumerate(channels):
                sums = np.add.reduceat(values[part.indices] * part.weights, part.starts)
                made[part.pixels, channel] = np.rint(sums)
        return made.reshape(self.target.height_px, self.target.width_px, 3)


def _shrinking(source: Source, target: Target) -> int:
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


def _weights(source: Source, target: Target) -> Iterator[_Rows]:
    """Some rows of the target at a time."""
    step = max(1, BLOCK // target.width_px)
    for first in range(0, target.height_px, step):
        rows = np.arange(first, min(first + step, target.height_px))
        across, down = (int(np.clip(np.ceil(ratio.max()), 1, MOST_LOOKUPS)) for ratio in _ratios(source, target, rows))
        row = rows[:, None, None, None] + _middles(down)[:, None]
        column = np.arange(target.width_px)[:, None, None] + _middles(across)
        indices, weights = source.taps(target.directions(row, column))  # each (rows, W, down, across, 4)
        pixels = slice(first * target.width_px, (rows[-1] + 1) * target.width_px)
        yield _merged(pixels, indices, weights / (down * across))


def _middles(count: int) -> Floats:
    return (np.arange(count) + 0.5) / count


def _merged(pixels: slice, indices: NDArray[np.intp], weights: Floats) -> _Rows:
    """Add up the weights that lookups of one pixel give to the same source pixel."""
    count, sources = pixels.stop - pixels.start, int(indices.max()) + 1
    keys = (indices.reshape(count, -1) + np.arange(count)[:, None] * sources).ravel()
    unique, inverse = np.unique(keys, return_inverse=True)
    summed = np.bincount(inverse, weights.ravel())
    starts = np.searchsorted(unique, np.arange(count) * sources)
    return _Rows(pixels, (unique % sources).astype(np.int32), summed.astype(np.float32), starts)


def _shrunk(channel: NDArray[np.uint8], factor: int) -> NDArray[np.float32]:
    """The mean of each ``factor``² values of one colour (H, W)."""
    rows, wide = channel.reshape(-1, factor, channel.shape[1]), np.uint16 if factor <= 16 else np.uint32
    tall = sum((rows[:, row] for row in range(1, factor)), rows[:, 0].astype(wide))
    total = sum((tall[:, column::factor] for column in range(1, factor)), tall[:, ::factor])
    return np.asarray(total, np.float32) / np.float32(factor**2)
