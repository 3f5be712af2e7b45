"""Where the edges of a room's objects are in its panorama, since most of a picture's detail is there. Numpy only."""

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.parameters import RoomBox
from cocogan_core.geometry.projection import Projection

__all__ = ["any_kind", "edge_place"]


def edge_place(
    rng: np.random.Generator, sides: NDArray[np.floating], box: RoomBox, projection: Projection
) -> tuple[float, float]:
    """A random point of a random edge of a box, as shares of the panorama from its top and left edge.

    ``sides`` (6,) are metres: left, lower, back, right, upper, front.
    """
    low, high = np.split(sides, 2)
    along = rng.random(3)
    along[rng.permutation(3)[:2]] = rng.integers(2, size=2)
    x, y, z = low + (high - low) * along - box.viewer_m
    return float(projection.v_of_pitch(np.arctan2(y, np.hypot(x, z)))), float(np.arctan2(x, z) / (2 * np.pi) % 1)


def any_kind(rng: np.random.Generator, kinds: NDArray[np.intp]) -> int:
    """Which of several objects: each of their ``kinds`` (T,) is as likely, and so is each object of a kind.

    A table has forty parts, a picture one, and has more to be learned.
    """
    weights = 1 / np.bincount(kinds)[kinds]
    return int(rng.choice(len(kinds), p=weights / weights.sum()))
