"""ONNX nodes of ``cocogan_core.models.object_coordinates``: what the rays of a block's pixels meet in the room.

Every block looks only for those objects that it can see: as many as are present and lie within the cone around it.
What is left out would have covered nothing, so that a pixel is the same in every block.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.surface_graph import RayMaps
from cocogan_core.models.dimensions import LEAST_SLOPE
from cocogan_core.models.object_scene import BESIDE_M, FAR_M, LEAST_HALF_M, ObjectScene

__all__ = ["Directions", "Layers", "ObjectKind", "nearest_layers", "visible_kinds"]


class Directions(NamedTuple):
    """Of a block's rays.

    Attributes:
        along: their parts along X, Y and Z (1, 1, h, w), along Y (1, 1, h, 1).
        inverse: one over them, or over a least slope.
        right, front: −1 where the part along X, or Z, is below 0, else 1.
    """

    along: list[Term]
    inverse: list[Term]
    right: Term
    front: Term

    @classmethod
    def of(cls, rays: RayMaps) -> "Directions":
        """Of a block's rays; those of its margin may lie beyond the zenith, where they look back."""
        x, z, right, front = (rays.level * rays.sine, rays.level * rays.cosine, *rays.signs)
        over = [sign / part.abs().max(LEAST_SLOPE) for sign, part in ((right, x), (front, z))]
        return cls([x, rays.up, z], [over[0], rays.inverse_up, over[1]], right, front)


class ObjectKind(NamedTuple):
    """The boxes, or the ellipsoids, that a block can see: K of them, the first always among them.

    Attributes:
        ellipsoids: whether these are.
        which: (K,) their numbers.
        seen: (K, 1, 1) 1 where it can be seen; 0 of the first, where it is there only because none would be.
        low, high: their sides (K, 1, 1) along X, Y and Z.
    """

    ellipsoids: bool
    which: Term
    seen: Term
    low: list[Term]
    high: list[Term]


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


def visible_kinds(scene: ObjectScene, sides: Term, present: Term, cone: Term) -> list[ObjectKind]:
    """Of all objects' ``sides`` (T, 6), flags ``present`` (T,) and a block's ``cone`` (5,): axis, radius, a cell."""
    visible = present & _within(sides, cone)
    ellipsoids = np.array(scene.ellipsoids)
    return [
        _kind(np.flatnonzero(mask), flag, sides, visible)
        for mask, flag in ((~ellipsoids, False), (ellipsoids, True))
        if mask.any()
    ]


def _kind(known: NDArray[np.int64], ellipsoids: bool, sides: Term, visible: Term) -> ObjectKind:
    flags = visible.gather(known)
    first = np.arange(len(known)) == 0
    chosen = (flags | Term.constant(flags.b, first)).apply("NonZero").reshape(-1)
    which = Term.constant(flags.b, known).gather(chosen)
    lengths = sides.gather(which).reshape(-1, 6, 1, 1).parts(1, [1] * 6)
    low, high = lengths[:3], lengths[3:]
    seen = flags.floats().gather(chosen).reshape(-1, 1, 1)
    return ObjectKind(ellipsoids, which, seen, [x.reshape(-1, 1, 1) for x in low], [x.reshape(-1, 1, 1) for x in high])


def _within(sides: Term, cone: Term) -> Term:
    """Flags (T,) of objects any of which may lie within a cone from the eye."""
    low, high = sides.parts(1, [3, 3])
    middle, half = (low + high) * 0.5, (high - low) * 0.5
    reach, radius = _length(middle), _length(half)
    axis, angles = cone.parts(0, [3, 2])
    cosine = (_sum(middle * axis.reshape(1, 3)) / reach.max(1e-6)).clip(-1.0, 1.0)
    spread = (radius / reach.max(1e-6)).clip(0.0, 1.0).apply("Asin")
    return (cosine.apply("Acos") - spread < _sum(angles.reshape(1, 2))) | (reach < radius + BESIDE_M)


