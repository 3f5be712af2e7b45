"""What object coordinates need of a model: sides of its objects, seen from the eye, as matrices over z. Numpy only."""

from typing import NamedTuple

import numpy as np

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.geometry.objects import Matrix, RoomObjects

__all__ = [
    "BAR_M", "BESIDE_M", "BESIDE_WINDOW_M", "FACES", "FAR_M", "NOTHING", "PITCH_WAVES", "RIM_CELLS", "RIM_WIDTHS_M",
    "STEEPEST", "SUN_SOFTER", "SUN_SOFT_M", "YAW_WAVE", "ObjectScene",
]  # fmt: skip

FACES = 6  # of the room
NOTHING, FAR_M = -1, 1e9  # where a ray meets no object
BESIDE_M = 0.05  # what is nearer is not seen: the eye is within it
YAW_WAVE, PITCH_WAVES = 4, (16, 32)  # a turn and a radian
STEEPEST = 4  # pitches count up to a quarter of a radian
RIM_WIDTHS_M = (0.25, 0.05)
RIM_CELLS = 2
SUN_SOFT_M, SUN_SOFTER = 0.015, 0.018  # half width of its patch's edge, and how much it grows a metre
BAR_M = 0.02  # half width of the window's bar
BESIDE_WINDOW_M = 0.02


class ObjectScene(NamedTuple):
    """Rows whose products with (1, z) describe the objects of a room.

    Attributes:
        sides: (T, 6, 1 + z_dim) metres from the eye: left, lower, back, right, upper, front.
        presence: (T, 1 + z_dim) above 0 where an object is there.
        sun: (2, 1 + z_dim) azimuth and height of the sun in radians.
        ellipsoids: (T,) whether an object is one.
        window: which object the sun shines through.
        frame_m: how far its panes lie inside it.
    """

    sides: Matrix
    presence: Matrix
    sun: Matrix
    ellipsoids: tuple[bool, ...]
    window: int
    frame_m: float

    @classmethod
    def of(cls, config: ModelConfig) -> "ObjectScene":
        """Of a model with object coordinates."""
        room, objects = config.room, config.objects
        assert room is not None
        assert objects is not None
        names, unnamed = config.latent_names, config.z_dim - len(config.latent_names)
        sides, presence, sun = (
            np.concatenate([rows, np.zeros((*rows.shape[:-1], unnamed))], -1)
            for rows in (objects.sides(names), objects.presence(names), objects.sun(names))
        )
        sides -= np.tile(_eye(config, room), (2, 1))
        return cls(sides, presence, sun, *_kinds(objects))


def _kinds(objects: RoomObjects) -> tuple[tuple[bool, ...], int, float]:
    return tuple(one.shape == "ellipsoid" for one in objects.objects), objects.window_index, objects.frame_m


def _eye(config: ModelConfig, room: RoomLatents) -> Matrix:
    """(3, 1 + z_dim): where the viewer's eye is, in the room's frame."""
    eye = np.zeros((3, 1 + config.z_dim))
    eye[1, 0] = room.eye_m
    spans = (room.viewer_right_m, room.viewer_forward_m)
    for axis, name, (low, high) in zip((0, 2), room.names[3:], spans, strict=True):
        eye[axis, 0], eye[axis, 1 + config.latent_names.index(name)] = (low + high) / 2, (high - low) / 2
    return eye
