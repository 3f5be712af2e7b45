"""The objects of a furnished room that was set upright, as ``RoomObjects``, for object coordinates. Numpy only.

A piece has boxes at each wall that it may stand at, of which those of one wall are there; they look alike.
"""

from collections.abc import Iterator, Mapping
from functools import cache, partial

import numpy as np

from cocogan_core.data.rooms.furnished.boxes import Box, Build, any_finish, boxes_of
from cocogan_core.data.rooms.furnished.colours import Colours, dusk
from cocogan_core.data.rooms.furnished.corners import corner, pendant
from cocogan_core.data.rooms.furnished.frame import Frame
from cocogan_core.data.rooms.furnished.hanging import pictures
from cocogan_core.data.rooms.furnished.numbers import CORNERS, WALLS
from cocogan_core.data.rooms.furnished.openings import DOOR_HALF_M, DOOR_HIGH_M, RUN, SILL_M
from cocogan_core.data.rooms.furnished.patterns import tiling_of
from cocogan_core.data.rooms.furnished.places import SIZE, drop_of, picture_values, slot_values, window_values
from cocogan_core.data.rooms.furnished.roles import Roles
from cocogan_core.data.rooms.furnished.scene import DOOR_MIDDLE_M, FURNITURE
from cocogan_core.data.rooms.furnished.slot import SIDES, Slot
from cocogan_core.data.rooms.furnished.sums import ONE, Derivation, Sum, between, number
from cocogan_core.data.rooms.primitives import Group, Primitive
from cocogan_core.geometry.objects import SIDE_NAMES, RoomObject, RoomObjects, Tiling

__all__ = ["furnished_objects"]

SASH_M, BAR_M, RIM_M = 0.07, 0.045, 0.09  # of windows: around the opening, and inside it; around doors
SKIRTING_M, RAIL_M, CORNICE_M = 0.10, 0.05, 0.06  # how high they are, as shaders/furnished_surface.glsl draws them
CORNER_SLOT = 5  # what is coloured by no wall's tone
BEFORE_M = 0.004  # by which what lies in a plane with something else is before it
Values = Mapping[str, float]


