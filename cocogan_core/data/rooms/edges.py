"""Where the edges of a room's objects are in its panorama, since most of a picture's detail is there. Numpy only."""

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.parameters import RoomBox
from cocogan_core.geometry.projection import Projection

__all__ = ["edge_place"]


def edge_place(
    rng: np.random.Generator, sides: NDArray[np.floating], box: RoomBox, projection: Projection
) -> tuple[float, float]:
    """A random point of a random edge of one of several boxes, as shares of the panorama from its top and left edge.

    ``sides`` (T, 6) are metres: left, lower, back, right, upper, front.
    """
    low, high = np.split(sides[rng.integers(len(sides))], 2)
    along = rng.random(3)
    along[rng.permutation(3)[:2]] = rng.integers(2, size=2)
    x, y, z = low + (high - low) * along - box.viewer_m
    return float(projection.v_of_pitch(np.arctan2(y, np.hypot(x, z)))), float(np.arctan2(x, z) / (2 * np.pi) % 1)
