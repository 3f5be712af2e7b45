"""Where finished patches live: a cyclic window of texture slots, and behind it a cache with a byte budget. Pure.

The texture is a window of ``rows`` × ``columns`` slots onto the endlessly unrolled panorama. The slot of a world cell
is ``cell mod size`` on both axes (a toroidal, or clipmap, address): data never moves, a turning camera overwrites just
the strip that enters, and neighbours in the world are neighbours in the texture, so GL_REPEAT filters without a seam.
World columns are not wrapped: turning past 360° goes on counting, and column modulo the panorama's columns is the
patch.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.coordinates import PatchGrid

__all__ = ["PatchCache", "Window"]

Patch = tuple[int, int]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Window:
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
    """Finished patches, least recently used out first; pinned ones stay. Keys are (generation, row, column)."""

    def __init__(self, budget_bytes: int) -> None:
        """Hold at most ``budget_bytes`` of pixels, pinned ones aside."""
        self.budget_bytes = budget_bytes
        self.bytes = 0
        self._patches: OrderedDict[tuple[int, int, int], Pixels] = OrderedDict()
        self._pinned: set[tuple[int, int, int]] = set()

    def __len__(self) -> int:
        """How many patches are held."""
        return len(self._patches)

    def pin(self, generation: int, patches: set[Patch]) -> None:
        """From now on exactly these must stay."""
        self._pinned = {(generation, *patch) for patch in patches}

    def put(self, generation: int, patch: Patch, pixels: Pixels) -> list[tuple[int, Patch]]:
        """Add a patch; returns the (generation, patch) that had to go for it."""
        key = (generation, *patch)
        if key in self._patches:
            self.bytes -= self._patches.pop(key).nbytes
        self._patches[key] = pixels
        self.bytes += pixels.nbytes
        return self._shrink()

    def get(self, generation: int, patch: Patch) -> Pixels | None:
        """A patch's pixels, now the most recently used, or None."""
        key = (generation, *patch)
        if key not in self._patches:
            return None
        self._patches.move_to_end(key)
        return self._patches[key]

    def _shrink(self) -> list[tuple[int, Patch]]:
        gone = []
        for key in list(self._patches):
            if self.bytes <= self.budget_bytes:
                break
            if key not in self._pinned:
                self.bytes -= self._patches.pop(key).nbytes
                gone.append((key[0], (key[1], key[2])))
        return gone
