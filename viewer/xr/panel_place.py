"""Where a panel stands before the eyes, and what a ray meets of it. Pure; OpenXR's frame."""

import math

import numpy as np
from numpy.typing import NDArray

from viewer.xr.pose import EyePose, PanelPlace, Quaternion, Vector

__all__ = ["forward_of", "gaze_of", "hit", "place_before"]

DISTANCE_M, WIDTH_M = 1.3, 0.8
BELOW_RAD = math.radians(12)  # of the horizon: it hides no more than it must


def forward_of(orientation: Quaternion) -> NDArray[np.float64]:
    """The direction (3,) that a pose looks or points along."""
    return _turn(orientation, np.array([0.0, 0.0, -1.0]))


def gaze_of(eyes: tuple[EyePose, EyePose]) -> tuple[Vector, Quaternion]:
    """Between the eyes, and how the head is turned."""
    x, y, z = (np.array(eyes[0].position) + np.array(eyes[1].position)) / 2
    return (float(x), float(y), float(z)), eyes[0].orientation


def place_before(eyes: tuple[EyePose, EyePose], aspect: float) -> PanelPlace:
    """Upright before who looks so, whichever way; ``aspect`` is width / height."""
    place, orientation = gaze_of(eyes)
    ahead = forward_of(orientation)
    half = math.atan2(-ahead[0], -ahead[2]) / 2  # to the left, as OpenXR turns about +Y
    turned: Quaternion = (0.0, math.sin(half), 0.0, math.cos(half))
    way = forward_of(turned) * math.cos(BELOW_RAD) - np.array([0.0, math.sin(BELOW_RAD), 0.0])
    x, y, z = np.array(place) + DISTANCE_M * way
    return PanelPlace(turned, (float(x), float(y), float(z)), (WIDTH_M, WIDTH_M / aspect))


def hit(panel: PanelPlace, origin: Vector, orientation: Quaternion) -> tuple[float, float] | None:
    """Where a ray meets the panel, as shares of its width from the left and height from the top; None if it misses."""
    back = (-panel.orientation[0], -panel.orientation[1], -panel.orientation[2], panel.orientation[3])
    start = _turn(back, np.array(origin) - np.array(panel.position))
    way = _turn(back, forward_of(orientation))
    if way[2] >= -1e-6:  # from behind, or past it
        return None
    met = start - way * (start[2] / way[2])
    x, y = 0.5 + met[0] / panel.size_m[0], 0.5 - met[1] / panel.size_m[1]
    return (float(x), float(y)) if 0 <= x < 1 and 0 <= y < 1 else None


def _turn(orientation: Quaternion, vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """A vector turned by a unit quaternion."""
    axis, w = np.array(orientation[:3]), orientation[3]
    once = np.cross(axis, vector) + w * vector
    return np.asarray(vector + 2 * np.cross(axis, once))
