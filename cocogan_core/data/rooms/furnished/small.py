"""Small things that stand on furniture. Numpy only."""

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.furnished.frame import Frame
from cocogan_core.data.rooms.furnished.slot import LINEN, METAL, SIDES
from cocogan_core.data.rooms.primitives import BOX, CYLINDER, ELLIPSOID, LAMP, LEAVES, PLAIN, Group

__all__ = ["books", "flowers", "legs", "table_lamp", "vase"]

Vector = NDArray[np.float64]
Place = tuple[float, float, float]


def legs(frame: Frame, half: tuple[float, float], high: float, colour: Vector, thick: float = 0.022) -> Group:
    """Four legs ``high`` metres high under the corners of a rectangle of half sides ``half`` around the frame."""
    along, out = half[0] - thick, half[1] - thick
    size = (thick, thick, high / 2)
    return tuple(
        frame.solid((s * along, t * out, high / 2), size, colour, PLAIN, BOX, 0.006) for s in SIDES for t in SIDES
    )


def vase(frame: Frame, place: Place, colour: Vector, size: float = 1.0) -> Group:
    """A round vase whose foot is at ``place``."""
    right, out, foot = place
    belly, neck = (0.075 * size, 0.075 * size, 0.10 * size), (0.03 * size, 0.03 * size, 0.04 * size)
    return (
        frame.solid((right, out, foot + 0.10 * size), belly, colour, PLAIN, ELLIPSOID),
        frame.solid((right, out, foot + 0.19 * size), neck, colour, PLAIN, CYLINDER),
    )


def flowers(frame: Frame, place: Place, colour: Vector) -> Group:
    """A vase with something green in it."""
    right, out, foot = place
    green = np.array([0.16, 0.30, 0.12])
    return (
        *vase(frame, place, colour),
        frame.solid((right, out, foot + 0.31), (0.12, 0.12, 0.10), green, LEAVES, ELLIPSOID),
        frame.solid((right + 0.04, out + 0.02, foot + 0.41), (0.09, 0.09, 0.08), green * 1.15, LEAVES, ELLIPSOID),
    )


def table_lamp(frame: Frame, place: Place) -> Group:
    """A small lamp with a round shade."""
    right, out, foot = place
    return (
        frame.solid((right, out, foot + 0.08), (0.05, 0.05, 0.08), METAL * 3, PLAIN, ELLIPSOID),
        frame.solid((right, out, foot + 0.19), (0.01, 0.01, 0.05), METAL, PLAIN, CYLINDER),
        frame.solid((right, out, foot + 0.30), (0.11, 0.11, 0.09), LINEN, LAMP, CYLINDER),
    )


def books(frame: Frame, place: Place, colours: tuple[Vector, Vector]) -> Group:
    """Two books that lie on each other."""
    right, out, foot = place
    return (
        frame.solid((right, out, foot + 0.018), (0.13, 0.09, 0.018), colours[0], PLAIN, BOX, 0.004),
        frame.solid((right + 0.02, out - 0.01, foot + 0.05), (0.10, 0.075, 0.014), colours[1], PLAIN, BOX, 0.004),
    )
