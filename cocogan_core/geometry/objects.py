"""Boxes of a room's objects as functions of its named numbers: door, window, bed … Numpy only.

Where rays meet them gives pixels object coordinates: places in the own frame of what is seen there, as NOCS has them
(Wang et al., CVPR 2019). The frame of all lengths is that of the room: metres, X right, Y up, Z toward yaw 0, the
floor at y = 0 and the room centred on x = z = 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError
from cocogan_core.geometry.derived import DerivedNumber, Step, is_derived, require_bounded, steps_of, with_derived
from cocogan_core.text import printable

__all__ = ["SIDE_NAMES", "Matrix", "RoomObject", "RoomObjects", "Slot", "Tiling"]

Matrix = NDArray[np.float64]

MOST_OBJECTS, MOST_LATENTS = 2048, 16
FARTHEST_M = 1000.0
SIDE_NAMES = ("left", "lower", "back", "right", "upper", "front")
SIDES = len(SIDE_NAMES)
MOST_UNITS = 256  # in a tile
LARGEST_ANGLE_RAD = 1.5  # of the sun: it stands ahead and over the horizon


@dataclass(frozen=True, kw_only=True)
class RoomObject:
    """A box, or the ellipsoid within it, whose sides lie where named numbers say.

    Attributes:
        name: of the object, as ``"group.part"``.
        latents: which numbers its sides depend on: named ones, or derived ones ("=…").
        sides_m: of each side, left, lower, back, right, upper, front, where it lies at 0 in metres, and how far it
            moves as each of ``latents`` goes from 0 to 1: 6·(1 + latents) lengths.
        shape: "box" or "ellipsoid".
        present: the number that has to be above 0 for it to be there, or with a "-" before it, not above 0; "": always.
        row: what it looks like is learned in one with others of this name; "": by itself.
        front: the side that tiles of its row lie on; "": it has none.
        slot: which of :attr:`RoomObjects.slots`, from 1 on, also say how it looks; 0: none.
        shares: how much of each of the slot's looks it has, the same for all of a row; none: nothing.
    """

    name: str
    sides_m: tuple[float, ...]
    latents: tuple[str, ...] = ()
    shape: Literal["box", "ellipsoid"] = "box"
    present: str = ""
    row: str = ""
    front: str = ""
    slot: int = 0
    shares: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no box.

        Raises:
            ConfigError: what is wrong and what would be right.
        """
        where = f"object {printable(repr(self.name))}"
        if len(self.latents) > MOST_LATENTS or len(self.sides_m) != SIDES * (1 + len(self.latents)):
            raise ConfigError(f"{where}: sides_m needs 6 lengths, and 6 more for each of its latents, at most 16")
        if not all(abs(length) < FARTHEST_M for length in self.sides_m):  # NaN too
            raise ConfigError(f"{where}: every length must be below {FARTHEST_M} m")
        if self.front and self.front not in SIDE_NAMES:
            raise ConfigError(f"{where}: its front must be one of its sides, {', '.join(SIDE_NAMES)}")
        if any(map(is_derived, self.latents)):  # those are what only the room's own make of a box
            return
        low, high = np.split(self.sides, 2)
        size = high - low
        if (size[:, 0] - abs(size[:, 1:]).sum(1) < (1e-6 if self.shape == "ellipsoid" else -1e-6)).any():
            raise ConfigError(f"{where}: its right, upper and front sides must lie beyond the others for every room")

    @property
    def sides(self) -> Matrix:
        """(6, 1 + latents): :attr:`sides_m` by side."""
        return np.array(self.sides_m, float).reshape(SIDES, -1)

    @property
    def needs(self) -> tuple[str, ...]:
        """Latents that it is made of."""
        return (*self.latents, *([self.present.removeprefix("-")] if self.present else []))


