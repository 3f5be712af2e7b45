"""Where the user looks: yaw, pitch, field of view, and how drags, keys and inertia change them. Pure; no window.

Camera frame: X right, Y up, Z forward; normalised device coordinates run −1…1 right and up. Angles in radians; the
field of view is horizontal. World frame and yaw as in :mod:`cocogan_core.projection`.
"""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.projection import direction_of, yaw_pitch_of

__all__ = ["Camera", "View"]

Floats = NDArray[np.float64]

NARROWEST_RAD, WIDEST_RAD = math.radians(30), math.radians(120)
DEFAULT_FOV_RAD = math.radians(90)
WHEEL_FACTOR = 0.92  # of the field of view, a notch
FRICTION = 5.0  # 1/s: inertia falls to a third in 0.2 s, about Marzipano's and Photo Sphere Viewer's feel
SLOWEST_RAD_S = 0.005
VELOCITY_MEMORY_S = 0.06  # the release speed is an average over about this long, so one late event cannot fling


@dataclass(frozen=True)
class View:
    """One look: ``aspect`` is width / height of the viewport."""

    yaw_rad: float = 0.0
    pitch_rad: float = 0.0
    fov_rad: float = DEFAULT_FOV_RAD
    aspect: float = 16 / 9

    @property
    def half_width(self) -> float:
        """Tangent of half the horizontal field of view."""
        return math.tan(self.fov_rad / 2)

    @property
    def half_height(self) -> float:
        """Tangent of half the vertical field of view."""
        return self.half_width / self.aspect

    @property
    def vertical_fov_rad(self) -> float:
        """Vertical field of view."""
        return 2 * math.atan(self.half_height)

    @property
    def world_from_camera(self) -> Floats:
        """Rotation (3, 3) whose columns are the camera's right, up and forward."""
        forward = direction_of(self.yaw_rad, self.pitch_rad)
        right = direction_of(self.yaw_rad + math.pi / 2, 0.0)
        return np.stack([right, np.cross(forward, right), forward], axis=1)

    def directions(self, x: Floats, y: Floats) -> Floats:
        """World directions (..., 3), not normalised, of device coordinates (...) in [−1, 1]."""
        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        rays = np.stack([x * self.half_width, y * self.half_height, np.ones_like(x)], -1)
        return rays @ self.world_from_camera.T


