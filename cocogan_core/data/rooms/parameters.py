"""What the numbers of a room are called, and how one is read. Numpy only."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["PARAMETERS", "VARIED", "RoomParameters", "varied_surfaces"]

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


class RoomParameters:
    """A parameter vector by name; of plain rooms the names of :data:`VARIED` beyond :data:`PARAMETERS` are absent."""

    def __init__(self, values: Vector) -> None:
        """``values`` (K,) of one of the two families."""
        names = PARAMETERS if len(values) == len(PARAMETERS) else VARIED
        self._values = dict(zip(names, np.clip(values, -1, 1).tolist(), strict=True))

    def between(self, name: str, low: float, high: float) -> float:
        """−1 … 1 as ``low`` … ``high``."""
        return float(low + (high - low) * (self._values[name] + 1) / 2)

    def more(self, name: str, plain: float, most: float) -> float:
        """0 … 1 as ``plain`` … ``most``; ``plain`` below 0, so in half of the rooms, and where the name is absent."""
        return float(plain + (most - plain) * max(0.0, self._values.get(name, 0.0)))

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
