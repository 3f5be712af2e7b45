"""A furnished room's colours as sums of derived numbers, which say how its objects look. Numpy only.

Hues are angles and a tone chooses between two of them, so that no colour is a sum of the room's numbers: a network that
is told the numbers alone learns the mean of all hues, grey, and finds colours late. ``palette`` once more; a test holds
one to the other.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from cocogan_core.data.rooms.furnished.lights import dusk_at
from cocogan_core.data.rooms.furnished.palette import CONTRAST_RAD, HUE_RAD, STRENGTH
from cocogan_core.data.rooms.furnished.sums import Derivation, Sum, between, number
from cocogan_core.geometry.objects import Slot

__all__ = ["Colours", "dusk"]

KNOT_RAD = math.radians(15)  # chords of the circle are within 0.9 % of it
DUSK_HOURS = (
    -0.2,
    0.0,
    0.1,
    0.2,
    0.25,
    0.3,
    0.38,
    0.46,
    0.55,
    0.66,
    0.8,
    1.0,
)  # straight between them
WALL_CHROMA, ACCENT_CHROMA = 0.45, 0.8  # shares of the hues' strength on walls, and on the main one
Pair = tuple[Sum, Sum]


@dataclass(frozen=True)
class Colours:
    """Two hues as vectors on Oklab's plane, in units of the largest chroma."""

    d: Derivation
    first: Pair
    second: Pair

    @classmethod
    def of(cls, d: Derivation) -> Self:
        """Have them derived."""
        strength = between("palette.strength", STRENGTH[0] / STRENGTH[1], 1)
        hue = between("palette.hue", *HUE_RAD)
        further = hue + between("palette.contrast", *CONTRAST_RAD)
        spans = (HUE_RAD, (HUE_RAD[0] + CONTRAST_RAD[0], HUE_RAD[1] + CONTRAST_RAD[1]))
        circles = (_circle(d, angle, *span) for angle, span in zip((hue, further), spans, strict=True))
        return cls(d, *((d.product(strength, x), d.product(strength, y)) for x, y in circles))

    def looks(self, tones: Mapping[str, Sum], main: Mapping[int, Sum]) -> tuple[str, ...]:
        """Names of numbers, none below 0, that say what colours a room has.

        Args:
            tones: of each piece of furniture, 0 where there is none.
            main: flags of the walls that may be the main one.
        """
        cloths = [number(f"{thing}.tone") for thing in ("rug", "curtain")]
        sums = [
            *(look for tone in (*tones.values(), *cloths) for look in self._toned(tone)),
            *(part + 1 for part in (*self.first, *self.second, *self.chroma(-cloths[0]))),
            *self._walls(main), *self._floor(), *self._light(), *self._wood(),
        ]  # fmt: skip
        return tuple(dict.fromkeys(map(self.d.name, sums)))

    def slots(self, tones: Sequence[Sum]) -> tuple[Slot, ...]:
        """Of each tone, names of numbers that say which colours it gives a piece: its own and that of small things."""
        return tuple(Slot(looks=tuple(map(self.d.name, (*self._toned(tone), *self._accent(tone))))) for tone in tones)

    def _accent(self, tone: Sum) -> Iterator[Sum]:
        """What goes with a tone, as ``scene`` has it."""
        yield from (part + 1 for part in self.chroma(0.9 - self.d.positive(tone) * 1.8))

    def chroma(self, tone: Sum) -> Pair:
        """The first hue at tone 1, none at 0, the second hue at −1."""
        plus, minus = self.d.positive(tone), self.d.positive(-tone)
        x, y = (
            self.d.product(plus, a) + self.d.product(minus, b) for a, b in zip(self.first, self.second, strict=True)
        )
        return x, y

    def _strong(self, tone: Sum) -> Sum:
        """How far a tone is from 0: strong colours are darker."""
        return self.d.positive(tone) + self.d.positive(-tone)

    def _toned(self, tone: Sum) -> Iterator[Sum]:
        yield from (part + 1 for part in self.chroma(tone))
        yield self._strong(tone)

    def _walls(self, main: Mapping[int, Sum]) -> Iterator[Sum]:
        """What is painted in the accent's colour where it is the main wall, and else in the room's."""
        accent = number("paint.accent")
        room, strong = ([share * part for part in self.chroma(tone)] for share, tone in (
            (WALL_CHROMA, number("paint.tone")), (ACCENT_CHROMA, accent),
        ))  # fmt: skip
        yield from (part + 1 for part in room)
        for flag in main.values():
            for there, elsewhere in zip(strong, room, strict=True):
                yield elsewhere + self.d.where(flag, there - elsewhere, 2.0) + 1
            yield self.d.where(flag, self._strong(accent), 1.0)
        yield number("paint.brightness") + 1
        yield from (self.d.positive(number(f"paint.{name}")) for name in ("panels", "paper"))

    def _floor(self) -> Iterator[Sum]:
        """Which kind it is, and of each how bright and warm."""
        x, y = (self.d.above(number(f"floor.kind_{axis}")) for axis in "xy")
        boards, carpet = self.d.both(x, y), self.d.both(x, 1 - y)
        tiles = 1 - y - carpet
        yield from (boards, y - boards, tiles)
        brightness, warmth = (between(f"floor.{name}", 0, 1) for name in ("brightness", "warmth"))
        yield from (self.d.where(kind, brightness, 1.0) for kind in (y, tiles, carpet))
        yield self.d.where(y, warmth, 1.0)
        yield from (self.d.where(carpet, part, 1.0) + 1 for part in self.chroma(number("floor.warmth")))

    def _light(self) -> Iterator[Sum]:
        """Day, dusk, night, what is left of the sun, and lamps."""
        hour = number("light.hour")
        yield from (dusk(self.d), _ramp(self.d, hour, 0.1, 0.7))
        yield self.d.product(between("light.sun", 0, 1), 1 - _ramp(self.d, hour, 0.3, 0.55))
        yield from (number(f"light.{name}") + 1 for name in ("lamps", "lamp_warmth"))

    def _wood(self) -> Iterator[Sum]:
        brightness, warmth = (between(f"wood.{name}", 0, 1) for name in ("brightness", "warmth"))
        yield from (brightness, warmth, self.d.product(brightness, warmth))


def dusk(d: Derivation) -> Sum:
    """How much there is of dusk's colours, as ``lights`` has it."""
    slopes = ((x, (dusk_at(after) - dusk_at(x)) / (after - x)) for x, after in pairwise(DUSK_HOURS))
    return _broken_line(d, number("light.hour"), dusk_at(DUSK_HOURS[0]), slopes)


def _broken_line(d: Derivation, at: Sum, start: float, slopes: "Iterator[tuple[float, float]]") -> Sum:
    """From ``start`` on with a new slope at each place."""
    line, before = Sum(start), 0.0
    for x, slope in slopes:
        line, before = line + d.positive(at - x) * (slope - before), slope
    return line


def _ramp(d: Derivation, at: Sum, low: float, high: float) -> Sum:
    """0 below ``low``, 1 above ``high``."""
    return (d.positive(at - low) - d.positive(at - high)) * (1 / (high - low))


def _circle(d: Derivation, angle: Sum, low: float, high: float) -> Pair:
    """Cosine and sine of an angle between two."""
    knots = np.linspace(low, high, round((high - low) / KNOT_RAD) + 1).tolist()

    def of(function: Callable[[float], float]) -> Sum:
        slopes = ((x, (function(after) - function(x)) / (after - x)) for x, after in pairwise(knots))
        return d.as_one(_broken_line(d, angle, function(low), slopes))

    return of(math.cos), of(math.sin)
