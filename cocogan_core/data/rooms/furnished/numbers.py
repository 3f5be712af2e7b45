"""The numbers of a furnished room, and how they change when the room is turned or mirrored. Numpy only.

All four walls have the same numbers, and so have all four corners. So the turned or mirrored room is a room of the
family too, made by the same numbers in another order, some of them with the other sign.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["CORNERS", "FURNISHED", "WALLS", "mirror", "quarter_turn"]

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


def quarter_turn(parameters: Vector) -> Vector:
    """The numbers (..., K) of the rooms turned by 90° to the right: what was at yaw θ is at θ + π/2.

    Four turns are none. Numbers after those of :data:`FURNISHED` are kept.
    """
    comes_from = {"room.width": "room.depth", "room.depth": "room.width"}
    for wall, before in zip(WALLS, (WALLS[-1], *WALLS[:-1]), strict=True):
        comes_from |= {f"{wall}.{name}": f"{before}.{name}" for name in WALL_NUMBERS}
    for corner, before in zip(CORNERS, (CORNERS[-1], *CORNERS[:-1]), strict=True):
        comes_from[f"corner.{corner}"] = f"corner.{before}"
    for right, forward in (VIEWER, SLOPE):
        comes_from |= {right: forward, forward: right}
    return _moved(parameters, comes_from, flipped={VIEWER[1], SLOPE[1]})


def mirror(parameters: Vector) -> Vector:
    """The numbers (..., K) of the rooms mirrored left to right: what was at yaw θ is at −θ. Twice is not at all."""
    comes_from: dict[str, str] = {}
    for name in WALL_NUMBERS:
        comes_from |= {f"right.{name}": f"left.{name}", f"left.{name}": f"right.{name}"}
    for end in ("front", "back"):
        comes_from |= {f"corner.{end}_right": f"corner.{end}_left", f"corner.{end}_left": f"corner.{end}_right"}
    sideways = {VIEWER[0], SLOPE[0], "light.sun_azimuth", *(f"{wall}.place" for wall in WALLS)}
    return _moved(parameters, comes_from, flipped=sideways)


def _moved(parameters: Vector, comes_from: dict[str, str], flipped: set[str]) -> Vector:
    """Each number taken from where ``comes_from`` says, if it does; those that are ``flipped`` change their sign."""
    after = np.array(parameters)
    for place, name in enumerate(FURNISHED):
        sign = -1 if name in flipped else 1
        after[..., place] = sign * parameters[..., FURNISHED.index(comes_from.get(name, name))]
    return after
