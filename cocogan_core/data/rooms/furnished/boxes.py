"""Boxes of furniture as sums of numbers, from the very functions that build it. Numpy only.

Every place and size in furniture is linear in where it stands and how long it is. So what a builder makes of some
values, and of each a metre larger, says what it makes of all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.furnished.slot import Finish
from cocogan_core.data.rooms.furnished.sums import Sum
from cocogan_core.data.rooms.primitives import ELLIPSOID, FACINGS, Group, Primitive

__all__ = ["Box", "Build", "any_finish", "boxes_of"]

Build = Callable[[Mapping[str, float]], Group]
DYES, DYED = ("main", "accent"), 0.1  # values that change a finish, and by how much they are changed
THIN_M, LEAST_AREA_M2 = 0.013, 0.006  # what is thinner, or shows less, is left out
UPPER = 4  # of the sides of RoomObject
FRONTS = (-1, 2, 0, 5, 3)  # of what stands at no wall, and at walls 1 to 4
SOME_M = 1.0  # of each value, where builders are asked first


@dataclass(frozen=True)
class Box:
    """A part of a piece.

    Attributes:
        sides: left, lower, back, right, upper and front, of a box or the ellipsoid within it.
        ellipsoid: whether it is one.
        front: the side that faces away from the wall that it stands at, by number; upwards of what lies flat.
        material: its kind.
        dyes: how much its colour changes with each of DYES.
        look: the same of parts that look alike: shape, material, variant, colour and size.
    """

    sides: tuple[Sum, ...]
    ellipsoid: bool
    front: int
    material: int
    dyes: tuple[float, ...]
    look: tuple[object, ...]


def boxes_of(build: Build, values: Mapping[str, Sum], *, every: bool = False) -> list[Box]:
    """Boxes of what is built of ``values``, of its larger parts only unless ``every`` is asked for."""
    some = dict.fromkeys(values, SOME_M)
    first = list(_solids(build(some)))
    sides = np.array([_sides(one) for one in first])
    slopes = {
        name: np.array([_sides(one) for one in _solids(build(some | {name: SOME_M + 1}))]) - sides for name in values
    }
    dyed = {name: [one.colour[0] for one in _solids(build(some | {name: DYED}))] for name in ("", *DYES)}
    return [
        Box(
            tuple(
                sum(
                    ((values[name] - SOME_M) * float(slopes[name][k, side]) for name in values),
                    Sum(float(sides[k, side])),
                ).rounded()
                for side in range(6)
            ),
            solid.shape == ELLIPSOID,
            UPPER if solid.half[1] == 0 else FRONTS[solid.material // FACINGS],
            solid.material % FACINGS,
            tuple(round(float(dyed[name][k] - dyed[""][k]) / DYED, 3) for name in DYES),
            _look(solid),
        )
        for k, solid in enumerate(first)
        if every or _shows(solid)
    ]


def any_finish(values: Mapping[str, float]) -> Finish:
    """Colours that are told apart, whatever they are, and changed by DYES."""
    main, accent = (values.get(dye, 0.0) for dye in DYES)
    return Finish(np.full(3, 0.2 + main), np.full(3, 0.3 + accent), np.full(3, 0.4))


def _solids(group: Group) -> Iterator[Primitive]:
    for one in group:
        if isinstance(one, Primitive):
            yield one
        else:
            yield from _solids(one)


def _sides(solid: Primitive) -> NDArray[np.float64]:
    return np.concatenate([solid.centre - solid.half, solid.centre + solid.half])


def _look(solid: Primitive) -> tuple[object, ...]:
    size = np.sort(solid.half).round(6).tolist()
    return (solid.shape, solid.material % FACINGS, solid.variant, *size, *np.round(solid.colour, 6).tolist())


def _shows(solid: Primitive) -> bool:
    _, wide, long = np.sort(2 * solid.half)
    return bool(wide >= THIN_M and wide * long >= LEAST_AREA_M2)
