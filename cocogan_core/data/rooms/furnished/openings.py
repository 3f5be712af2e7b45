"""Windows with their curtains and blinds, doors, and sloping ceilings. Numpy only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.furnished.frame import Frame
from cocogan_core.data.rooms.furnished.slot import LINEN, METAL, SIDES
from cocogan_core.data.rooms.parameters import RoomParameters
from cocogan_core.data.rooms.primitives import BACK, BLIND, BOX, CYLINDER, FABRIC, FRONT, LEFT, RIGHT, Group

__all__ = [
    "DOOR_HALF_M",
    "DOOR_HIGH_M",
    "HALF_WIDTHS",
    "HEAD_M",
    "SILL_M",
    "Slope",
    "WindowRow",
    "blinds",
    "curtains",
    "slopes",
    "window_row",
]

Vector = NDArray[np.float64]

DOOR_HALF_M, DOOR_HIGH_M = 0.43, 2.03
SILL_M = 0.86
HEAD_M = 2.13  # at least this high is the room where it is lowest, over doors and wardrobes
HALF_WIDTHS = {1: (0.65, 1.15), 2: (0.45, 0.72), 3: (0.36, 0.54)}  # metres, by the number of windows in a row
RUN = 1.45  # metres that a sloping ceiling goes inward while it rises by one


@dataclass(frozen=True)
class WindowRow:
    """Equal windows side by side in a wall.

    Attributes:
        wall: 1 … 4.
        count: how many.
        middle: (metres right of the wall's middle, height) of the row's middle.
        half: half width and half height of each window.
        spacing: metres from the middle of one to the next.
    """

    wall: int
    count: int
    middle: tuple[float, float]
    half: tuple[float, float]
    spacing: float

    @property
    def reach(self) -> float:
        """Metres from the row's middle to its ends."""
        return (self.count - 1) / 2 * self.spacing + self.half[0]


def window_row(n: RoomParameters, wall: int, count: int, *, length: float, highest: float, place: float) -> WindowRow:
    """The windows of a wall of ``length`` metres under a ceiling that begins at ``highest``; ``place`` is −1 … 1."""
    half = n.between("window.width", *HALF_WIDTHS[count])
    top = min(n.between("window.height", 1.95, 2.45), highest - 0.14)
    spacing = 2 * half + 0.22
    free = max(0.0, length / 2 - 0.45 - ((count - 1) / 2 * spacing + half))
    return WindowRow(wall, count, (place * min(free, 0.5), (SILL_M + top) / 2), (half, (top - SILL_M) / 2), spacing)


def _panes(row: WindowRow) -> list[float]:
    """Metres right of the wall's middle to the middle of each window."""
    return [row.middle[0] + (i - (row.count - 1) / 2) * row.spacing for i in range(row.count)]


def curtains(frame: Frame, row: WindowRow, colour: Vector, *, width: float) -> Group:
    """Curtains of half width ``width`` at both ends of a row, on a rod."""
    u, top = row.middle[0], row.middle[1] + row.half[1] + 0.09
    place = row.reach + 0.20 - width
    folds = tuple(
        frame.solid(
            (u + s * (place + k * width * 0.5), 0.10, top / 2 + 0.01),
            (width * 0.30, 0.045, top / 2 - 0.02),
            colour * (1.0 - 0.05 * abs(k)),
            FABRIC,
            CYLINDER,
        )
        for s in SIDES
        for k in (-1, 0, 1)
    )
    rod = frame.solid((u, 0.10, top + 0.005), (row.reach + 0.27, 0.011, 0.011), METAL)
    return (*folds, rod)


def blinds(frame: Frame, row: WindowRow, share: float) -> Group:
    """Slats before the upper ``share`` of every window."""
    high = max(row.half[1] * share, 0.015)
    top = row.middle[1] + row.half[1]
    size = (row.half[0] + 0.02, 0.012, high)
    return tuple(frame.solid((u, 0.03, top - high), size, LINEN, BLIND, BOX, 0.002) for u in _panes(row))


@dataclass(frozen=True)
class Slope:
    """Where the ceiling comes down to a wall: how many metres, and the plane (4,) n·p ≤ c below it."""

    wall: int
    drop: float
    plane: Vector


def slopes(n: RoomParameters, room: Vector) -> tuple[Slope, Slope]:
    """The ceiling's slopes to the left or right and to the front or back; between −0.4 and 0.4 there are none."""
    sideways, ahead = n.value("ceiling.right"), n.value("ceiling.forward")
    return (
        _slope(RIGHT if sideways > 0 else LEFT, abs(sideways), room),
        _slope(FRONT if ahead > 0 else BACK, abs(ahead), room),
    )


def _slope(wall: int, amount: float, room: Vector) -> Slope:
    drop = max(0.0, amount - 0.4) / 0.6 * (room[1] - HEAD_M)
    outward = {FRONT: (0, 1), RIGHT: (1, 0), BACK: (0, -1), LEFT: (-1, 0)}[wall]
    reach = (room[0] if wall in (RIGHT, LEFT) else room[2]) / 2
    normal = np.array([outward[0] / RUN, 1.0, outward[1] / RUN])
    begins = room[1] + (reach - RUN * drop) / RUN
    length = float(np.linalg.norm(normal))
    return Slope(wall, drop, np.array([*normal, begins]) / length)
