"""Where finished patches are shown: a cyclic window of texture slots. Pure; no OpenGL.

The texture is a window of ``rows`` × ``columns`` slots onto the endlessly unrolled panorama. The slot of a world cell
is ``cell mod size`` on both axes (a toroidal, or clipmap, address): data never moves, a turning camera overwrites just
the strip that enters, and neighbours in the world are neighbours in the texture, so GL_REPEAT filters without a seam.
World columns are not wrapped: turning past 360° goes on counting, and column modulo the panorama's columns is the
patch. Every level of detail that is shown has a window of its own (a clipmap, Tanner et al. 1998).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection, u_of_yaw
from viewer.camera.look import Look
from viewer.camera.visibility import Area

__all__ = ["AtlasWindow", "Cell", "Slot"]

Cell = tuple[int, int]
Slot = tuple[int, int]


@dataclass(frozen=True)
class AtlasWindow:
    """Which world cells the texture shows: ``rows`` × ``columns`` slots from world cell (``top``, ``left``) on.

    ``grid`` is that of the window's ``level``.
    """

    grid: PatchGrid
    rows: int
    columns: int
    top: int = 0
    left: int = 0
    level: int = 0

    @classmethod
    def fitting(cls, grid: PatchGrid, most_px: int, *, level: int = 0, slots: tuple[int, int] | None = None) -> Self:
        """The whole panorama of a level, or ``slots`` (rows, columns) of it, if a texture of ``most_px``² holds it.

        ``grid`` is the level's.
        """
        most, (rows, columns) = max(1, most_px // grid.patch_px), slots or (grid.rows, grid.columns)
        return cls(grid, min(grid.rows, rows, most), min(grid.columns, columns, most), level=level)

    @property
    def origin_px(self) -> int:
        """Width of level 0, which says where yaw 0 is on every level."""
        return self.grid.width_px >> self.level

    @property
    def area(self) -> Area:
        """What it shows."""
        return Area(self.top, self.left, self.rows, self.columns)

    def centre_on(self, row: float, column: float) -> Self:
        """Move it so that world cell position (``row``, ``column``) is in the middle; rows stay on the panorama."""
        top = min(max(round(row - self.rows / 2), 0), self.grid.rows - self.rows)
        return replace(self, top=top, left=round(column - self.columns / 2))

    def follow(self, view: Look, projection: Projection) -> Self:
        """Move it to the view's middle."""
        column = float(u_of_yaw(view.yaw_rad, self.origin_px)) * self.grid.columns
        limit = projection.half_extent_rad  # a little planet looks beyond it, where Mercator has no end
        pitch = min(max(view.pitch_rad, -limit), limit)
        return self.centre_on(float(projection.v_of_pitch(pitch)) * self.grid.rows, column)

    def holds(self, cell: Cell) -> bool:
        """Whether it has a slot for a patch."""
        down, right = cell[0] - self.top, (cell[1] - self.left) % self.grid.columns
        return 0 <= down < self.rows and right < self.columns

    def slot(self, cell: Cell) -> Slot:
        """Where a patch that it holds is shown."""
        column = self.left + (cell[1] - self.left) % self.grid.columns
        return cell[0] % self.rows, column % self.columns

    def cells(self) -> Iterator[tuple[Cell, Slot]]:
        """All (patch, slot) that the window shows."""
        for row in range(self.top, self.top + self.rows):
            for column in range(self.left, self.left + self.columns):
                yield (row, column % self.grid.columns), (row % self.rows, column % self.columns)
