"""Puts a photograph where it belongs in a model's picture, with a mask of what it shows. Numpy only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.resampling import Resampler, box_filter
from cocogan_core.geometry.surfaces import Panorama

__all__ = ["PlacedPhoto", "place_panorama", "place_plane", "place_view"]

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class PlacedPhoto:
    """A picture of the model's size, of which some pixels are known.

    Attributes:
        image: (H, W, 3); black where nothing is known.
        known: (H, W) booleans.
    """

    image: Pixels
    known: NDArray[np.bool_]


def place_view(
    photo: Pixels, grid: PatchGrid, projection: Projection, *, fov_rad: float, yaw_rad: float, pitch_rad: float
) -> PlacedPhoto:
    """A perspective photograph (h, w, 3) on the panorama: where its middle looks, and its horizontal field of view.

    Raises:
        ConfigError: the field of view is none, or nothing of the photograph falls on the panorama.
    """
    if not 0 < fov_rad < np.pi:
        raise ConfigError(f"a photograph's field of view is between 0 and 180 degrees, not {np.degrees(fov_rad):g}")
    target = Panorama(height_px=grid.height_px, width_px=grid.width_px, projection=projection)
    focal_px = photo.shape[1] / 2 / np.tan(fov_rad / 2)
    factor = max(1, int(focal_px / (grid.width_px / (2 * np.pi))))  # the panorama's pixels an angle, antialiased
    small = _shrunk(photo, factor)
    row, column = np.meshgrid(np.arange(grid.height_px) + 0.5, np.arange(grid.width_px) + 0.5, indexing="ij")
    right, up, ahead = _seen_from(target.directions(row, column), yaw_rad, pitch_rad)
    with np.errstate(divide="ignore", invalid="ignore"):
        x = small.shape[1] / 2 + focal_px / factor * right / ahead - 0.5
        y = small.shape[0] / 2 - focal_px / factor * up / ahead - 0.5
    known = (ahead > 0) & (x >= 0) & (y >= 0) & (x <= small.shape[1] - 1) & (y <= small.shape[0] - 1)
    if not known.any():
        raise ConfigError("nothing of the photograph falls on the panorama; check --fov, --yaw and --pitch")
    image = np.zeros((grid.height_px, grid.width_px, 3), np.uint8)
    image[known] = np.rint(_bilinear(small, y[known], x[known]))
    return PlacedPhoto(image, known)


def place_panorama(photo: Pixels, grid: PatchGrid, projection: Projection) -> PlacedPhoto:
    """A whole equirectangular panorama (h, 2h, 3) on the model's cylinder."""
    height, width = photo.shape[:2]
    whole = Projection(kind="equirectangular", half_extent_rad=np.pi / 2)
    source = Panorama(height_px=height, width_px=width, projection=whole)
    target = Panorama(height_px=grid.height_px, width_px=grid.width_px, projection=projection)
    return PlacedPhoto(Resampler(source, target)(photo), np.ones((grid.height_px, grid.width_px), bool))


def place_plane(photo: Pixels, grid: PatchGrid, corner: tuple[int, int]) -> PlacedPhoto:
    """A photograph (h, w, 3) as the macro patch whose top-left micro patch is ``corner``: its middle, scaled to fit."""
    aspect = grid.macro_width_px / grid.macro_height_px
    height, width = photo.shape[:2]
    tall, wide = min(height, round(width / aspect)), min(width, round(height * aspect))
    top, left = (height - tall) // 2, (width - wide) // 2
    middle = Image.fromarray(photo[top : top + tall, left : left + wide])
    macro = middle.resize((grid.macro_width_px, grid.macro_height_px), Image.Resampling.LANCZOS)
    known = np.zeros((grid.height_px, grid.width_px), bool)
    image = np.zeros((*known.shape, 3), np.uint8)
    top, left = (at * grid.patch_px for at in corner)
    window = slice(top, top + grid.macro_height_px), slice(left, left + grid.macro_width_px)
    image[window], known[window] = np.asarray(macro), True
    return PlacedPhoto(image, known)


def _seen_from(directions: Floats, yaw_rad: float, pitch_rad: float) -> tuple[Floats, Floats, Floats]:
    """World directions (..., 3) as a camera's right, up and ahead; the inverse of ``surfaces.View``."""
    x, y, z = np.moveaxis(directions, -1, 0)
    right = x * np.cos(yaw_rad) - z * np.sin(yaw_rad)
    forward = x * np.sin(yaw_rad) + z * np.cos(yaw_rad)
    ahead = forward * np.cos(pitch_rad) + y * np.sin(pitch_rad)
    up = y * np.cos(pitch_rad) - forward * np.sin(pitch_rad)
    return right, up, ahead


def _shrunk(photo: Pixels, factor: int) -> NDArray[np.float32]:
    """``factor`` times smaller by the box filter; what is over at the edges is cut off evenly."""
    height, width = (side // factor * factor for side in photo.shape[:2])
    top, left = (photo.shape[0] - height) // 2, (photo.shape[1] - width) // 2
    return box_filter(photo[top : top + height, left : left + width], factor)


def _bilinear(image: NDArray[np.float32], y: Floats, x: Floats) -> Floats:
    """Values (n, 3) at positions between pixel middles, all inside."""
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    below, beside = np.minimum(top + 1, image.shape[0] - 1), np.minimum(left + 1, image.shape[1] - 1)
    down, right = (y - top)[:, None], (x - left)[:, None]
    upper = image[top, left] * (1 - right) + image[top, beside] * right
    lower = image[below, left] * (1 - right) + image[below, beside] * right
    return np.asarray(upper * (1 - down) + lower * down)