class _Objects:
    """Objects while they are collected."""

    def __init__(self) -> None:
        self.d = Derivation()
        self.roles = Roles.of(self.d)
        self.objects: list[RoomObject] = []
        self.tones: dict[str, Sum] = {}
        self.looks: dict[str, list[tuple[object, ...]]] = {}
        self.tilings: dict[str, Tiling] = {}

    def add(self, group: str, part: str, box: Box, flag: Sum, slot: int = 0) -> None:
        """A box of a piece of a ``group``, which is there where ``flag`` says so; what looks alike has one row."""
        looks = self.looks.setdefault(group, [])
        if box.look not in looks:
            looks.append(box.look)
        names = tuple(dict.fromkeys(name for side in box.sides for name in side.weights))
        lengths = [entry for side in box.sides for entry in (side.constant, *(side.weights.get(n, 0.0) for n in names))]
        row = f"{group}.{looks.index(box.look)}"
        if tiling := tiling_of(row, group, box.material):
            self.tilings[row] = tiling
        one = RoomObject(
            name=f"{group}.{part}", sides_m=tuple(lengths), latents=names, row=row,
            front=SIDE_NAMES[box.front] if tiling else "", shape="ellipsoid" if box.ellipsoid else "box",
            slot=slot, shares=_shares(box) if slot else (),
            present="" if flag == ONE else self.d.name(flag),
        )  # fmt: skip
        self.objects.append(one)

    def add_all(
        self, group: str, place: str, build: Build, values: Mapping[str, Sum], flag: Sum, *, every: bool = False,
        slot: int = 0,
    ) -> None:  # fmt: skip
        """All the boxes of what is built."""
        values = {name: self.d.as_one(value) for name, value in values.items()}
        for k, box in enumerate(boxes_of(build, values, every=every)):
            self.add(group, f"{place}.{k}", box, flag, slot)

    # --- along the walls ---

    def furnish(self, wall: int) -> None:
        """What stands at a wall and hangs there."""
        values = {name: self.d.as_one(value) for name, value in slot_values(self.d, self.roles, wall).items()}
        main = self.roles.main.get(wall, Sum())
        for form, flag in self.roles.forms[wall].items():
            tone = self.d.where(flag, number(f"{WALLS[wall]}.tone"), 1.0)
            self.tones[form] = self.tones.get(form, Sum()) + tone
            self._stand(form, wall, values, flag, self.d.both(flag, main))
        over = picture_values(self.d, self.roles, wall, values) if wall else {}
        for kind, flag in self.roles.hangings.get(wall, {}).items():
            self.add_all(kind, WALLS[wall], partial(_pictures, kind, wall), over, flag)

    def _stand(self, form: str, wall: int, values: Mapping[str, Sum], flag: Sum, mainly: Sum) -> None:
        """Parts of a piece that are the same before the main wall and others, and those that are not."""
        elsewhere, there = (boxes_of(partial(_furniture, form, wall, main), values) for main in (False, True))
        for k, box in enumerate(dict.fromkeys(_key(box) for box in (*there, *elsewhere))):
            of = next(one for one in (*there, *elsewhere) if _key(one) == box)
            anywhere = box in map(_key, there), box in map(_key, elsewhere)
            shown = flag if all(anywhere) else mainly if anywhere[0] else flag - mainly
            if shown != Sum():
                self.add(form, f"{WALLS[wall]}.{k}", of, shown, slot=1 + wall)

    def open(self, wall: int) -> None:
        """Windows with their curtains and blinds."""
        values, some = window_values(self.d, self.roles, wall), self.roles.windows(wall)
        self.add_all("window", WALLS[wall], partial(_row, wall), values, some, every=True)
        for count, flag in self.roles.counts[wall].items():
            place = f"{WALLS[wall]}.{count}"
            self.add_all("pane", place, partial(_panes, wall, count), values, flag, every=True)
            blind = self.d.both(flag, self.d.above(number("window.blind")))
            self.add_all("blind", place, partial(_blinds, wall, count), values, blind, every=True)
        self.add_all("curtain", WALLS[wall], partial(_curtains, wall), values, some)

    def close(self, wall: int) -> None:
        """Doors at either end."""
        left = self.d.both(self.roles.door[wall], self.roles.left_door[wall])
        for side, flag in ((-1, left), (1, self.roles.door[wall] - left)):
            place = f"{WALLS[wall]}.{'left' if side < 0 else 'right'}_end"
            self.add_all("door", place, partial(_door, wall, side), SIZE, flag, every=True)

    # --- elsewhere ---

    def stand_in(self, place: int) -> None:
        """What stands in a corner."""
        amount = self.d.positive(number(f"corner.{CORNERS[place]}"))
        for thing, flag in self.roles.corners[place].items():
            values = SIZE | {"amount": amount}
            self.add_all(
                f"corner_{thing}", CORNERS[place], partial(_corner, place, thing), values, flag, slot=CORNER_SLOT
            )

    def lie_before(self, wall: int, flag: Sum) -> None:
        """Rug and hanging lamp, which follow the main wall, and beams, which do not."""
        rug = {"rug": between("rug.size", 0.85, 1.5)} | SIZE
        self.add_all("rug", WALLS[wall], partial(_rug, wall), rug, flag, every=True)
        self.add_all("pendant", WALLS[wall], partial(_pendant, wall), SIZE, flag, every=True)  # its thin cord too

    def carry(self) -> None:
        """Beams under the ceiling."""
        deep = self.d.positive(number("ceiling.beams")) * 0.10
        flag = self.d.above(number("ceiling.beams"))
        self.add_all("beam", "ceiling", _beams, SIZE | {"deep": deep}, flag, every=True)

    def edge(self, wall: int) -> None:
        """Skirting board, panels with their rail above it, and cornice where the ceiling does not come down."""
        drops = {side: drop_of(self.d, (wall + step) % 4) for side, step in (("left_drop", -1), ("right_drop", 1))}
        self.add_all("skirting", WALLS[wall], partial(_skirting, wall), SIZE, ONE, every=True)
        panels = self.d.positive(number("paint.panels"))
        above = self.d.above(panels - SKIRTING_M - RAIL_M)
        self.add_all("panelling", WALLS[wall], partial(_panelling, wall), SIZE | {"high": panels}, above, every=True)
        level = 1 - self.d.above(drop_of(self.d, wall))
        self.add_all("cornice", WALLS[wall], partial(_cornice, wall), SIZE | drops, level, every=True)

    def sun_height(self) -> str:
        """The number of a sun that sinks at dusk, as ``lights`` has it, from 0 at 0.2 rad on, 0.19 rad each."""
        height = self.d.product(between("light.sun_height", 0.38, 0.85), 1 - dusk(self.d) * 0.5)
        return self.d.name((height - 0.2) * (1 / 0.19))

    def lights(self) -> Iterator[Sum]:
        """Flags of where light comes from: of the wall before which the lamp hangs, other lamps, and other windows."""
        yield from self.roles.main.values()
        yield from (things["lamp"] for things in self.roles.corners.values())
        yield from (self.roles.windows(wall) for wall in self.roles.counts if wall)

    def papered(self) -> Iterator[Sum]:
        """How strong the pattern of the main wall's paper is, which others do not have, of each wall that may be it."""
        paper = self.d.positive(number("paint.paper"))
        yield from (self.d.where(flag, paper, 1.0) for flag in self.roles.main.values())

    def finished(self) -> RoomObjects:
        """All of them."""
        every = Colours.of(self.d)
        colours = every.looks(self.tones, self.roles.main)
        slots = every.slots([*(number(f"{wall}.tone") for wall in WALLS), -number("rug.tone")])
        height, looks = self.sun_height(), (*colours, *map(self.d.name, (*self.lights(), *self.papered())))
        panes = tuple(one.name for one in self.objects if one.name.startswith(f"pane.{WALLS[0]}."))
        return RoomObjects(
            objects=tuple(self.objects), window=f"window.{WALLS[0]}.0", frame_m=SASH_M + BAR_M, panes=panes,
            sun_latents=("light.sun_azimuth", height), sun_azimuth_rad=(-0.75, 0.75), sun_height_rad=(0.01, 0.39),
            derived=self.d.derived, looks=looks, tilings=tuple(self.tilings.values()), slots=slots,
        )  # fmt: skip


