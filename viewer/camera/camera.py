"""Where the user looks: yaw, pitch, field of view, and how drags, keys and inertia change them. Pure; no window.

Normalised device coordinates run −1…1 right and up. Angles in radians; the field of view is horizontal. World frame
and yaw as in :mod:`cocogan_core.geometry.projection`.
"""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.projection import gudermannian, mercator, yaw_pitch_of
from viewer.camera.look import Viewport
from viewer.camera.view_projection import WIDEST_RAD, ViewProjection, half_width, pitch_through, rays

__all__ = ["Camera", "View"]

Floats = NDArray[np.float64]

NARROWEST_RAD = math.radians(30)  # without finer levels
FEWEST_TEXELS = 0.25  # of the finest level in a pixel, in the narrowest view: about what 30° of level 0 always had
DEFAULT_FOV_RAD = math.radians(90)
DEFAULT_FOVS_RAD: dict[ViewProjection, float] = {
    "rectilinear": DEFAULT_FOV_RAD,
    "panini": math.radians(150),
    "stereographic": math.radians(280),
    "cylindrical": math.radians(360),
}
FLIGHT_S = 0.6
WHEEL_FACTOR = 0.92  # of the field of view, a notch
FRICTION = 5.0  # 1/s: inertia falls to a third in 0.2 s, about Marzipano's and Photo Sphere Viewer's feel
SLOWEST_RAD_S = 0.005
WHOLE_RAD = math.pi / 2 - 1e-6  # a panorama that reaches so far has poles to look at
VELOCITY_MEMORY_S = 0.06  # the release speed is an average over about this long, so one late event cannot fling


@dataclass(frozen=True)
class View:
    """One look: ``aspect`` is width / height of the viewport; ``former`` fades into ``lens`` as ``mix`` goes to 1."""

    yaw_rad: float = 0.0
    pitch_rad: float = 0.0
    fov_rad: float = DEFAULT_FOV_RAD
    aspect: float = 16 / 9
    lens: ViewProjection = "rectilinear"
    former: ViewProjection = "rectilinear"
    mix: float = 1.0

    @property
    def half_width(self) -> float:
        """Plane coordinate of the right edge; rectilinear: tangent of half the horizontal field of view."""
        return half_width(self.lens, self.fov_rad)

    @property
    def half_height(self) -> float:
        """Plane coordinate of the upper edge."""
        return self.half_width / self.aspect

    @property
    def eyes(self) -> tuple[Viewport, ...]:
        """There is one."""
        return (self,)

    @property
    def pitch_room_rad(self) -> float:
        """How far the upper edge lies above the middle, at the horizon: what the pitch keeps clear of the border."""
        return math.atan(self.half_height)

    def directions(self, x: Floats, y: Floats) -> Floats:
        """World directions (..., 3), not normalised, of device coordinates (...) in [−1, 1]."""
        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        level = self._rays(self.lens, x, y)
        if self.mix < 1:
            level = _unit(self._rays(self.former, x, y)) * (1 - self.mix) + _unit(level) * self.mix
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        right, up, forward = np.moveaxis(level, -1, 0)
        return np.stack([c * right + s * forward, up, c * forward - s * right], -1)

    def shows_pole(self, sign: int) -> bool:
        """Whether the zenith (1) or nadir (−1) is in view; while the lens changes, in either one's."""
        up, forward = sign * math.cos(self.pitch_rad), sign * math.sin(self.pitch_rad)
        for lens in {self.lens, self.former}:
            height = half_width(lens, self.fov_rad) / self.aspect
            if lens == "stereographic" and abs(2 * up) <= height * (1 + forward):
                return True
            if lens in {"rectilinear", "panini"} and forward > 0 and abs(up) <= height * forward:
                return True
        return False

    def _rays(self, lens: ViewProjection, x: Floats, y: Floats) -> Floats:
        half = half_width(lens, self.fov_rad)
        return rays(lens, x * half, y * half / self.aspect, self.pitch_rad)


