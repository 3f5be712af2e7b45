"""All directions as one picture, equirectangular: for a headset's runtime that turns it by itself. Pure geometry."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Sphere"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sphere:
    """A :class:`Viewport` of everything, with ``yaw_rad`` at the horizon in its middle."""

    yaw_rad: float = 0.0

    @property
    def pitch_rad(self) -> float:
        """The horizon is in the middle."""
        return 0.0

    def directions(self, x: Floats, y: Floats) -> Floats:
        """As :meth:`Viewport.directions`."""
        yaw, pitch = np.broadcast_arrays(self.yaw_rad + math.pi * np.asarray(x), math.pi / 2 * np.asarray(y))
        return np.stack([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)], -1)

    def shows_pole(self, sign: int) -> bool:
        """Both."""
        return sign != 0
