"""What stands in a room's corners, and the lamps. Half extents in metres; numpy only."""

import numpy as np

from cocogan_core.data.rooms.furnished.frame import Frame
from cocogan_core.data.rooms.furnished.seating import armchair
from cocogan_core.data.rooms.furnished.slot import LINEN, METAL, Finish
from cocogan_core.data.rooms.furnished.small import books, flowers
from cocogan_core.data.rooms.primitives import CYLINDER, ELLIPSOID, LAMP, LEAVES, PLAIN, Group

__all__ = ["CORNER_AWAY_M", "PENDANT_M", "SHADE_M", "corner", "pendant"]

SHADE_M = 1.52  # height of the middle of a standing lamp's shade
PENDANT_M = 0.52  # from the ceiling to the middle of the hanging lamp
CORNER_AWAY_M = 0.60  # from both walls to the middle of what stands in a corner
LEAF, BARK = np.array([0.14, 0.28, 0.11]), np.array([0.25, 0.17, 0.1])


def corner(thing: str, end: Frame, finish: Finish, *, amount: float) -> Group:
    """What stands at the right end of a wall, by its name in a plan; plants are larger by ``amount``, 0 … 1."""
    frame = end.at(-CORNER_AWAY_M, CORNER_AWAY_M)
    if thing == "lamp":
        return _standing_lamp(frame)
    if thing == "plant":
        return _plant(frame, 0.75 + 0.45 * amount, finish)
    if thing == "armchair":
        return armchair(frame.at(0, -0.40), finish)
    return _side_table(frame, finish) if thing else ()


def _standing_lamp(frame: Frame) -> Group:
    return (
        frame.solid((0, 0, SHADE_M), (0.19, 0.19, 0.15), LINEN, LAMP, CYLINDER),
        frame.solid((0, 0, 0.70), (0.013, 0.013, 0.69), METAL, PLAIN, CYLINDER),
        frame.solid((0, 0, 0.012), (0.15, 0.15, 0.012), METAL, PLAIN, CYLINDER),
    )


def _plant(frame: Frame, size: float, finish: Finish) -> Group:
    tufts = [(-0.14, 0.02, 0.62), (0.15, 0.06, 0.70), (0.0, -0.10, 0.92), (0.05, 0.14, 0.80), (-0.03, 0.0, 1.12)]
    half = (0.19 * size, 0.19 * size, 0.17 * size)
    crown = tuple(
        frame.solid((along * size, away * size, 0.12 + up * size), half, LEAF * (0.8 + 0.4 * up), LEAVES, ELLIPSOID)
        for along, away, up in tufts
    )
    return (
        frame.solid((0, 0, 0.17), (0.18, 0.18, 0.17), finish.accent, PLAIN, CYLINDER, 0.03),
        frame.solid((0, 0, 0.30 + 0.2 * size), (0.02, 0.02, 0.2 * size), BARK, PLAIN, CYLINDER),
        *crown,
    )


def _side_table(frame: Frame, finish: Finish) -> Group:
    return (
        frame.solid((0, 0, 0.56), (0.26, 0.26, 0.016), finish.wood * 1.1, PLAIN, CYLINDER),
        frame.solid((0, 0, 0.28), (0.028, 0.028, 0.27), finish.wood, PLAIN, CYLINDER),
        frame.solid((0, 0, 0.015), (0.17, 0.17, 0.015), finish.wood, PLAIN, CYLINDER),
        *flowers(frame, (0.03, 0, 0.576), finish.accent),
        *books(frame, (-0.1, 0.12, 0.576), (finish.main, LINEN)),
    )


def pendant(frame: Frame, high: float) -> Group:
    """A lamp that hangs from a ceiling ``high`` metres high."""
    cord = (PENDANT_M - 0.12) / 2
    return (
        frame.solid((0, 0, high - PENDANT_M), (0.18, 0.18, 0.12), LINEN, LAMP, ELLIPSOID),
        frame.solid((0, 0, high - cord - 0.01), (0.007, 0.007, cord), METAL, PLAIN, CYLINDER),
        frame.solid((0, 0, high - 0.02), (0.05, 0.05, 0.015), METAL, PLAIN, CYLINDER),
    )
