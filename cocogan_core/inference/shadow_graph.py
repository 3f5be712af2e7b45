"""ONNX nodes of ``cocogan_core.models.sun_shadows``: a room's shadow map, and what a block's pixels look up in it.

The map is worked out once a room. Each of its places comes with its neighbours, so that a pixel looks up one of them:
what a gathered entry costs hardly depends on its size.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.inference.object_graph import ObjectKind, known_kinds
from cocogan_core.inference.object_terms import RoomTerms
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.models.dimensions import LEAST_SLOPE
from cocogan_core.models.object_scene import (
    BAR_DARK,
    BAR_M,
    FAR_M,
    LEAST_HALF_M,
    SHADOW_BESIDE_M,
    SHADOW_MAP,
    SHADOW_SOFT_M,
    THINNEST_M,
)

__all__ = ["SHADOW_SHAPE", "ShadowLookup", "shadow_map"]

CORNERS = 4  # (above, below) of the left, then of the right: the neighbours between which a pixel's place lies
SHADOW_SHAPE = (SHADOW_MAP[0] * SHADOW_MAP[1], 2 * CORNERS)
STEEP = 1 / (SHADOW_BESIDE_M[1] - SHADOW_BESIDE_M[0])  # how fast a shadow comes behind what casts it, a metre


class ShadowLookup(NamedTuple):
    """Of a room.

    Attributes:
        known: SHADOW_SHAPE of :func:`shadow_map`.
        scale, start: (2, 1, 1) from metres across and up in the window's plane to columns and rows of the map.
    """

    known: Term
    scale: Term
    start: Term

    @classmethod
    def of(cls, room: RoomTerms, known: Term) -> Self:
        """Of its map."""
        left, lower, _, right, upper, _ = room.window
        low, sizes = left.joined(lower, axis=0), (right - left).joined(upper - lower, axis=0)
        counts = np.array(SHADOW_MAP[::-1], np.float32).reshape(2, 1, 1)
        scale = Term.constant(known.b, counts) / sizes.max(LEAST_SLOPE)
        return cls(known, scale, low * scale + 0.5)

    def lit(self, right: Term, up: Term, way: Term) -> Term:
        """How much of the sun gets to places (1, 1, h, w), as ``SunShadows.lit``."""
        last = np.array(SHADOW_MAP[::-1], np.float32).reshape(2, 1, 1) - 1
        at = (right.joined(up, axis=1) * self.scale - self.start).max(0.0).min(last)
        low = at.apply("Floor")
        (x, y), (column, row) = (part.parts(1, [1, 1]) for part in (at - low, low))
        found = self.known.gather((row * float(SHADOW_MAP[1]) + column).integers())
        maps = found.apply("Transpose", perm=[0, 4, 2, 3, 1]).apply("Squeeze", np.array([4]))
        reach, openness = maps.parts(1, [CORNERS] * 2)
        left, other = ((reach - way * STEEP).clip(0.0, 1.0) * openness).parts(1, [2, 2])
        above, below = (left + (other - left) * x).parts(1, [1, 1])
        return above + (below - above) * y


def shadow_map(room: RoomTerms) -> Term:
    """SHADOW_SHAPE: of each place and its neighbours how far the sun comes, in STEEP parts, and how open they are.

    A shadow begins where the way is as long as that.
    """
    rows, columns = SHADOW_MAP
    left, lower, _, right, upper, _ = room.window
    shares = [((np.arange(count) + 0.5) / count).astype(np.float32) for count in SHADOW_MAP]
    across, up = left + (right - left) * shares[1], lower + (upper - lower) * shares[0][:, None]
    reach = (_reach(room, [across, up, room.walls[5]]) + SHADOW_BESIDE_M[1]) * STEEP
    both = reach.joined(_open(room, across, up), axis=0).reshape(2, rows * columns)
    return both.gather(_neighbours(), axis=1).reshape(2 * CORNERS, -1).apply("Transpose", perm=[1, 0])


def _neighbours() -> NDArray[np.int64]:
    """(CORNERS, rows · columns) of each place; at the end of a row or column it is its own."""
    rows, columns = SHADOW_MAP
    row, column = np.indices(SHADOW_MAP)
    next_row, next_column = np.minimum(row + 1, rows - 1), np.minimum(column + 1, columns - 1)
    corners = [(row, column), (next_row, column), (row, next_column), (next_row, next_column)]
    return np.stack([(down * columns + along).ravel() for down, along in corners])


def _open(room: RoomTerms, across: Term, up: Term) -> Term:
    """(1, rows, columns) how much of the sun the panes let through at places ``across`` (1, 1, columns) and ``up``."""
    panes = np.array(room.scene.panes, np.int64)
    sides = room.sides.gather(panes).apply("Transpose", perm=[1, 0]).reshape(6, -1, 1, 1).parts(0, [1] * 6)
    left, lower, _, right, upper, _ = (side.reshape(-1, 1, 1) for side in sides)
    aside, over = (across - (left + right) * 0.5).abs(), (up - (lower + upper) * 0.5).abs()
    wide, high = (
        ((half * 0.5 - away) / (2 * SHADOW_SOFT_M) + 0.5).clip(0.0, 1.0)
        for half, away in ((right - left, aside), (upper - lower, over))
    )
    bar = ((aside / (BAR_M + SHADOW_SOFT_M)).clip(0.0, 1.0).one_less() * BAR_DARK).one_less()
    here = room.present.gather(panes).floats().reshape(-1, 1, 1)
    return (wide * bar * here * high).apply("ReduceMax", np.array([0]))


def _reach(room: RoomTerms, places: list[Term]) -> Term:
    """(1, rows, columns) metres from places, along X, Y and Z, along the sun's rays to the first object."""
    zero = Term.constant(room.sides.b, 0.0)
    way = [zero - part for part in room.towards_sun]
    casters = room.present & Term.constant(room.sides.b, room.scene.casters)
    kinds = known_kinds(room.scene, room.sides, casters)
    return _least([(_to_ellipsoids if kind.ellipsoids else _to_boxes)(kind, places, way) for kind in kinds])


