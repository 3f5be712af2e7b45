"""The rooms that were visited, each with a thumbnail in one texture."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.resampling import box_filter
from viewer.state.latents import Latents

__all__ = ["Filmstrip", "Texture", "thumbnail", "thumbnail_size"]

Pixels = NDArray[np.uint8]
MOST_ROOMS = 24
WIDTH_PX = 96  # about


class Texture(Protocol):
    """What is needed of an OpenGL texture with three channels."""

    @property
    def glo(self) -> int:
        """OpenGL's name of it."""

    def write(self, data: bytes, viewport: tuple[int, int, int, int], *, alignment: int = 1) -> None:
        """Put rows into left, top, width, height."""

    def release(self) -> None:
        """Give it back."""


def thumbnail_size(grid: PatchGrid) -> tuple[int, int]:
    """Width and height in pixels: a power of two for each patch's side, so that patches shrink on their own."""
    side = _thumb_px(grid)
    return grid.columns * side, grid.rows * side


def thumbnail(patches: Mapping[tuple[int, int], Pixels], grid: PatchGrid) -> Pixels:
    """A small panorama (h, w, 3) of what is made of it; the rest has the mean colour of that."""
    width, height = thumbnail_size(grid)
    side = _thumb_px(grid)
    step = max(1, grid.patch_px // side // 2)  # four points of each square stand for it: a whole one would cost a frame
    points = {patch: pixels[step // 2 :: step, step // 2 :: step] for patch, pixels in patches.items()}
    shrunk = {patch: box_filter(few, len(few) // side).astype(float) for patch, few in points.items()}
    mean = np.mean(list(shrunk.values()), (0, 1, 2)) if shrunk else np.zeros(3)
    small = np.full((height, width, 3), np.rint(mean), np.uint8)
    for (row, column), means in shrunk.items():
        small[row * side : (row + 1) * side, column * side : (column + 1) * side] = np.rint(means)
    return small


class Filmstrip:
    """Thumbnails of the last rooms visited, oldest first; a room that is visited again keeps its place."""

    def __init__(self, texture: Texture, grid: PatchGrid) -> None:
        """``texture`` is as wide as a thumbnail and ``MOST_ROOMS`` times as high."""
        self.texture, self._grid = texture, grid
        self.rooms: list[Latents] = []
        self.version = 0  # grows with every change
        self._places: list[int] = []

    @staticmethod
    def texture_size(grid: PatchGrid) -> tuple[int, int]:
        """Size of the texture that it needs."""
        width, height = thumbnail_size(grid)
        return width, height * MOST_ROOMS

    def find(self, room: Latents) -> int | None:
        """Where a room is; locks and the seed's number do not make another room of it."""
        for index, known in enumerate(self.rooms):
            if (known.base, known.along) == (room.base, room.along):
                return index
        return None

    def add(self, room: Latents, patches: Mapping[tuple[int, int], Pixels]) -> None:
        """Add a room, or renew its thumbnail."""
        index = self.find(room)
        if index is None:
            free = set(range(MOST_ROOMS)) - set(self._places)
            if not free:
                self.rooms.pop(0)
                free = {self._places.pop(0)}
            self.rooms.append(room)
            self._places.append(min(free))
            index = len(self.rooms) - 1
        self.version += 1
        width, height = thumbnail_size(self._grid)
        small = thumbnail(patches, self._grid)
        self.texture.write(small.tobytes(), (0, self._places[index] * height, width, height), alignment=1)

    def edges(self, index: int) -> tuple[float, float]:
        """Top and bottom of a room's thumbnail in the texture, 0 … 1."""
        return self._places[index] / MOST_ROOMS, (self._places[index] + 1) / MOST_ROOMS


def _thumb_px(grid: PatchGrid) -> int:
    wanted = max(1, WIDTH_PX // grid.columns)
    return int(min(grid.patch_px, 1 << (wanted.bit_length() - 1)))
