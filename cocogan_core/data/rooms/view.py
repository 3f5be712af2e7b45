"""Where a rendered picture lies: a rectangle of pixels on a cylinder or on a sky box face, and the light under it.

All pictures of one camera lie on the same plane (``ray`` in ``shaders/room_scene.glsl``), whatever their pixel's size,
and so do the light texels: that is why a room looks the same at every width, and a crop is a part of the whole to the
byte. Knows no OpenGL and no scene; angles in radians.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from cocogan_core.errors import ConfigError
from cocogan_core.geometry.projection import Projection

__all__ = ["Raster", "View", "height_px"]

LIGHT_COLUMNS, LIGHT_FACE = 384, 128  # light texels round a cylinder, and along a sky box face
MARGIN = 5  # light texels beyond a crop, as in shaders/room_picture.frag: for the filter, the fetch, and rounding


def height_px(projection: Projection, width_px: int) -> int:
    """Rows of a panorama of ``width_px`` columns whose pixels are square at the horizon."""
    return round(width_px * _half_ordinate(projection) / math.pi)


def _half_ordinate(projection: Projection) -> float:
    extent = projection.half_extent_rad
    return extent if projection.kind == "equirectangular" else float(np.arctanh(np.sin(extent)))


@dataclass(frozen=True, kw_only=True)
class Raster:
    """A rectangle of equal pixels on the plane.

    Attributes:
        texel: width and height of a pixel on the plane.
        first: its first column and row, counted from the whole picture's top left corner.
        size: columns and rows.
        columns: of the whole picture, after which it begins anew; 0 where it does not wrap.
    """

    texel: tuple[float, float]
    first: tuple[int, int]
    size: tuple[int, int]
    columns: int

    @property
    def uniforms(self) -> Mapping[str, object]:
        """By their names in ``shaders/room_scene.glsl``."""
        return {"texel": self.texel, "first": self.first, "columns": self.columns}


@dataclass(frozen=True, kw_only=True)
class View:
    """What is drawn: the plane, the picture's pixels, and the grid on which light is sampled.

    Attributes:
        plane: 0 Mercator, 1 equirectangular, 2 + k face k of a sky box.
        origin: the whole picture's top left corner on the plane.
        pixels: of the picture.
        light_cells: light texels that the whole picture's width has.
        period: side in light texels of the pattern of light samples that the filter joins.
    """

    plane: int
    origin: tuple[float, float]
    pixels: Raster
    light_cells: int
    period: int

    @classmethod
    def cylinder(
        cls,
        projection: Projection,
        *,
        width_px: int,
        left_rad: float,
        top_px: int = 0,
        left_px: int = 0,
        rows: int | None = None,
        columns: int | None = None,
    ) -> Self:
        """A crop of a panorama whose left edge, that of its first column, lies at the yaw ``left_rad``.

        Raises:
            ConfigError: the crop is empty, wider than the panorama, or reaches above or below it.
        """
        height, half = height_px(projection, width_px), _half_ordinate(projection)
        rows, columns = height if rows is None else rows, width_px if columns is None else columns
        if not (rows > 0 and 0 <= top_px <= height - rows and 0 < columns <= width_px):
            raise ConfigError(
                f"crop: {columns}×{rows} pixels at row {top_px} do not fit into a panorama of {width_px}×{height}"
            )
        pixels = Raster(
            texel=(2 * math.pi / width_px, 2 * half / height),
            first=(left_px % width_px, top_px),
            size=(columns, rows),
            columns=width_px,
        )
        plane = 1 if projection.kind == "equirectangular" else 0
        cells = min(LIGHT_COLUMNS, -(-width_px // 4) * 4)
        period = 4 if cells >= 0.75 * LIGHT_COLUMNS else 2
        return cls(plane=plane, origin=(left_rad, -half), pixels=pixels, light_cells=cells, period=period)

    @classmethod
    def sky_box_face(cls, face: int, face_px: int) -> Self:
        """Face 0 … 5 (up, front, right, back, left, down) of ``face_px``² pixels."""
        pixels = Raster(texel=(2 / face_px, 2 / face_px), first=(0, 0), size=(face_px, face_px), columns=0)
        return cls(plane=2 + face, origin=(-1.0, -1.0), pixels=pixels, light_cells=min(LIGHT_FACE, face_px), period=4)

    @property
    def light(self) -> Raster:
        """The light texels that the picture's pixels need."""
        wraps = self.pixels.columns > 0
        texel = (2 * math.pi if wraps else 2.0) / self.light_cells
        ratios = [size / texel for size in self.pixels.texel]
        first = [
            math.floor(place * ratio - 0.5) - MARGIN for place, ratio in zip(self.pixels.first, ratios, strict=True)
        ]
        size = [
            math.ceil(count * ratio) + 2 + 2 * MARGIN for count, ratio in zip(self.pixels.size, ratios, strict=True)
        ]
        return Raster(
            texel=(texel, texel),
            first=(first[0], first[1]),
            size=(size[0], size[1]),
            columns=self.light_cells if wraps else 0,
        )
