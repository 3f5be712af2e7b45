"""What object coordinates need of a model: sides of its objects, seen from the eye, as matrices over z. Numpy only."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.geometry.derived import Step
from cocogan_core.geometry.objects import Matrix, RoomObjects

__all__ = [
    "BAR_DARK", "BAR_M", "BESIDE_M", "BESIDE_WINDOW_M", "FACES", "FAR_M", "LEAST_HALF_M", "NOTHING", "PITCH_WAVES",
    "RIM_CELLS", "RIM_WIDTHS_M", "SHADOW_BESIDE_M", "SHADOW_MAP", "SHADOW_SOFT_M", "STEEPEST", "SUN_SOFTER",
    "SUN_SOFT_M", "THINNEST_M", "YAW_WAVE", "ObjectScene",
]  # fmt: skip

FACES = 6  # of the room
NOTHING, FAR_M = -1, 1e9  # where a ray meets no object
LEAST_HALF_M = 1e-6  # of an ellipsoid: sizes are divided by
BESIDE_M = 0.05  # what is nearer is not seen: the eye is within it
YAW_WAVE, PITCH_WAVES = 4, (16, 32)  # a turn and a radian
STEEPEST = 4  # pitches count up to a quarter of a radian
RIM_WIDTHS_M = (0.25, 0.05)
RIM_CELLS = 2
SUN_SOFT_M, SUN_SOFTER = 0.015, 0.018  # half width of its patch's edge, and how much it grows a metre
BAR_M = 0.02  # half width of the window's bar
BAR_DARK = 0.4  # how much of the sun a bar takes in the middle of its shadow: of rendered floors, by least squares
SHADOW_MAP = (32, 96)  # rows and columns of the window that the sun's way is known of
SHADOW_SOFT_M = 0.06  # half width of an edge in it
SHADOW_BESIDE_M = (0.15, 0.25)  # no shadow falls on what is so near behind what casts it; all of it from there on
THINNEST_M = 1e-4  # what is thinner casts none
BESIDE_WINDOW_M = 0.02


class ObjectScene(NamedTuple):
    """Rows whose products with (1, z, D numbers derived from it) describe the objects of a room.

    Attributes:
        steps: how the derived numbers come about, run by run.
        sides: (T, 6, 1 + z_dim + D) metres from the eye: left, lower, back, right, upper, front.
        presence: (T, 1 + z_dim + D) above 0 where an object is there.
        sun: (2, 1 + z_dim + D) azimuth and height of the sun in radians.
        ellipsoids: (T,) whether an object is one.
        window: which object the sun shines through.
        frame_m: how far its panes lie inside it.
        panes: which objects within it the sun shines through, where something may keep it off.
        rows: (T,) in which row of the tables each object's looks are.
        looks: which of (1, z, derived numbers) say how objects look, beside z.
    """

    steps: tuple[Step, ...]
    sides: Matrix
    presence: Matrix
    sun: Matrix
    ellipsoids: tuple[bool, ...]
    window: int
    frame_m: float
    rows: tuple[int, ...]
    looks: tuple[int, ...]
    panes: tuple[int, ...] = ()

    @property
    def row_count(self) -> int:
        """Rows of the tables: of objects, and of the room's faces after them."""
        return max(self.rows) + 1 + FACES

    @property
    def row_of(self) -> NDArray[np.int64]:
        """(T + FACES,) the row of each object, and of the room's faces, which are numbered after the objects."""
        return np.array([*self.rows, *range(self.row_count - FACES, self.row_count)], np.int64)

    @classmethod
    def of(cls, config: ModelConfig) -> "ObjectScene":
        """Of a model with object coordinates."""
        room, objects = config.room, config.objects
        assert room is not None
        assert objects is not None
        names, unnamed = config.latent_names, np.zeros(config.z_dim - len(config.latent_names))

        def of_z(rows: Matrix) -> Matrix:
            """Nothing depends on what z holds beyond its names."""
            between = np.broadcast_to(unnamed, (*rows.shape[:-1], len(unnamed)))
            return np.concatenate([rows[..., : 1 + len(names)], between, rows[..., 1 + len(names) :]], -1)

        sides = of_z(objects.sides(names))
        sides[..., : 1 + config.z_dim] -= np.tile(_eye(config, room), (2, 1))
        steps = tuple((function, of_z(rows)) for function, rows in objects.steps(names))
        kinds = _kinds(objects, config.z_dim)
        presence, sun = of_z(objects.presence(names)), of_z(objects.sun(names))
        return cls(steps, sides, presence, sun, *kinds, panes=objects.pane_indices)

    @property
    def casters(self) -> NDArray[np.bool_]:
        """(T,) which objects may keep the sun off others: all but the window and its panes."""
        every = np.ones(len(self.ellipsoids), bool)
        every[[self.window, *self.panes]] = False
        return every


def _kinds(objects: RoomObjects, z_dim: int) -> tuple[tuple[bool, ...], int, float, tuple[int, ...], tuple[int, ...]]:
    derived = [one.name for one in objects.derived]
    looks = tuple(1 + z_dim + derived.index(name) for name in objects.looks)
    ellipsoids = tuple(one.shape == "ellipsoid" for one in objects.objects)
    return ellipsoids, objects.window_index, objects.frame_m, objects.rows, looks


def _eye(config: ModelConfig, room: RoomLatents) -> Matrix:
    """(3, 1 + z_dim): where the viewer's eye is, in the room's frame."""
    eye = np.zeros((3, 1 + config.z_dim))
    eye[1, 0] = room.eye_m
    spans = (room.viewer_right_m, room.viewer_forward_m)
    for axis, name, (low, high) in zip((0, 2), room.names[3:], spans, strict=True):
        eye[axis, 0], eye[axis, 1 + config.latent_names.index(name)] = (low + high) / 2, (high - low) / 2
    return eye
