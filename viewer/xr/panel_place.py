"""Where a panel stands, before the eyes or over a wrist, and what a ray meets of it. Pure; OpenXR's frame."""

import math

import numpy as np
from numpy.typing import NDArray

from viewer.xr.pose import EyePose, PanelPlace, Pose, Quaternion, Vector

__all__ = ["forward_of", "gaze_of", "hit", "place_before", "place_on_wrist", "ray_place"]

Floats = NDArray[np.float64]

DISTANCE_M, WIDTH_M = 1.3, 0.8
BELOW_RAD = math.radians(12)  # of the horizon: it hides no more than it must
WRIST_WIDTH_M, OVER_WRIST_M = 0.28, 0.16  # as large to the eye as the other, at an arm's length
RAY_WIDTH_M, RAY_M = 0.005, 2.0  # so long where it meets nothing


def forward_of(orientation: Quaternion) -> Floats:
    """The direction (3,) that a pose looks or points along."""
    return _turn(orientation, np.array([0.0, 0.0, -1.0]))


def gaze_of(eyes: tuple[EyePose, EyePose]) -> Pose:
    """From between the eyes, as the head is turned."""
    return Pose(eyes[0].orientation, _vector((np.array(eyes[0].position) + np.array(eyes[1].position)) / 2))


def place_before(eyes: tuple[EyePose, EyePose], aspect: float) -> PanelPlace:
    """Upright before who looks so, whichever way; ``aspect`` is width / height."""
    gaze = gaze_of(eyes)
    ahead = forward_of(gaze.orientation)
    turned = _turned(math.atan2(-ahead[0], -ahead[2]), 0.0)
    way = forward_of(turned) * math.cos(BELOW_RAD) - np.array([0.0, math.sin(BELOW_RAD), 0.0])
    return PanelPlace(turned, _vector(np.array(gaze.position) + DISTANCE_M * way), (WIDTH_M, WIDTH_M / aspect))


def place_on_wrist(grip: Pose, eyes: tuple[EyePose, EyePose], aspect: float) -> PanelPlace:
    """Over a hand, facing the eyes and not leaning, however the hand is turned."""
    middle = np.array(grip.position) + np.array([0.0, OVER_WRIST_M, 0.0])
    x, y, z = np.array(gaze_of(eyes).position) - middle
    turned = _turned(math.atan2(x, z), math.atan2(-y, math.hypot(x, z)))
    return PanelPlace(turned, _vector(middle), (WRIST_WIDTH_M, WRIST_WIDTH_M / aspect))


def hit(panel: PanelPlace, ray: Pose) -> tuple[float, float] | None:
    """Where a ray meets the panel, as shares of its width from the left and height from the top; None if it misses."""
    met = _meet(panel, ray)
    if met is None:
        return None
    x, y = 0.5 + met[0] / panel.size_m[0], 0.5 - met[1] / panel.size_m[1]
    return (float(x), float(y)) if 0 <= x < 1 and 0 <= y < 1 else None


def ray_place(ray: Pose, panel: PanelPlace, eyes: tuple[EyePose, EyePose]) -> PanelPlace:
    """A strip along a ray that shows its face to the eyes: up to the panel, or ``RAY_M`` long if it misses that."""
    along, start = forward_of(ray.orientation), np.array(ray.position)
    met = _meet(panel, ray) if hit(panel, ray) else None
    end = start + along * RAY_M if met is None else np.array(panel.position) + _turn(panel.orientation, met)
    middle, length = (start + end) / 2, float(np.linalg.norm(end - start))
    face = np.array(gaze_of(eyes).position) - middle
    face -= along * (face @ along)
    distance = float(np.linalg.norm(face))
    face = face / distance if distance > 1e-6 else _turn(ray.orientation, np.array([0.0, 1.0, 0.0]))
    turned = _orientation_of(np.stack([np.cross(along, face), along, face], 1))
    return PanelPlace(turned, _vector(middle), (RAY_WIDTH_M, length))


def _meet(panel: PanelPlace, ray: Pose) -> Floats | None:
    """Where a ray meets the panel's plane, in the panel's frame (3,); None from behind, or if it never does."""
    x, y, z, w = panel.orientation
    start = _turn((-x, -y, -z, w), np.array(ray.position) - np.array(panel.position))
    way = _turn((-x, -y, -z, w), forward_of(ray.orientation))
    if way[2] >= -1e-6 or start[2] < 0:
        return None
    return np.asarray(start - way * (start[2] / way[2]))


def _turn(orientation: Quaternion, vector: Floats) -> Floats:
    """A vector turned by a unit quaternion."""
    axis, w = np.array(orientation[:3]), orientation[3]
    once = np.cross(axis, vector) + w * vector
    return np.asarray(vector + 2 * np.cross(axis, once))


def _turned(left_rad: float, up_rad: float) -> Quaternion:
    """Tilted up, then turned to the left, as OpenXR turns about +Y."""
    (s, c), (t, d) = ((math.sin(angle / 2), math.cos(angle / 2)) for angle in (left_rad, up_rad))
    return (c * t, s * d, -s * t, c * d)


def _orientation_of(axes: Floats) -> Quaternion:
    """The quaternion of a rotation matrix (3, 3): the eigenvector of the largest eigenvalue (Bar-Itzhack, 2000)."""
    (a, b, c), (d, e, f), (g, h, i) = axes
    k = [
        [a - e - i, b + d, c + g, h - f],
        [b + d, e - a - i, f + h, c - g],
        [c + g, f + h, i - a - e, d - b],
        [h - f, c - g, d - b, a + e + i],
    ]
    x, y, z, w = np.linalg.eigh(np.array(k))[1][:, -1]
    return (float(x), float(y), float(z), float(w))


def _vector(values: Floats) -> Vector:
    x, y, z = values
    return (float(x), float(y), float(z))
