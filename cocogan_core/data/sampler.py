"""Real macro patches with their coordinates, uniformly at random, straight from memory-mapped shards."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

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

    Larger pictures are box-filtered. A level of the grid is drawn from the pictures that have it: where the data set is
    2^k times as large as the grid, the grid's level k is the data set's level 0. On a cylinder macro patches wrap, and
    ``roll`` turns each picture by a random angle; ``flip`` mirrors half of them, a panorama about yaw 0. Named
    parameters change along where they say how a picture is turned and mirrored (``data/label_transforms.py``); where
    they do not, both are refused. ``continuous`` places macro patches at any pixel (the paper's ablation, §3.7), not
    only on the grid. The last ``held_out`` pictures are never drawn.

    Raises:
        DataError: the data set is empty, its size, kind or levels do not fit the grid, or roll or flip would falsify
            it.
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
        """Check and, where pictures are larger than the grid, keep small ones in memory."""
        factor = _scale_factor(dataset, grid, held_out)
        names = dataset.latent_names
        if roll and not can_turn(names):
            raise DataError(_falsification(dataset, "roll", "--yaw random"))
        if flip and not can_mirror(names):
            raise DataError(_falsification(dataset, "flip", "--mirror random"))
        self._dataset, self._grid, self._roll, self._flip = dataset, grid, roll and grid.wraps, flip
        self._steps = grid.patch_px if continuous else 1  # positions from one micro patch to the next
        self._levels = [_drawn_level(dataset, factor, level, held_out) for level in range(grid.levels)]
        self._small = _shrink_all(dataset, factor) if factor > 1 else None

    def batch(self, rng: np.random.Generator, size: int, level: int = 0) -> MacroBatch:
        """``size`` macro patches, at discrete macro ids (paper §2); randomness comes from ``rng`` alone."""
        grid, which = self._grid.at_level(level), self._which(rng, size, level)
        corners = self._corners(rng, size, grid)
        exact = corners // grid.patch_px if self._steps == 1 else corners / grid.patch_px
        pixels, parameters = self._take(rng, which, corners, (grid.macro_height_px, grid.macro_width_px), level)
        return MacroBatch(pixels, exact, parameters, level)

    def _which(self, rng: np.random.Generator, size: int, level: int) -> NDArray[np.intp]:
        """Numbers (size,) of pictures that have a level."""
        having = self._levels[level].having
        return having[rng.integers(len(having), size=size)]

    def _corners(self, rng: np.random.Generator, size: int, grid: PatchGrid) -> NDArray[np.intp]:
        """Top-left pixels (size, 2) of macro patches: as (y, x), evenly over every position that there is."""
        steps, (rows, columns) = self._steps, grid.macro_shape
        across = columns * steps if grid.wraps else (columns - 1) * steps + 1
        places = np.stack([rng.integers((rows - 1) * steps + 1, size=size), rng.integers(across, size=size)], 1)
        return places * (grid.patch_px // steps)

    def whole(self, rng: np.random.Generator, size: int) -> MacroBatch:
        """``size`` full pictures of level 0; their ids are (0, 0)."""
        which, corners = self._which(rng, size, 0), np.zeros((size, 2), np.intp)
        pixels, parameters = self._take(rng, which, corners, (self._grid.height_px, self._grid.width_px), 0)
        return MacroBatch(pixels, corners, parameters)

    def _take(
        self,
        rng: np.random.Generator,
        which: NDArray[np.intp],
        corners: NDArray[np.intp],
        shape: tuple[int, int],
        level: int,
    ) -> tuple[Pixels, NDArray[np.float32]]:
        """Windows of ``shape`` = (height, width) of the pictures ``which`` from a level's pixels ``corners`` on."""
        size, grid = len(which), self._grid
        shift = rng.integers(grid.width_px, size=size) if self._roll else np.zeros(size, np.intp)
        flipped = rng.random(size) < 0.5 if self._flip else np.zeros(size, bool)
        corners = corners + np.stack([np.zeros_like(shift), shift << level], 1)
        windows = np.empty((size, *shape, 3), np.uint8)
        for number, index in enumerate(which):
            self._fill(windows[number], int(index), level, corners[number], mirror=bool(flipped[number]))
        names, parameters = self._dataset.latent_names, self._dataset.parameters[which]
        if self._flip and names:
            parameters = mirror_labels(parameters, names, flipped)
        if self._roll and names:
            parameters = turn_labels(parameters, names, shift * (2 * np.pi / grid.width_px))
        return windows, parameters

    def _fill(self, window: Pixels, index: int, level: int, corner: NDArray[np.intp], *, mirror: bool) -> None:
        """Fill a window (h, w, 3) from pixel ``corner`` of a picture's level on, shrunk where the data is larger."""
        drawn, factor = self._levels[level], self._levels[level].factor
        if level == 0 and self._small is not None:
            image, factor = self._small[index], 1
        else:
            image = self._dataset.image(index, drawn.level)
        top, left = (int(at) * factor for at in corner)
        height, width = (side * factor for side in window.shape[:2])
        cut = window if factor == 1 else np.empty((height, width, 3), np.uint8)
        self._cut(cut, image, top, left, mirror=mirror, pixel=factor << level)
        if factor > 1:
            window[:] = shrink(cut, factor)

    def _cut(self, patch: Pixels, image: Pixels, top: int, left: int, *, mirror: bool, pixel: int) -> None:
        """Fill ``patch`` (h, w, 3) with the window of a picture (or of its mirror image), in at most two pieces.

        A cylinder is mirrored about the middle of the grid's first pixel, which is ``pixel`` columns wide here.
        """
        height, width, whole = patch.shape[0], patch.shape[1], image.shape[1]
        if mirror:  # column pixel − 1 − i of a cylinder is column i of its mirror image, whose window is read backwards
            patch = patch[:, ::-1]
            left = (pixel if self._grid.wraps else 0) - left - width
        left %= whole
        first = min(width, whole - left)
        rows = image[top : top + height]
        patch[:, :first] = rows[:, left : left + first]
        patch[:, first:] = rows[:, : width - first]


class _DrawnLevel(NamedTuple):
    """Where a level of the grid comes from: a level of the data, how many times larger that is, and who has it."""

    level: int
    factor: int
    having: NDArray[np.intp]


def _drawn_level(dataset: ImageDataset, factor: int, level: int, held_out: int) -> _DrawnLevel:
    """The coarsest level of the data that is at least as fine as a level of the grid.

    Raises:
        DataError: there is none, or no picture has it.
    """
    halvings = min(level, (factor & -factor).bit_length() - 1)  # of the factor, which leave whole pixels
    finer = level - halvings
    having = np.flatnonzero(dataset.picture_levels[: dataset.count - held_out] > finer)
    if not len(having):
        raise DataError(
            f"{dataset.folder} has no picture for level {level} of the model, which needs --levels {finer + 1} of "
            f"`cocogan prepare` and pictures of {dataset.width_px << finer} columns; train fewer levels on it"
        )
    return _DrawnLevel(finer, factor >> halvings, having)


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
