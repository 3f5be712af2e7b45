"""From the numbers of a furnished room to its shapes, colours and lights, without any drawing. Numpy only.

The room is built upright (``plan.set_upright``): its windows are in wall 1, and its door or main wall is 2. The camera
turns back, so that turned and mirrored rooms are turned and mirrored pictures.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.furnished import seating, storage, tables
from cocogan_core.data.rooms.furnished.corners import CORNER_AWAY_M, PENDANT_M, SHADE_M, corner, pendant
from cocogan_core.data.rooms.furnished.frame import Frame
from cocogan_core.data.rooms.furnished.hanging import hanging
from cocogan_core.data.rooms.furnished.lights import light_uniforms
from cocogan_core.data.rooms.furnished.numbers import CORNERS, WALLS
from cocogan_core.data.rooms.furnished.openings import (
    DOOR_HALF_M,
    DOOR_HIGH_M,
    WindowRow,
    blinds,
    curtains,
    slopes,
    window_row,
)
from cocogan_core.data.rooms.furnished.palette import Palette
from cocogan_core.data.rooms.furnished.plan import FLOORS, RoomPlan, room_plan, set_upright
from cocogan_core.data.rooms.furnished.slot import LINEN, Finish, Slot
from cocogan_core.data.rooms.parameters import RoomParameters, room_box
from cocogan_core.data.rooms.primitives import FACINGS, WOOD, Group, Primitive, Scene

__all__ = ["CHIMNEY_M", "CORNER_M", "CURTAIN_M", "DOOR_M", "DOOR_MIDDLE_M", "FURNITURE", "build_furnished"]

Vector = NDArray[np.float64]

CORNER_M = 1.0  # from each end of a wall; what stands between never meets the next wall's furniture
DOOR_M = 1.38  # the same at the end that has the door
DOOR_MIDDLE_M = 0.76  # from the wall's end to the door's middle
CHIMNEY_M = 0.335  # from the wall to the front of a chimney
CURTAIN_M = 0.20  # what stands before windows leaves this much for curtains


@dataclass(frozen=True)
class Furniture:
    """Half the length of a piece in metres, at least and at most; how it is built; where pictures above it begin."""

    least: float
    most: float
    build: Callable[[Slot], Group]
    top: float = 0.0


FURNITURE = {
    "bed": Furniture(1.18, 1.35, seating.bed, 1.15), "daybed": Furniture(0.98, 1.10, seating.daybed),
    "sofa": Furniture(0.95, 1.20, seating.sofa), "bench": Furniture(0.70, 1.25, seating.bench),
    "armchairs": Furniture(0.98, 1.15, seating.armchairs), "table": Furniture(0.95, 1.15, tables.table),
    "desk": Furniture(0.62, 0.88, tables.desk, 1.24), "console": Furniture(0.50, 0.85, tables.console, 1.20),
    "piano": Furniture(0.70, 0.78, tables.piano, 1.34), "fireplace": Furniture(0.76, 0.90, storage.fireplace, 1.26),
    "shelves": Furniture(0.60, 1.15, storage.shelves), "bookcase": Furniture(0.65, 1.15, storage.bookcase, 1.24),
    "wardrobe": Furniture(0.60, 1.10, storage.wardrobe), "chest": Furniture(0.50, 0.85, storage.chest, 1.22),
}  # fmt: skip


def build_furnished(values: NDArray[np.floating]) -> Scene:
    """A room from ``values`` (K,) in [−1, 1]; values outside are clipped."""
    upright = set_upright(np.clip(np.asarray(values, float), -1, 1))
    room = _Room(np.asarray(upright.numbers, float))
    mirrored = -1 if upright.mirrored else 1
    return Scene(room.groups(), room.uniforms(), turn_rad=upright.turns * math.pi / 2, handedness=mirrored)


class _Room:
    """An upright room while it is built."""

    def __init__(self, parameters: Vector) -> None:
        self.n = RoomParameters(parameters)
        self.plan: RoomPlan = room_plan(parameters)
        self.box = room_box(parameters)
        self.size = self.box.size_m
        self.palette = Palette.of(self.n)
        self.frames = [Frame.of_wall(wall + 1, self.size) for wall in range(4)]
        self.slopes = slopes(self.n, self.size)
        self.rows = [row for row in map(self._window_row, range(4)) if row is not None]  # the front wall's first

    def groups(self) -> tuple[Group, ...]:
        """All solids, those of each wall and corner together."""
        walls = [self._wall(wall) for wall in range(4)]
        corners = [self._corner(place) for place in range(4)]
        return tuple(group for group in (*walls, *corners, self._pendant(), self._beams()) if group)

    def uniforms(self) -> dict[str, object]:
        """What the shaders want to know of the bare room and its light, by their names there."""
        lights = light_uniforms(self.n, self.rows, self._lamps(), room=self.size, floor=self._floor_colour())
        return self._shell() | self._paint() | self._window_uniforms() | lights

    @property
    def _main(self) -> int:
        return next(wall for wall in range(4) if self.plan.walls[wall].main)

    def _length(self, wall: int) -> float:
        return float(self.size[0] if wall % 2 == 0 else self.size[2])

    def _wood(self) -> Vector:
        warmth = self.n.between("wood.warmth", 0.12, 0.50)
        wood = self.n.between("wood.brightness", 0.13, 0.46) * (1 + warmth * np.array([1.0, 0.05, -0.9]))
        return np.asarray(wood)

    def _finish(self, tone: float) -> Finish:
        """Strong colours are darker than pale ones; small things have the other hue."""
        main = self.palette.colour(tone, 0.76 - 0.20 * abs(tone))
        accent = self.palette.colour(0.9 - 1.8 * max(tone, 0.0), 0.62, 1.05)
        return Finish(main, accent, self._wood())

    # --- what stands along the walls ---

    def _wall(self, wall: int) -> Group:
        rows = [row for row in self.rows if row.wall == wall + 1]
        windows = [group for row in rows for group in (self._curtains(row), self._blinds(row))]
        return tuple(group for group in (self._furniture(wall), self._hanging(wall), *windows) if group)

    def _slot(self, wall: int) -> Slot:
        plan, n, name = self.plan.walls[wall], self.n, WALLS[wall]
        piece, length = FURNITURE[plan.form], self._length(wall)
        left, right = (length / 2 - (DOOR_M if plan.door == side else CORNER_M) for side in (-1, 1))
        span = (left + right) / 2
        half = min(span, n.between(f"{name}.size", piece.least, piece.most))
        place = n.value(f"{name}.place")
        if plan.door:
            place = -plan.door * (2 * abs(place) - 1)
        middle = (right - left) / 2 + place * (span - half)
        frame = self.frames[wall].at(middle, CURTAIN_M if plan.windows else 0.01)
        return Slot(frame, half, plan.main, float(self.size[1]), self._finish(n.value(f"{name}.tone")))

    def _furniture(self, wall: int) -> Group:
        return FURNITURE[self.plan.walls[wall].form].build(self._slot(wall))

    def _hanging(self, wall: int) -> Group:
        plan = self.plan.walls[wall]
        if not plan.hanging:
            return ()
        slot, piece = self._slot(wall), FURNITURE[plan.form]
        out = CHIMNEY_M if plan.form == "fireplace" else 0.0
        size = self.n.between(f"{WALLS[wall]}.size", 0, 1)
        return hanging(plan.hanging, slot.frame.at(0, out - 0.01), slot.finish, size=size, lowest=piece.top)

    def _corner(self, place: int) -> Group:
        value = self.n.value(f"corner.{CORNERS[place]}")
        end = self.frames[place].at(self._length(place) / 2, 0)
        tone = -self.n.value("rug.tone")
        return corner(self.plan.corners[place], end, self._finish(tone), amount=max(0.0, value))

    # --- windows ---

    def _window_row(self, wall: int) -> WindowRow | None:
        count, place = self.plan.walls[wall].windows, self.n.value(f"{WALLS[wall]}.place")
        if not count:
            return None
        drop = sum(slope.drop for slope in self.slopes if slope.wall == wall + 1)
        highest = float(self.size[1]) - drop
        return window_row(self.n, wall + 1, count, length=self._length(wall), highest=highest, place=place)

    def _curtains(self, row: WindowRow) -> Group:
        tone = self.n.value("curtain.tone")
        colour = self.palette.colour(tone, 0.86 - 0.22 * abs(tone), 0.8)
        return curtains(self.frames[row.wall - 1], row, colour, width=self.n.between("curtain.open", 0.32, 0.15))

    def _blinds(self, row: WindowRow) -> Group:
        share = max(0.0, self.n.value("window.blind"))
        return blinds(self.frames[row.wall - 1], row, 0.6 * share) if share else ()

    def _window_uniforms(self) -> dict[str, object]:
        rows = [*self.rows, *[WindowRow(0, 0, (0, 0), (0, 0), 1)] * (2 - len(self.rows))]
        return {
            "window_place": np.array([[row.wall, *row.middle, 0] for row in rows]),
            "window_half": np.array([row.half for row in rows]),
            "window_row": np.array([[row.count, row.spacing] for row in rows]),
        }

    # --- ceiling, floor and walls ---

    def _pendant(self) -> Group:
        return pendant(self._lamp_frame(), float(self.size[1]))

    def _lamp_frame(self) -> Frame:
        """Nearer to the main wall than the room's middle, but clear of any slope."""
        return self.frames[self._main].at(0, self._length(self._main + 1) / 2 - 0.8)

    def _lamps(self) -> Vector:
        """Places (2, 3) of the pendant and of the standing lamp."""
        place = self.plan.corners.index("lamp")
        end = (self._length(place) / 2 - CORNER_AWAY_M, CORNER_AWAY_M, SHADE_M)
        high = float(self.size[1]) - PENDANT_M
        return np.stack([self._lamp_frame().point((0, 0, high)), self.frames[place].point(end)])

    def _beams(self) -> Group:
        """Four beams that run away from the front windows, the deeper the larger their number above 0."""
        deep = 0.10 * max(0.0, self.n.value("ceiling.beams"))
        if not deep:
            return ()
        width, high, depth = self.size
        half = np.array([0.07, deep, depth / 2 - 0.01])
        places = [np.array([i * width / 4.2, high - deep - 0.002, 0]) for i in (-1.5, -0.5, 0.5, 1.5)]
        return tuple(Primitive(place, half, self._wood(), WOOD + FACINGS) for place in places)

    def _floor_colour(self) -> Vector:
        """Boards and tiles from dark to light and from grey to warm; carpets of the room's hues instead."""
        brightness, warmth = self.n.between("floor.brightness", 0, 1), self.n.value("floor.warmth")
        if self.plan.floor == "carpet":
            return self.palette.colour(warmth, 0.60 + 0.20 * brightness, 0.5)
        wooden = self.plan.floor != "tiles"
        strength, light = (0.34 + 0.18 * warmth, 0.16 + 0.34 * brightness) if wooden else (0.08 * warmth, 0.38)
        if not wooden:
            light = 0.22 + 0.40 * brightness
        return np.asarray(light * (1 + strength * np.array([1.0, 0.05, -0.9])))

    def _shell(self) -> dict[str, object]:
        door = next(wall for wall in range(4) if self.plan.walls[wall].door)
        middle = self.plan.walls[door].door * (self._length(door) / 2 - DOOR_MIDDLE_M)
        rug = self.n.between("rug.size", 0.85, 1.5)
        x, _, z = self.frames[self._main].point((0, 1.45, 0))
        half = (rug, 0.62 * rug) if self._main % 2 == 0 else (0.62 * rug, rug)
        return {
            "room": self.size,
            "camera": self.box.viewer_m,
            "roof": np.stack([slope.plane for slope in self.slopes]),
            "door": np.array([door + 1, middle, DOOR_HALF_M, DOOR_HIGH_M]),
            "rug": np.array([x, z, *half]),
            "main_wall": self._main + 1,
            "floor_kind": list(FLOORS.values()).index(self.plan.floor),
        }

    def _paint(self) -> dict[str, object]:
        n, colour = self.n, self.palette.colour
        accent, rug = n.value("paint.accent"), n.value("rug.tone")
        wall = colour(n.value("paint.tone"), n.between("paint.brightness", 0.84, 0.95), 0.45)
        return {
            "wall_colour": wall,
            "accent_colour": colour(accent, 0.86 - 0.24 * abs(accent), 0.8),
            "panel": np.array([*(0.5 * wall + 0.5 * LINEN), 1.0 * max(0.0, n.value("paint.panels"))]),
            "paper": 0.16 * max(0.0, n.value("paint.paper")),
            "floor_colour": self._floor_colour(),
            "door_colour": 0.35 * self._wood() + 0.65 * LINEN,
            "rug_colour": colour(rug, 0.72 - 0.18 * abs(rug), 0.9),
            "rug_second": colour(-0.5 * rug, 0.84, 0.6),
            "art_colour": np.stack([colour(1, 0.6, 1.1), colour(-1, 0.6, 1.1)]),
        }
