"""Where the furniture of an upright room stands, and how long it is, as sums of its numbers. ``scene`` once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from cocogan_core.data.rooms.furnished.hanging import HIGHEST, LOWEST
from cocogan_core.data.rooms.furnished.numbers import WALLS
from cocogan_core.data.rooms.furnished.openings import HALF_WIDTHS, HEAD_M, SILL_M
from cocogan_core.data.rooms.furnished.roles import Roles
from cocogan_core.data.rooms.furnished.scene import CHIMNEY_M, CORNER_M, CURTAIN_M, DOOR_M, FURNITURE
from cocogan_core.data.rooms.furnished.sums import Derivation, Sum, between, number
from cocogan_core.data.rooms.parameters import FURNISHED_SPANS

__all__ = ["SIZE", "drop_of", "length_of", "picture_values", "slot_values", "window_values"]

GAP_M = 0.22  # between windows
SIZE = {name: between(f"room.{name}", *FURNISHED_SPANS[f"room.{name}"]) for name in ("width", "height", "depth")}
Values = dict[str, Sum]


def length_of(wall: int) -> Sum:
    """Metres from corner to corner."""
    return SIZE["width" if wall % 2 == 0 else "depth"]


@dataclass(frozen=True)
class _Span:
    """Of the wall on which furniture may stand: half its length, where its middle is, and ``place`` on it."""

    half: Sum
    middle: Sum
    place: Sum

    @classmethod
    def of(cls, d: Derivation, roles: Roles, wall: int) -> Self:
        place, half = number(f"{WALLS[wall]}.place"), length_of(wall) * 0.5 - CORNER_M
        if wall not in roles.door:
            return cls(half, Sum(), place)
        door, more = roles.door[wall], (DOOR_M - CORNER_M) / 2
        left = d.both(door, roles.left_door[wall])
        aside = d.where(door, place + 1 - roles.left_door[wall] * 2, 1.0)  # each half of its range is all of the wall
        return cls(half - door * more, (left * 2 - door) * more, place + aside)


def slot_values(d: Derivation, roles: Roles, wall: int) -> Values:
    """Of the furniture at a wall: half its length, its middle to the right, and metres out of the wall."""
    forms, span = roles.forms[wall].items(), _Span.of(d, roles, wall)
    middle = sum((flag * (FURNITURE[form].least + FURNITURE[form].most) for form, flag in forms), Sum()) * 0.5
    reach = sum((flag * (FURNITURE[form].most - FURNITURE[form].least) for form, flag in forms), Sum()) * 0.5
    wanted = middle + d.product(number(f"{WALLS[wall]}.size"), reach)
    free = d.positive(span.half - wanted)
    out = roles.windows(wall) * (CURTAIN_M - 0.01) + 0.01
    return {"half": span.half - free, "right": span.middle + d.product(span.place, free), "out": out} | SIZE


def picture_values(d: Derivation, roles: Roles, wall: int, slot: Mapping[str, Sum]) -> Values:
    """Of what hangs over the furniture: its middle, metres out of the wall, and the room that there is for it."""
    forms = roles.forms[wall]
    lowest = sum((flag * (max(FURNITURE[form].top, LOWEST) - LOWEST) for form, flag in forms.items()), Sum()) + LOWEST
    space = d.product(HIGHEST - lowest, between(f"{WALLS[wall]}.size", 0.85, 1.0))
    out = forms.get("fireplace", Sum()) * CHIMNEY_M
    return {"right": slot["right"], "out": out, "lowest": lowest, "space": space} | SIZE


def window_values(d: Derivation, roles: Roles, wall: int) -> Values:
    """Of a row of windows: its middle, how far it reaches, its upper edge, half a window of each count, blinds."""
    counts, place = roles.counts[wall], number(f"{WALLS[wall]}.place")
    halves = {count: between("window.width", *HALF_WIDTHS[count]) for count in counts}
    fixed = sum((flag * (n * halves[n].constant + (n - 1) * GAP_M / 2) for n, flag in counts.items()), Sum())
    grows = sum((flag * (n * halves[n].weights["window.width"]) for n, flag in counts.items()), Sum())
    reach = fixed + d.product(number("window.width"), grows)
    free = d.positive(length_of(wall) * 0.5 - 0.45 - reach)
    top = d.least(between("window.height", 1.95, 2.45), SIZE["height"] - drop_of(d, wall) - 0.14)
    blind = d.product((top - SILL_M) * 0.5, d.positive(number("window.blind"))) * 0.6
    blind = d.positive(blind - 0.015) + 0.015
    right = d.product(place, d.least(free, Sum(0.5)))
    curtain = between("curtain.open", 0.32, 0.15)
    halves_by_name = {f"half_{count}": half for count, half in halves.items()}
    return {"right": right, "reach": reach, "top": top, "blind": blind, "curtain": curtain} | halves_by_name | SIZE


def drop_of(d: Derivation, wall: int) -> Sum:
    """How far the sloping ceiling comes down at a wall."""
    towards = number("ceiling.forward" if wall % 2 == 0 else "ceiling.right") * (1 if wall < 2 else -1)
    return d.product(d.positive(towards - 0.4) * (1 / 0.6), SIZE["height"] - HEAD_M)
