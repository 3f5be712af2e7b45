"""Beds, sofas and all that one sits on. Half extents in metres; numpy only."""

from cocogan_core.data.rooms.furnished.frame import Frame
from cocogan_core.data.rooms.furnished.slot import LINEN, METAL, SIDES, Finish, Slot
from cocogan_core.data.rooms.furnished.small import books, legs, table_lamp, vase
from cocogan_core.data.rooms.primitives import BOX, CYLINDER, DOORS, ELLIPSOID, FABRIC, PLAIN, WOOD, Group

__all__ = ["armchair", "armchairs", "bed", "bench", "chair", "daybed", "sofa"]


def sofa(slot: Slot) -> Group:
    """A sofa of two seats; before the main wall with a coffee table."""
    frame, w, cloth, accent = slot.frame, slot.half, slot.finish.main, slot.finish.accent
    seat = (w - 0.17) / 2
    body = (
        frame.solid((0, 0.48, 0.03), (w - 0.06, 0.36, 0.03), METAL),
        frame.solid((0, 0.50, 0.17), (w, 0.42, 0.11), cloth * 0.94, FABRIC, BOX, 0.03),
        frame.solid((0, 0.18, 0.47), (w - 0.10, 0.13, 0.33), cloth * 0.94, FABRIC, BOX, 0.06),
    )
    halves = tuple(
        (
            frame.solid((s * (w - 0.085), 0.50, 0.34), (0.088, 0.43, 0.27), cloth, FABRIC, BOX, 0.06),
            frame.solid((s * seat, 0.60, 0.36), (seat - 0.006, 0.34, 0.085), cloth * 1.04, FABRIC, BOX, 0.05),
            frame.solid((s * seat, 0.37, 0.60), (seat - 0.012, 0.085, 0.20), cloth * 1.08, FABRIC, BOX, 0.07),
            frame.solid((s * (w - 0.40), 0.50, 0.60), (0.20, 0.10, 0.18), accent, FABRIC, ELLIPSOID),
        )
        for s in SIDES
    )
    table = (_coffee_table(frame.at(0, 1.40), slot.finish),) if slot.main else ()
    return (*body, *halves, *table)


def _coffee_table(frame: Frame, finish: Finish) -> Group:
    return (
        frame.solid((0, 0, 0.40), (0.50, 0.28, 0.02), finish.wood * 1.1, WOOD),
        frame.solid((0, 0, 0.16), (0.44, 0.22, 0.012), finish.wood, WOOD),
        *legs(frame, (0.47, 0.25), 0.38, finish.wood * 0.9),
        *books(frame, (-0.18, 0.04, 0.42), (finish.accent, LINEN)),
        *vase(frame, (0.22, -0.03, 0.42), LINEN, 0.8),
    )


def armchair(frame: Frame, finish: Finish) -> Group:
    """An armchair 0.8 m wide whose back stands at the frame's origin."""
    cloth = finish.main
    arms = tuple(frame.solid((s * 0.33, 0.44, 0.33), (0.078, 0.37, 0.25), cloth, FABRIC, BOX, 0.06) for s in SIDES)
    return (
        frame.solid((0, 0.44, 0.03), (0.34, 0.32, 0.03), METAL),
        frame.solid((0, 0.44, 0.17), (0.40, 0.37, 0.11), cloth * 0.94, FABRIC, BOX, 0.03),
        frame.solid((0, 0.16, 0.48), (0.36, 0.12, 0.36), cloth * 0.97, FABRIC, BOX, 0.08),
        *arms,
        frame.solid((0, 0.53, 0.36), (0.25, 0.30, 0.085), cloth * 1.05, FABRIC, BOX, 0.05),
        frame.solid((0, 0.36, 0.58), (0.20, 0.09, 0.17), finish.accent, FABRIC, ELLIPSOID),
    )


def armchairs(slot: Slot) -> Group:
    """Two armchairs with a round table between them."""
    frame, wood = slot.frame, slot.finish.wood
    table = (
        frame.solid((0, 0.45, 0.50), (0.17, 0.17, 0.015), wood * 1.1, PLAIN, CYLINDER),
        frame.solid((0, 0.45, 0.25), (0.025, 0.025, 0.24), wood, PLAIN, CYLINDER),
        frame.solid((0, 0.45, 0.015), (0.13, 0.13, 0.015), wood, PLAIN, CYLINDER),
        *vase(frame, (0.03, 0.45, 0.515), slot.finish.accent),
    )
    pair = tuple(armchair(frame.at(s * (slot.half - 0.40), 0.0), slot.finish) for s in SIDES)
    return (table, *pair)


