"""A headset's eyes and the head that turns them: any orientation, frusta that need not be symmetric. Pure geometry.

The panorama is infinitely far away, so that the place of an eye does not matter (3-DoF mono). OpenXR's frame is X
right, Y up, −Z forward; ours has +Z forward.
"""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.projection import yaw_pitch_of
from viewer.camera.look import Viewport

__all__ = ["Eye", "Head", "HeadCamera"]

Floats = NDArray[np.float64]
Vector = tuple[float, float, float]
Axes = tuple[Vector, Vector, Vector]


@dataclass(frozen=True)
class Eye:
    """An eye of a headset.

    Attributes:
        frustum: device coordinates times the first two plus the last two are plane coordinates at distance 1.
        axes: right, up and forward in the world.
        near_rad: the yaw is counted so that it lies within half a turn of this.
    """

    frustum: tuple[float, float, float, float]
    axes: Axes
    near_rad: float = 0.0

    @classmethod
    def of_pose(
        cls,
        orientation: tuple[float, float, float, float],
        angles_rad: tuple[float, float, float, float],
        *,
        turn_rad: float = 0.0,
        near_rad: float = 0.0,
    ) -> Self:
        """From OpenXR's quaternion (x, y, z, w) and angles of the left, right, upper and lower sides.

        ``turn_rad``: how far to the right of the panorama's first column the room's front lies.
        """
        left, right, up, down = (math.tan(angle) for angle in angles_rad)
        frustum = ((right - left) / 2, (up - down) / 2, (right + left) / 2, (up + down) / 2)
        turn = _turn_right(turn_rad)
        return cls(frustum, _as_axes(_axes_of(orientation) @ turn.T), near_rad)

    @property
    def yaw_rad(self) -> float:
        """Of the axis ahead."""
        x, _, z = self.axes[2]
        return _near(math.atan2(x, z), self.near_rad)

    @property
    def pitch_rad(self) -> float:
        """Of the axis ahead."""
        x, y, z = self.axes[2]
        return math.atan2(y, math.hypot(x, z))

    @property
    def turn(self) -> tuple[float, ...]:
        """The axes in the frame that is turned by the yaw, column by column, as the shader wants them."""
        return tuple((np.array(self.axes) @ _turn_right(-self.yaw_rad).T).ravel().tolist())

    def directions(self, x: Floats, y: Floats) -> Floats:
        """As :meth:`Viewport.directions`."""
        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        scale_x, scale_y, move_x, move_y = self.frustum
        on_plane = np.stack([x * scale_x + move_x, y * scale_y + move_y, np.ones_like(x)], -1)
        directions: Floats = on_plane @ np.array(self.axes)
        return directions

    def shows_pole(self, sign: int) -> bool:
        """As :meth:`Viewport.shows_pole`."""
        right, up, forward = (axis[1] * sign for axis in self.axes)  # the pole in the eye's frame
        scale_x, scale_y, move_x, move_y = self.frustum
        return forward > 0 and abs(right / forward - move_x) <= scale_x and abs(up / forward - move_y) <= scale_y

    def rotate(self, rotation: Floats) -> Self:
        """Turned by a matrix (3, 3)."""
        return replace(self, axes=_as_axes(np.array(self.axes) @ rotation.T))


@dataclass(frozen=True)
class Head:
    """Both eyes: one look."""

    left: Eye
    right: Eye

    @property
    def eyes(self) -> tuple[Viewport, ...]:
        """The left and the right one."""
        return self.left, self.right

    @property
    def forward(self) -> Floats:
        """World direction (3,) between those that the eyes look along, of length 1."""
        middle = np.array(self.left.axes[2]) + np.array(self.right.axes[2])
        return np.asarray(middle / np.linalg.norm(middle))

    @property
    def yaw_rad(self) -> float:
        """Between the eyes."""
        return _near(float(yaw_pitch_of(self.forward)[0]), self.left.near_rad)

    @property
    def pitch_rad(self) -> float:
        """Between the eyes."""
        return float(yaw_pitch_of(self.forward)[1])

    @property
    def half_width(self) -> float:
        """Of all that either eye sees, at the scale of the axis ahead."""
        return max(eye.frustum[0] + abs(eye.frustum[2]) for eye in (self.left, self.right))

    def rotate(self, rotation_vector: Floats) -> Self:
        """Turned about a world axis (3,) by its length in radians."""
        rotation = _rotation(rotation_vector)
        return replace(self, left=self.left.rotate(rotation), right=self.right.rotate(rotation))

    def turn_from(self, before: Self) -> Floats:
        """The rotation vector (3,) that turns ``before`` to this."""
        rotation = np.array(self.left.axes).T @ np.array(before.left.axes)
        return _rotation_vector(rotation)


@dataclass(frozen=True)
class HeadCamera:
    """What takes a camera's place in a headset: how the head looks, and how it will in a moment; None if it rests."""

    view: Head
    soon: Head | None = None


def _near(angle_rad: float, near_rad: float) -> float:
    """The angle that lies within half a turn of another."""
    return angle_rad + 2 * math.pi * round((near_rad - angle_rad) / (2 * math.pi))


def _axes_of(orientation: tuple[float, float, float, float]) -> Floats:
    """Right, up and forward (3, 3) in our frame, a row each."""
    x, y, z, w = np.array(orientation) / np.linalg.norm(orientation)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y + z * w), -2 * (x * z - y * w)],
            [2 * (x * y - z * w), 1 - 2 * (x * x + z * z), -2 * (y * z + x * w)],
            [-2 * (x * z + y * w), -2 * (y * z - x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def _as_axes(rows: Floats) -> Axes:
    right, up, forward = ((float(x), float(y), float(z)) for x, y, z in rows)
    return right, up, forward


def _turn_right(angle_rad: float) -> Floats:
    """The matrix (3, 3) that turns columns to the right about the vertical."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def _rotation(vector: Floats) -> Floats:
    """Rodrigues' matrix (3, 3) of a rotation vector."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-9:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * (cross @ cross))


def _rotation_vector(rotation: Floats) -> Floats:
    """Inverse of :func:`_rotation` for less than half a turn."""
    skew = np.array([rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]])
    sine = float(np.linalg.norm(skew)) / 2
    angle = math.atan2(sine, (float(np.trace(rotation)) - 1) / 2)
    return np.asarray(skew * (angle / (2 * sine)) if sine > 1e-9 else np.zeros(3))