@dataclass(frozen=True, kw_only=True)
class Tiling:
    """How a learned pattern repeats on the fronts of objects of a row, along them and up or across.

    Attributes:
        row: the objects' row.
        unit_m: metres of what repeats; 0: the face itself is one tile.
        units: so many of them make a tile.
        fitted: as many whole units lie side by side as a face holds, from its edge on, at least one; else they are
            counted from its middle.
    """

    row: str
    unit_m: tuple[float, ...] = (0.0, 0.0)
    units: tuple[int, ...] = (1, 1)
    fitted: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no tiling.

        Raises:
            ConfigError: what is wrong and what would be right.
        """
        sound = len(self.unit_m) == 2 == len(self.units) and all(0 <= unit < FARTHEST_M for unit in self.unit_m)
        if not sound or not all(1 <= count <= MOST_UNITS for count in self.units):
            raise ConfigError(
                f"tiling of {printable(repr(self.row))}: unit_m are two lengths, and units 1 to {MOST_UNITS} each"
            )


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A place in a room: ``looks`` are derived numbers that say how what stands there looks."""

    looks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoomObjects:
    """All objects of a room that object coordinates know, and the window through which the sun shines.

    Attributes:
        objects: in any order; the nearest along a ray is seen.
        window: name of the object in the front wall that the sun shines through.
        frame_m: how far its panes lie inside it.
        panes: names of the objects within it that the sun shines through, where what is around them, and what stands
            between them and a place, keeps it off; none: it shines through all of the window but its frame, and
            nothing casts a shadow.
        sun_latents: numbers of the sun's azimuth and height.
        sun_azimuth_rad, sun_height_rad: angles at −1 and at 1 of them.
        derived: numbers that are worked out from the named ones, in order.
        looks: which of those say something of how objects look, beside z.
        tilings: of the rows that have a pattern on their fronts.
        slots: with as many looks each: what is of one row may differ in colour from place to place.
    """

    objects: tuple[RoomObject, ...]
    window: str
    frame_m: float
    sun_latents: tuple[str, ...]
    sun_azimuth_rad: tuple[float, ...]
    sun_height_rad: tuple[float, ...]
    derived: tuple[DerivedNumber, ...] = ()
    looks: tuple[str, ...] = ()
    panes: tuple[str, ...] = ()
    tilings: tuple[Tiling, ...] = ()
    slots: tuple[Slot, ...] = ()

    def __post_init__(self) -> None:
        """Refuse more objects than are worth looking for, doubled names, and a sun that does not shine in.

        Raises:
            ConfigError: what is wrong and what would be right.
        """
        names = [one.name for one in self.objects]
        if not 1 <= len(names) <= MOST_OBJECTS or len(set(names)) < len(names):
            raise ConfigError(f"objects: {len(names)} of them; 1 to {MOST_OBJECTS} with distinct names can be known")
        if self.window not in names or not 0 <= self.frame_m < FARTHEST_M:
            raise ConfigError("objects: window must name one of them, and its frame_m be a length")
        if not {*self.panes} <= {*names} or len({*self.panes}) < len(self.panes):
            raise ConfigError("objects: panes must name some of them, each once")
        angles = (self.sun_azimuth_rad, self.sun_height_rad)
        if any(len(span) != 2 or not all(abs(angle) < LARGEST_ANGLE_RAD for angle in span) for span in angles):
            raise ConfigError(f"objects: angles of the sun are two each, below {LARGEST_ANGLE_RAD} rad")
        if len(self.sun_latents) != 2 or not min(self.sun_height_rad) > 0:
            raise ConfigError("objects: the sun has two numbers and stands above the horizon")
        require_bounded(self.derived)
        known = {one.name for one in self.derived}
        if strange := [name for name in self._numbers if is_derived(name) and name not in known]:
            raise ConfigError(f"objects: {printable(', '.join(strange))}: no such derived number")
        if not {*self.looks} <= known or len({*self.looks}) < len(self.looks):
            raise ConfigError("objects: looks must name derived numbers, each once")
        if (
            not {name for slot in self.slots for name in slot.looks} <= known
            or len({len(slot.looks) for slot in self.slots}) > 1
        ):
            raise ConfigError("objects: slots must name derived numbers, as many each")
        if not all(0 <= one.slot <= len(self.slots) for one in self.objects):
            raise ConfigError(f"objects: an object's slot must be 0 or one of the {len(self.slots)}")
        if not all(
            len(one.shares) in {0, len(self.slots[one.slot - 1].looks) if one.slot else 0} for one in self.objects
        ):
            raise ConfigError("objects: an object has a share of each of its slot's looks, or none")
        tiled = [tiling.row for tiling in self.tilings]
        fronts = {one.row or one.name for one in self.objects if one.front}
        if not {*tiled} <= fronts or len({*tiled}) < len(tiled):
            raise ConfigError("objects: tilings must be of rows of objects that have a front, one each")

    @property
    def needs(self) -> tuple[str, ...]:
        """Latents that they are made of."""
        every = (*self._numbers, *(term for one in self.derived for term in one.terms))
        return tuple(dict.fromkeys(name for name in every if not is_derived(name)))

    @property
    def _numbers(self) -> tuple[str, ...]:
        """All that objects and sun are made of, derived or not."""
        return (*(name for one in self.objects for name in one.needs), *self.sun_latents)

    @property
    def rows(self) -> tuple[int, ...]:
        """Of each object, the row in which its looks are learned; rows are numbered as they come."""
        names = [one.row or one.name for one in self.objects]
        numbers = {name: k for k, name in enumerate(dict.fromkeys(names))}
        return tuple(numbers[name] for name in names)

    def steps(self, names: Sequence[str]) -> list[Step]:
        """How the derived numbers are worked out from (1, latents ``names``)."""
        return steps_of(self.derived, names)

    def numbers(self, names: Sequence[str], latents: NDArray[np.floating]) -> Matrix:
        """(..., 1 + names + derived): 1, a room's numbers (..., names) and what is derived from them."""
        one = np.ones((*latents.shape[:-1], 1))
        return with_derived(self.steps(names), np.concatenate([one, latents], -1))

    def require_named(self, names: Sequence[str]) -> None:
        """Refuse latents of these names if they do not say all.

        Raises:
            ConfigError: which are missing.
        """
        if missing := [name for name in self.needs if name not in names]:
            raise ConfigError(f"model: object coordinates need the latents {printable(', '.join(missing))}")

    @property
    def window_index(self) -> int:
        """Of the window among the objects."""
        return [one.name for one in self.objects].index(self.window)

    @property
    def pane_indices(self) -> tuple[int, ...]:
        """Of the panes among the objects."""
        places = {one.name: k for k, one in enumerate(self.objects)}
        return tuple(places[name] for name in self.panes)

    def _columns(self, names: Sequence[str]) -> dict[str, int]:
        """Which of :meth:`numbers` is which."""
        return {name: 1 + k for k, name in enumerate((*names, *(one.name for one in self.derived)))}

    def sides(self, names: Sequence[str]) -> Matrix:
        """Sides (T, 6, 1 + names + derived) of all objects: metres where all are 0, and metres a unit."""
        columns = self._columns(names)
        every = np.zeros((len(self.objects), SIDES, 1 + len(columns)))
        for rows, one in zip(every, self.objects, strict=True):
            rows[:, [0, *(columns[name] for name in one.latents)]] = one.sides
        return every

    def boxes(self, group: str, names: Sequence[str], latents: NDArray[np.floating]) -> Matrix:
        """Sides (n, 6) in metres of the objects of a ``group`` that are in the room of numbers (names,)."""
        known = dict(zip(("", *self._columns(names)), self.numbers(names, latents), strict=True))
        there = [one for one in self.objects if one.name.startswith(f"{group}.") and _is_there(one, known)]
        sides = [one.sides @ [1.0, *(known[name] for name in one.latents)] for one in there]
        return np.array(sides).reshape(-1, SIDES)

    def presence(self, names: Sequence[str]) -> Matrix:
        """(T, 1 + names + derived): an object is there where its row times (1, numbers …) is above 0."""
        columns = self._columns(names)
        every = np.zeros((len(self.objects), 1 + len(columns)))
        for row, one in zip(every, self.objects, strict=True):
            if one.present:
                row[columns[one.present.removeprefix("-")]] = -1 if one.present.startswith("-") else 1
            else:
                row[0] = 1
        return every

    def sun(self, names: Sequence[str]) -> Matrix:
        """(2, 1 + names + derived): rows times (1, numbers …) are the sun's azimuth and height in radians."""
        columns = self._columns(names)
        both = np.zeros((2, 1 + len(columns)))
        for row, name, (low, high) in zip(
            both, self.sun_latents, (self.sun_azimuth_rad, self.sun_height_rad), strict=True
        ):
            row[0], row[columns[name]] = (low + high) / 2, (high - low) / 2
        return both


def _is_there(one: RoomObject, known: Mapping[str, float]) -> bool:
    value = known[one.present.removeprefix("-")] if one.present else 1.0
    return bool(value <= 0 if one.present.startswith("-") else value > 0)
