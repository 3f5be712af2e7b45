"""ONNX nodes of ``cocogan_core.models.object_maps``: what a block's pixels know of a room's objects."""

from typing import NamedTuple

import numpy as np

from cocogan_core.inference.object_graph import Directions, Layers
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.room_graph import wave_maps
from cocogan_core.models.dimensions import NEAREST_M, OBJECT_PLACE_M, ROOM_WAVES, first_octave
from cocogan_core.models.object_scene import (
    BAR_M,
    BESIDE_WINDOW_M,
    RIM_CELLS,
    RIM_WIDTHS_M,
    SUN_SOFT_M,
    SUN_SOFTER,
    ObjectScene,
)

__all__ = ["FACES_HERE", "MapGraph", "RoomTerms"]

FACES_HERE = (0, 2, 4, 1, 3, 5)  # of the room's: those behind, then those ahead, along X, Y and Z

SEEN_FAR_M = 100.0  # where nothing is seen a place means nothing, but is to stay a number


class RoomTerms(NamedTuple):
    """Of the room.

    Attributes:
        scene: what its objects are.
        sides: (T, 6) of them, in metres from the eye.
        walls: the box's six distances from the eye, each (1, 1, 1).
        sun: azimuth and height, each (1, 1, 1), in radians.
    """

    scene: ObjectScene
    sides: Term
    walls: list[Term]
    sun: list[Term]


class _Face(NamedTuple):
    """Flags (1, h, w) of whether a face lies across X, Y or Z."""

    x: Term
    y: Term
    z: Term

    @classmethod
    def of_least(cls, x: Term, y: Term, z: Term) -> "_Face":
        """Where which is the least; the first of equal ones."""
        first = (y >= x) & (z >= x)
        second = ~first & (z >= y)
        return cls(first, second, ~(first | second))

    def or_else(self, other: "_Face", here: Term) -> "_Face":
        """This one ``here``, elsewhere another."""
        pairs = ((self.x, other.x), (self.y, other.y), (self.z, other.z))
        return _Face(*((here & own) | (~here & beyond) for own, beyond in pairs))


class MapGraph(NamedTuple):
    """As ``object_maps.ObjectMaps``; ``features`` (1, OBJECT_FEATURES, h, w), the others (1, h, w).

    ``faces`` (6, h, w) are flags of the room's faces that are seen or covered, in the order of FACES_HERE.
    """

    features: Term
    faces: Term
    cover: Term
    next_cover: Term
    along: Term
    across: Term
    lit: Term

    @classmethod
    def of(cls, room: RoomTerms, seen: Layers, rays: Directions, angles: Term, cells: tuple[int, float]) -> "MapGraph":
        """Of a stage, whose number and cells' width in radians are ``cells``.

        ``angles`` are (11, h, w) waves of the rays' yaws and pitches.
        """
        stage, cell_rad = cells
        reach, wall, ahead = _walls(room, rays)
        place, axis = _place(room.sides, seen, rays)
        here = seen.here.floats()
        along, across = axis.x.where(place[2], place[0]) * here, axis.y.where(place[2], place[1]) * here
        waves = wave_maps(here.b, along.joined(across, axis=0).name, first_octave(stage), ROOM_WAVES)
        near = Term.constant(here.b, 1.0) / seen.distance.max(NEAREST_M)
        on_object = _ways(axis, rays).joined(
            *(Term(here.b, wave) for wave in waves), *_rims(seen, cell_rad), near, axis=0
        )
        met = seen.here.where(seen.distance.min(reach), reach)
        shown = axis.or_else(wall, seen.here)
        sun, lit = _sun(room, rays, met, shown, cell_rad)
        features = (on_object * seen.cover).joined(sun, lit * here, angles * seen.cover, axis=0)
        return cls(
            features.apply("Unsqueeze", np.array([0])), _faces(wall, ahead), seen.cover, seen.next_cover,
            along.clip(-OBJECT_PLACE_M, OBJECT_PLACE_M), across.clip(-OBJECT_PLACE_M, OBJECT_PLACE_M), lit,
        )  # fmt: skip