@dataclass(frozen=True)
class Flight:
    """On the way to another lens: where pitch and field of view began and where they end; ``done`` in [0, 1]."""

    start: View
    pitch_rad: float
    fov_rad: float
    done: float = 0.0


@dataclass(frozen=True)
class Camera:
    """A view with its motion, within the pitch that the cylinder has.

    Attributes:
        view: the look.
        half_extent_rad: pitch of the cylinder's upper edge.
        yaw_rad_s, pitch_rad_s: angular velocity left over from a drag.
        flight: the change of lens that is under way.
        finest_px: width of the finest level's panorama, which says how near one may go; 0 for 30°.
        narrowest_rad: the field of view may become so narrow.
    """

    view: View
    half_extent_rad: float
    yaw_rad_s: float = 0.0
    pitch_rad_s: float = 0.0
    flight: Flight | None = None
    finest_px: int = 0
    narrowest_rad: float = NARROWEST_RAD

    @property
    def moving(self) -> bool:
        """Whether inertia still turns the camera, or the lens still changes."""
        return self.flight is not None or math.hypot(self.yaw_rad_s, self.pitch_rad_s) > SLOWEST_RAD_S

    def look(
        self, *, yaw_rad: float | None = None, pitch_rad: float | None = None, fov_rad: float | None = None
    ) -> Self:
        """Look elsewhere; the field of view and then the pitch stop at their limits, and a flight is at its end."""
        view = replace(self.view, former=self.view.lens, mix=1.0)
        fov = min(max(view.fov_rad if fov_rad is None else fov_rad, self.narrowest_rad), WIDEST_RAD[view.lens])
        view = replace(view, fov_rad=fov, yaw_rad=view.yaw_rad if yaw_rad is None else yaw_rad)
        limit = _pitch_limit(view, self.half_extent_rad)
        pitch = view.pitch_rad if pitch_rad is None else pitch_rad
        return replace(self, view=replace(view, pitch_rad=min(max(pitch, -limit), limit)), flight=None)

    def through(self, lens: ViewProjection, *, seconds: float = FLIGHT_S) -> Self:
        """Another lens at its usual field of view; a stereographic one looks down on the little planet.

        At once if ``seconds`` is 0.
        """
        planet = lens == "stereographic"
        goal = replace(self, view=replace(self.view, lens=lens)).look(
            pitch_rad=-math.pi / 2 if planet else None,
            fov_rad=DEFAULT_FOVS_RAD[lens],
        )
        if not seconds:
            return goal.stop()
        start = replace(self.view, lens=lens, former=self.view.lens, mix=0.0)
        flight = Flight(start, goal.view.pitch_rad, goal.view.fov_rad)
        return replace(self.stop(), view=start, flight=flight)

    def resize(self, width_px: int, height_px: int) -> Self:
        """The same look in a viewport of another shape."""
        plane = math.pi * FEWEST_TEXELS * width_px / self.finest_px if self.finest_px else math.inf
        narrowest_rad = min(NARROWEST_RAD, 2 * math.atan(plane))
        view = replace(self.view, aspect=width_px / max(1, height_px))
        return replace(self, view=view, narrowest_rad=narrowest_rad).look()

    def drag(self, start: tuple[float, float], end: tuple[float, float], dt_s: float) -> Self:
        """Turn so that the world point under device coordinates ``start`` comes to lie under ``end``.

        Exact while the pitch is free; at a pitch limit the yaw still follows. ``dt_s`` is the time since the last drag.
        """
        landed = self.look()
        moved = landed._with(landed.view.directions(np.array(start[0]), np.array(start[1])), end)
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

    def stop(self) -> Self:
        """Without motion."""
        return replace(self, yaw_rad_s=0.0, pitch_rad_s=0.0)

    def step(self, dt_s: float) -> Self:
        """Let inertia turn the camera, or the lens change, for ``dt_s``; two half steps equal a whole one."""
        if self.flight is not None:
            return self._advance_flight(self.flight, dt_s)
        if not self.moving:
            return self.stop()
        keep = math.exp(-FRICTION * dt_s)
        way = (1 - keep) / FRICTION  # the integral of the falling speed
        view = self.view
        moved = self.look(
            yaw_rad=view.yaw_rad + self.yaw_rad_s * way, pitch_rad=view.pitch_rad + self.pitch_rad_s * way
        )
        return replace(moved, yaw_rad_s=self.yaw_rad_s * keep, pitch_rad_s=self.pitch_rad_s * keep)

    def _advance_flight(self, flight: Flight, dt_s: float) -> Self:
        done = flight.done + dt_s / FLIGHT_S
        if done >= 1:
            return self.look(pitch_rad=flight.pitch_rad, fov_rad=flight.fov_rad)
        way = done * done * (3 - 2 * done)
        start = flight.start
        view = replace(
            start,
            pitch_rad=start.pitch_rad + way * (flight.pitch_rad - start.pitch_rad),
            fov_rad=start.fov_rad + way * (flight.fov_rad - start.fov_rad),
            mix=way,
        )
        return replace(self, view=view, flight=replace(flight, done=done))

    def zoom(self, notches: float, about: tuple[float, float] | None = None) -> Self:
        """Wheel, by parts of a notch too: positive narrows the field of view.

        The world point under device coordinates ``about`` stays there, as far as the pitch is free.
        """
        landed = self.look()
        nearer = landed.look(fov_rad=landed.view.fov_rad * WHEEL_FACTOR**notches)
        if about is None:
            return nearer
        return nearer._with(landed.view.directions(np.array(about[0]), np.array(about[1])), about)

    def _with(self, held: Floats, place: tuple[float, float]) -> Self:
        """Turned so that the direction ``held`` lies under device coordinates ``place``."""
        moved = self.look(pitch_rad=_pitch_under(self.view, held, place))  # the yaw follows
        return moved.nudge(_turn(moved.view, held, place), 0.0)

    def nudge(self, right: float, up: float) -> Self:
        """Keys: turn by so many radians."""
        return self.look(yaw_rad=self.view.yaw_rad + right, pitch_rad=self.view.pitch_rad + up)

    def ahead(self, seconds: float) -> View:
        """The view that the present motion leads to."""
        return self.step(seconds).view


