"""Rooms that are drawn when they are looked at: real pictures of any width to measure by, none of them stored."""

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.live import LiveRooms
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection

__all__ = ["DrawnRooms"]

STREAM = 0x6D656173  # rooms of no data set's seed, which has none or one number beside it, and of no training step


class DrawnRooms:
    """As many rooms of a recipe, always the same ones for a seed.

    Attributes:
        rooms: the recipe.
        parameters: float32 (count, K) in [−1, 1], what :attr:`latent_names` names.
    """

    def __init__(self, rooms: LiveRooms, parameters: NDArray[np.float32]) -> None:
        """Use :meth:`of`."""
        self.rooms, self.parameters = rooms, parameters

    @classmethod
    def of(cls, rooms: LiveRooms, count: int, seed: int) -> Self:
        """``count`` rooms; fewer of the same seed are the first of these."""
        every = [rooms.numbers(np.random.default_rng((STREAM, seed, index)), 1) for index in range(count)]
        return cls(rooms, np.concatenate(every))

    @property
    def folder(self) -> Path:
        """Where the recipe lies."""
        return self.rooms.folder

    @property
    def about(self) -> dict[str, Any]:
        """The recipe as JSON values."""
        return self.rooms.about

    @property
    def projection(self) -> Projection:
        """How rows lie in pitch."""
        return self.rooms.projection

    @property
    def latent_names(self) -> tuple[str, ...]:
        """What the columns of ``parameters`` mean."""
        return self.rooms.latent_names

    @property
    def count(self) -> int:
        """How many rooms there are."""
        return len(self.parameters)

    @property
    def height_px(self) -> int:
        """Height of the recipe's panoramas."""
        return self.rooms.height_px

    @property
    def width_px(self) -> int:
        """Width of the recipe's panoramas, which says where yaw 0 is; they are drawn at any."""
        return self.rooms.width_px

    def at_size(self, index: int, grid: PatchGrid) -> NDArray[np.uint8]:
        """Room ``index``: its panorama (H, W, 3) at the size of ``grid``.

        Raises:
            DataError: the grid's pictures are of another shape.
            DisplayError: there is no OpenGL.
        """
        self.rooms.require_shape(grid)
        return self.rooms.draw(self.parameters[index], (0, 0), grid, (grid.height_px, grid.width_px))
