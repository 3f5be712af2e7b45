"""ONNX nodes of ``cocogan_core.models.object_coordinates``: what the rays of a block's pixels meet in the room.

Every block looks only for those objects that it can see: as many as are present and lie within the cone around it.
What is left out would have covered nothing, so that a pixel is the same in every block.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cocogan_core.inference.block_sight import Sight
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.surface_graph import RayMaps
from cocogan_core.models.dimensions import LEAST_SLOPE
from cocogan_core.models.object_scene import BESIDE_M, FAR_M, LEAST_HALF_M, ObjectScene

__all__ = ["Directions", "Layers", "ObjectKind", "known_kinds", "nearest_layers", "visible_kinds"]


class Directions(NamedTuple):
    """Of a block's rays, along X, Y and Z.

    Attributes:
        parts: (1, 3, h, w).
        along: the same (3, 1, h, w).
        inverse: one over them, or over a least slope: (1, 2, h, w) for each axis, of rays along it and of those
            against it, 0 where they are of the other kind.
        signs: (3, 1, h, w) −1 where they are below 0, else 1.
        size: (h, w).
    """

    parts: Term
    along: Term
    inverse: list[Term]
    signs: Term
    size: tuple[int, int]

    @classmethod
    def of(cls, rays: RayMaps, size: tuple[int, int]) -> "Directions":
        """Of a block's rays; those of its margin may lie beyond the zenith, where they look back."""
        parts, signs = rays.turns * rays.tilts, (rays.turned * rays.tilted).reshape(3, 1, *size)
        along = parts.reshape(3, 1, *size)
        inverse = signs / along.abs().max(LEAST_SLOPE)
        by_sign = inverse.max(0.0).joined(inverse.min(0.0), axis=1)
        return cls(parts, along, by_sign.parts(0, [1] * 3), signs, size)


class ObjectKind(NamedTuple):
    """The boxes, or the ellipsoids, that count, as for a block those that it can see: K of them, the first always.

    Attributes:
        ellipsoids: whether these are.
        which: (K,) their numbers.
        seen: (K, 1, 1) whether it counts; not the first, where it is there only because none would be.
        low, high: their sides (3, K, 1, 1) along X, Y and Z.
    """

    ellipsoids: bool
    which: Term
    seen: Term
    low: Term
    high: Term


class Layers(NamedTuple):
    """The nearest and the next object of each pixel, (1, 1, h, w) but for the first three.

    Attributes:
        numbers: (K,) of the objects that are known.
        flags, next_flags: (1, K, h, w) 1 at the nearest, or the next, of them; at any of them where there is none.
        here: whether there is one.
        distance, inside, cover: as in ``object_coordinates.Seen``.
        next_cover: of the next one.
    """

    numbers: Term
    flags: Term
    next_flags: Term
    here: Term
    distance: Term
    inside: Term
    cover: Term
    next_cover: Term


def visible_kinds(scene: ObjectScene, sides: Term, present: Term, sight: Sight) -> list[ObjectKind]:
    """Of all objects' ``sides`` (T, 6) and flags ``present`` (T,), those that a block may see."""
    return known_kinds(scene, sides, present & sight.sees(sides))


def known_kinds(scene: ObjectScene, sides: Term, flags: Term) -> list[ObjectKind]:
    """Of all objects' ``sides`` (T, 6), those with ``flags`` (T,)."""
    ellipsoids = np.array(scene.ellipsoids)
    return [
        _kind(np.flatnonzero(mask), round_, sides, flags)
        for mask, round_ in ((~ellipsoids, False), (ellipsoids, True))
        if mask.any()
    ]


def _kind(known: NDArray[np.int64], ellipsoids: bool, sides: Term, visible: Term) -> ObjectKind:
    flags = visible.gather(known)
    first = np.arange(len(known)) == 0
    chosen = (flags | Term.constant(flags.b, first)).apply("NonZero").reshape(-1)
    which = Term.constant(flags.b, known).gather(chosen)
    low, high = sides.gather(which).apply("Transpose", perm=[1, 0]).reshape(6, -1, 1, 1).parts(0, [3, 3])
    seen = flags.gather(chosen).reshape(-1, 1, 1)
    return ObjectKind(ellipsoids, which, seen, low, high)


