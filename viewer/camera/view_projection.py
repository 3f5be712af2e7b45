"""How a flat viewport shows the sphere. Pure maps from a lens's plane to directions; the shader has the same.

Plane coordinates run right and up, and every lens shows the horizon ahead at the same scale: one unit is one radian
there. Directions are in the frame that is turned by the view's yaw only: X right, Y up, Z toward the horizon above or
below the view's middle.
"""

import math
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.projection import gudermannian, mercator

__all__ = [
    "VIEW_PROJECTIONS",
    "WIDEST_RAD",
    "ViewProjection",
    "half_width",
    "pitch_through",
    "rays",
]

ViewProjection = Literal["rectilinear", "panini", "stereographic", "cylindrical"]
Floats = NDArray[np.float64]

VIEW_PROJECTIONS: tuple[ViewProjection, ...] = get_args(ViewProjection)
# Where the picture of a lens gets too stretched at its sides; rectilinear as in Photo Sphere Viewer and Pannellum.
WIDEST_RAD: dict[ViewProjection, float] = {
    "rectilinear": math.radians(120),
    "panini": math.radians(210),
    "stereographic": math.radians(300),
    "cylindrical": math.radians(360),
}


def half_width(lens: ViewProjection, fov_rad: float) -> float:
    """Plane coordinate of the right edge at a horizontal field of view, which stops at the lens's widest."""
    fov = min(fov_rad, WIDEST_RAD[lens])
    if lens == "rectilinear":
        return math.tan(fov / 2)
    return fov / 2 if lens == "cylindrical" else 2 * math.tan(fov / 4)


def rays(lens: ViewProjection, x: Floats, y: Floats, pitch_rad: float) -> Floats:
    """Directions (..., 3), not normalised, of plane coordinates (...) at a view's pitch."""
    if lens == "cylindrical":  # unrolled by Mercator, as the model's own cylinder; pitch slides it up and down
        pitch = gudermannian(mercator(pitch_rad) + y)
        return np.stack([np.sin(x) * np.cos(pitch), np.sin(pitch), np.cos(x) * np.cos(pitch)], -1)
    c, s = math.cos(pitch_rad), math.sin(pitch_rad)
    right, up, forward = _local(lens, x, y)
    return np.stack([right, c * up + s * forward, c * forward - s * up], -1)


def pitch_through(lens: ViewProjection, x: float, y: float, height: float, near_rad: float) -> float:
    """The pitch, nearest to ``near_rad``, at which the ray under (x, y) rises by ``height`` (a sine)."""
    if lens == "cylindrical":
        limit = math.pi / 2 - 1e-6
        held = min(max(math.asin(height), -limit), limit)
        return float(gudermannian(mercator(held) - y))
    right, up, forward = (float(part) for part in _local(lens, np.array(x), np.array(y)))
    # the height up·cos φ + forward·sin φ over the pitch φ is a phase and an amplitude
    reach, phase = math.hypot(up, forward) / math.hypot(right, up, forward), math.atan2(up, forward)
    rise = math.asin(min(max(height / max(reach, 1e-12), -1.0), 1.0))
    ways = ((way - phase - near_rad + math.pi) % (2 * math.pi) - math.pi for way in (rise, math.pi - rise))
    return near_rad + min(ways, key=abs)


def _local(lens: ViewProjection, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Right, up, forward in the camera's frame."""
    if lens == "stereographic":
        return x, y, 1 - (x * x + y * y) / 4
    if lens == "panini":  # d = 1: straight verticals, and straight lines through the middle (Sharpless et al. 2010)
        angle = 2 * np.arctan(x / 2)
        return np.sin(angle), y * (1 + np.cos(angle)) / 2, np.cos(angle)
    return x, y, np.ones_like(x)