@dataclass(frozen=True)
class Camera:
    """A view with its motion, within the pitch that the cylinder has.

    Attributes:
        view: the look.
        half_extent_rad: pitch of the cylinder's upper edge.
        yaw_rad_s, pitch_rad_s: angular velocity left over from a drag.
    """

    view: View
    half_extent_rad: float
    yaw_rad_s: float = 0.0
    pitch_rad_s: float = 0.0

    @property
    def moving(self) -> bool:
        """Whether inertia still turns the camera."""
        return math.hypot(self.yaw_rad_s, self.pitch_rad_s) > SLOWEST_RAD_S

    def look(
        self, *, yaw_rad: float | None = None, pitch_rad: float | None = None, fov_rad: float | None = None
    ) -> Self:
        """Look elsewhere; the field of view and then the pitch stop at their limits."""
        view = self.view
        fov = min(max(view.fov_rad if fov_rad is None else fov_rad, NARROWEST_RAD), WIDEST_RAD)
        view = replace(view, fov_rad=fov, yaw_rad=view.yaw_rad if yaw_rad is None else yaw_rad)
        limit = max(0.0, self.half_extent_rad - view.vertical_fov_rad / 2)
        pitch = view.pitch_rad if pitch_rad is None else pitch_rad
        return replace(self, view=replace(view, pitch_rad=min(max(pitch, -limit), limit)))

    def resized(self, width_px: int, height_px: int) -> Self:
        """The same look in a viewport of another shape."""
        return replace(self, view=replace(self.view, aspect=width_px / max(1, height_px))).look()

    def drag(self, start: tuple[float, float], end: tuple[float, float], dt_s: float) -> Self:
        """Turn so that the world point under device coordinates ``start`` comes to lie under ``end``.

        Exact while the pitch is free; at a pitch limit the yaw still follows. ``dt_s`` is the time since the last drag.
        """
        held = self.view.directions(np.array(start[0]), np.array(start[1]))
        moved = self.look(pitch_rad=_pitch_under(self.view, held, end))  # stops at the cylinder's end; the yaw follows
        moved = moved.nudge(_turn(moved.view, held, end), 0.0)
        blend = 1 - math.exp(-max(dt_s, 1e-3) / VELOCITY_MEMORY_S)
        yaw_rad_s = (moved.view.yaw_rad - self.view.yaw_rad) / max(dt_s, 1e-3)
        pitch_rad_s = (moved.view.pitch_rad - self.view.pitch_rad) / max(dt_s, 1e-3)
        return replace(
            moved,
            yaw_rad_s=self.yaw_rad_s + blend * (yaw_rad_s - self.yaw_rad_s),
            pitch_rad_s=self.pitch_rad_s + blend * (pitch_rad_s - self.pitch_rad_s),
        )

    def hold(self, dt_s: float) -> Self:
        """The button is down and the mouse rests: speed is forgotten, so that a late release does not fling."""
        keep = math.exp(-dt_s / VELOCITY_MEMORY_S)
        return replace(self, yaw_rad_s=self.yaw_rad_s * keep, pitch_rad_s=self.pitch_rad_s * keep)

    def stopped(self) -> Self:
        """Without motion."""
        return replace(self, yaw_rad_s=0.0, pitch_rad_s=0.0)

    def step(self, dt_s: float) -> Self:
        """Let inertia turn the camera for ``dt_s``; two half steps equal a whole one."""
        if not self.moving:
            return self.stopped()
        keep = math.exp(-FRICTION * dt_s)
        way = (1 - keep) / FRICTION  # the integral of the falling speed
        view = self.view
        moved = self.look(
            yaw_rad=view.yaw_rad + self.yaw_rad_s * way, pitch_rad=view.pitch_rad + self.pitch_rad_s * way
        )
        return replace(moved, yaw_rad_s=self.yaw_rad_s * keep, pitch_rad_s=self.pitch_rad_s * keep)

    def zoom(self, notches: float) -> Self:
        """Wheel: positive narrows the field of view."""
        return self.look(fov_rad=self.view.fov_rad * WHEEL_FACTOR**notches)

    def nudge(self, right: float, up: float) -> Self:
        """Keys: turn by so many radians."""
        return self.look(yaw_rad=self.view.yaw_rad + right, pitch_rad=self.view.pitch_rad + up)

    def ahead(self, seconds: float) -> View:
        """The view that the present motion leads to."""
        return self.step(seconds).view


def _pitch_under(view: View, held: Floats, end: tuple[float, float]) -> float:
    """The pitch at which the ray under ``end`` rises as the held direction does.

    Its height y·cos φ + z·sin φ over the pitch φ is a phase and an amplitude.
    """
    height = float(held[1] / np.linalg.norm(held))
    ray = np.array([end[0] * view.half_width, end[1] * view.half_height, 1.0])
    ray /= np.linalg.norm(ray)
    reach, phase = math.hypot(ray[1], ray[2]), math.atan2(ray[1], ray[2])
    return math.asin(min(max(height / reach, -1.0), 1.0)) - phase


def _turn(view: View, held: Floats, end: tuple[float, float]) -> float:
    """Change of yaw in (−π, π] that brings the ray under ``end`` to the held direction's yaw."""
    there = view.directions(np.array(end[0]), np.array(end[1]))
    yaw = float(yaw_pitch_of(held)[0] - yaw_pitch_of(there)[0])
    return (yaw + math.pi) % (2 * math.pi) - math.pi