@cache
def furnished_objects() -> RoomObjects:
    """What object coordinates know of furnished rooms that were set upright."""
    room = _Objects()
    for wall in range(4):
        room.furnish(wall)
    for wall in room.roles.counts:
        room.open(wall)
    for wall in room.roles.door:
        room.close(wall)
    for place in range(4):
        room.stand_in(place)
    for wall, flag in room.roles.main.items():
        room.lie_before(wall, flag)
    room.carry()
    for wall in range(4):
        room.edge(wall)
    return room.finished()


def _shares(box: Box) -> tuple[float, ...]:
    """Of a slot's looks: its own colour's, then that of small things."""
    main, accent = box.dyes
    return (main,) * 3 + (accent,) * 2 if any(box.dyes) else ()


def _key(box: Box) -> tuple[object, ...]:
    return (box.ellipsoid, *((side.constant, *sorted(side.weights.items())) for side in box.sides))


def _frame(wall: int, v: Values) -> Frame:
    return Frame.of_wall(wall + 1, np.array([v["width"], v["height"], v["depth"]]))


def _furniture(form: str, wall: int, main: bool, v: Values) -> Group:
    frame = _frame(wall, v).at(v["right"], v["out"])
    return FURNITURE[form].build(Slot(frame, v["half"], main, v["height"], any_finish(v)))


def _pictures(kind: str, wall: int, v: Values) -> Group:
    frame = _frame(wall, v).at(v["right"], v["out"])
    return pictures(kind, frame, any_finish(v), lowest=v["lowest"], space=v["space"])


def _row(wall: int, v: Values) -> Group:
    half = (v["reach"] + SASH_M, 0.0, (v["top"] - SILL_M) / 2 + SASH_M)
    return (_frame(wall, v).solid((v["right"], 0.0, (v["top"] + SILL_M) / 2), half, np.ones(3)),)


