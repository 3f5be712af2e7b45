"""Tables, desks and the piano. Half extents in metres; numpy only."""

from cocogan_core.data.rooms.furnished.frame import Frame
from cocogan_core.data.rooms.furnished.seating import chair
from cocogan_core.data.rooms.furnished.slot import LINEN, METAL, SIDES, Finish, Slot
from cocogan_core.data.rooms.furnished.small import books, flowers, legs, table_lamp, vase
from cocogan_core.data.rooms.primitives import BOX, DRAWERS, FABRIC, KEYS, PLAIN, WOOD, Group

__all__ = ["console", "desk", "piano", "table"]


def table(slot: Slot) -> Group:
    """A dining table: before the main wall with two chairs on each long side, elsewhere with one at each end."""
    finish = slot.finish
    if slot.main:
        frame, w, deep = slot.frame.at(0, 0.92), slot.half - 0.15, 0.42
        seats = [(s * 0.5 * w, t * 0.50, 0 if t < 0 else 2) for s in SIDES for t in SIDES]
    else:
        frame, w, deep = slot.frame.at(0, 0.42), slot.half - 0.34, 0.36
        seats = [(s * (w + 0.12), 0.0, s) for s in SIDES] + [(0.0, 0.42, 2)]
    chairs = tuple(chair(frame.at(right, out, turn), finish) for right, out, turn in seats)
    top = (
        frame.solid((0, 0, 0.735), (w, deep, 0.018), finish.wood * 1.1, WOOD),
        frame.solid((0, 0, 0.685), (w - 0.06, deep - 0.06, 0.032), finish.wood, WOOD),
        *legs(frame, (w - 0.02, deep - 0.02), 0.715, finish.wood, 0.03),
        *flowers(frame, (0, 0, 0.753), finish.accent),
    )
    return (top, *chairs)


def desk(slot: Slot) -> Group:
    """A writing desk with drawers, a screen, a lamp and a chair."""
    frame, w, finish = slot.frame, slot.half, slot.finish
    top = (
        frame.solid((0, 0.33, 0.735), (w, 0.31, 0.016), finish.wood * 1.1, WOOD),
        frame.solid((w - 0.22, 0.33, 0.39), (0.19, 0.27, 0.33), finish.wood, DRAWERS, BOX, 0.006),
        frame.solid((0.02 - w, 0.33, 0.36), (0.018, 0.28, 0.36), finish.wood, WOOD),
        frame.solid((-0.08, 0.20, 1.00), (0.29, 0.012, 0.17), METAL * 0.5, PLAIN, BOX, 0.006),
        frame.solid((-0.08, 0.18, 0.80), (0.02, 0.012, 0.06), METAL),
        frame.solid((-0.08, 0.20, 0.757), (0.11, 0.07, 0.006), METAL),
        *table_lamp(frame, (w - 0.16, 0.16, 0.751)),
        *books(frame, (0.16 - w, 0.34, 0.751), (finish.accent, finish.main)),
    )
    return (top, chair(frame.at(-0.08, 0.78, 2), finish))


def console(slot: Slot) -> Group:
    """A narrow table with a lamp, a vase and a book."""
    frame, w, finish = slot.frame.at(0, 0.19), slot.half, slot.finish
    return (
        frame.solid((0, 0, 0.765), (w, 0.17, 0.016), finish.wood * 1.1, WOOD),
        frame.solid((0, 0, 0.20), (w - 0.03, 0.14, 0.012), finish.wood, WOOD),
        *legs(frame, (w - 0.01, 0.16), 0.75, finish.wood),
        frame.solid((0.30 - w, 0, 0.32), (0.18, 0.11, 0.11), finish.main, FABRIC, BOX, 0.04),
        *table_lamp(frame, (0.17 - w, 0, 0.781)),
        *flowers(frame, (w - 0.20, 0, 0.781), finish.accent),
        *books(frame, (0.05, 0.01, 0.781), (finish.main, LINEN)),
    )


def piano(slot: Slot) -> Group:
    """An upright piano with its stool."""
    frame, w, finish = slot.frame, slot.half, slot.finish
    body = finish.wood * 0.55
    cheeks = tuple(frame.solid((s * (w - 0.04), 0.44, 0.36), (0.04, 0.16, 0.36), body) for s in SIDES)
    instrument = (
        frame.solid((0, 0.17, 0.61), (w, 0.15, 0.61), body),
        frame.solid((0, 0.175, 1.235), (w + 0.02, 0.17, 0.016), body),
        frame.solid((0, 0.44, 0.645), (w - 0.08, 0.15, 0.045), body),
        frame.solid((0, 0.49, 0.70), (w - 0.10, 0.085, 0.012), LINEN, KEYS, BOX, 0.003),
        frame.solid((0, 0.335, 0.96), (0.30, 0.012, 0.13), body * 1.6),
        frame.solid((0.03, 0.352, 0.95), (0.15, 0.004, 0.11), LINEN),
        *cheeks,
        *vase(frame, (0.2 - w, 0.17, 1.25), finish.accent),
    )
    return (instrument, _stool(frame.at(0, 0.84), finish))


def _stool(frame: Frame, finish: Finish) -> Group:
    return (
        frame.solid((0, 0, 0.47), (0.26, 0.16, 0.04), finish.main, FABRIC, BOX, 0.03),
        frame.solid((0, 0, 0.41), (0.26, 0.16, 0.02), finish.wood * 0.6, PLAIN),
        *legs(frame, (0.25, 0.15), 0.40, finish.wood * 0.6),
    )