def nearest_layers(kinds: Sequence[ObjectKind], directions: Directions, cell_rad: float) -> Layers:
    """What pixels see whose cells are ``cell_rad`` wide."""
    met = [(_meet_ellipsoids if kind.ellipsoids else _meet_boxes)(kind, directions) for kind in kinds]
    distance, inside = (_one_after_another(parts, axis=1) for parts in zip(*met, strict=True))
    numbers, can_be = (_one_after_another(parts) for parts in zip(*((k.which, k.seen) for k in kinds), strict=True))
    cover = (inside / (distance * cell_rad) + 0.5).clip(0.0, 1.0) * (distance > BESIDE_M).floats() * can_be
    near = (cover > 0.0).where(distance, FAR_M)
    first = near.apply("ArgMin", axis=1, keepdims=1)
    nearest = near.apply("GatherElements", first, axis=1)
    count, start = numbers.apply("Shape").reshape(), Term.constant(numbers.b, np.array(0))
    order = start.apply("Range", count, np.array(1)).reshape(-1, 1, 1)
    flags = first.apply("Equal", order)
    others = flags.where(FAR_M, near)
    second = others.apply("ArgMin", axis=1, keepdims=1)
    here, next_here = nearest < FAR_M, others.apply("GatherElements", second, axis=1) < FAR_M
    of = {name: x.apply("GatherElements", first, axis=1) for name, x in (("inside", inside), ("cover", cover))}
    next_cover = next_here.where(cover.apply("GatherElements", second, axis=1), 0.0)
    return Layers(
        numbers, flags.floats(), second.apply("Equal", order).floats(), here, nearest,
        here.where(of["inside"], 0.0), here.where(of["cover"], 0.0), next_cover,
    )  # fmt: skip


def _meet_boxes(kind: ObjectKind, directions: Directions) -> tuple[Term, Term]:
    entries = [
        (low * inverse).min(high * inverse)
        for low, high, inverse in zip(kind.low, kind.high, directions.inverse, strict=True)
    ]
    distance = entries[0].max(entries[2], entries[1])
    insets = []
    for low, high, along, entry in zip(kind.low, kind.high, directions.along, entries, strict=True):
        inset = (high - low) * 0.5 - (along * distance - (low + high) * 0.5).abs()
        insets.append((entry >= distance).where(FAR_M, inset))
    return distance, insets[0].min(*insets[1:])


def _meet_ellipsoids(kind: ObjectKind, directions: Directions) -> tuple[Term, Term]:
    half = [((high - low) * 0.5).max(LEAST_HALF_M) for low, high in zip(kind.low, kind.high, strict=True)]
    to_middle = [(low + high) * 0.5 / h for low, high, h in zip(kind.low, kind.high, half, strict=True)]
    rays = [along / h for along, h in zip(directions.along, half, strict=True)]
    square, product = _dot(rays, rays), _dot(to_middle, rays)
    along = product / square
    beside = [middle - ray * along for middle, ray in zip(to_middle, rays, strict=True)]
    miss = _dot(beside, beside)
    before = miss.one_less().max(0.0).apply("Sqrt") / square.apply("Sqrt")
    size = (half[0] + half[1] + half[2]) / 3.0
    return along - before, miss.apply("Sqrt").one_less() * size


def _dot(a: Sequence[Term], b: Sequence[Term]) -> Term:
    products = [one * other for one, other in zip(a, b, strict=True)]
    return products[0].apply("Sum", *products[1:])


def _one_after_another(parts: Sequence[Term], axis: int = 0) -> Term:
    return parts[0].joined(*parts[1:], axis=axis)


def _sum(x: Term) -> Term:
    return x.apply("ReduceSum", np.array([1]), keepdims=0)


def _length(x: Term) -> Term:
    return _sum(x * x).apply("Sqrt")
