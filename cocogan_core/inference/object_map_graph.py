"""ONNX nodes of ``cocogan_core.models.object_maps``: what a block's pixels know of a room's objects."""

from typing import NamedTuple

import numpy as np

from cocogan_core.inference.object_graph import Directions, Layers
from cocogan_core.inference.object_terms import RoomTerms
from cocogan_core.inference.object_texture_graph import FaceTerms, object_textured
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.room_graph import wave_maps
from cocogan_core.inference.shadow_graph import ShadowLookup
from cocogan_core.inference.surface_graph import WallTerms
from cocogan_core.inference.tile_graph import StageTiles, tiled
from cocogan_core.inference.weights import Array
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

__all__ = ["MapGraph"]

ACROSS = np.eye(3, dtype=np.float32)[:, :, None, None]  # one of X, Y and Z

SEEN_FAR_M = 100.0  # where nothing is seen a place means nothing, but is to stay a number


class _Face(NamedTuple):
    """What the visible face of an object lies across.

    Attributes:
        x, y: flags (1, 1, h, w) of X and of Y.
        axis: (1, 3, h, w) 1 at X, Y or Z.
    """

    x: Term
    y: Term
    axis: Term

    @classmethod
    def of_least(cls, x: Term, y: Term, z: Term) -> "_Face":
        """Where which is the least; the first of equal ones."""
        first, before_z = (y >= x) & (z >= x), z >= y
        across_x, across_y, across_z = (Term.constant(x.b, flags) for flags in ACROSS)
        return cls(first, ~first & before_z, first.where(across_x, before_z.where(across_y, across_z)))

    def parts(self, vector: list[Term]) -> list[Term]:
        """Those along and across the face of a vector's along X, Y and Z."""
        x, y, z = vector
        return [self.x.where(z, x), self.y.where(z, y)]

    def of_axis(self, values: list[Term]) -> Term:
        """That of a value for each of X, Y and Z which is the face's."""
        x, y, z = values
        return self.x.where(x, self.y.where(y, z))


class MapGraph(NamedTuple):
    """As ``object_maps.ObjectMaps``, (1, 1, h, w) but for ``features``.

    These are (1, n, h, w) each, and OBJECT_FEATURES in all; behind them, of a stage with a texture, what is seen of it.
    ``lit_object`` is ``lit`` where there is an object, else 0. ``tiled`` is (1, features, h, w) of a stage with tiles.
    """

    features: list[Term]
    cover: Term
    next_cover: Term
    along: Term
    across: Term
    lit: Term
    lit_object: Term
    tiled: Term | None = None

    @classmethod
    def of(
        cls, room: RoomTerms, seen: Layers, rays: Directions, walls: WallTerms, angles: Term, *, stage: int,
        cell_rad: float, size: tuple[int, int], shadows: ShadowLookup | None, texture: Array | None,
        tiles: StageTiles | None = None,
    ) -> "MapGraph":  # fmt: skip
        """Of a stage with cells of ``cell_rad``: of as many as ``size`` (h, w), whose rays meet the room at ``walls``.

        ``angles`` are (1, 11, h, w) waves of the rays' yaws and pitches.
        """
        boxes = None if tiles is None else tiles.chosen(seen.numbers, seen.flags, size)
        middle, halves = _boxes(room.sides, seen, size) if boxes is None else (boxes.middle, boxes.half)
        place, half, face = _place(middle, halves, seen, rays)
        here = seen.here.floats()
        along, across = (part * here for part in face.parts(place))
        both = along.joined(across, axis=1)
        waves = wave_maps(both, first_octave(stage), ROOM_WAVES)
        near = Term.constant(here.b, 1.0) / seen.distance.max(NEAREST_M)
        on_object = _ways(face, rays, size).joined(*waves, *_rims(seen, cell_rad), near, axis=1)
        reach = walls.on_wall.where(walls.wall / walls.rays.level, walls.over)
        met = seen.here.where(seen.distance.min(reach), reach)
        sun, lit = _sun(room, rays, met, seen.here.where(face.axis, _axis(walls)), cell_rad, shadows=shadows)
        lit_object = lit * here
        features = [on_object * seen.cover, sun, lit_object, angles * seen.cover]
        if texture is not None:
            row = _row(room.scene, seen, size) if boxes is None else boxes.row
            on_face = _on_face(row, seen, both, face.parts(half), size)
            features.append(object_textured(texture, on_face, stage=stage, cell_rad=cell_rad))
        on_tiles = None
        if tiles is not None and boxes is not None:
            fade = face.of_axis(boxes.tiles.fades) * (seen.distance.min(SEEN_FAR_M) * cell_rad)
            on_tiles = tiled(tiles.table, boxes.tiles, both, (fade + 1.5).clip(0.0, 1.0) * seen.cover)
        return cls(
            features, seen.cover, seen.next_cover,
            along.clip(-OBJECT_PLACE_M, OBJECT_PLACE_M), across.clip(-OBJECT_PLACE_M, OBJECT_PLACE_M), lit, lit_object,
            on_tiles,
        )  # fmt: skip


