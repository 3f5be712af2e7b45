"""The numbers of a furnished room, and how they change when the room is turned or mirrored. Numpy only.

All four walls have the same numbers, and so have all four corners. So the turned or mirrored room is a room of the
family too, made by the same numbers in another order, some of them with the other sign.
"""

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.symmetry import RoomSymmetry

__all__ = ["CORNERS", "FURNISHED", "FURNISHED_SYMMETRY", "WALLS", "mirror", "quarter_turn"]

Vector = NDArray[np.floating]

WALLS = ("front", "right", "back", "left")  # as they follow to the right
CORNERS = ("front_right", "back_right", "back_left", "front_left")  # at the right end of each wall
WALL_NUMBERS = ("open", "form_x", "form_y", "place", "size", "tone", "hang")

FURNISHED: tuple[str, ...] = (
    *("room.width", "room.depth", "room.height", "room.viewer_right", "room.viewer_forward"),
    *("ceiling.right", "ceiling.forward", "ceiling.beams"),
    *("light.hour", "light.sun", "light.sun_azimuth", "light.sun_height", "light.lamps", "light.lamp_warmth"),
    *("palette.hue", "palette.contrast", "palette.strength"),
    *("paint.brightness", "paint.tone", "paint.accent", "paint.panels", "paint.paper"),
    *("floor.kind_x", "floor.kind_y", "floor.brightness", "floor.warmth", "wood.brightness", "wood.warmth"),
    *("rug.size", "rug.tone", "curtain.open", "curtain.tone", "window.width", "window.height", "window.blind"),
    *(f"{wall}.{name}" for wall in WALLS for name in WALL_NUMBERS),
    *(f"corner.{corner}" for corner in CORNERS),
)

VIEWER = ("room.viewer_right", "room.viewer_forward")
SLOPE = ("ceiling.right", "ceiling.forward")


def _after_turn() -> tuple[str, ...]:
    comes_from = {"room.width": "room.depth", "room.depth": "room.width"}
    for wall, before in zip(WALLS, (WALLS[-1], *WALLS[:-1]), strict=True):
        comes_from |= {f"{wall}.{name}": f"{before}.{name}" for name in WALL_NUMBERS}
    for corner, before in zip(CORNERS, (CORNERS[-1], *CORNERS[:-1]), strict=True):
        comes_from[f"corner.{corner}"] = f"corner.{before}"
    for right, forward in (VIEWER, SLOPE):
        comes_from |= {right: forward, forward: f"-{right}"}
    return tuple(f"{after}={before}" for after, before in comes_from.items())


def _after_mirroring() -> tuple[str, ...]:
    comes_from = {name: f"-{name}" for name in (VIEWER[0], SLOPE[0], "light.sun_azimuth")}
    for name in WALL_NUMBERS:
        sign = "-" if name == "place" else ""
        comes_from |= {f"right.{name}": f"{sign}left.{name}", f"left.{name}": f"{sign}right.{name}"}
    comes_from |= {f"{wall}.place": f"-{wall}.place" for wall in ("front", "back")}
    for end in ("front", "back"):
        comes_from |= {f"corner.{end}_right": f"corner.{end}_left", f"corner.{end}_left": f"corner.{end}_right"}
    return tuple(f"{after}={before}" for after, before in comes_from.items())


FURNISHED_SYMMETRY = RoomSymmetry(
    quarter_turn=_after_turn(), mirror=_after_mirroring(), openness=tuple(f"{wall}.open" for wall in WALLS)
)


def quarter_turn(parameters: Vector) -> Vector:
    """The numbers (..., K) of the rooms turned by 90° to the right: what was at yaw θ is at θ + π/2.

    Four turns are none. Numbers after those of :data:`FURNISHED` are kept.
    """
    return FURNISHED_SYMMETRY.turned(parameters, FURNISHED)


def mirror(parameters: Vector) -> Vector:
    """The numbers (..., K) of the rooms mirrored left to right: what was at yaw θ is at −θ. Twice is not at all."""
    return FURNISHED_SYMMETRY.mirrored(parameters, FURNISHED)