def bench(slot: Slot) -> Group:
    """A bench with doors, a mattress and cushions."""
    frame, w, finish = slot.frame, slot.half, slot.finish
    cushions = tuple(
        frame.solid((k * (w - 0.22), 0.12, 0.62), (0.20, 0.09, 0.17), colour, FABRIC, ELLIPSOID)
        for k, colour in ((-1, finish.accent), (-0.45, LINEN), (1, finish.accent))
    )
    return (
        frame.solid((0, 0.24, 0.20), (w, 0.23, 0.20), LINEN, DOORS, BOX, 0.008),
        frame.solid((0, 0.25, 0.45), (w, 0.24, 0.05), finish.main, FABRIC, BOX, 0.04),
        *cushions,
    )


def bed(slot: Slot) -> Group:
    """A double bed, head to the wall, between two bedside tables."""
    frame, w, finish = slot.frame, slot.half - 0.46, slot.finish
    cloth, accent, wood = finish.main, finish.accent, finish.wood
    sides = tuple(
        (
            frame.solid((s * (w - 0.36), 0.33, 0.62), (0.31, 0.19, 0.10), LINEN, FABRIC, ELLIPSOID),
            frame.solid((s * (w - 0.42), 0.56, 0.64), (0.22, 0.10, 0.15), accent, FABRIC, ELLIPSOID),
            (
                frame.solid((s * (w + 0.25), 0.24, 0.25), (0.20, 0.19, 0.23), wood, WOOD, BOX, 0.01),
                frame.solid((s * (w + 0.25), 0.24, 0.01), (0.17, 0.16, 0.01), METAL),
                *table_lamp(frame, (s * (w + 0.25), 0.22, 0.48)),
            ),
        )
        for s in SIDES
    )
    return (
        frame.solid((0, 0.06, 0.58), (w + 0.03, 0.045, 0.50), wood, WOOD, BOX, 0.02),
        frame.solid((0, 1.05, 0.19), (w, 0.96, 0.12), wood, WOOD),
        frame.solid((0, 1.04, 0.40), (w - 0.03, 0.94, 0.11), LINEN, FABRIC, BOX, 0.06),
        frame.solid((0, 1.33, 0.42), (w + 0.015, 0.69, 0.115), cloth, FABRIC, BOX, 0.06),
        frame.solid((0, 0.72, 0.525), (w + 0.017, 0.10, 0.018), LINEN, FABRIC, BOX, 0.015),
        frame.solid((0, 1.66, 0.43), (w + 0.025, 0.19, 0.113), accent, FABRIC, BOX, 0.06),
        *sides,
    )


def daybed(slot: Slot) -> Group:
    """A bed that stands along the wall, with cushions to lean on."""
    frame, w, finish = slot.frame, slot.half, slot.finish
    ends = tuple(frame.solid((s * (w - 0.02), 0.46, 0.38), (0.02, 0.44, 0.38), finish.wood, WOOD) for s in SIDES)
    cushions = tuple(
        frame.solid((k * (w - 0.34), 0.13, 0.68), (0.27, 0.09, 0.20), colour, FABRIC, BOX, 0.08)
        for k, colour in ((-0.92, finish.accent), (0, finish.main * 1.05), (0.92, finish.accent))
    )
    return (
        frame.solid((0, 0.46, 0.22), (w - 0.02, 0.43, 0.10), finish.wood, WOOD),
        frame.solid((0, 0.46, 0.40), (w - 0.05, 0.43, 0.10), finish.main, FABRIC, BOX, 0.06),
        frame.solid((w - 0.36, 0.50, 0.55), (0.27, 0.30, 0.09), LINEN, FABRIC, ELLIPSOID),
        *ends,
        *cushions,
    )


def chair(frame: Frame, finish: Finish) -> Group:
    """A chair whose seat's middle stands at the frame's origin and whose back is away from out."""
    wood = finish.wood * 0.9
    posts = tuple(frame.solid((s * 0.185, -0.195, 0.45), (0.017, 0.017, 0.45), wood) for s in SIDES)
    feet = tuple(frame.solid((s * 0.185, 0.185, 0.215), (0.017, 0.017, 0.215), wood) for s in SIDES)
    return (
        frame.solid((0, 0, 0.445), (0.21, 0.21, 0.018), wood, WOOD),
        frame.solid((0, 0.01, 0.475), (0.19, 0.19, 0.02), finish.main, FABRIC, BOX, 0.02),
        frame.solid((0, -0.20, 0.78), (0.18, 0.012, 0.10), wood, WOOD),
        *posts,
        *feet,
    )