def _axis(walls: WallTerms) -> Term:
    """As :attr:`_Face.axis`, of what is met of the room."""
    across_x, across_y, across_z = (Term.constant(walls.reach.b, flags) for flags in ACROSS)
    return walls.on_wall.where(walls.aside_first.where(across_x, across_z), across_y)


def _boxes(sides: Term, seen: Layers, size: tuple[int, int]) -> list[Term]:
    """The object's middle and half its size, (1, 3, h, w) each."""
    low, high = sides.parts(1, [3, 3])
    middles_and_halves = ((low + high) * 0.5).joined((high - low) * 0.5, axis=1)
    return middles_and_halves.gather(seen.numbers).chosen(seen.flags, size).parts(1, [3, 3])


def _place(middle: Term, half: Term, seen: Layers, rays: Directions) -> tuple[list[Term], list[Term], _Face]:
    """The place from the object's middle and half its size along X, Y and Z, and what the visible face lies across."""
    place = rays.parts * seen.distance.min(SEEN_FAR_M) - middle
    across = _Face.of_least(*(half - place.abs()).parts(1, [1] * 3))
    return place.parts(1, [1] * 3), half.parts(1, [1] * 3), across


def _row(scene: ObjectScene, seen: Layers, size: tuple[int, int]) -> Term:
    """(1, 1, h, w) of the tables, where the object's looks are."""
    rows = Term.constant(seen.numbers.b, np.array(scene.rows, np.float32)[:, None])
    return rows.gather(seen.numbers).chosen(seen.flags, size)


def _on_face(row: Term, seen: Layers, place: Term, half: list[Term], size: tuple[int, int]) -> FaceTerms:
    """Of the ``place`` (1, 2, h, w) along and across it, and half its sizes there."""
    distance, (along, across) = seen.distance.min(SEEN_FAR_M), half
    return FaceTerms(size, row, place.joined(seen.inside, axis=1), along.joined(across, axis=1), distance, seen.cover)


def _ways(face: _Face, rays: Directions, size: tuple[int, int]) -> Term:
    """Six flags (1, 6, h, w) of where the visible face looks, back along the ray."""
    ways = Term.constant(rays.signs.b, np.array([1, -1], np.float32)[:, None, None])  # not below 0, and below it
    return (face.axis.reshape(3, 1, *size) * (rays.signs * ways).max(0.0)).reshape(1, 6, *size)


def _rims(seen: Layers, cell_rad: float) -> list[Term]:
    wide = [(seen.inside / width).clip(-1.0, 1.0) for width in RIM_WIDTHS_M]
    return [*wide, (seen.inside / (seen.distance * cell_rad)).clip(-float(RIM_CELLS), float(RIM_CELLS))]


def _sun(
    room: RoomTerms, rays: Directions, distance: Term, axis: Term, cell_rad: float, *, shadows: ShadowLookup | None
) -> tuple[Term, Term]:
    """(1, 7, h, w) what the sun is like, and how much of it falls on what is met at a ``distance``.

    ``axis`` is as of :class:`_Face`.
    """
    right, upward, ahead = room.towards_sun
    x, y, z = (rays.parts * distance).parts(1, [1] * 3)
    way = (room.walls[5] - z) / ahead
    across, up = x + right * way, y + upward * way
    left, lower, _, right, upper, _ = room.window
    aside, over = (across - (left + right) * 0.5).abs(), (up - (lower + upper) * 0.5).abs()
    frame = room.scene.frame_m
    inside = ((right - left) * 0.5 - frame - aside).min((upper - lower) * 0.5 - frame - over)
    through = (way > BESIDE_WINDOW_M).floats()
    soft = way * SUN_SOFTER + SUN_SOFT_M + distance * (cell_rad / 2)
    facing = ((axis.part(1, 1, 2) < 0.5) | (y < 0.0)).floats()
    lit = (inside / (soft * 2.0) + 0.5).clip(0.0, 1.0) * through * facing
    if shadows is not None:
        lit *= shadows.lit(across, up, way)
    bar = lit * (aside / (soft + BAR_M)).clip(0.0, 1.0).one_less()
    on_x, on_y, on_z = (axis * lit).parts(1, [1] * 3)
    return lit.joined(bar, on_y, on_z, on_x, lit * room.sun[1], (inside * 2.0).clip(-1.0, 1.0) * through, axis=1), lit
