"""Whole panoramas of any level of detail into files, made patch row by patch row as they are written.

What is in memory is a row of patches, however large the panorama; only JPEG needs all of it. Imports no torch: whatever
makes patches will do.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cocogan_core.checkpoint import Metadata
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.photo_sphere import (
    equirectangular_strips,
    strip_height_px,
    whole_sphere_strips,
    xmp,
)
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.resampling import Resampler
from cocogan_core.geometry.surfaces import Panorama
from cocogan_core.inference.picture_file import require_writable, write_picture
from cocogan_core.progress import Progress, no_progress

__all__ = ["PatchMaker", "panorama_strips", "write_equirectangular", "write_panoramas", "write_photo_sphere"]

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


class PatchMaker(Protocol):
    """What makes patches, such as :class:`cocogan_core.PatchGenerator`."""

    @property
    def metadata(self) -> Metadata:
        """Of the checkpoint."""

    def patches(self, z: Floats, ids: Sequence[tuple[int, int]], *, level: int = 0) -> Pixels:
        """Micro patches (n, s, s, 3) of one room at n (row, column) ids of a level."""


def panorama_strips(maker: PatchMaker, z: Floats, *, level: int = 0) -> Iterator[Pixels]:
    """A panorama as strips (s, W, 3) of a patch's height, from the top; each is made when it is asked for.

    Raises:
        ConfigError: the model has no such level.
    """
    grid = maker.metadata.model.grid.at_level(level)
    for row in range(grid.rows):
        ids = [(row, column) for column in range(grid.columns)]
        strip: Pixels = grid.merge(maker.patches(z, ids, level=level), (1, grid.columns))
        yield strip


def write_panoramas(
    path: Path, maker: PatchMaker, zs: Sequence[Floats], *, level: int = 0, progress: Progress = no_progress
) -> None:
    """Write the panoramas of some z, one below the other, as the model makes them.

    Args:
        path: file to write, .tif, .png or .jpg.
        maker: makes the patches.
        zs: at least one (z_dim,).
        level: of detail, in [0, ``grid.levels``).
        progress: is passed the rows of patches.

    Raises:
        ConfigError: the model has no such level, or the file's format cannot hold the picture.
        OutputError: the file cannot be written; nothing is left of it.
    """
    grid = maker.metadata.model.grid.at_level(level)
    height_px = grid.height_px * len(zs)
    require_writable(path, height_px, grid.width_px)
    strips = chain.from_iterable(panorama_strips(maker, z, level=level) for z in zs)
    shown = progress(strips, "rows of patches", grid.rows * len(zs))
    write_picture(path, shown, height_px=height_px, width_px=grid.width_px)


def write_photo_sphere(
    path: Path,
    maker: PatchMaker,
    z: Floats,
    *,
    level: int = 0,
    yaw_rad: float = 0.0,
    whole: bool = False,
    width_px: int | None = None,
    progress: Progress = no_progress,
) -> None:
    """Write the panorama of z as other viewers read it: equirectangular, with GPano metadata.

    Args:
        path: file to write, .tif, .png or .jpg.
        maker: makes the patches.
        z: (z_dim,).
        level: of detail, in [0, ``grid.levels``).
        yaw_rad: where it is first seen.
        whole: make it up to the whole sphere, twice as wide as high; else it is the strip that the model makes.
        width_px: another width than the level's; all of it is in memory then.
        progress: is passed the rows of patches.

    Raises:
        ConfigError: as :func:`write_panoramas`, or the model's pictures are planar.
        OutputError: the file cannot be written; nothing is left of it.
    """
    model, projection = maker.metadata.model, maker.metadata.projection
    grid = model.grid.at_level(level)
    if projection is None:
        raise ConfigError("the model makes planar pictures, and only panorama models have a photo sphere")
    panorama = Panorama(model.grid.height_px, model.grid.width_px, projection).at_level(level)
    rows = progress(panorama_strips(maker, z, level=level), "rows of patches", grid.rows)
    write_equirectangular(path, rows, panorama, yaw_rad=yaw_rad, whole=whole, width_px=width_px)


def write_equirectangular(
    path: Path,
    strips: Iterable[Pixels],
    panorama: Panorama,
    *,
    yaw_rad: float = 0.0,
    whole: bool = False,
    width_px: int | None = None,
) -> None:
    """Write a panorama that comes in strips (n, W, 3), from the top, as :func:`write_photo_sphere` does.

    Args:
        path: file to write, .tif, .png or .jpg.
        strips: together ``panorama.height_px`` rows; asked for as they are written.
        panorama: where they lie, in whatever projection.
        yaw_rad: where it is first seen.
        whole, width_px: as for :func:`write_photo_sphere`.

    Raises:
        ConfigError: the file's format cannot hold the picture.
        OutputError: the file cannot be written; nothing is left of it.
    """
    width_px = width_px or panorama.width_px
    height_px = strip_height_px(width_px, panorama.projection.half_extent_rad)
    file_px = width_px // 2 if whole else height_px
    require_writable(path, file_px, width_px)
    if width_px == panorama.width_px:
        made, first_yaw_rad = equirectangular_strips(strips, panorama), panorama.first_yaw_rad
    else:
        made, first_yaw_rad = iter([_resized(strips, panorama, height_px, width_px)]), 0.0
    metadata = xmp(width_px, height_px, yaw_rad=yaw_rad, first_yaw_rad=first_yaw_rad, whole=whole)
    shown = whole_sphere_strips(made, width_px, height_px) if whole else made
    write_picture(path, shown, height_px=file_px, width_px=width_px, metadata=metadata)


def _resized(strips: Iterable[Pixels], panorama: Panorama, height_px: int, width_px: int) -> Pixels:
    """The whole panorama as an equirectangular strip (height_px, width_px, 3)."""
    strip = Projection(kind="equirectangular", half_extent_rad=math.pi * height_px / width_px)
    made: Pixels = Resampler(panorama, Panorama(height_px, width_px, strip))(np.concatenate(list(strips)))
    return made
