"""What every source of real pictures has in common, so that one pipeline prepares them all.

A source is a frozen dataclass: its fields are the options of ``cocogan prepare``, and it travels to worker processes.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import tyro
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError, DataError
from cocogan_core.geometry.grid import MOST_LEVELS
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.resampling import Resampler, TurningResampler, shrink
from cocogan_core.geometry.surfaces import Panorama, SkyBox

__all__ = [
    "PanoramaSource", "PictureSource", "Pyramid", "SourceListing", "SourcePicture", "build_pyramid", "filled_levels",
    "list_files", "require_folder",
]  # fmt: skip

Image = NDArray[np.uint8]
LARGE_PX = 1536  # panoramas so wide are resampled by quarters


@dataclass(frozen=True)
class SourcePicture:
    """One picture to prepare: a name that no other has, what to read, and its number among all that were found."""

    name: str
    parts: tuple[object, ...]
    index: int = 0


@dataclass(frozen=True)
class Pyramid:
    """A prepared picture.

    Attributes:
        images: of each level of detail from 0 on (2^l·H, 2^l·W, 3), each the box-filtered next; at least one.
        columns: the width in pixels that the picture came with; less than W where it was enlarged.
    """

    images: tuple[Image, ...]
    columns: int


@dataclass(frozen=True)
class SourceListing:
    """What lies in a folder.

    Attributes:
        pictures: in the order in which they are prepared.
        rejected: (name, reason) of what is of no use.
    """

    pictures: list[SourcePicture]
    rejected: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class PictureSource(ABC):
    """Options of every source."""

    src: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="SRC")]
    """where the pictures are"""
    out: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="OUT")]
    """folder to fill with training shards and a report"""
    workers: int = 0
    """processes that read and project; 0: one for each processor"""
    limit: int = 0
    """take only the first so many pictures; 0: all"""
    levels: int = 1
    """levels of detail to keep, each twice as wide and high; of each picture only those that it is large enough for"""
    export_png: Annotated[Path | None, tyro.conf.arg(metavar="DIR")] = None
    """folder that also gets each picture as a PNG, numbered in order"""

    @property
    @abstractmethod
    def size(self) -> tuple[int, int]:
        """Height and width of the pictures to make, in pixels."""

    @property
    def projection(self) -> Projection | None:
        """How the rows of the pictures lie in pitch; None where they are planar."""
        return None

    @property
    @abstractmethod
    def title(self) -> str:
        """What the pictures are, for the shards' index."""

    @property
    def licence(self) -> str:
        """On what terms the pictures are used."""
        return ""

    @property
    def recipe(self) -> dict[str, object]:
        """Every setting that decides the pictures' bytes and is not in size and projection."""
        return {}

    @abstractmethod
    def find(self) -> SourceListing:
        """List what is there, without reading pictures.

        Raises:
            DataError, ConfigError: the folder is missing, or the options do not fit it.
        """

    @abstractmethod
    def load(self, picture: SourcePicture) -> Pyramid:
        """Read and prepare one picture, in any process.

        Raises:
            UnusablePicture: why it cannot be prepared.
        """

    def __post_init__(self) -> None:
        """Refuse options that cannot be.

        Raises:
            ConfigError: what is wrong.
        """
        if self.limit < 0:
            raise ConfigError(f"--limit is {self.limit}; it must be at least 1, or 0 for all")
        if not 1 <= self.levels <= MOST_LEVELS:
            raise ConfigError(f"--levels is {self.levels}; it must be at least 1 and at most {MOST_LEVELS}")
        if min(self.size) < 4:
            raise ConfigError(f"pictures of {self.size[1]}×{self.size[0]} pixels are too small; at least 4×4")


@dataclass(frozen=True, kw_only=True)
class PanoramaSource(PictureSource):
    """Options of sources of whole panoramas. The defaults are the paper's: Mercator 768×512, of it the middle 256 rows.

    The script published with the paper made something else: ``--kind equirectangular --extent-deg 60``.
    """

    width: int = 768
    """width of the panoramas in pixels"""
    height: int = 256
    """height of the panoramas in pixels"""
    kind: Literal["mercator", "equirectangular"] = "mercator"
    """how rows lie in pitch: mercator (the paper's) or equirectangular"""
    extent_deg: float | None = None
    """pitch of the top edge in degrees, the bottom edge is its negative; left out: square pixels (51.3 for 768×256)"""

    @property
    def size(self) -> tuple[int, int]:
        """As in :class:`PictureSource`."""
        return self.height, self.width

    @property
    def projection(self) -> Projection:
        """As in :class:`PictureSource`."""
        if self.extent_deg is None:
            return Projection.of_aspect(self.kind, self.width / self.height)
        return Projection(kind=self.kind, half_extent_rad=float(np.radians(self.extent_deg)))

    def __post_init__(self) -> None:
        """Refuse options that cannot be.

        Raises:
            ConfigError: what is wrong.
        """
        super().__post_init__()
        try:
            _ = self.projection
        except ConfigError as error:
            most = 90 if self.kind == "equirectangular" else 89
            raise ConfigError(
                f"--width {self.width}, --height {self.height}, --extent-deg {self.extent_deg}: the top edge must lie "
                f"above 0 and at most {most} degrees up ({self.kind})"
            ) from error

    def project(self, surface: SkyBox | Panorama, image: Image) -> Pyramid:
        """A picture that lies on ``surface`` as panoramas of the wanted size and projection, on every level it fills.

        Level 0 looks to yaw 0 with the middle of its first pixel; finer ones share its left edge.
        """
        levels = filled_levels(self.width, surface.columns, self.levels)
        finest = Panorama(self.height, self.width, self.projection).at_level(levels - 1)
        return build_pyramid(_resampler(surface, finest)(image), levels, surface.columns)


def filled_levels(width_px: int, columns: int, most: int) -> int:
    """How many levels a picture of so many columns has pixels for, level 0 being ``width_px`` wide: at least one."""
    return min(most, max(1, (columns // width_px).bit_length()))


def build_pyramid(finest: Image, levels: int, columns: int) -> Pyramid:
    """All levels from the finest (H, W, 3), whose sides are multiples of 2^(levels − 1), by the box filter."""
    return Pyramid(tuple(shrink(finest, 1 << step) for step in reversed(range(levels))), columns)


@lru_cache(maxsize=4)
def _resampler(source: SkyBox | Panorama, target: Panorama) -> Resampler | TurningResampler:
    """Pictures of one data set have few sizes, and weights are worth keeping."""
    turns = target.width_px >= LARGE_PX and target.width_px % 4 == 0 and source.columns % 4 == 0
    return TurningResampler(source, target) if turns else Resampler(source, target)


def list_files(root: Path, paths: list[Path]) -> list[SourcePicture]:
    """Pictures of one file each, named by their path below ``root``."""
    return [SourcePicture(path.relative_to(root).as_posix(), (path,), index) for index, path in enumerate(paths)]


def require_folder(path: Path, *, or_file: str = "") -> None:
    """Refuse a source that is not there.

    Raises:
        DataError: it is no folder, nor a file of the ending ``or_file``.
    """
    if path.is_dir() or (or_file and path.is_file() and path.suffix.lower() == or_file):
        return
    what = f"a folder or a {or_file} file" if or_file else "a folder"
    raise DataError(f"{path} is not {what}; name the one that holds the pictures")
