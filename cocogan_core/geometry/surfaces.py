"""Where a picture's pixels lie on the sphere of directions: six faces of a sky box, a panorama, a flat view.

Knows nothing of files or filters; numpy only. Conventions are those of ``projection``. Pixel positions are (row,
column) with pixel i covering [i, i + 1), rows top to bottom; a sky box is one tall picture of its faces 0 … 5 (up,
front, right, back, left, down: docs/architecture.md), so that every surface is ``height_px`` × ``width_px``.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.projection import Projection, direction_of, u_of_yaw, yaw_of_u, yaw_pitch_of

__all__ = ["Panorama", "Quarter", "SkyBox", "Source", "Target", "View"]

Floats = NDArray[np.float64]
Ids = NDArray[np.intp]
Image = NDArray[np.uint8]
LEAST_COSINE = 1 / 8  # nearer to a pole, an equirectangular picture's columns repeat the same few directions
EDGE = 1e-9  # of a picture's height: a pole is inside, whatever rounding says


class Target(Protocol):
    """A picture to be made."""

    @property
    def height_px(self) -> int:
        """Rows."""

    @property
    def width_px(self) -> int:
        """Columns."""

    def directions(self, row: Floats, column: Floats) -> Floats:
        """Unit vectors (..., 3) of pixel positions, which broadcast."""


class Source(Protocol):
    """A picture that exists."""

    @property
    def height_px(self) -> int:
        """Rows."""

    @property
    def width_px(self) -> int:
        """Columns."""

    def density(self, direction: Floats) -> Floats:
        """Pixels a radian around unit vectors (..., 3), along the axis where they lie closest."""

    def taps(self, direction: Floats) -> tuple[Ids, Floats]:
        """Bilinear lookup: flat pixel indices and weights, both (..., 4); all weights 0 where nothing was seen."""

    def reduced(self, factor: int) -> "Source":
        """The same picture with ``factor``² pixels averaged to one; ``factor`` divides both sides."""

    def turned(self, image: Image, quarters: int) -> Image:
        """A picture (H, W, 3) of this surface as one sees it after so many quarter turns to the right."""


@dataclass(frozen=True)
class SkyBox:
    """Six square faces of ``face_px``² pixels."""

    face_px: int

    @property
    def height_px(self) -> int:
        """Rows of the six faces, one above the other."""
        return 6 * self.face_px

    @property
    def width_px(self) -> int:
        """Side of a face."""
        return self.face_px

    @property
    def columns(self) -> int:
        """Pixels around the horizon: four faces' widths."""
        return 4 * self.face_px

    def directions(self, row: Floats, column: Floats) -> Floats:
        """As in :class:`Target`."""
        row, column = np.broadcast_arrays(row, column)
        face = np.floor(row / self.face_px).astype(np.intp)
        return _unit(_on_face(face, row - face * self.face_px, column, self.face_px))

    def density(self, direction: Floats) -> Floats:
        """As in :class:`Source`: d tan α / dα = 1 / cos² α along the way from a face's middle."""
        return np.asarray(self.face_px / 2 / np.abs(direction).max(-1) ** 2)

    def taps(self, direction: Floats) -> tuple[Ids, Floats]:
        """As in :class:`Source`; pixels over a face's edge are those of its neighbour."""
        face, row, column = _face_position(direction, self.face_px)
        top, left, weights = _bilinear(row, column)
        indices = _bordered_faces(self.face_px)  # the border is one pixel wide
        return indices[face[..., None], top + 1, left + 1], weights

    def reduced(self, factor: int) -> "SkyBox":
        """As in :class:`Source`."""
        return SkyBox(self.face_px // factor)

    def turned(self, image: Image, quarters: int) -> Image:
        """As in :class:`Source`: what was to the right is in front."""
        up, *around, down = image.reshape(6, self.face_px, self.face_px, 3)
        around = around[quarters % 4 :] + around[: quarters % 4]
        return np.concatenate([np.rot90(up, -quarters), *around, np.rot90(down, quarters)])


@dataclass(frozen=True)
class Panorama:
    """All yaws, and the pitches of ``projection``: a Mercator or equirectangular strip, or a full equirectangular.

    ``first_yaw_rad`` is where the middle of the first column looks: 0 in everything that the project makes.
    """

    height_px: int
    width_px: int
    projection: Projection
    first_yaw_rad: float = 0.0

    @classmethod
    def full(cls, height_px: int, first_yaw_rad: float = 0.0) -> "Panorama":
        """A whole equirectangular panorama, twice as wide as high."""
        whole = Projection(kind="equirectangular", half_extent_rad=np.pi / 2)
        return cls(height_px, 2 * height_px, whole, first_yaw_rad)

    @property
    def columns(self) -> int:
        """Pixels around the horizon."""
        return self.width_px

    def directions(self, row: Floats, column: Floats) -> Floats:
        """As in :class:`Target`."""
        yaw_rad = yaw_of_u(np.asarray(column) / self.width_px, self.width_px) + self.first_yaw_rad
        return direction_of(yaw_rad, self.projection.pitch_of_v(np.asarray(row) / self.height_px))

    def density(self, direction: Floats) -> Floats:
        """As in :class:`Source`."""
        cosine = np.hypot(direction[..., 0], direction[..., 2])
        across = self.width_px / (2 * np.pi) / np.maximum(cosine, LEAST_COSINE)
        return np.maximum(across, self.height_px / (2 * self.projection.half_extent_rad))

    def taps(self, direction: Floats) -> tuple[Ids, Floats]:
        """As in :class:`Source`: columns wrap; a row beyond a pole is the first one on the other side of it."""
        yaw_rad, pitch_rad = yaw_pitch_of(direction)
        v = self.projection.v_of_pitch(pitch_rad)
        u = u_of_yaw(yaw_rad - self.first_yaw_rad, self.width_px)
        row, column, weights = _bilinear(v * self.height_px, u * self.width_px)
        if self.projection.half_extent_rad >= np.pi / 2:
            column = column + ((row < 0) | (row >= self.height_px)) * (self.width_px // 2)
        seen = (v > -EDGE) & (v < 1 + EDGE)
        return np.clip(row, 0, self.height_px - 1) * self.width_px + column % self.width_px, weights * seen[..., None]

    def reduced(self, factor: int) -> "Panorama":
        """As in :class:`Source`; the middle of the first column moves by half of the pixels that join it."""
        moved_rad = self.first_yaw_rad + np.pi * (factor - 1) / self.width_px
        return Panorama(self.height_px // factor, self.width_px // factor, self.projection, moved_rad)

    def turned(self, image: Image, quarters: int) -> Image:
        """As in :class:`Source`; 4 divides the width."""
        return np.roll(image, -quarters * self.width_px // 4, axis=1)

    @property
    def first_quarter(self) -> "Quarter":
        """The left quarter, in which a turned picture shows every other; 4 divides the width."""
        return Quarter(self)

    def at_level(self, level: int) -> "Panorama":
        """The same picture 2^level times as wide and high: the left edges coincide, and so do all pixels' sides."""
        finer_rad = self.first_yaw_rad - np.pi * ((1 << level) - 1) / (self.width_px << level)
        return Panorama(self.height_px << level, self.width_px << level, self.projection, finer_rad)


@dataclass(frozen=True)
class Quarter:
    """The left quarter of a panorama's columns."""

    whole: Panorama

    @property
    def height_px(self) -> int:
        """Rows."""
        return self.whole.height_px

    @property
    def width_px(self) -> int:
        """Columns."""
        return self.whole.width_px // 4

    def directions(self, row: Floats, column: Floats) -> Floats:
        """As in :class:`Target`."""
        return self.whole.directions(row, column)


@dataclass(frozen=True, kw_only=True)
class View:
    """A flat (rectilinear) view, as a camera without distortion sees it.

    Attributes:
        fov_rad: horizontal field of view in (0, π).
        yaw_rad, pitch_rad: where its middle looks.
    """

    height_px: int
    width_px: int
    fov_rad: float = np.pi / 2
    yaw_rad: float = 0.0
    pitch_rad: float = 0.0

    def directions(self, row: Floats, column: Floats) -> Floats:
        """As in :class:`Target`."""
        pixel = 2 * np.tan(self.fov_rad / 2) / self.width_px
        x, y = np.broadcast_arrays(
            (np.asarray(column) - self.width_px / 2) * pixel, (self.height_px / 2 - np.asarray(row)) * pixel
        )
        sine, cosine = np.sin(self.pitch_rad), np.cos(self.pitch_rad)
        up, forward = cosine * y + sine, cosine - sine * y
        yaw_rad = np.arctan2(x, forward) + self.yaw_rad
        level = np.hypot(x, forward)
        return _unit(np.stack([np.sin(yaw_rad) * level, up, np.cos(yaw_rad) * level], -1))


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def _on_face(face: Ids, row: Floats, column: Floats, face_px: int) -> Floats:
    """Vectors (..., 3), of any length, of positions on faces; inverse of :func:`_face_position`."""
    u, v = 2 * np.asarray(column) / face_px - 1, 2 * np.asarray(row) / face_px - 1
    one = np.ones_like(u)
    up, front, right = (u, one, v), (u, -v, one), (one, -v, -u)
    back, left, down = (-u, -v, -one), (-one, -v, u), (u, -one, -v)
    return np.stack([np.choose(face, list(axis)) for axis in zip(up, front, right, back, left, down, strict=True)], -1)


def _face_position(direction: Floats, face_px: int) -> tuple[Ids, Floats, Floats]:
    """Face, row and column of directions: Matterport3D's formulas (docs/architecture.md)."""
    x, y, z = np.moveaxis(np.asarray(direction, float), -1, 0)
    axis = np.abs(direction).argmax(-1)
    face = np.choose(axis, [np.where(x > 0, 2, 4), np.where(y > 0, 0, 5), np.where(z > 0, 1, 3)])
    longest = np.abs(direction).max(-1)
    column = (np.choose(face, [x, x, -z, -x, z, x]) / longest + 1) / 2 * face_px
    row = (np.choose(face, [z, -y, -y, -y, -y, -z]) / longest + 1) / 2 * face_px
    return face, row, column


def _bilinear(row: Floats, column: Floats) -> tuple[Ids, Ids, Floats]:
    """Rows and columns of the four pixels around a position, not yet clipped or wrapped, and their weights."""
    y, x = row - 0.5, column - 0.5  # pixel centres lie at i + ½
    top, left = np.floor(y), np.floor(x)
    down, right = y - top, x - left
    weights = [(1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right]
    rows = top[..., None].astype(np.intp) + np.array([0, 0, 1, 1])
    columns = left[..., None].astype(np.intp) + np.array([0, 1, 0, 1])
    return rows, columns, np.stack(weights, -1)


@lru_cache(maxsize=4)
def _bordered_faces(face_px: int) -> Ids:
    """Flat pixel indices (6, f + 2, f + 2) of a sky box's faces, each with a border taken from its neighbours."""
    face, row, column = np.meshgrid(
        np.arange(6), np.arange(face_px + 2) - 0.5, np.arange(face_px + 2) - 0.5, indexing="ij"
    )
    beside, y, x = _face_position(_on_face(face, row, column, face_px), face_px)
    rows, columns = (np.clip(np.floor(at), 0, face_px - 1).astype(np.intp) for at in (y, x))
    return (beside * face_px + rows) * face_px + columns
