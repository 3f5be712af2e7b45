"""What object coordinates need of a model: sides of its objects, seen from the eye, as matrices over z. Numpy only."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.geometry.derived import Step
from cocogan_core.geometry.objects import SIDE_NAMES, Matrix, RoomObject, RoomObjects, Tiling
from cocogan_core.models.dimensions import FACES, TILE_TEXELS

__all__ = [
    "BAR_DARK", "BAR_M", "BESIDE_M", "BESIDE_WINDOW_M", "FACES", "FAR_M", "LEAST_HALF_M", "NOTHING", "PITCH_WAVES",
    "RIM_CELLS", "RIM_WIDTHS_M", "SHADOW_BESIDE_M", "SHADOW_MAP", "SHADOW_SOFT_M", "STEEPEST", "SUN_SOFTER",
    "SUN_SOFT_M", "THINNEST_M", "YAW_WAVE", "ObjectScene", "Tiles",
]  # fmt: skip

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


NO_TILE = Tiling(row="")
UP, RIGHT_HAND = 1, (-1.0, 1.0, 1.0, 1.0, 1.0, -1.0)  # which way is to the right of one who looks at a side
WIDE = 32  # units from which on a tile has twice as many texels along as others, and half as many up
Integers = NDArray[np.int64]


class Tiles(NamedTuple):
    """How the patterns of objects repeat on their fronts, one row an object.

    Attributes:
        tables: how many there are.
        table: (T,) which one an object's front has; −1: none.
        axis: (T,) that its front lies across.
        in_face: (T, 2) the axes along and across that face.
        signs: (T, 2) which way texels run along them.
        unit_m, units: (T, 2) of its tiling.
        fitted: (T,) whether they are.
        columns: (T,) texels along a tile.
        texels: (T, 2) along and up.
    """

    tables: int
    table: Integers
    axis: Integers
    in_face: Integers
    signs: Matrix
    unit_m: Matrix
    units: Matrix
    fitted: NDArray[np.bool_]
    columns: Integers
    texels: Matrix

    @classmethod
    def of(cls, objects: RoomObjects) -> "Tiles":
        """Of all of them."""
        tables = {tiling.row: k for k, tiling in enumerate(objects.tilings)}
        found = [tables.get(one.row or one.name, -1) if one.front else -1 for one in objects.objects]
        tilings = [objects.tilings[k] if k >= 0 else NO_TILE for k in found]
        sides = [_front(one) for one in objects.objects]
        axis = np.array([side % 3 for side in sides], np.int64)
        columns = np.array([128 if tiling.units[0] >= WIDE else 64 for tiling in tilings], np.int64)
        return cls(
            tables=len(objects.tilings), table=np.array(found, np.int64), axis=axis,
            in_face=np.stack([np.where(axis == 0, 2, 0), np.where(axis == UP, 2, UP)], 1),
            signs=np.array([(RIGHT_HAND[side], 1.0) for side in sides]),
            unit_m=np.array([tiling.unit_m for tiling in tilings]),
            units=np.array([tiling.units for tiling in tilings], float),
            fitted=np.array([tiling.fitted for tiling in tilings]),
            columns=columns, texels=np.stack([columns, TILE_TEXELS // columns], 1).astype(float),
        )  # fmt: skip


def _front(one: RoomObject) -> int:
    return SIDE_NAMES.index(one.front) if one.front else 0


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
        tiles: on the objects' fronts, if any has one.
        slot: (T,) in which slot each is, 0 for none.
        shares: (R + FACES + 1, n) how much of each of its slot's looks a row has, the sun's last.
        slots: which of (1, z, derived numbers) say how objects of each slot look, too, where they are painted by rank.
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
    tiles: Tiles | None = None
    slot: tuple[int, ...] = ()
    shares: Matrix = np.zeros((0, 0))
    slots: tuple[tuple[int, ...], ...] = ()

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
        tiles = Tiles.of(objects) if objects.tilings else None
        slot, slots = _slots(objects, config.z_dim) if config.paint_rank else ((), ())
        return cls(
            steps,
            sides,
            presence,
            sun,
            *kinds,
            panes=objects.pane_indices,
            tiles=tiles,
            slot=slot,
            shares=_row_shares(objects),
            slots=slots,
        )

    @property
    def painted_of(self) -> NDArray[np.int64]:
        """(T + FACES,) as :attr:`row_of`, of what z says of looks: the rows and the sun's again for each slot."""
        slot = np.array([*(self.slot or [0] * len(self.rows)), *[0] * FACES], np.int64)
        return self.row_of + slot * (self.row_count + 1)

    @property
    def casters(self) -> NDArray[np.bool_]:
        """(T,) which objects may keep the sun off others: all but the window and its panes."""
        every = np.ones(len(self.ellipsoids), bool)
        every[[self.window, *self.panes]] = False
        return every


def _slots(objects: RoomObjects, z_dim: int) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    places = {one.name: 1 + z_dim + k for k, one in enumerate(objects.derived)}
    return tuple(one.slot for one in objects.objects), tuple(
        tuple(places[n] for n in slot.looks) for slot in objects.slots
    )


def _row_shares(objects: RoomObjects) -> Matrix:
    rows = objects.rows
    shares = np.zeros((max(rows) + 1 + FACES + 1, len(objects.slots[0].looks) if objects.slots else 0))
    for row, one in zip(rows, objects.objects, strict=True):
        if one.shares:
            shares[row] = one.shares
    return shares


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
