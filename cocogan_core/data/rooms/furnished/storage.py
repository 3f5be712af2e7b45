"""Shelves, wardrobes, chests and the fireplace. Half extents in metres; numpy only."""

import numpy as np

from cocogan_core.data.rooms.furnished.seating import armchair
from cocogan_core.data.rooms.furnished.slot import LINEN, METAL, SIDES, Slot
from cocogan_core.data.rooms.furnished.small import books, flowers, table_lamp, vase
from cocogan_core.data.rooms.primitives import (
    BOOKS,
    BOX,
    BRICK,
    CYLINDER,
    DOORS,
    DRAWERS,
    FABRIC,
    FIRE,
    PLAIN,
    WOOD,
    Group,
)

__all__ = ["bookcase", "chest", "fireplace", "shelves", "wardrobe"]

BOARD = 0.014  # half the thickness of a shelf
PLINTH = 0.06
STONE = LINEN * 0.95
BARK = np.array([0.12, 0.08, 0.05])


def shelves(slot: Slot) -> Group:
    """A bookcase of five shelves; before the main wall with an armchair at one end, to read in."""
    beside = (armchair(slot.frame.at(slot.half - 0.4, 0.85), slot.finish),) if slot.main else ()
    return (_case(slot, high=2.02, rows=5), *beside)


def bookcase(slot: Slot) -> Group:
    """A low bookcase of two shelves with things on it."""
    frame, w = slot.frame, slot.half
    things = (*flowers(frame, (0.25 - w, 0.16, 0.80), slot.finish.accent), *vase(frame, (w - 0.3, 0.16, 0.80), LINEN))
    return (_case(slot, high=0.80, rows=2), things)


def _case(slot: Slot, *, high: float, rows: int) -> Group:
    """Boards around rows of books, with something else at one end of most rows."""
    frame, w, wood = slot.frame, slot.half, slot.finish.wood * 1.05
    step = (high - 2 * BOARD - PLINTH) / rows
    sides = tuple(frame.solid((s * (w - BOARD), 0.16, high / 2), (BOARD, 0.155, high / 2), wood, WOOD) for s in SIDES)
    inside, heights = w - 2 * BOARD, [PLINTH + BOARD + step * row for row in range(rows + 1)]
    boards = tuple(frame.solid((0, 0.16, up), (inside, 0.15, BOARD), wood, WOOD) for up in heights)
    back = frame.solid((0, 0.015, high / 2), (w - BOARD, 0.01, high / 2 - BOARD), wood * 0.8, WOOD)
    return (back, *sides, *boards, *(_row(slot, up + BOARD, step, row) for row, up in enumerate(heights[:-1])))


def _row(slot: Slot, foot: float, step: float, row: int) -> Group:
    """Books on a shelf, and in two rows of three a vase or a box beside them, to the left and right by turns."""
    frame, finish, inside = slot.frame, slot.finish, slot.half - 2 * BOARD
    side, free = (-1 if row % 2 else 1), 0.30 if row % 3 else 0.02
    high = step / 2 - BOARD - 0.02
    place, size = (-side * free / 2, 0.15, foot + high), (inside - free / 2, 0.12, high)
    volumes = frame.solid(place, size, finish.main, BOOKS, BOX, 0.002, row)
    if row % 3 == 0:
        return (volumes,)
    end = side * (inside - free / 2)
    if row % 3 == 1:
        return (volumes, *vase(frame, (end, 0.16, foot), finish.accent))
    return (volumes, frame.solid((end, 0.16, foot + 0.09), (0.10, 0.10, 0.09), finish.accent, PLAIN, BOX, 0.004))


def wardrobe(slot: Slot) -> Group:
    """A painted wardrobe; before the main wall with a bench."""
    frame, w, finish = slot.frame, slot.half, slot.finish
    painted = 0.65 * finish.main + 0.35 * LINEN
    bench = frame.solid((0, 1.25, 0.22), (0.50, 0.22, 0.22), finish.accent, FABRIC, BOX, 0.06)
    return (
        frame.solid((0, 0.30, 0.04), (w - 0.03, 0.27, 0.04), METAL),
        frame.solid((0, 0.30, 1.03), (w, 0.29, 0.96), painted, DOORS, BOX, 0.008),
        frame.solid((0, 0.305, 2.01), (w + 0.025, 0.30, 0.022), painted, PLAIN),
        *((bench,) if slot.main else ()),
    )


def chest(slot: Slot) -> Group:
    """A chest of drawers with a lamp, books and a vase."""
    frame, w, finish = slot.frame, slot.half, slot.finish
    return (
        frame.solid((0, 0.24, 0.03), (w - 0.03, 0.20, 0.03), METAL),
        frame.solid((0, 0.24, 0.41), (w, 0.23, 0.35), finish.main, DRAWERS, BOX, 0.006),
        frame.solid((0, 0.245, 0.775), (w + 0.015, 0.24, 0.015), finish.wood, WOOD),
        (
            *table_lamp(frame, (0.2 - w, 0.22, 0.79)),
            *books(frame, (0.05, 0.25, 0.79), (finish.accent, LINEN)),
            *vase(frame, (w - 0.2, 0.22, 0.79), finish.accent, 1.2),
        ),
    )


def fireplace(slot: Slot) -> Group:
    """A fireplace under a chimney; before the main wall with two armchairs that face each other."""
    frame, w, finish = slot.frame, slot.half, slot.finish
    middle = slot.room_m / 2 - 0.005
    chimney = frame.solid((0, 0.17, middle), (w, 0.165, middle), finish.main, BRICK, BOX, 0.004)
    seats = tuple(armchair(frame.at(s * 1.30, 1.35, s), finish) for s in SIDES) if slot.main else ()
    return ((chimney, *_mantel(slot)), *seats)


def _mantel(slot: Slot) -> Group:
    frame, finish = slot.frame, slot.finish
    pillars = tuple(frame.solid((s * 0.56, 0.40, 0.53), (0.11, 0.09, 0.53), STONE) for s in SIDES)
    logs = tuple(frame.solid((s * 0.1, 0.42, 0.075), (0.14, 0.035, 0.035), BARK, WOOD) for s in SIDES)
    return (
        frame.solid((0, 0.35, 0.42), (0.45, 0.012, 0.40), METAL * 0.4, FIRE, BOX, 0.002),
        *pillars,
        frame.solid((0, 0.40, 0.94), (0.67, 0.09, 0.12), STONE),
        frame.solid((0, 0.41, 1.09), (0.74, 0.13, 0.03), STONE),
        frame.solid((0, 0.58, 0.02), (0.72, 0.26, 0.02), STONE * 0.5),
        *logs,
        *vase(frame, (-0.55, 0.41, 1.12), finish.accent),
        frame.solid((0.50, 0.41, 1.20), (0.02, 0.02, 0.08), LINEN, PLAIN, CYLINDER),
        frame.solid((0.58, 0.41, 1.17), (0.02, 0.02, 0.05), LINEN, PLAIN, CYLINDER),
    )
