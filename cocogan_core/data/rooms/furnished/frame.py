"""Places in a room by right angles: a point on the floor, and which way one looks from it. Numpy only."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.primitives import BOX, FACINGS, PLAIN, Primitive

__all__ = ["Frame"]

Vector = NDArray[np.float64]
Place = tuple[float, float, float]

RIGHT = ((1, 0), (0, -1), (-1, 0), (0, 1))  # (x, z) to the right of one who looks at wall 1 … 4


@dataclass(frozen=True)
class Frame:
    """Places are (metres right, metres out, height) as seen by one who looks at wall ``facing``; out is towards him.

    Attributes:
        x, z: the origin, on the floor.
        facing: 1 … 4, the wall that one looks at.
    """

    x: float
    z: float
    facing: int

    @classmethod
    def of_wall(cls, wall: int, room: Vector) -> Self:
        """The foot of the middle of wall 1 … 4 of a ``room`` (3,) = (width, height, depth)."""
        right = RIGHT[wall - 1]
        return cls(float(-right[1] * room[0] / 2), float(right[0] * room[2] / 2), wall)

    def at(self, right: float, out: float, turn: int = 0) -> Self:
        """The frame of another place, turned by ``turn`` quarters to the right."""
        x, _, z = self.point((right, out, 0.0))
        return type(self)(float(x), float(z), (self.facing - 1 + turn) % 4 + 1)

    def point(self, place: Place) -> Vector:
        """World position (3,) of a place."""
        right, out, height = place
        x, z = RIGHT[self.facing - 1]
        return np.array([self.x + x * right + z * out, height, self.z + z * right - x * out])

    def solid(  # noqa: PLR0917 (tables of solids read better without a keyword in every cell)
        self,
        place: Place,
        size: Place,
        colour: Vector,
        material: int = PLAIN,
        shape: int = BOX,
        rounding: float = 0.012,
        variant: int = 0,
    ) -> Primitive:
        """A solid of half extents ``size`` = (to the right, out, up) that faces out."""
        along, out, up = size
        half = np.array((along, up, out) if self.facing in (1, 3) else (out, up, along))
        kind = material + FACINGS * self.facing
        return Primitive(self.point(place), half, np.clip(colour, 0, 1), kind, shape, rounding, variant)
