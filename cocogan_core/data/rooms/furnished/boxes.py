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

__all__ = ["ANY_FINISH", "Box", "Build", "boxes_of"]

Build = Callable[[Mapping[str, float]], Group]
ANY_FINISH = Finish(np.full(3, 0.2), np.full(3, 0.3), np.full(3, 0.4))  # told apart, whatever they are
THIN_M, LEAST_AREA_M2 = 0.013, 0.006  # what is thinner, or shows less, is left out
SOME_M = 1.0  # of each value, where builders are asked first


@dataclass(frozen=True)
class Box:
    """A part of a piece.

    Attributes:
        sides: left, lower, back, right, upper and front, of a box or the ellipsoid within it.
        ellipsoid: whether it is one.
        look: the same of parts that look alike: shape, material, colour and size.
    """

    sides: tuple[Sum, ...]
    ellipsoid: bool
    look: tuple[object, ...]


def boxes_of(build: Build, values: Mapping[str, Sum], *, every: bool = False) -> list[Box]:
    """Boxes of what is built of ``values``, of its larger parts only unless ``every`` is asked for."""
    some = dict.fromkeys(values, SOME_M)
    first = list(_solids(build(some)))
    sides = np.array([_sides(one) for one in first])
    slopes = {
        name: np.array([_sides(one) for one in _solids(build(some | {name: SOME_M + 1}))]) - sides for name in values
    }
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
            _look(solid),
        )
        for k, solid in enumerate(first)
        if every or _shows(solid)
    ]


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
    return (solid.shape, solid.material % FACINGS, *size, *np.round(solid.colour, 6).tolist())


def _shows(solid: Primitive) -> bool:
    _, wide, long = np.sort(2 * solid.half)
    return bool(wide >= THIN_M and wide * long >= LEAST_AREA_M2)
