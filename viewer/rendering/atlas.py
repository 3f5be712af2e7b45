"""Where finished patches are shown: a cyclic window of texture slots. Pure; no OpenGL.

The texture is a window of ``rows`` × ``columns`` slots onto the endlessly unrolled panorama. The slot of a world cell
is ``cell mod size`` on both axes (a toroidal, or clipmap, address): data never moves, a turning camera overwrites just
the strip that enters, and neighbours in the world are neighbours in the texture, so GL_REPEAT filters without a seam.
World columns are not wrapped: turning past 360° goes on counting, and column modulo the panorama's columns is the
patch.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from cocogan_core.geometry.grid import PatchGrid

__all__ = ["AtlasWindow"]

Patch = tuple[int, int]


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

    def centre_on(self, row: float, column: float) -> Self:
        """Move it so that world cell position (``row``, ``column``) is in the middle; rows stay on the panorama."""
        top = min(max(round(row - self.rows / 2), 0), self.grid.rows - self.rows)
        return replace(self, top=top, left=round(column - self.columns / 2))

    def cells(self) -> Iterator[tuple[Patch, Patch]]:
        """All (patch, slot) that the window shows."""
        for row in range(self.top, self.top + self.rows):
            for column in range(self.left, self.left + self.columns):
                yield (row, column % self.grid.columns), (row % self.rows, column % self.columns)
