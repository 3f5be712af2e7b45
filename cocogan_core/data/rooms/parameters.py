"""What the numbers of a room are called, and how one is read. Numpy only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.furnished.numbers import FURNISHED

__all__ = [
    "LICENCE",
    "PARAMETERS",
    "STYLES",
    "VARIED",
    "RoomBox",
    "RoomParameters",
    "Style",
    "room_box",
    "room_spans",
    "style_named",
    "style_of",
    "varied_surfaces",
]

Vector = NDArray[np.float64]

PARAMETERS: tuple[str, ...] = (
    *("room.width", "room.depth", "room.height", "room.viewer_right", "room.viewer_forward"),
    *("light.daylight", "light.sun", "light.sun_azimuth", "light.sun_height", "light.lamps", "light.lamp_warmth"),
    *("wall.brightness", "wall.warmth", "wall.green", "accent.brightness", "accent.warmth", "accent.green"),
    *("floor.brightness", "floor.warmth"),
    *("window.place", "window.width", "window.height", "window.side_width"),
    *("curtain.open", "curtain.warmth", "curtain.green"),
    *("door.place", "door.brightness", "shelf.kind", "shelf.place", "shelf.height"),
    *("seat.kind", "seat.place", "seat.brightness", "seat.warmth", "seat.green", "cushion.warmth", "cushion.green"),
    *("picture.place", "picture.size", "picture.warmth", "picture.green"),
    *("rug.size", "rug.warmth", "rug.green", "plant.size"),
)

# The wilder family: the same, and then what a generator needs more time for.
VARIED: tuple[str, ...] = (
    *PARAMETERS,
    *("room.stretch", "wall.strength", "wall.stripes", "panel.height", "panel.warmth", "panel.green"),
    *("floor.kind", "floor.tile", "seat.wall", "light.dusk"),
)


LICENCE = "CC0-1.0"  # of every room
Style = Literal["plain", "varied", "furnished"]
STYLES: dict[Style, tuple[str, ...]] = {"plain": PARAMETERS, "varied": VARIED, "furnished": FURNISHED}

VIEWER_HEIGHT = 1.5  # metres
PLAIN_SPANS = {
    "room.width": (4.2, 5.6), "room.depth": (4.0, 5.2), "room.height": (2.45, 2.95),
    "room.viewer_right": (-0.1, 0.6), "room.viewer_forward": (-0.5, 0.5),
}  # fmt: skip
FURNISHED_SPANS = {
    "room.width": (4.6, 5.8), "room.depth": (4.6, 5.8), "room.height": (2.5, 3.1),
    "room.viewer_right": (-0.3, 0.3), "room.viewer_forward": (-0.3, 0.3),
}  # fmt: skip


def style_of(count: int) -> Style:
    """The family of rooms that are made by ``count`` numbers, the last few of which may say how the view is turned.

    Raises:
        ValueError: no family has so few.
    """
    return max((style for style in STYLES if len(STYLES[style]) <= count), key=lambda style: len(STYLES[style]))


def style_named(names: Sequence[str]) -> Style:
    """The family whose numbers' names ``names`` begin with; plain if that of none."""
    return next((style for style in ("furnished", "varied") if _begins(names, STYLES[style])), "plain")


def _begins(names: Sequence[str], first: Sequence[str]) -> bool:
    return tuple(names[: len(first)]) == tuple(first)


def room_spans(style: Style) -> Mapping[str, tuple[float, float]]:
    """Metres at −1 and at 1 of the numbers that say how large a room of a family is and where one stands in it.

    Of varied rooms width and depth are those before they are stretched.
    """
    return FURNISHED_SPANS if style == "furnished" else PLAIN_SPANS


@dataclass(frozen=True, kw_only=True)
class RoomBox:
    """The bare room and where one stands in it, in metres, as (X right, Y up, Z toward yaw 0).

    The floor lies at y = 0 and the room is centred on x = z = 0, so that its walls are x = ±width/2 and z = ±depth/2.

    Attributes:
        size_m: (..., 3) width, height, depth.
        viewer_m: (..., 3) position of the camera.
    """

    size_m: Vector
    viewer_m: Vector


def room_box(parameters: NDArray[np.floating]) -> RoomBox:
    """The boxes of rooms (..., K); of numbers beyond those of a family (how a view is turned) nothing is read."""
    n: Vector = np.clip(np.asarray(parameters, float), -1, 1)
    style = style_of(n.shape[-1])
    names, spans = STYLES[style], room_spans(style)

    def metres(name: str) -> Vector:
        one: Vector = n[..., names.index(name)]
        low, high = spans[name]
        return low + (high - low) * (one + 1) / 2

    varied = style == "varied"
    stretch = 1 + 0.4 * np.maximum(0, n[..., VARIED.index("room.stretch")]) if varied else np.ones(n.shape[:-1])
    width, depth = metres("room.width") * stretch, metres("room.depth") * stretch
    viewer = metres("room.viewer_right"), metres("room.viewer_forward")
    return RoomBox(
        size_m=np.stack([width, metres("room.height"), depth], -1),
        viewer_m=np.stack([viewer[0], np.full(n.shape[:-1], VIEWER_HEIGHT), viewer[1]], -1),
    )


class RoomParameters:
    """A parameter vector by name; of plain rooms the names of :data:`VARIED` beyond :data:`PARAMETERS` are absent."""

    def __init__(self, values: NDArray[np.floating]) -> None:
        """``values`` (K,) of one of the families."""
        names = STYLES[style_of(len(values))]
        self._values = dict(zip(names, np.clip(values, -1, 1).tolist(), strict=True))

    def between(self, name: str, low: float, high: float) -> float:
        """−1 … 1 as ``low`` … ``high``."""
        return float(low + (high - low) * (self._values[name] + 1) / 2)

    def more(self, name: str, plain: float, most: float) -> float:
        """0 … 1 as ``plain`` … ``most``; ``plain`` below 0, so in half of the rooms, and where the name is absent."""
        return float(plain + (most - plain) * max(0.0, self._values.get(name, 0.0)))

    def value(self, name: str) -> float:
        """The number itself, −1 … 1."""
        return float(self._values[name])

    def positive(self, name: str) -> bool:
        """A kind, by the sign of its number; an absent one is negative."""
        return bool(self._values.get(name, -1.0) > 0)

    def colour(self, group: str, *, brightness: float | tuple[float, float], strength: float) -> Vector:
        """Opponent colour: warm–cool turns red against blue, green–magenta green against both."""
        level = brightness if isinstance(brightness, float) else self.between(f"{group}.brightness", *brightness)
        warmth, green = (self._values.get(f"{group}.{axis}", 0.0) * strength for axis in ("warmth", "green"))
        colour = level * (1 + np.array([warmth - 0.45 * green, 0.10 * warmth + 0.55 * green, -warmth - 0.45 * green]))
        return np.clip(colour, 0.03, 0.92)


def varied_surfaces(n: RoomParameters) -> dict[str, object]:
    """Uniforms that only the shaders of varied rooms have (``shaders/room_surface.glsl``)."""
    tile = 0.4 + n.more("floor.tile", 0.0, 0.25)
    return {
        "tile": tile if n.positive("floor.kind") else 0.0,
        "stripes": n.more("wall.stripes", 0.0, 0.22),
        "panel": np.array([*n.colour("panel", brightness=0.5, strength=0.5), n.more("panel.height", 0.0, 1.2)]),
    }
