"""Real macro patches with their coordinates, uniformly at random, straight from memory-mapped shards."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.coordinates import PatchGrid
from cocogan_core.data.shards import Panoramas
from cocogan_core.errors import DataError

__all__ = ["MacroBatch", "MacroSampler"]


@dataclass(frozen=True)
class MacroBatch:
    """``images`` uint8 (B, h, w, 3), macro ``ids`` (B, 2), and ``parameters`` float32 (B, K) in [−1, 1], K may be 0."""

    images: NDArray[np.uint8]
    ids: NDArray[np.intp]
    parameters: NDArray[np.float32]


class MacroSampler:
    """Draws macro patches of a grid from a data set of that size or an integer multiple of it.

    Larger pictures are box-filtered once and kept in memory. On a cylinder macro patches wrap, and ``roll`` turns each
    picture by a random angle; ``flip`` mirrors half of them. Both change what named parameters mean, and are refused.

    Raises:
        DataError: the data set is empty, its size does not fit the grid, or roll or flip meet named parameters.
    """

    def __init__(self, panoramas: Panoramas, grid: PatchGrid, *, roll: bool = False, flip: bool = False) -> None:
        """Check and, where pictures are larger than the grid, filter them."""
        factor = panoramas.width_px // grid.width_px
        if (panoramas.height_px, panoramas.width_px) != (grid.height_px * factor, grid.width_px * factor):
            raise DataError(
                f"{panoramas.folder} holds pictures of {panoramas.width_px}×{panoramas.height_px}; the model needs "
                f"{grid.width_px}×{grid.height_px} or a multiple: prepare them at that size"
            )
        if not panoramas.count:
            raise DataError(f"{panoramas.folder} holds no pictures")
        if panoramas.latent_names and (roll or flip):
            raise DataError(
                f"{panoramas.folder} has named parameters, which a roll or flip would falsify: switch them off"
            )
        self._panoramas, self._grid, self._roll, self._flip = panoramas, grid, roll and grid.wraps, flip
        self._small = _reduced(panoramas, factor) if factor > 1 else None

    def batch(self, rng: np.random.Generator, size: int) -> MacroBatch:
        """``size`` macro patches at discrete macro ids (paper §3.2); randomness comes from ``rng`` alone."""
        grid = self._grid
        rows, columns = grid.macro_shape
        which = rng.integers(self._panoramas.count, size=size)
        ids = np.stack([rng.integers(rows, size=size), rng.integers(columns, size=size)], 1)
        shift = rng.integers(grid.width_px, size=size) if self._roll else np.zeros(size, int)
        mirrored = rng.random(size) < 0.5 if self._flip else np.zeros(size, bool)
        patches = [
            self._patch(int(index), (int(row), int(column)), int(turn), bool(mirror))
            for index, (row, column), turn, mirror in zip(which, ids, shift, mirrored, strict=True)
        ]
        return MacroBatch(np.stack(patches), ids, self._panoramas.parameters[which])

    def whole(self, rng: np.random.Generator, size: int) -> MacroBatch:
        """``size`` full pictures; their ids are (0, 0)."""
        which = rng.integers(self._panoramas.count, size=size)
        images = np.stack([self._image(int(index)) for index in which])
        return MacroBatch(images, np.zeros((size, 2), np.intp), self._panoramas.parameters[which])

    def _image(self, index: int) -> NDArray[np.uint8]:
        return self._panoramas.image(index) if self._small is None else self._small[index]

    def _patch(self, index: int, macro_id: tuple[int, int], shift: int, mirror: bool) -> NDArray[np.uint8]:
        grid, image = self._grid, self._image(index)
        if mirror:
            image = image[:, ::-1]
        corner = (macro_id[0] * grid.patch_px, macro_id[1] * grid.patch_px + shift)
        return grid.crop(image, corner, grid.macro_height_px, grid.macro_width_px)


def _reduced(panoramas: Panoramas, factor: int) -> NDArray[np.uint8]:
    height, width = panoramas.height_px // factor, panoramas.width_px // factor
    small = np.empty((panoramas.count, height, width, 3), np.uint8)
    for index in range(panoramas.count):
        cells = panoramas.image(index).reshape(height, factor, width, factor, 3)
        small[index] = np.rint(cells.mean((1, 3), dtype=np.float32))
    return small