def _least(metres: list[Term]) -> Term:
    """The least of what every kind's (1, K, rows, columns) say: (1, rows, columns)."""
    first, *others = (each.apply("ReduceMin", np.array([1]), keepdims=0) for each in metres)
    return first.min(FAR_M, *others)


def _to_boxes(kind: ObjectKind, places: list[Term], way: list[Term]) -> Term:
    """(1, K, rows, columns) metres to boxes."""
    steps = [(x.abs() < LEAST_SLOPE).where(-LEAST_SLOPE, x) for x in way]
    axes = zip(kind.low.parts(0, [1] * 3), kind.high.parts(0, [1] * 3), places, steps, strict=True)
    slabs = [((low - at) / step, (high - at) / step) for low, high, at, step in axes]
    (first, *more), (end, *others) = [one.min(other) for one, other in slabs], [one.max(other) for one, other in slabs]
    entry, leaves = first.max(*more), end.min(*others)
    return _met(kind, (leaves > entry + THINNEST_M) & (leaves > 0.0), entry)


def _to_ellipsoids(kind: ObjectKind, places: list[Term], way: list[Term]) -> Term:
    """(1, K, rows, columns) metres to ellipsoids."""
    half = [side.max(LEAST_HALF_M) for side in ((kind.high - kind.low) * 0.5).parts(0, [1] * 3)]
    middles = ((kind.low + kind.high) * 0.5).parts(0, [1] * 3)
    to_middle = [(middle - at) / h for middle, at, h in zip(middles, places, half, strict=True)]
    ray = [x / h for x, h in zip(way, half, strict=True)]
    square = _sum([x * x for x in ray])
    along = _sum([m * x for m, x in zip(to_middle, ray, strict=True)]) / square
    aside = [m - x * along for m, x in zip(to_middle, ray, strict=True)]
    miss = _sum([x * x for x in aside])
    entry = along - miss.one_less().max(0.0).apply("Sqrt") / square.apply("Sqrt")
    return _met(kind, (miss < 1.0) & (along > 0.0), entry)


def _met(kind: ObjectKind, hit: Term, entry: Term) -> Term:
    return (hit & kind.seen).where(entry.max(0.0), FAR_M)


def _sum(parts: list[Term]) -> Term:
    first, second, third = parts
    return first + second + third
