"""Where finished patches live: a cyclic window of texture slots, and behind it a cache with a byte budget. Pure.

The texture is a window of ``rows`` × ``columns`` slots onto the endlessly unrolled panorama. The slot of a world cell
is ``cell mod size`` on both axes (a toroidal, or clipmap, address): data never moves, a turning camera overwrites just
the strip that enters, and neighbours in the world are neighbours in the texture, so GL_REPEAT filters without a seam.
World columns are not wrapped: turning past 360° goes on counting, and column modulo the panorama's columns is the
patch.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid

__all__ = ["AtlasWindow", "PatchCache"]

SLAB_BYTES = 4 << 20

Patch = tuple[int, int]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class AtlasWindow:
    """Which world cells the texture shows: ``rows`` × ``columns`` slots from world cell (``top``, ``left``) on."""

    grid: PatchGrid
    rows: int
    columns: int
    top: int = 0
    left: int = 0

    @classmethod
    def fitting(cls, grid: PatchGrid, most_px: int) -> Self:
        """The whole panorama if a texture of ``most_px``² holds it, else as much as it does."""
        most = max(1, most_px // grid.patch_px)
        return cls(grid, min(grid.rows, most), min(grid.columns, most))

    def centred(self, row: float, column: float) -> Self:
        """Moved so that world cell position (``row``, ``column``) is in the middle; rows stay on the panorama."""
        top = min(max(round(row - self.rows / 2), 0), self.grid.rows - self.rows)
        return replace(self, top=top, left=round(column - self.columns / 2))

    def cells(self) -> Iterator[tuple[Patch, Patch]]:
        """All (patch, slot) that the window shows."""
        for row in range(self.top, self.top + self.rows):
            for column in range(self.left, self.left + self.columns):
                yield (row, column % self.grid.columns), (row % self.rows, column % self.columns)


class PatchCache:
    """Finished patches by room (whatever tells its z) and patch; least recently used out first, pinned ones stay.

    They lie in slabs, as many as the budget needs, and are handed out as copies. Allocated one by one, they
    kept the holes open that every frame leaves in the heap, four times their own size at first.
    """

    def __init__(self, budget_bytes: int) -> None:
        """Hold at most ``budget_bytes`` of pixels, pinned ones aside."""
        self.budget_bytes = budget_bytes
        self.bytes = 0
        self._places: OrderedDict[tuple[Hashable, Patch], int] = OrderedDict()
        self._slabs: list[Pixels] = []  # (n, s, s, 3) each
        self._free: list[int] = []
        self._pinned: set[tuple[Hashable, Patch]] = set()

    def __len__(self) -> int:
        """How many patches are held."""
        return len(self._places)

    def __contains__(self, key: tuple[Hashable, Patch]) -> bool:
        """Whether a (room, patch) is held."""
        return key in self._places

    def pin(self, room: Hashable, patches: set[Patch]) -> None:
        """From now on exactly these must stay."""
        self._pinned = {(room, patch) for patch in patches}

    def put(self, room: Hashable, patch: Patch, pixels: Pixels) -> list[tuple[Hashable, Patch]]:
        """Add a patch (s, s, 3), all of one s; returns the (room, patch) that had to go for it."""
        key = (room, patch)
        if key not in self._places:
            self._places[key] = self._room_for(pixels)
            self.bytes += pixels.nbytes
        self._places.move_to_end(key)
        self._at(self._places[key])[:] = pixels
        return self._shrink(pixels.nbytes)

    def get(self, room: Hashable, patch: Patch) -> Pixels | None:
        """A copy of a patch's pixels, now the most recently used, or None."""
        key = (room, patch)
        if key not in self._places:
            return None
        self._places.move_to_end(key)
        return self._at(self._places[key]).copy()

    def _at(self, place: int) -> Pixels:
        slab, index = divmod(place, len(self._slabs[0]))
        found: Pixels = self._slabs[slab][index]
        return found

    def _room_for(self, pixels: Pixels) -> int:
        """A free place; a new slab if there is none."""
        if not self._free:
            size = max(1, SLAB_BYTES // pixels.nbytes)
            first = size * len(self._slabs)
            self._slabs.append(np.empty((size, *pixels.shape), np.uint8))
            self._free = list(range(first, first + size))[::-1]
        return self._free.pop()

    def _shrink(self, patch_bytes: int) -> list[tuple[Hashable, Patch]]:
        excess, gone = self.bytes - self.budget_bytes, []
        for key in self._places:  # oldest first
            if excess <= 0:
                break
            if key not in self._pinned:
                excess -= patch_bytes
                gone.append(key)
        for key in gone:
            self._free.append(self._places.pop(key))
            self.bytes -= patch_bytes
        return gone
