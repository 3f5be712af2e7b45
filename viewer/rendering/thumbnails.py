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

    def write(self, data: bytes, viewport: tuple[int, int, int, int] | None = None, *, alignment: int = 1) -> None:
        """Put rows into left, top, width, height; into all of it where these are left out."""

    def release(self) -> None:
        """Give it back."""


def thumbnail_size(grid: PatchGrid, width_px: int = WIDTH_PX) -> tuple[int, int]:
    """Width, about ``width_px``, and height in pixels: a power of two a patch, so that patches shrink on their own."""
    side = _thumb_px(grid, width_px)
    return grid.columns * side, grid.rows * side


def thumbnail(patches: Mapping[tuple[int, int], Pixels], grid: PatchGrid, width_px: int = WIDTH_PX) -> Pixels:
    """A small panorama (h, w, 3) of what is made of it; the rest has the mean colour of that."""
    width, height = thumbnail_size(grid, width_px)
    side = _thumb_px(grid, width_px)
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

    def __init__(self, texture: Texture, grid: PatchGrid, *, most: int = MOST_ROOMS, width_px: int = WIDTH_PX) -> None:
        """``texture`` is as wide as a thumbnail of about ``width_px`` and ``most`` times as high."""
        self.texture, self._grid, self._most, self._width_px = texture, grid, most, width_px
        self.rooms: list[Latents] = []
        self.version = 0  # grows with every change
        self._places: list[int] = []
        self._whole: set[int] = set()  # places whose thumbnails have no guesses

    @staticmethod
    def texture_size(grid: PatchGrid, *, most: int = MOST_ROOMS, width_px: int = WIDTH_PX) -> tuple[int, int]:
        """Size of the texture that it needs."""
        width, height = thumbnail_size(grid, width_px)
        return width, height * most

    @property
    def unfinished(self) -> tuple[Latents, ...]:
        """Rooms of which only a part was made when they were left, newest first."""
        places = zip(self.rooms, self._places, strict=True)
        return tuple(room for room, place in places if place not in self._whole)[::-1]

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
            free = set(range(self._most)) - set(self._places)
            if not free:
                self.rooms.pop(0)
                free = {self._places.pop(0)}
            self.rooms.append(room)
            self._places.append(min(free))
            index = len(self.rooms) - 1
        self.version += 1
        width, height = thumbnail_size(self._grid, self._width_px)
        small, place = thumbnail(patches, self._grid, self._width_px), self._places[index]
        whole = len(patches) == self._grid.rows * self._grid.columns
        (self._whole.add if whole else self._whole.discard)(place)
        self.texture.write(small.tobytes(), (0, place * height, width, height), alignment=1)

    def edges(self, index: int) -> tuple[float, float]:
        """Top and bottom of a room's thumbnail in the texture, 0 … 1."""
        return self._places[index] / self._most, (self._places[index] + 1) / self._most


def _thumb_px(grid: PatchGrid, width_px: int) -> int:
    wanted = max(1, width_px // grid.columns)
    return int(min(grid.patch_px, 1 << (wanted.bit_length() - 1)))