def _panes(wall: int, count: int, v: Values) -> Group:
    half = (v[f"half_{count}"] - BAR_M, 0.0, (v["top"] - SILL_M) / 2 - BAR_M)
    places = [(u, BEFORE_M, (v["top"] + SILL_M) / 2) for u in _middles(count, v)]
    return tuple(_frame(wall, v).solid(place, half, np.ones(3)) for place in places)


def _blinds(wall: int, count: int, v: Values) -> Group:
    half = (v[f"half_{count}"] + 0.02, 0.012, v["blind"])
    return tuple(_frame(wall, v).solid((u, 0.03, v["top"] - v["blind"]), half, np.ones(3)) for u in _middles(count, v))


def _middles(count: int, v: Values) -> Iterator[float]:
    spacing = 2 * v[f"half_{count}"] + 0.22
    return (v["right"] + (k - (count - 1) / 2) * spacing for k in range(count))


def _curtains(wall: int, v: Values) -> Group:
    """Around all folds of either curtain."""
    place, high = v["reach"] + 0.20 - v["curtain"], (v["top"] + 0.09) / 2
    half = (0.8 * v["curtain"], 0.045, high - 0.02)
    return tuple(
        _frame(wall, v).solid((v["right"] + side * place, 0.10, high + 0.01), half, np.ones(3)) for side in SIDES
    )


def _door(wall: int, side: int, v: Values) -> Group:
    along = side * (v["width" if wall % 2 == 0 else "depth"] / 2 - DOOR_MIDDLE_M)
    high = (DOOR_HIGH_M + RIM_M) / 2
    return (_frame(wall, v).solid((along, 0.0, high), (DOOR_HALF_M + RIM_M, 0.0, high), np.ones(3)),)


def _corner(place: int, thing: str, v: Values) -> Group:
    end = _frame(place, v).at(v["width" if place % 2 == 0 else "depth"] / 2, 0)
    return corner(thing, end, any_finish(v), amount=v["amount"])


def _rug(wall: int, v: Values) -> Group:
    return (_frame(wall, v).solid((0.0, 1.45, 0.0), (v["rug"], 0.62 * v["rug"], 0.0), np.ones(3)),)


def _pendant(wall: int, v: Values) -> Group:
    across = v["width" if (wall + 1) % 2 == 0 else "depth"] / 2
    return pendant(_frame(wall, v).at(0, across - 0.8), v["height"])


def _skirting(wall: int, v: Values) -> Group:
    """In the wall, so that doors, which are flat too, lie before it."""
    half = (v["width" if wall % 2 == 0 else "depth"] / 2, 0.0, SKIRTING_M / 2)
    return (_frame(wall, v).solid((0.0, -BEFORE_M, half[2]), half, np.ones(3)),)


def _panelling(wall: int, v: Values) -> Group:
    """In the wall as well, each part behind what it touches: of two in one plane it would be chance which is seen."""
    across, rail = v["width" if wall % 2 == 0 else "depth"] / 2, v["high"] - RAIL_M
    spans = ((SKIRTING_M, rail, 3), (rail, v["high"], 2))
    return tuple(
        _frame(wall, v).solid((0.0, -deep * BEFORE_M, (low + high) / 2), (across, 0.0, (high - low) / 2), np.ones(3))
        for low, high, deep in spans
    )


def _cornice(wall: int, v: Values) -> Group:
    """As far as a sloping ceiling beside it leaves it."""
    left, right = (RUN * v[f"{side}_drop"] for side in ("left", "right"))
    half = ((v["width" if wall % 2 == 0 else "depth"] - left - right) / 2, 0.0, CORNICE_M / 2)
    return (_frame(wall, v).solid(((left - right) / 2, 0.0, v["height"] - half[2]), half, np.ones(3)),)


def _beams(v: Values) -> Group:
    half = np.array([0.07, v["deep"], v["depth"] / 2 - 0.01])
    places = [np.array([k * v["width"] / 4.2, v["height"] - v["deep"] - 0.002, 0]) for k in (-1.5, -0.5, 0.5, 1.5)]
    return tuple(Primitive(place, half, np.ones(3)) for place in places)
