"""Colours that go together: two hues a room, and what lies between each of them and a warm white. Numpy only."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.parameters import RoomParameters

__all__ = ["CONTRAST_RAD", "HUE_RAD", "STRENGTH", "Palette", "linear_from_oklab"]

Vector = NDArray[np.float64]

NEUTRAL = np.array([0.003, 0.014])  # warm white's place on Oklab's plane of colours
LEAST, MOST = 0.012, 0.90  # reflectance of any surface
HUE_RAD = (math.radians(-105), math.radians(255))  # anywhere on the circle
CONTRAST_RAD = (math.radians(90), math.radians(210))  # from one hue to the other
STRENGTH = (0.045, 0.115)  # chroma

# Oklab (B. Ottosson 2020) → cone responses' cube roots → linear sRGB.
CONES = np.array(
    [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]]
)
SRGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def linear_from_oklab(lab: Vector) -> Vector:
    """Linear sRGB (..., 3), unbounded, of Oklab colours (..., 3): lightness 0 … 1, green–red, blue–yellow."""
    result: Vector = (lab @ CONES.T) ** 3 @ SRGB.T
    return result


@dataclass(frozen=True)
class Palette:
    """Two hues with their strength, as chroma vectors (2,) on Oklab's plane."""

    first: Vector
    second: Vector

    @classmethod
    def of(cls, n: RoomParameters) -> Self:
        """The room's: a hue anywhere on the circle, and another 90° to 210° further."""
        hue = n.between("palette.hue", *HUE_RAD)
        further = hue + n.between("palette.contrast", *CONTRAST_RAD)
        strength = n.between("palette.strength", *STRENGTH)
        return cls(*(strength * np.array([math.cos(angle), math.sin(angle)]) for angle in (hue, further)))

    def colour(self, tone: float, lightness: float, strength: float = 1.0) -> Vector:
        """Linear colour (3,): the first hue at tone 1, warm white at 0, the second hue at −1."""
        chroma = NEUTRAL + abs(tone) * strength * (self.first if tone > 0 else self.second)
        return np.clip(linear_from_oklab(np.array([lightness, *chroma])), LEAST, MOST)
