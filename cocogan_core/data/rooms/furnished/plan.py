"""Who stands where in a furnished room: from its numbers to the role of every wall and corner. Numpy only.

Switches, at which a picture jumps: where two walls are equally ``open`` (the least open one has the door, the next is
the main wall, the most open one has the windows), at 0.25 of the third wall's (it gets windows too) and at steps of the
number of windows; at the octants of (``form_x``, ``form_y``), which name the furniture; at 0 of a door wall's
``place``; at −0.5, 0 and 0.5 of ``hang``; at 0 and −0.5 of a ``corner``, or where two corners are equal (the highest
has the lamp); and at the signs of ``floor.kind_x`` and ``floor.kind_y``. Everything else is continuous.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.furnished.numbers import CORNERS, FURNISHED, FURNISHED_SYMMETRY, WALLS
from cocogan_core.data.rooms.parameters import RoomParameters
from cocogan_core.geometry.symmetry import Upright

__all__ = ["FLOORS", "FORMS", "HANGINGS", "SISTERS", "RoomPlan", "WallPlan", "room_plan", "set_upright"]

Vector = NDArray[np.floating]

# Furniture by the octants of (form_x, form_y), from the positive x axis on towards y.
FORMS = ("bed", "sofa", "table", "desk", "piano", "fireplace", "shelves", "wardrobe")
# What stands there instead where a wall of earlier choice has the same; beds away from the main wall stand sideways.
SISTERS = {
    "bed": "daybed", "sofa": "bench", "table": "console", "desk": "console", "piano": "console",
    "fireplace": "armchairs", "shelves": "bookcase", "wardrobe": "chest", "daybed": "bench", "console": "chest",
}  # fmt: skip
LOW = {"piano": "console", "fireplace": "armchairs", "shelves": "bookcase", "wardrobe": "chest"}  # under windows
TALL = ("shelves", "wardrobe")  # nothing hangs above these
HANGINGS = ("mirror", "picture", "pair", "group")  # by steps of ``hang``
FLOORS = {(True, True): "boards", (False, True): "herringbone", (False, False): "tiles", (True, False): "carpet"}
SECOND_WINDOWS = 0.25  # how open the second most open wall must be to have windows


@dataclass(frozen=True)
class WallPlan:
    """The role of a wall.

    Attributes:
        windows: how many it has.
        door: where its door is: −1 to the left, 1 to the right, 0 nowhere.
        form: the furniture that stands there.
        hanging: what hangs above it, or "".
        main: whether this is the wall whose furniture reaches far into the room.
    """

    windows: int
    door: int
    form: str
    hanging: str
    main: bool


@dataclass(frozen=True)
class RoomPlan:
    """The roles of the walls in the order of ``WALLS``, what stands in the ``CORNERS`` (or ""), and the floor."""

    walls: tuple[WallPlan, ...]
    corners: tuple[str, ...]
    floor: str


def set_upright(parameters: Vector) -> Upright:
    """Turn and mirror a room (K,), so that small patterns follow its plan whichever way the room is turned.

    Its windows are in front then, and its door, or else its main wall, to the right.
    """
    return FURNISHED_SYMMETRY.upright(parameters, FURNISHED)


def room_plan(parameters: Vector) -> RoomPlan:
    """The plan of a room (K,)."""
    n = RoomParameters(parameters)
    order = _by_openness(parameters)
    forms = _forms(n, order)
    walls = tuple(_wall_plan(n, order, wall, forms[wall]) for wall in range(4))
    floor = FLOORS[n.positive("floor.kind_x"), n.positive("floor.kind_y")]
    return RoomPlan(walls, _corners(n, order[0], walls[order[0]].door), floor)


def _by_openness(parameters: Vector) -> list[int]:
    """The walls 0 … 3: that of the door, the main wall, the third, that of the windows."""
    openness = [parameters[FURNISHED.index(f"{wall}.open")] for wall in WALLS]
    return [int(wall) for wall in np.argsort(openness, kind="stable")]


def _forms(n: RoomParameters, order: list[int]) -> dict[int, str]:
    """Furniture of each wall; the main wall chooses first, and nothing comes twice if a sister will do."""
    door, main, third, windows = order
    forms: dict[int, str] = {}
    for wall in (main, third, door, windows):
        form = _form(n, WALLS[wall])
        if _window_count(n, order, wall):
            form = LOW.get(form, form)
        if form == "bed" and wall != main:
            form = "daybed"
        while form in forms.values() and form in SISTERS:
            form = SISTERS[form]
        forms[wall] = form
    return forms


def _form(n: RoomParameters, name: str) -> str:
    angle = math.atan2(n.value(f"{name}.form_y"), n.value(f"{name}.form_x"))
    return FORMS[int(angle % (2 * math.pi) / (math.pi / 4)) % len(FORMS)]


def _window_count(n: RoomParameters, order: list[int], wall: int) -> int:
    openness = n.value(f"{WALLS[wall]}.open")
    if wall == order[3]:
        return 1 + (openness > 0.45) + (openness > 0.75)
    return 1 + (openness > 0.55) if wall == order[2] and openness > SECOND_WINDOWS else 0


def _wall_plan(n: RoomParameters, order: list[int], wall: int, form: str) -> WallPlan:
    name, windows = WALLS[wall], _window_count(n, order, wall)
    door = (-1 if n.positive(f"{name}.place") else 1) if wall == order[0] else 0
    step = min(int((n.value(f"{name}.hang") + 1) * 2), len(HANGINGS) - 1)
    hanging = "" if windows or form in TALL else HANGINGS[step]
    return WallPlan(windows, door, form, hanging, wall == order[1])


def _corners(n: RoomParameters, door_wall: int, side: int) -> tuple[str, ...]:
    """The corner at the door stays free, and of the others the one with the highest number has the lamp."""
    values = [n.value(f"corner.{corner}") for corner in CORNERS]
    free = door_wall if side > 0 else (door_wall - 1) % 4  # corner w is at the right end of wall w
    lamp = max((corner for corner in range(4) if corner != free), key=lambda corner: values[corner])
    things = ["plant" if value > 0 else "table" if value > -0.5 else "armchair" for value in values]
    things[free], things[lamp] = "", "lamp"
    return tuple(things)
