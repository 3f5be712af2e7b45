"""An ordinary 360° photograph by parts: cut into patches of the same grid and levels as a generated panorama's.

So a viewer shows a real room through the same atlas as a generated one. What the photograph does not show of the sphere
is plain grey. Numpy and Pillow only.
"""

import math
import struct
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cocogan_core.checkpoint import Metadata, Provenance
from cocogan_core.config import ModelConfig
from cocogan_core.data.sources.budgets import refuse_canvas
from cocogan_core.data.sources.image_io import UnusablePicture, read_picture
from cocogan_core.errors import DataError
from cocogan_core.files import open_regular
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.photo_sphere_tags import PhotoSphereTags
from cocogan_core.geometry.projection import Projection, direction_of, u_of_yaw, yaw_of_u, yaw_pitch_of

__all__ = ["PhotoPatches", "PhotoSphere"]

PATCH_PX = 64
MOST_COLUMNS, MOST_LEVELS = 16, 7  # of level 0, about as many as of a generated panorama; and of detail
MOST_PX = 1 << 27  # 16384×8192
LEAST_WIDTH_PX = 64
TWO_TO_ONE = 0.01  # by how much width / height may differ from 2
PLAIN = (48, 48, 50)  # of what the photograph does not show
ORIENTATION, SIDEWAYS = 0x0112, 5  # EXIF's tag, and the first of its values that swaps width and height

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]
Cell = tuple[int, int]