def _pitch_limit(view: View, half_extent_rad: float) -> float:
    """Largest pitch: where the upper edge meets the cylinder's; a pole on a whole sphere and the little planet."""
    if view.lens == "stereographic":
        return math.pi / 2
    if half_extent_rad >= WHOLE_RAD and view.lens != "cylindrical":
        return math.pi / 2  # there is nothing that could come into sight beyond
    if view.lens == "cylindrical":
        top = float(mercator(min(half_extent_rad, math.radians(89))))
        return max(0.0, float(gudermannian(top - view.half_height)))
    return max(0.0, half_extent_rad - view.pitch_room_rad)


def _pitch_under(view: View, held: Floats, end: tuple[float, float]) -> float:
    """The pitch at which the ray under ``end`` rises as the held direction does."""
    height = float(held[1] / np.linalg.norm(held))
    return pitch_through(view.lens, end[0] * view.half_width, end[1] * view.half_height, height, view.pitch_rad)


def _unit(directions: Floats) -> Floats:
    unit: Floats = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    return unit


def _turn(view: View, held: Floats, end: tuple[float, float]) -> float:
    """Change of yaw in (−π, π] that brings the ray under ``end`` to the held direction's yaw."""
    there = view.directions(np.array(end[0]), np.array(end[1]))
    yaw = float(yaw_pitch_of(held)[0] - yaw_pitch_of(there)[0])
    return (yaw + math.pi) % (2 * math.pi) - math.pi
