"""Real macro patches with their coordinates, uniformly at random, straight from memory-mapped shards."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.label_transforms import can_mirror, can_turn, mirror_labels, turn_labels
from cocogan_core.errors import DataError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.resampling import shrink

__all__ = ["MacroBatch", "MacroSampler", "Sampler"]

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class MacroBatch:
    """``images`` uint8 (B, h, w, 3), macro ``ids`` (B, 2), and ``parameters`` float32 (B, K) in [−1, 1], K may be 0.

    Ids are (row, column) of the top-left micro patch; under continuous sampling they are fractions of whole pixels.
    """

    images: NDArray[np.uint8]
    ids: NDArray[np.intp] | NDArray[np.float64]
    parameters: NDArray[np.float32]
    level: int = 0


class Sampler(Protocol):
    """What training draws its pictures from, in any process."""

    def batch(self, rng: np.random.Generator, size: int, level: int = 0) -> MacroBatch:
        """``size`` macro patches of a level of detail; randomness comes from ``rng`` alone."""

    def whole(self, rng: np.random.Generator, size: int) -> MacroBatch:
        """``size`` full pictures of level 0; their ids are (0, 0)."""


class MacroSampler:
    """Draws macro patches of a grid from a data set of that size or an integer multiple of it.

    Larger pictures are box-filtered once and kept in memory. On a cylinder macro patches wrap, and ``roll`` turns each
    picture by a random angle; ``flip`` mirrors half of them, a panorama about yaw 0. Named parameters change along
    where they say how a picture is turned and mirrored (``data/label_transforms.py``); where they do not, both are
    refused. ``continuous`` places macro patches at any pixel (the paper's ablation, §4.4), not only on the grid. The
    last ``held_out`` pictures are never drawn.

    Raises:
        DataError: the data set is empty, its size or kind does not fit the grid, or roll or flip would falsify it.
    """

    def __init__(
        self,
        dataset: ImageDataset,
        grid: PatchGrid,
        *,
        roll: bool = False,
        flip: bool = False,
        continuous: bool = False,
        held_out: int = 0,
    ) -> None:
        """Check and, where pictures are larger than the grid, filter them."""
        factor = _scale_factor(dataset, grid, held_out)
        names = dataset.latent_names
        if roll and not can_turn(names):
            raise DataError(_falsification(dataset, "roll", "--yaw random"))
        if flip and not can_mirror(names):
            raise DataError(_falsification(dataset, "flip", "--mirror random"))
        self._dataset, self._grid, self._roll, self._flip = dataset, grid, roll and grid.wraps, flip
        self._steps = grid.patch_px if continuous else 1  # positions from one micro patch to the next
        self._count = dataset.count - held_out
        self._small = _shrink_all(dataset, factor) if factor > 1 else None

    def batch(self, rng: np.random.Generator, size: int, level: int = 0) -> MacroBatch:
        """``size`` macro patches, at discrete macro ids (paper §3.2); randomness comes from ``rng`` alone."""
        assert level == 0
        which = rng.integers(self._count, size=size)
        corners = self._corners(rng, size)
        exact = corners // self._grid.patch_px if self._steps == 1 else corners / self._grid.patch_px
        pixels, parameters = self._take(rng, which, corners, self._grid.macro_height_px, self._grid.macro_width_px)
        return MacroBatch(pixels, exact, parameters)

    def _corners(self, rng: np.random.Generator, size: int) -> NDArray[np.intp]:
        """Top-left pixels (size, 2) of macro patches: as (y, x), evenly over every position that there is."""
        grid, steps = self._grid, self._steps
        rows, columns = grid.macro_shape
        across = columns * steps if grid.wraps else (columns - 1) * steps + 1
        places = np.stack([rng.integers((rows - 1) * steps + 1, size=size), rng.integers(across, size=size)], 1)
        return places * (grid.patch_px // steps)

    def whole(self, rng: np.random.Generator, size: int) -> MacroBatch:
        """``size`` full pictures; their ids are (0, 0)."""
        which, corners = rng.integers(self._count, size=size), np.zeros((size, 2), np.intp)
        pixels, parameters = self._take(rng, which, corners, self._grid.height_px, self._grid.width_px)
        return MacroBatch(pixels, corners, parameters)

    def _take(
        self, rng: np.random.Generator, which: NDArray[np.intp], corners: NDArray[np.intp], height: int, width: int
    ) -> tuple[Pixels, NDArray[np.float32]]:
        """Windows of ``height`` × ``width`` pixels of the pictures ``which`` from pixels ``corners`` on; parameters."""
        size, grid = len(which), self._grid
        shift = rng.integers(grid.width_px, size=size) if self._roll else np.zeros(size, np.intp)
        flipped = rng.random(size) < 0.5 if self._flip else np.zeros(size, bool)
        windows = np.empty((size, height, width, 3), np.uint8)
        for number, index in enumerate(which):
            top, left = (int(at) for at in corners[number])
            self._cut(windows[number], self._image(int(index)), top, left + int(shift[number]), mirror=flipped[number])
        names, parameters = self._dataset.latent_names, self._dataset.parameters[which]
        if self._flip and names:
            parameters = mirror_labels(parameters, names, flipped)
        if self._roll and names:
            parameters = turn_labels(parameters, names, shift * (2 * np.pi / grid.width_px))
        return windows, parameters

    def _image(self, index: int) -> NDArray[np.uint8]:
        return self._dataset.image(index) if self._small is None else self._small[index]

    def _cut(self, patch: Pixels, image: Pixels, top: int, left: int, *, mirror: bool) -> None:
        """Fill ``patch`` (h, w, 3) with the window of a picture (or of its mirror image), in at most two pieces."""
        height, width, whole = patch.shape[0], patch.shape[1], image.shape[1]
        if mirror:  # column −i of a cylinder is column i of its mirror image, whose window is read backwards
            patch = patch[:, ::-1]
            left = (1 if self._grid.wraps else 0) - left - width
        left %= whole
        first = min(width, whole - left)
        rows = image[top : top + height]
        patch[:, :first] = rows[:, left : left + first]
        patch[:, first:] = rows[:, : width - first]


def _scale_factor(dataset: ImageDataset, grid: PatchGrid, held_out: int) -> int:
    """How many times larger than the grid the pictures are.

    Raises:
        DataError: as :class:`MacroSampler`.
    """
    factor = dataset.width_px // grid.width_px
    if (dataset.height_px, dataset.width_px) != (grid.height_px * factor, grid.width_px * factor):
        raise DataError(
            f"{dataset.folder} holds pictures of {dataset.width_px}×{dataset.height_px}; the model needs "
            f"{grid.width_px}×{grid.height_px} or a multiple: prepare them at that size"
        )
    if dataset.count <= held_out:
        raise DataError(f"{dataset.folder} holds no pictures" + (" beside those held out" if held_out else ""))
    if grid.wraps and dataset.projection is None:
        raise DataError(
            f"{dataset.folder} holds planar pictures, and the model's grid is a cylinder: choose a planar preset"
        )
    return factor


def _falsification(dataset: ImageDataset, what: str, remedy: str) -> str:
    return (
        f"{dataset.folder} has named parameters, which a {what} would falsify: switch it off, "
        f"or make rooms with {remedy}, whose parameters follow"
    )


def _shrink_all(dataset: ImageDataset, factor: int) -> NDArray[np.uint8]:
    height, width = dataset.height_px // factor, dataset.width_px // factor
    small = np.empty((dataset.count, height, width, 3), np.uint8)
    for index in range(dataset.count):
        small[index] = shrink(dataset.image(index), factor)
    return small