def _faces(wall: _Face, ahead: list[Term]) -> Term:
    """(6, h, w) flags of the faces in the order of FACES_HERE."""
    before = [flag & on for flag, on in zip(wall, ahead, strict=True)]
    behind = [flag & ~on for flag, on in zip(wall, ahead, strict=True)]
    return behind[0].joined(*behind[1:], *before, axis=0).floats()


def _walls(room: RoomTerms, rays: Directions) -> tuple[Term, _Face, list[Term]]:
    """Distance to the wall that is met, its axis, and whether rays go on along X, Y and Z."""
    ahead = [part > 0.0 for part in rays.along]
    lows, highs = room.walls[0::2], room.walls[1::2]
    reaches = [
        (part < 0.0).where(low * -1.0, high) * inverse
        for part, low, high, inverse in zip(rays.along, lows, highs, rays.inverse, strict=True)
    ]
    return reaches[0].min(reaches[1]).min(reaches[2]), _Face.of_least(*reaches), ahead


def _place(sides: Term, seen: Layers, rays: Directions) -> tuple[list[Term], _Face]:
    """The place from the object's middle along X, Y and Z, and what the visible face lies across."""
    low, high = sides.parts(1, [3, 3])
    middles_and_halves = ((low + high) * 0.5).joined((high - low) * 0.5, axis=1)
    found = middles_and_halves.maps(seen.which).apply("Squeeze", np.array([0])).parts(0, [1] * 6)
    distance = seen.distance.min(SEEN_FAR_M)
    place = [along * distance - middle for along, middle in zip(rays.along, found[:3], strict=True)]
    short = [half - one.abs() for half, one in zip(found[3:], place, strict=True)]
    return place, _Face.of_least(*short)


def _ways(axis: _Face, rays: Directions) -> Term:
    """Six flags (6, h, w) of where the visible face looks, back along the ray."""
    flags = [
        (flag & side).floats()
        for flag, one in zip((axis.x, axis.y, axis.z), rays.along, strict=True)
        for side in (~(one < 0.0), one < 0.0)
    ]
    return flags[0].joined(*flags[1:], axis=0)


def _rims(seen: Layers, cell_rad: float) -> list[Term]:
    wide = [(seen.inside / width).clip(-1.0, 1.0) for width in RIM_WIDTHS_M]
    return [*wide, (seen.inside / (seen.distance * cell_rad)).clip(-float(RIM_CELLS), float(RIM_CELLS))]


def _sun(room: RoomTerms, rays: Directions, distance: Term, axis: _Face, cell_rad: float) -> tuple[Term, Term]:
    """(7, h, w) what the sun is like, and how much of it falls on what is met at a ``distance`` (1, h, w)."""
    azimuth, height = room.sun
    flat = height.apply("Cos")
    x, y, z = (along * distance for along in rays.along)
    way = (room.walls[5] - z) / (azimuth.apply("Cos") * flat)
    window = room.sides.part(0, room.scene.window, room.scene.window + 1).reshape(6, 1, 1, 1).parts(0, [1] * 6)
    left, lower, _, right, upper, _ = (side.reshape(1, 1, 1) for side in window)
    aside = (x + azimuth.apply("Sin") * flat * way - (left + right) * 0.5).abs()
    over = (y + height.apply("Sin") * way - (lower + upper) * 0.5).abs()
    frame = room.scene.frame_m
    inside = ((right - left) * 0.5 - frame - aside).min((upper - lower) * 0.5 - frame - over)
    through = (way > BESIDE_WINDOW_M).floats()
    soft = way * SUN_SOFTER + SUN_SOFT_M + distance * (cell_rad / 2)
    facing = (~axis.y | (y < 0.0)).floats()
    lit = (inside / (soft * 2.0) + 0.5).clip(0.0, 1.0) * through * facing
    bar = lit * (aside / (soft + BAR_M)).clip(0.0, 1.0).one_less()
    on_faces = [lit * flag.floats() for flag in (axis.y, axis.z, axis.x)]
    return lit.joined(bar, *on_faces, lit * height, (inside * 2.0).clip(-1.0, 1.0) * through, axis=0), lit
