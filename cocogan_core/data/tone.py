"""Linear light to a picture for a screen. Numpy only."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["tone_mapped"]

MIDDLE = 0.20  # where the mean of the logarithm of light goes, before the curve
DARKEST = 1e-6  # of light that counts for the mean: unlit parts must not brighten the rest without end


def tone_mapped(light: NDArray[np.float32], exposure_stops: float = 0.0) -> NDArray[np.uint8]:
    """Light (H, W, 3), any scale, to 8-bit sRGB: exposed to its logarithmic mean, then Narkowicz's fit of ACES.

    ``exposure_stops`` brightens by powers of two. Negative and broken values count as dark, infinite ones as bright.
    """
    light = np.nan_to_num(np.asarray(light, np.float32), nan=0.0, posinf=65504.0).clip(0, None)
    luminance = light @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    mean = np.exp(np.log(np.maximum(luminance, DARKEST)).mean(dtype=np.float64))
    x = light * np.float32(MIDDLE / mean * 2.0**exposure_stops)
    shown = (x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)).clip(0, 1)
    srgb = np.where(shown <= 0.0031308, 12.92 * shown, 1.055 * shown ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(srgb * 255), np.uint8)
