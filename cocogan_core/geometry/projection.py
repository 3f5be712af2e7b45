"""Between directions and positions in a panorama whose rows are Mercator's or equirectangular.

Numpy only. The conventions are docs/architecture.md's: angles in radians; yaw θ grows to the right, pitch φ up is
positive. Texture coordinates are u ∈ [0, 1) to the right and v ∈ [0, 1] downward from the top edge;
pixel centres lie at (i + ½) / n. Yaw 0 is the middle of the picture's first pixel column.

Frame of a direction: X right, Y up, Z toward face 1 of a sky box. Yaw 0, pitch 0 looks along +Z, yaw π/2 along +X.
"""

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError

__all__ = ["Projection", "direction_of", "gudermannian", "mercator", "u_of_yaw", "yaw_of_u", "yaw_pitch_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Projection:
    """How a panorama's rows lie in pitch; its columns are equally spaced in yaw.

    Attributes:
        kind: ``"mercator"`` (the paper's Matterport3D setting) or ``"equirectangular"``.
        half_extent_rad: pitch of the top edge; the bottom edge is its negative. In (0, π/2], below π/2 for Mercator.

    Raises:
        ConfigError: the extent is out of range.
    """

    kind: Literal["mercator", "equirectangular"] = "mercator"
    half_extent_rad: float = 0.8957  # 768×256 of a 768-wide Mercator: 2·atan(exp(π/3)) − π/2, about 51.3°

    def __post_init__(self) -> None:
        """Refuse extents that no picture can have."""
        if self.kind not in ("mercator", "equirectangular"):
            raise ConfigError(f"projection: kind is {self.kind!r}; it must be mercator or equirectangular")
        limit_rad = np.pi / 2 if self.kind == "equirectangular" else np.radians(89)
        if not 0 < self.half_extent_rad <= limit_rad:
            raise ConfigError(f"projection: half extent {self.half_extent_rad} rad is outside (0, {limit_rad:.4f}]")

    @classmethod
    def of_aspect(cls, kind: Literal["mercator", "equirectangular"], aspect: float) -> Self:
        """The projection whose pixels are square at the horizon, for a picture of width / height = ``aspect``."""
        ordinate = np.pi / aspect  # half the height where the width is 2π
        extent = ordinate if kind == "equirectangular" else gudermannian(ordinate)
        return cls(kind=kind, half_extent_rad=float(extent))

    def v_of_pitch(self, pitch_rad: Floats | float) -> Floats:
        """Texture row of a pitch: 0 at the top edge, 1 at the bottom, beyond them outside [0, 1]."""
        return 0.5 - 0.5 * np.asarray(self._ordinate(pitch_rad)) / self._ordinate(self.half_extent_rad)

    def pitch_of_v(self, v: Floats | float) -> Floats:
        """Pitch of a texture row; inverse of :meth:`v_of_pitch`."""
        ordinate = (1 - 2 * np.asarray(v, float)) * self._ordinate(self.half_extent_rad)
        return ordinate if self.kind == "equirectangular" else gudermannian(ordinate)

    def row_weights(self, height_px: int) -> Floats:
        """What errors in each row (height_px,) of a whole panorama count; their mean is 1.

        Equirectangular rows count as the area of the sphere that they show, since pixels crowd together at the poles.
        Mercator's end long before them, and count alike, as in the paper.
        """
        if self.kind == "mercator":
            return np.ones(height_px)
        areas = np.cos(self.pitch_of_v((np.arange(height_px) + 0.5) / height_px))
        return np.asarray(areas / areas.mean())

    def _ordinate(self, pitch_rad: Floats | float) -> Floats:
        return np.asarray(pitch_rad, float) if self.kind == "equirectangular" else mercator(pitch_rad)


def mercator(pitch_rad: Floats | float) -> Floats:
    """Height ln tan(π/4 + φ/2) of a pitch on a Mercator cylinder of radius 1; 0 at the horizon, positive upward."""
    return np.asarray(np.arctanh(np.sin(np.asarray(pitch_rad, float))))


def gudermannian(height: Floats | float) -> Floats:
    """Pitch in radians of a height on a Mercator cylinder of radius 1; inverse of :func:`mercator`."""
    return np.asarray(2 * np.arctan(np.exp(height)) - np.pi / 2)


def u_of_yaw(yaw_rad: Floats | float, width_px: int) -> Floats:
    """Texture column of a yaw, not wrapped; yaw 0 is the centre of the first of ``width_px`` pixels."""
    return np.asarray(yaw_rad, float) / (2 * np.pi) + 0.5 / width_px


def yaw_of_u(u: Floats | float, width_px: int) -> Floats:
    """Yaw of a texture column; inverse of :func:`u_of_yaw`."""
    return (np.asarray(u, float) - 0.5 / width_px) * 2 * np.pi


def direction_of(yaw_rad: Floats | float, pitch_rad: Floats | float) -> Floats:
    """Unit vectors (..., 3) as (X right, Y up, Z forward)."""
    yaw_rad, pitch_rad = np.broadcast_arrays(np.asarray(yaw_rad, float), np.asarray(pitch_rad, float))
    level = np.cos(pitch_rad)
    return np.stack([np.sin(yaw_rad) * level, np.sin(pitch_rad), np.cos(yaw_rad) * level], -1)


def yaw_pitch_of(direction: Floats) -> tuple[Floats, Floats]:
    """Yaw in (−π, π] and pitch in [−π/2, π/2] of vectors (..., 3) of any length; inverse of :func:`direction_of`."""
    x, y, z = np.moveaxis(np.asarray(direction, float), -1, 0)
    return np.arctan2(x, z), np.arctan2(y, np.hypot(x, z))