@dataclass(frozen=True)
class PhotoSphere:
    """An equirectangular photograph, as its header describes it.

    Attributes:
        width_px, height_px: of the picture.
        tags: which part of the sphere it shows, and where to look first.
    """

    width_px: int
    height_px: int
    tags: PhotoSphereTags = PhotoSphereTags()  # noqa: RUF009 (frozen)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read a picture's header; None if it is no panorama: it says nothing of a sphere and is not 2:1.

        Raises:
            DataError: it cannot be read, is of another projection, or has more than 134 million pixels.
        """
        (width, height), packet = _header(path)
        if width * height > MOST_PX:
            raise DataError(f"{path} has {width}×{height} pixels; make it no larger than 16384×8192")
        tags = PhotoSphereTags.parse(packet, str(path))
        if tags is None:
            usual = abs(width / height / 2 - 1) <= TWO_TO_ONE and width >= LEAST_WIDTH_PX
            return cls(width, height) if usual else None
        return cls(width, height, tags)

    @property
    def upright(self) -> bool:
        """Whether the camera was held upright, so that rows of the picture are rows of the sphere."""
        return not (self.tags.tilt_rad or self.tags.roll_rad)

    @property
    def full_px(self) -> tuple[float, float]:
        """Width and height of the whole sphere in the picture's pixels."""
        return self.width_px / self.tags.width, self.height_px / self.tags.height

    @property
    def grid(self) -> PatchGrid:
        """The patches that it is cut into: of the finest level with pixels no larger than the picture's."""
        wanted = self.full_px[0] / PATCH_PX
        levels = min(max(1, math.ceil(math.log2(max(wanted / MOST_COLUMNS, 1e-9))) + 1), MOST_LEVELS)
        columns = min(max(2, 2 * math.ceil(wanted / 2**levels - 1e-9)), MOST_COLUMNS)
        top, bottom = 0.5 - self.tags.top, self.tags.top + self.tags.height - 0.5  # above and below the horizon
        rows = min(max(1, math.ceil(columns * max(top, bottom) - 1e-6)), columns // 2) if self.upright else columns // 2
        return PatchGrid(rows=rows, columns=columns, macro_rows=1, macro_columns=1, patch_px=PATCH_PX, levels=levels)

    @property
    def metadata(self) -> Metadata:
        """As though a model without choices had made it."""
        grid = self.grid
        extent_rad = math.pi * grid.rows / grid.columns
        return Metadata(
            model=ModelConfig(grid=grid, z_dim=1, architecture="compact"),
            projection=Projection(kind="equirectangular", half_extent_rad=extent_rad),
            provenance=Provenance(data_set="a photograph"),
        )

    @property
    def left_px(self) -> int:
        """Where the picture's left edge lies, in its own pixels from the panorama's left edge.

        Yaw 0 is north where the photograph says where that is; else the left edge of the whole sphere.
        """
        full, heading = self.full_px[0], self.tags.heading_rad
        edge = 0.0 if heading is None else float(u_of_yaw(heading - math.pi, self.grid.width_px))
        return round((edge + self.tags.left) * full)

    @property
    def yaw_rad(self) -> float:
        """Where to look first: where the photograph says, else at its middle."""
        width, stated = self.grid.width_px, self.tags.yaw_rad
        if stated is None:
            return float(yaw_of_u((self.left_px + self.width_px / 2) / self.full_px[0], width))
        return stated + (float(yaw_of_u(0.5, width)) if self.tags.heading_rad is None else 0.0)


def _header(path: Path) -> tuple[tuple[int, int], bytes]:
    """Width and height of a picture as it is to be seen, and its XMP packet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures: we have a limit of our own
            with open_regular(path) as begin:
                refuse_canvas(begin.read(64), path.stat().st_size)
            with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as file:
                sideways = file.getexif().get(ORIENTATION, 1) >= SIDEWAYS
                packet = file.info.get("xmp", b"")
                size = file.size[::-1] if sideways else file.size
    except Image.DecompressionBombError as error:
        raise DataError(f"{path} has too many pixels; make it no larger than 16384×8192") from error
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise DataError(f"{path} cannot be read as a picture; save it again as JPEG, PNG or WebP") from error
    return (size[0], size[1]), packet if isinstance(packet, bytes) else str(packet).encode()


class PhotoPatches:
    """Makes the patches of one photograph, as :class:`cocogan_core.PatchGenerator` does a checkpoint's.

    Attributes:
        metadata: as though a model had made it; its z has no effect.
    """

    at_once = 1
    directions_method = None  # nothing of it can be changed

    def __init__(self, sphere: PhotoSphere, picture: Pixels) -> None:
        """``picture`` is (height_px, width_px, 3)."""
        self.metadata, self._sphere = sphere.metadata, sphere
        self._halves = [picture]  # each half as large as the one before

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a picture.

        Raises:
            DataError: it cannot be read, or is no panorama.
        """
        sphere = PhotoSphere.read(path)
        if sphere is None:
            raise DataError(f"{path} is no 360° photograph: it is not twice as wide as high, and says nothing of one")
        try:
            picture = read_picture(path)
        except UnusablePicture as error:
            raise DataError(f"{path} {error}") from error
        return cls(sphere, picture)

    def blocks(
        self, z: NDArray[np.float32], ids: Sequence[Cell], *, level: int = 0, most: int | None = None
    ) -> list[list[Cell]]:
        """One patch a block: neighbours have nothing to share."""
        return [[cell] for cell in ids]

    def patches(self, z: NDArray[np.float32], ids: Sequence[Cell], *, level: int = 0) -> Pixels:
        """Patches (n, s, s, 3) at n (row, column) ids of a level; columns wrap.

        Raises:
            ConfigError: there is no such level, or an id lies outside the grid.
        """
        grid = self.metadata.model.grid.at_level(level)
        grid.require_inside(np.asarray(ids, np.intp).reshape(-1, 2))
        return np.stack([self._patch(grid, row, column % grid.columns) for row, column in ids])

    def patch_gflop(self, level: int) -> float:
        """Operations in 10⁹ that a generator would need for a patch: none."""
        self.metadata.model.grid.at_level(level)
        return 0.0

    def principal_directions(self, count: int) -> NDArray[np.float32]:
        """None at all, (0, 1), whatever the ``count``."""
        return np.zeros((0, min(count, 1)), np.float32)

    def _patch(self, grid: PatchGrid, row: int, column: int) -> Pixels:
        """Bilinear between the pixels of the smallest picture that is fine enough."""
        pixel = np.arange(grid.patch_px) + 0.5
        v, u = (row * grid.patch_px + pixel) / grid.height_px, (column * grid.patch_px + pixel) / grid.width_px
        halvings = max(0, math.ceil(math.log2(self._sphere.full_px[0] / grid.width_px) - 1e-9))
        picture = self._halved(halvings)
        y, x = (at / 2**halvings for at in self._place(math.pi * grid.rows / grid.columns * (1 - 2 * v)[:, None], u))
        made = _bilinear(picture, y, x, wraps=self._sphere.tags.width == 1)
        inside = (y >= 0) & (y < picture.shape[0]) & (x < picture.shape[1])
        return np.where(inside[..., None], made, np.array(PLAIN, np.uint8))

    def _place(self, pitch_rad: Floats, u: Floats) -> tuple[Floats, Floats]:
        """Rows and columns of the picture, in pixels from its upper left corner, at pitches (n, 1) and columns (m,)."""
        tags, (width, height) = self._sphere.tags, self._sphere.full_px
        x = u[None] * width - self._sphere.left_px
        if not self._sphere.upright:
            yaw_rad = (x / width + tags.left - 0.5) * 2 * math.pi  # from where the camera's middle looked
            yaw_rad, pitch_rad = yaw_pitch_of(direction_of(yaw_rad, pitch_rad) @ _camera(tags.tilt_rad, tags.roll_rad))
            x = (yaw_rad / (2 * math.pi) + 0.5 - tags.left) * width
        return (0.5 - pitch_rad / math.pi - tags.top) * height, x % width

    def _halved(self, times: int) -> Pixels:
        """The picture so often halved; kept."""
        while len(self._halves) <= times:
            self._halves.append(np.asarray(Image.fromarray(self._halves[-1]).reduce(2)))
        return self._halves[times]


def _camera(tilt_rad: float, roll_rad: float) -> Floats:
    """A tilted and rolled camera's right, up and forward, as columns (3, 3); see :class:`PhotoSphereTags`."""
    forward, up = direction_of(0.0, tilt_rad), direction_of(0.0, tilt_rad + math.pi / 2)
    right, cos, sin = np.array([1.0, 0.0, 0.0]), math.cos(roll_rad), math.sin(roll_rad)
    return np.stack([cos * right - sin * up, sin * right + cos * up, forward], 1)


def _bilinear(picture: Pixels, y: Floats, x: Floats, *, wraps: bool) -> Pixels:
    """Pixels at rows ``y`` and columns ``x``, whose shapes go together, from the left and upper edge."""
    height, width = picture.shape[:2]
    top, down = np.divmod(np.clip(y, 0.5, height - 0.5) - 0.5, 1)
    left, right = np.divmod((x if wraps else np.clip(x, 0.5, width - 0.5)) - 0.5, 1)
    rows = [np.minimum(top.astype(int) + one, height - 1) for one in (0, 1)]
    columns = [
        (left.astype(int) + one) % width if wraps else np.minimum(left.astype(int) + one, width - 1) for one in (0, 1)
    ]
    (a, b), (c, d) = ([picture[row, column].astype(np.float32) for column in columns] for row in rows)
    across, along = right[..., None], down[..., None]
    mixed = (a + (b - a) * across) * (1 - along) + (c + (d - c) * across) * along
    return np.asarray(np.rint(mixed), np.uint8)
