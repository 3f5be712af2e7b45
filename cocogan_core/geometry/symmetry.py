"""Rooms with four walls alike: turned by quarters or mirrored they are rooms again, made by the same numbers reordered.

So a generator need only know rooms that stand upright: windows in front, the door or the main wall to the right. Every
other room is one of these, turned and mirrored: its numbers are permuted, some with the other sign, and its panorama's
columns rolled by quarters and reversed. Yaw 0 is the panorama's left edge, so that reversing them mirrors it exactly.
Numpy only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError

__all__ = ["Front", "RoomSymmetry", "Upright", "upright_rooms"]

Numbers = NDArray[np.floating]
Cell = tuple[int, int]

# Where yaw 0 lies: in the middle of a panorama's first pixel, or at its left edge.
Front = Literal["pixel", "edge"]


@dataclass(frozen=True)
class Upright:
    """A room turned and mirrored so that it stands upright.

    Attributes:
        numbers: (K,) of the upright room.
        turns: quarter turns to the right that lead back, after the mirroring.
        mirrored: whether the upright room is the mirror image.
    """

    numbers: Numbers
    turns: int
    mirrored: bool

    def cells(self, ids: Sequence[Cell], columns: int) -> list[Cell]:
        """Where patches (row, column) of the room lie in the upright room's panorama; 4 divides its ``columns``."""
        back = self.turns * columns // 4
        turned = ((int(row), (int(column) - back) % columns) for row, column in ids)
        return [(row, columns - 1 - column) if self.mirrored else (row, column) for row, column in turned]

    def undo(self, patches: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Patches (n, s, s, 3) of the upright room's :meth:`cells` as the room has them."""
        return np.ascontiguousarray(patches[:, :, ::-1]) if self.mirrored else patches


@dataclass(frozen=True, kw_only=True)
class RoomSymmetry:
    """How a room's named numbers change when it is turned by 90° to the right or mirrored left to right.

    ``"after=before"`` says that number ``after`` of the changed room is ``before`` of the room, and ``"after=-before"``
    that it has the other sign too. Numbers that are not listed stay as they are.

    Attributes:
        quarter_turn: what a turn changes; what was at yaw θ is at θ + π/2 then.
        mirror: what mirroring changes; what was at yaw θ is at −θ then.
        openness: names of the four numbers, of the walls in front, to the right, behind and to the left, that decide
            how a room stands upright: the most open wall, with the windows, in front; the least open one, with the
            door, to the right, or where that is opposite the windows, the next.
    """

    quarter_turn: tuple[str, ...]
    mirror: tuple[str, ...]
    openness: tuple[str, ...]

    def require_fit(self, names: tuple[str, ...]) -> None:
        """Check that numbers of these names have the symmetries of a square.

        Raises:
            ConfigError: a name is unknown, or turns and mirrorings do not go together as those of a square do.
        """
        unknown = {one for entry in (*self.quarter_turn, *self.mirror) for one in _parts(entry)} | {*self.openness}
        if not unknown <= {*names} or len(set(self.openness)) != 4:
            strange = sorted(unknown - {*names}) or list(self.openness)
            raise ConfigError(f"symmetry: {', '.join(strange)}: name latents of the model, and four walls' openness")
        numbers = np.arange(1.0, len(names) + 1)
        turned, mirrored = self.turned(numbers, names), self.mirrored(numbers, names)
        walls = [names.index(name) for name in self.openness]
        square = (
            np.array_equal(self.turned(numbers, names, times=4), numbers)
            and np.array_equal(self.mirrored(mirrored, names), numbers)
            and np.array_equal(self.mirrored(turned, names), self.turned(mirrored, names, times=3))
            and np.array_equal(turned[walls], np.roll(numbers[walls], 1))
            and np.array_equal(mirrored[walls], numbers[walls][[0, 3, 2, 1]])
        )
        if not square:
            raise ConfigError("symmetry: turns and mirrorings of the latents are not those of a room with four walls")

    def turned(self, numbers: Numbers, names: tuple[str, ...], *, times: int = 1) -> Numbers:
        """Numbers (..., K) of rooms turned by ``times`` quarters; the first of K are ``names``, others are kept."""
        for _ in range(times):
            numbers = _moved(numbers, self.quarter_turn, names)
        return numbers

    def mirrored(self, numbers: Numbers, names: tuple[str, ...]) -> Numbers:
        """Numbers (..., K) of rooms mirrored left to right; the first of K are ``names``, others are kept."""
        return _moved(numbers, self.mirror, names)

    def upright(self, numbers: Numbers, names: tuple[str, ...]) -> Upright:
        """The room of numbers (K,), the first of which are ``names``, set upright."""
        openness = numbers[[names.index(name) for name in self.openness]]
        door, main, _, windows = (int(wall) for wall in np.argsort(openness, kind="stable"))
        upright = self.turned(numbers, names, times=-windows % 4)
        side = main if (door - windows) % 4 == 2 else door
        mirrored = (side - windows) % 4 == 3
        return Upright(self.mirrored(upright, names) if mirrored else upright, windows, mirrored)

    def shared(self, numbers: Numbers, names: tuple[str, ...]) -> Numbers:
        """What numbers (..., K) have in common with those of the same rooms turned and mirrored: their mean."""
        images = [
            self.turned(start, names, times=t) for start in (numbers, self.mirrored(numbers, names)) for t in range(4)
        ]
        mean: Numbers = np.mean(images, axis=0, dtype=numbers.dtype)
        return mean


def upright_rooms(numbers: Numbers, names: tuple[str, ...], symmetry: RoomSymmetry) -> Numbers:
    """Numbers (n, K) of rooms set upright, each as :meth:`RoomSymmetry.upright` does."""
    return np.stack([symmetry.upright(one, names).numbers for one in numbers]) if len(numbers) else numbers


def _moved(numbers: Numbers, entries: tuple[str, ...], names: tuple[str, ...]) -> Numbers:
    order, signs = _permutation(entries, names)
    after = np.array(numbers)
    after[..., : len(names)] = numbers[..., order] * signs
    return after


@cache
def _permutation(entries: tuple[str, ...], names: tuple[str, ...]) -> tuple[NDArray[np.intp], NDArray[np.int8]]:
    """Where each of the named numbers comes from, and its sign."""
    order, signs = np.arange(len(names)), np.ones(len(names), np.int8)
    for entry in entries:
        after, before = _parts(entry)
        order[names.index(after)] = names.index(before)
        signs[names.index(after)] = -1 if "=-" in entry else 1
    return order, signs


def _parts(entry: str) -> tuple[str, str]:
    after, _, before = entry.partition("=")
    return after, before.removeprefix("-")
