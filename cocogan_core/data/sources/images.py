"""Planar pictures for the paper's other experiments, in folders or LMDB: faces, bedrooms, anything. No panoramas."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from cocogan_core.data.sources.base import (
    PictureSource,
    Pyramid,
    SourceListing,
    SourcePicture,
    build_pyramid,
    filled_levels,
    list_files,
    require_folder,
)
from cocogan_core.data.sources.image_io import ENDINGS, UnusablePicture, decode_picture, read_picture, require_readers
from cocogan_core.data.sources.lmdb_pictures import LmdbPicture, is_lmdb, lmdb_pictures
from cocogan_core.errors import ConfigError, DataError

__all__ = ["Images"]

Image = NDArray[np.uint8]
# The window of the paper's published code in CelebA's aligned 178×218 pictures: in the middle across, on the face down.
CELEBA_SIZE, CELEBA_CROP = (178, 218), (25, 50, 128)


@dataclass(frozen=True, kw_only=True)
class Images(PictureSource):
    """Planar pictures, cropped to squares and shrunk with an antialiasing filter."""

    side: int = 128
    """side of the pictures to make in pixels"""
    crop: Literal["centre", "celeba", "lsun", "none"] = "centre"
    """centre, lsun: the largest square in the middle; celeba: 128×128 on the face; none: squeeze the whole picture"""
    displacement: int = 0
    """move each window at random by up to so many pixels both ways (CelebA-syn: 25, paper §3.8); fixed by --seed"""
    seed: int = 0
    """chooses the displacements"""
    data_licence: str = ""
    """the pictures' licence, to be kept in the data set and in what is trained on it"""

    @property
    def size(self) -> tuple[int, int]:
        """As in :class:`PictureSource`."""
        return self.side, self.side

    @property
    def title(self) -> str:
        """As in :class:`PictureSource`."""
        return f"pictures, {self.crop} crop" + (f", displaced by ±{self.displacement} px" if self.displacement else "")

    @property
    def licence(self) -> str:
        """As in :class:`PictureSource`."""
        return self.data_licence

    @property
    def recipe(self) -> dict[str, object]:
        """As in :class:`PictureSource`."""
        return {"source": "images", "crop": self.crop, "displacement": self.displacement, "seed": self.seed}

    def __post_init__(self) -> None:
        """Refuse options that cannot be.

        Raises:
            ConfigError: what is wrong.
        """
        super().__post_init__()
        if self.displacement < 0 or self.seed < 0:
            raise ConfigError("--displacement and --seed must not be negative")
        if self.displacement and self.crop == "none":
            raise ConfigError("--displacement moves a window, and --crop none has none; choose centre, celeba or lsun")
        if self.crop == "celeba" and self.displacement > CELEBA_CROP[0]:
            raise ConfigError(f"--displacement {self.displacement} leaves CelebA's pictures; at most {CELEBA_CROP[0]}")

    def find(self) -> SourceListing:
        """As in :class:`PictureSource`: in the order of their paths, or of the keys of LSUN's LMDB folder."""
        require_folder(self.src)
        if is_lmdb(self.src):
            stored = enumerate(lmdb_pictures(self.src))
            return SourceListing([SourcePicture(one.key.hex(), (one,), index) for index, one in stored])
        paths = sorted(p for p in self.src.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file())
        if not paths:
            raise DataError(f"{self.src} holds no pictures ending in {', '.join(ENDINGS)}")
        require_readers(paths)
        return SourceListing(list_files(self.src, paths))

    def load(self, picture: SourcePicture) -> Pyramid:
        """As in :class:`PictureSource`."""
        part = picture.parts[0]
        image = decode_picture(part.read()) if isinstance(part, LmdbPicture) else read_picture(cast("Path", part))
        left, top, width, height = self._window(image.shape[1], image.shape[0], picture.name)
        if width < self.side or height < self.side:
            raise UnusablePicture(f"its window is {width}×{height}, smaller than --side {self.side}")
        window = Pillow.fromarray(image).crop((left, top, left + width, top + height))
        levels = filled_levels(self.side, min(width, height), self.levels)
        finest = (self.side << levels - 1,) * 2
        return build_pyramid(np.asarray(window.resize(finest, Pillow.Resampling.LANCZOS)), levels, width)

    def _window(self, width: int, height: int, name: str) -> tuple[int, int, int, int]:
        """Left, top, width and height of what is kept."""
        if self.crop == "none":
            return 0, 0, width, height
        if self.crop == "celeba":
            if (width, height) != CELEBA_SIZE:
                raise UnusablePicture(f"is {width}×{height}; CelebA's aligned pictures are 178×218")
            left, top, side = CELEBA_CROP
        else:  # the displaced window has to stay inside
            side = min(width, height) - 2 * self.displacement
            left, top = (width - side) // 2, (height - side) // 2
        right, down = self._displacement_of(name)
        return left + right, top + down, side, side

    def _displacement_of(self, name: str) -> tuple[int, int]:
        """How far a window moves right and down, by name and seed alone: order and workers do not matter."""
        rng = np.random.default_rng((self.seed, *name.encode("utf-8", "surrogateescape")))
        right, down = rng.integers(-self.displacement, self.displacement + 1, 2)
        return int(right), int(down)
