"""Flat square views out of a panorama, as the eye sees them. Knows no networks; numpy only."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.projection import Projection, u_of_yaw, yaw_pitch_of

__all__ = ["VIEW_FOV_RAD", "views_of"]

Floats = NDArray[np.float32]
Pixels = NDArray[np.intp]
VIEW_FOV_RAD = np.pi / 2


def views_of(
    panorama: NDArray[np.uint8], projection: Projection, *, count: int, size_px: int, first_yaw_rad: float = 0.0
) -> NDArray[np.uint8]:
    """``count`` rectilinear views (count, size, size, 3) of a panorama (H, W, 3), evenly round the horizon.

    The first looks along ``first_yaw_rad`` (radians), at pitch 0. The field of view is 90°, or what the panorama's
    rows hold at the view's middle if that is less. Bilinear; where a panorama has more than about two pixels for
    each of the view's, choose a larger ``size_px`` and shrink.
    """
    fov_rad = min(VIEW_FOV_RAD, 2 * projection.half_extent_rad)
    yaws_rad = first_yaw_rad + 2 * np.pi * np.arange(count) / count
    return np.stack([_view(panorama, projection, float(yaw_rad), fov_rad, size_px) for yaw_rad in yaws_rad])


def _view(
    image: NDArray[np.uint8], projection: Projection, yaw_rad: float, fov_rad: float, size_px: int
) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    offset, top, share_down = _rays(projection, fov_rad, size_px, height)
    x = (u_of_yaw(yaw_rad, width) + offset) * width - 0.5  # pixel centres lie at (i + ½) / W
    left = np.floor(x).astype(np.intp)
    share_right = (x - left).astype(np.float32)[..., None]
    columns = left % width, (left + 1) % width
    rows = np.clip(top, 0, height - 1), np.clip(top + 1, 0, height - 1)
    # in floats from here on, and not the whole panorama: one of 6144 columns would take 200 MB
    upper, lower = (image[row, columns[0]] * (1 - share_right) + image[row, columns[1]] * share_right for row in rows)
    mixed = upper + (lower - upper) * share_down[..., None]
    return np.asarray(np.rint(mixed).clip(0, 255), np.uint8)


@lru_cache(maxsize=8)
def _rays(
    projection: Projection, fov_rad: float, size_px: int, height_px: int
) -> tuple[NDArray[np.float64], Pixels, Floats]:
    """For each pixel of a view: how far right of its middle it looks (in turns), the row above, and the row's share."""
    reach = np.tan(fov_rad / 2) * ((np.arange(size_px) + 0.5) / size_px * 2 - 1)
    right, down = np.meshgrid(reach, reach)
    yaw_rad, pitch_rad = yaw_pitch_of(np.stack([right, -down, np.ones_like(right)], -1))
    y = projection.v_of_pitch(pitch_rad) * height_px - 0.5
    top = np.floor(y).astype(np.intp)
    return yaw_rad / (2 * np.pi), top, (y - top).astype(np.float32)
