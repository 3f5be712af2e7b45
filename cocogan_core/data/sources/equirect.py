"""Folders of equirectangular panoramas: photographs, renderings and captures, of any resolution.

Column 0 of what is made begins where the picture begins. Knows nothing of sky boxes.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, cast

import numpy as np
import tyro
from numpy.typing import NDArray

from cocogan_core.data.sources.base import (
    PanoramaSource,
    Pyramid,
    SourceListing,
    SourcePicture,
    list_files,
    require_folder,
)
from cocogan_core.data.sources.image_io import ENDINGS, UnusablePicture, read_picture, require_readers
from cocogan_core.errors import ConfigError, DataError
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.surfaces import Panorama

__all__ = ["Equirect"]

Image = NDArray[np.uint8]
LAYOUTS = {  # which of the files are colour panoramas
    "any": ("**/*",),
    "structured3d": ("**/2D_rendering/*/panorama/full/rgb_rawlight.png",),
    "stanford2d3ds": ("**/pano/rgb/*_rgb.png",),
    "zind": ("**/panos/*.jpg",),
    "polyhaven": ("**/*.hdr", "**/*.exr", "**/*.jpg", "**/*.png"),
}
RESOLUTION = re.compile(r"_(\d+)k$")  # Poly Haven's names end so
TWO_TO_ONE = 0.01  # by how much width / height may differ from 2
BLACK = 8  # a missing row is black but for the noise of its compression
BLACK_SHARE = 0.5  # of a row, from which on it counts as missing: masks have ragged edges


@dataclass(frozen=True, kw_only=True)
class Equirect(PanoramaSource):
    """Equirectangular panoramas, twice as wide as high: JPEG, PNG, WebP, Radiance HDR and OpenEXR."""

    layout: Literal["any", "structured3d", "stanford2d3ds", "zind", "polyhaven"] = "any"
    """which files to take: every picture, or the panoramas of a known data set (Poly Haven: the largest of each)"""
    glob: Annotated[str | None, tyro.conf.arg(metavar="PATTERN")] = None
    """take the files that match instead, such as '**/pano_*.jpg'"""
    strips: tyro.conf.FlagCreatePairsOff[bool] = False
    """take pictures wider than 2:1 as a whole turn with its top and bottom cut off evenly"""
    exposure_stops: float = 0.0
    """brighten files of light (.hdr, .exr) by so many stops before tone mapping"""
    data_licence: str = ""
    """the pictures' licence, to be kept in the data set and in what is trained on it"""

    @property
    def title(self) -> str:
        """As in :class:`PictureSource`."""
        return "equirectangular panoramas" + ("" if self.layout == "any" else f", {self.layout}")

    @property
    def licence(self) -> str:
        """As in :class:`PictureSource`."""
        return self.data_licence

    @property
    def recipe(self) -> dict[str, object]:
        """As in :class:`PictureSource`."""
        return {"source": "equirect", "exposure_stops": self.exposure_stops, "strips": self.strips}

    def find(self) -> SourceListing:
        """As in :class:`PictureSource`: in the order of their paths."""
        require_folder(self.src)
        paths = self._paths()
        if not paths:
            raise DataError(
                f"{self.src} holds no panoramas: looked for {', '.join(self._patterns)} ending in {', '.join(ENDINGS)}"
            )
        require_readers(paths)
        paths, rejected = _keep_largest(self.src, paths) if self.layout == "polyhaven" else (paths, [])
        return SourceListing(list_files(self.src, paths), rejected)

    def load(self, picture: SourcePicture) -> Pyramid:
        """As in :class:`PictureSource`."""
        image = read_picture(cast("Path", picture.parts[0]), self.exposure_stops)
        surface = self._surface(*image.shape[:2])
        self._require_reach(image, surface.projection)
        return self.project(surface, image)

    @property
    def _patterns(self) -> tuple[str, ...]:
        return LAYOUTS[self.layout] if self.glob is None else (self.glob,)

    def _paths(self) -> list[Path]:
        try:
            paths = {path for pattern in self._patterns for path in self.src.glob(pattern)}
        except (ValueError, NotImplementedError) as error:  # pathlib's, for an empty and for an absolute pattern
            raise ConfigError(f"--glob {self.glob!r}: {error}; use a pattern such as '**/*.jpg'") from error
        return sorted(path for path in paths if path.suffix.lower() in ENDINGS and path.is_file())

    def _surface(self, height: int, width: int) -> Panorama:
        """Where the pixels of a picture of this size lie: its left edge is the left edge of what is made."""
        aspect = width / height
        first_yaw_rad = np.pi / width - np.pi / self.width
        if abs(aspect / 2 - 1) <= TWO_TO_ONE:
            whole = Projection(kind="equirectangular", half_extent_rad=np.pi / 2)
            return Panorama(height, width, whole, first_yaw_rad)
        if self.strips and aspect > 2:
            return Panorama(height, width, Projection.of_aspect("equirectangular", aspect), first_yaw_rad)
        advice = "; --strips takes it as a whole turn without top and bottom" if aspect > 2 else ""
        raise UnusablePicture(f"is {width}×{height}, not 2:1 as a whole equirectangular panorama is{advice}")

    def _require_reach(self, image: Image, projection: Projection) -> None:
        """Refuse a panorama whose rows do not reach the wanted pitch, or are black there."""
        missing = (image.max(-1) <= BLACK).mean(1) > BLACK_SHARE
        top, bottom = _count_leading(missing), _count_leading(missing[::-1])
        reach_rad = float(projection.pitch_of_v(max(top, bottom) / len(image)))
        wanted_rad = self.projection.half_extent_rad
        if top == len(image):
            raise UnusablePicture("is black")
        if reach_rad < wanted_rad - 1e-6:
            why = "is black" if top or bottom else "ends"
            raise UnusablePicture(
                f"{why} beyond ±{np.degrees(reach_rad):.1f}° of pitch, and ±{np.degrees(wanted_rad):.1f}° are wanted; "
                f"lower --height or --extent-deg"
            )


def _count_leading(flags: NDArray[np.bool_]) -> int:
    """How many flags are set before the first that is not."""
    return len(flags) if flags.all() else int(np.argmin(flags))


def _keep_largest(root: Path, paths: list[Path]) -> tuple[list[Path], list[tuple[str, str]]]:
    """Of one asset in several resolutions (name_1k.hdr, name_4k.hdr), the largest."""
    best: dict[Path, Path] = {}
    for path in paths:
        asset = path.with_name(RESOLUTION.sub("", path.stem))
        best[asset] = max(best.get(asset, path), path, key=_resolution)
    kept = set(best.values())
    reason = "another resolution of the same panorama is taken"
    return sorted(kept), [(path.relative_to(root).as_posix(), reason) for path in paths if path not in kept]


def _resolution(path: Path) -> int:
    match = RESOLUTION.search(path.stem)
    return int(match[1]) if match else 0
