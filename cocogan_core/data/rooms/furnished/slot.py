"""The place of a piece of furniture and what it is made of. Numpy only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.furnished.frame import Frame

__all__ = ["LINEN", "METAL", "SIDES", "Finish", "Slot"]

Vector = NDArray[np.float64]

SIDES = (-1, 1)
LINEN = np.array([0.80, 0.78, 0.73])
METAL = np.array([0.10, 0.095, 0.09])


@dataclass(frozen=True)
class Finish:
    """Colours (3,) of a piece: of its cloth or paint, of small things on it, and of its wood."""

    main: Vector
    accent: Vector
    wood: Vector


@dataclass(frozen=True)
class Slot:
    """Where a piece of furniture stands.

    Attributes:
        frame: the foot of its middle at the wall.
        half: metres that it takes to each side.
        main: whether it may reach 2 m out of the wall rather than 1.
        room_m: height of the room.
        finish: its colours.
    """

    frame: Frame
    half: float
    main: bool
    room_m: float
    finish: Finish