def nearest_layers(kinds: Sequence[ObjectKind], directions: Directions, cell_rad: float) -> Layers:
    """What pixels see whose cells are ``cell_rad`` wide."""
    met = [(_meet_ellipsoids if kind.ellipsoids else _meet_boxes)(kind, directions) for kind in kinds]
    distance, inside = (_one_after_another(parts, axis=1) for parts in zip(*met, strict=True))
    numbers, can_be = (_one_after_another(parts) for parts in zip(*((k.which, k.seen) for k in kinds), strict=True))
    hit = (inside > distance * (-0.5 * cell_rad)) & (distance > BESIDE_M) & can_be
    near = hit.where(distance, FAR_M)
    first = near.apply("ArgMin", axis=1, keepdims=1)
    nearest = near.apply("GatherElements", first, axis=1)
    count, start = numbers.apply("Shape").reshape(), Term.constant(numbers.b, np.array(0))
    order = start.apply("Range", count, np.array(1)).reshape(-1, 1, 1)
    flags = first.apply("Equal", order).floats()
    others = near.max(flags * FAR_M)
    second = others.apply("ArgMin", axis=1, keepdims=1)
    here, next_distance = nearest < FAR_M, others.apply("GatherElements", second, axis=1)
    in_front, behind = (inside.apply("GatherElements", which, axis=1) for which in (first, second))
    return Layers(
        numbers, flags, second.apply("Equal", order).floats(), here, nearest, here.where(in_front, 0.0),
        here.where(_cover(in_front, nearest, cell_rad), 0.0),
        (next_distance < FAR_M).where(_cover(behind, next_distance, cell_rad), 0.0),
    )  # fmt: skip


def _cover(inside: Term, distance: Term, cell_rad: float) -> Term:
    """How much of a pixel what is so far ``inside`` its outline covers."""
    return (inside / (distance * cell_rad) + 0.5).clip(0.0, 1.0)


def _meet_boxes(kind: ObjectKind, directions: Directions) -> tuple[Term, Term]:
    """(1, K, h, w) distance, and how far inside of the outline; these maps are most of a block's work.

    Where a ray enters across an axis it lies on the face, by rounding, so that of three insets the least counts if it
    is below 0, else the middle one.
    """
    lows, highs = (sides.parts(0, [1] * 3) for sides in (kind.low, kind.high))
    near = [low.joined(high, axis=0).reshape(2, -1) for low, high in zip(lows, highs, strict=True)]
    ways = zip(near, directions.inverse, strict=True)
    first, *others = (sides.chosen(inverse, directions.size) for sides, inverse in ways)
    distance = first.max(*others)
    middle, half = ((x * 0.5).parts(0, [1] * 3) for x in (kind.low + kind.high, kind.high - kind.low))
    along = zip(directions.parts.parts(1, [1] * 3), middle, half, strict=True)
    x, y, z = (reach - (way * distance - centre).abs() for way, centre, reach in along)
    less, more = x.min(y), x.max(y)
    return distance, less.min(z).min(0.0) + less.max(more.min(z)).max(0.0)


def _meet_ellipsoids(kind: ObjectKind, directions: Directions) -> tuple[Term, Term]:
    half = ((kind.high - kind.low) * 0.5).max(LEAST_HALF_M)
    to_middle, rays = (kind.low + kind.high) * 0.5 / half, directions.along / half
    square = _reduced("SumSquare", rays)
    along = _reduced("Sum", to_middle * rays) / square
    miss = _reduced("SumSquare", to_middle - rays * along)
    before = miss.one_less().max(0.0).apply("Sqrt") / square.apply("Sqrt")
    return along - before, miss.apply("Sqrt").one_less() * (_reduced("Sum", half) / 3.0)


def _reduced(how: str, x: Term) -> Term:
    """(1, …) of values (3, …) along X, Y and Z."""
    return x.apply(f"Reduce{how}", np.array([0]))


def _one_after_another(parts: Sequence[Term], axis: int = 0) -> Term:
    return parts[0].joined(*parts[1:], axis=axis)
