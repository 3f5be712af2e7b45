"""Boxes, ellipsoids and cylinders of a room, and walls to place them by. Knows no furniture and no drawing.

World frame as in ``shaders/room_scene.glsl``: X right, Y up, Z forward, metres, floor at y = 0, room centred on
x = z = 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BACK",
    "BLIND",
    "BOOKS",
    "BOX",
    "BRICK",
    "CYLINDER",
    "DOORS",
    "DRAWERS",
    "ELLIPSOID",
    "FABRIC",
    "FACINGS",
    "FIRE",
    "FRONT",
    "KEYS",
    "LAMP",
    "LEAVES",
    "LEFT",
    "MIRROR",
    "PICTURE",
    "PLAIN",
    "RIGHT",
    "VARIANTS",
    "WOOD",
    "Group",
    "Primitive",
    "Scene",
    "Wall",
]

Vector = NDArray[np.float64]
Place = tuple[float, float, float]

# As in shaders/room_scene.glsl and shaders/room_surface.glsl.
BOX, ELLIPSOID, CYLINDER = 0, 1, 2
PLAIN, WOOD, FABRIC, BOOKS, LAMP, DOORS, PICTURE, LEAVES = 0, 1, 2, 3, 4, 6, 7, 8
# Only in furnished rooms (shaders/furnished_surface.glsl), where a solid that faces away from wall w adds w · FACINGS.
DRAWERS, MIRROR, BRICK, FIRE, KEYS, BLIND = 9, 10, 11, 12, 13, 14
FACINGS = 16
VARIANTS = 8 * FACINGS  # a solid's variant times this comes on top
FRONT, RIGHT, BACK, LEFT = 1, 2, 3, 4


@dataclass(frozen=True)
class Primitive:
    """One solid: centre and half extents (3,) in metres, colour, material, shape, rounding of its edges in metres.

    ``variant`` says which of the patterns of its material it has, of books and pictures.
    """

    centre: Vector
    half: Vector
    colour: Vector
    material: int = PLAIN
    shape: int = BOX
    rounding: float = 0.012
    variant: int = 0


Group = tuple["Primitive | Group", ...]  # what lies near together, which rays skip together


@dataclass(frozen=True)
class Scene:
    """What the shaders need to draw a room.

    Attributes:
        groups: solids.
        uniforms: by their names in GLSL.
        turn_rad: how far the room is turned to the right of how it is described here.
        handedness: −1 where it is the mirror image of that, before it is turned; else 1.
    """

    groups: tuple[Group, ...]
    uniforms: Mapping[str, object]
    turn_rad: float = 0.0
    handedness: int = 1


class Wall:
    """A wall seen from inside: places are (metres right of its middle, metres out of it, height)."""

    def __init__(self, wall: int, room: Vector) -> None:
        """Wall FRONT, RIGHT, BACK or LEFT of a ``room`` (3,) = (width, height, depth) in metres."""
        self.wall, self.room = wall, room

    @property
    def length(self) -> float:
        """Metres from corner to corner."""
        return float(self.room[0] if self.wall in (FRONT, BACK) else self.room[2])

    def point(self, right: float, out: float, height: float) -> Vector:
        """World position (3,) of a place."""
        w, d = self.room[0] / 2, self.room[2] / 2
        x, z = {
            FRONT: (right, d - out),
            RIGHT: (w - out, -right),
            BACK: (-right, out - d),
            LEFT: (out - w, right),
        }[self.wall]
        return np.array([x, height, z])

    def solid(  # noqa: PLR0917 (tables of solids read better without a keyword in every cell)
        self,
        place: Place,
        size: Place,
        colour: Vector,
        material: int = PLAIN,
        shape: int = BOX,
        rounding: float = 0.012,
    ) -> Primitive:
        """A solid of half extents ``size`` = (along the wall, out of it, up)."""
        along, out, up = size
        half = (along, up, out) if self.wall in (FRONT, BACK) else (out, up, along)
        return Primitive(self.point(*place), np.array(half), colour, material, shape, rounding)
