"""Rooms that are drawn while a model trains on them, so that none ever comes twice: a recipe in place of pictures.

A folder with an index and nothing else. Knows nothing of training.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.edges import any_kind, edge_place
from cocogan_core.data.rooms.furnished.plan import set_upright
from cocogan_core.data.rooms.objects import room_objects
from cocogan_core.data.rooms.parameters import LICENCE, STYLES, Style, room_box
from cocogan_core.data.rooms.placement import front_of, symmetry_of
from cocogan_core.data.rooms.view import height_px
from cocogan_core.data.sampler import MacroBatch
from cocogan_core.errors import ConfigError, DataError
from cocogan_core.files import read_limited, write_atomically
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.resampling import shrink
from cocogan_core.geometry.symmetry import Front
from cocogan_core.json_text import parse_json
from cocogan_core.text import printable

if TYPE_CHECKING:
    from cocogan_core.data.rooms.renderer import RoomRenderer

__all__ = ["LiveRoomSampler", "LiveRooms"]

INDEX = "live_rooms.json"
FORMAT = 1
MOST_BYTES = 1 << 20
WIDTHS_PX = 16, 1 << 16
EXACT_PX = 384  # smaller panoramas are shrunk from one at least as wide: the renderer's light is coarser below
SAMPLES = 4

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class LiveRooms:
    """A recipe for rooms without end.

    Attributes:
        folder: where the recipe lies.
        style: of the rooms, which says how many numbers they have.
        projection: of their panoramas.
        width_px: of level 0's panorama in full.
        front: where yaw 0 lies: in the middle of that panorama's first pixel, or at its left edge.
        upright: furnished rooms are turned and mirrored so that windows are in front and the door to the right.
        paired: whether a room's numbers come with its pictures.
    """

    folder: Path
    style: Style = "plain"
    projection: Projection
    width_px: int = 768
    front: Front = "pixel"
    upright: bool = False
    paired: bool = True

    @property
    def latent_names(self) -> tuple[str, ...]:
        """What the numbers of a room mean; none where they are kept secret."""
        return STYLES[self.style] if self.paired else ()

    @property
    def height_px(self) -> int:
        """Height of level 0's panorama."""
        return height_px(self.projection, self.width_px)

    @property
    def count(self) -> int:
        """How many pictures are stored: none."""
        return 0

    def unnamed(self) -> Self:
        """The same rooms without their numbers."""
        return replace(self, paired=False)

    @property
    def about(self) -> dict[str, Any]:
        """The recipe as JSON values, as a data set's index has them."""
        projection = {"kind": self.projection.kind, "half_extent_rad": self.projection.half_extent_rad}
        about = {
            "format": FORMAT, "source": f"live rooms, {self.style}", "licence": LICENCE, "style": self.style,
            "projection": projection, "width_px": self.width_px,
        }  # fmt: skip
        # left out where they are as ever, so that runs of earlier recipes go on
        front = {} if self.front == "pixel" else {"front": self.front}
        return about | front | ({"upright": True} if self.upright else {})

    def numbers(self, rng: np.random.Generator, size: int) -> Floats:
        """The numbers (size, K) of as many random rooms."""
        rooms = rng.uniform(-1, 1, (size, len(STYLES[self.style]))).astype(np.float32)
        return np.stack([set_upright(room).numbers for room in rooms]) if self.upright else rooms

    def draw(self, room: Floats, place: Sequence[int], grid: PatchGrid, shape_px: tuple[int, int]) -> NDArray[np.uint8]:
        """Part (*shape_px, 3) of the panorama of a room's numbers at the size of ``grid``, from patch ``place`` on.

        Raises:
            DisplayError: there is no OpenGL.
        """
        renderer = _renderer(self.width_px, self.style, self.projection, self.front)
        larger = -(-EXACT_PX // grid.width_px)
        top, left = (int(at) * grid.patch_px * larger for at in place)
        picture = renderer.crop(
            room, width_px=grid.width_px * larger, top_px=top, left_px=left, height_px=shape_px[0] * larger,
            crop_width_px=shape_px[1] * larger,
        )  # fmt: skip
        return shrink(picture, larger)

    def require_shape(self, grid: PatchGrid) -> None:
        """Refuse a grid whose pictures are of another shape than the rooms' panoramas.

        Raises:
            DataError: says both sizes.
        """
        if not grid.wraps or height_px(self.projection, grid.width_px) != grid.height_px:
            raise DataError(
                f"{self.folder} holds panoramas of {self.width_px}×{self.height_px}, and the model makes "
                f"{grid.width_px}×{grid.height_px} ({grid.system})"
            )

    def write(self) -> None:
        """Make the folder.

        Raises:
            OutputError: it cannot be written.
        """
        write_atomically(self.folder / INDEX, json.dumps(self.about, indent=1))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a folder that :meth:`write` made.

        Raises:
            DataError: it is none, or broken.
        """
        try:
            about = parse_json(read_limited(folder / INDEX, MOST_BYTES))
            if about["format"] != FORMAT or about["style"] not in STYLES:
                raise ValueError(f"format {about['format']}, style {about['style']}")
            if (symmetry_of(about) and about["style"] != "furnished") or about.get("front", "edge") != "edge":
                raise ValueError(f"front {about.get('front')!r}, upright {about['style']} rooms")
            projection, width_px = Projection(**about["projection"]), about["width_px"]
            if type(width_px) is not int or not WIDTHS_PX[0] <= width_px <= WIDTHS_PX[1]:
                raise ValueError(f"a width of {width_px!r} pixels")
            return cls(
                folder=folder, style=about["style"], projection=projection, width_px=width_px, front=front_of(about),
                upright=symmetry_of(about) is not None,
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError, ConfigError) as error:
            raise DataError(
                f"{folder} holds no live rooms ({printable(error)}); make them with `cocogan rooms`"
            ) from error

    @staticmethod
    def lie_in(folder: Path) -> bool:
        """Whether a folder holds live rooms rather than pictures."""
        return (folder / INDEX).is_file()


class LiveRoomSampler:
    """Draws macro patches of every level, and whole panoramas of level 0, of rooms of random numbers."""

    def __init__(self, rooms: LiveRooms, grid: PatchGrid, *, edge_share: float = 0.0) -> None:
        """Draw for ``grid``, whose pictures may be smaller than ``rooms.width_px``.

        Of macro patches ``edge_share`` lie at an edge of one of the room's objects, of each kind as often, the others
        anywhere.

        Raises:
            DataError: the grid's shape is not that of the rooms' panoramas, or nothing is known of their objects.
        """
        self._rooms, self._grid, self._edge_share = rooms, grid, edge_share
        self._objects = room_objects(rooms.style, upright=rooms.upright)
        if edge_share and self._objects is None:
            raise DataError(
                f"{rooms.folder} holds {rooms.style} rooms; the edges of objects are known of plain ones, and "
                "of furnished ones that were set upright (cocogan rooms --upright)"
            )
        kinds = [] if self._objects is None else [one.name.split(".")[0] for one in self._objects.objects]
        self._kinds = np.unique(kinds, return_inverse=True)[1]
        rooms.require_shape(grid)

    def batch(self, rng: np.random.Generator, size: int, level: int = 0) -> MacroBatch:
        """``size`` macro patches of a level, each of another room."""
        grid = self._grid.at_level(level)
        rows, columns = grid.macro_shape
        ids = np.stack([rng.integers(rows, size=size), rng.integers(columns, size=size)], 1)
        rooms = self._rooms.numbers(rng, size)
        if self._edge_share:
            aimed = np.flatnonzero(rng.random(size) < self._edge_share)
            for i in aimed:
                ids[i] = self._at_an_edge(rng, rooms[i], grid)
        return self._drawn(rooms, ids, grid, (grid.macro_height_px, grid.macro_width_px), level)

    def whole(self, rng: np.random.Generator, size: int) -> MacroBatch:
        """``size`` full pictures; their ids are (0, 0)."""
        grid = self._grid.at_level(0)
        rooms = self._rooms.numbers(rng, size)
        return self._drawn(rooms, np.zeros((size, 2), np.intp), grid, (grid.height_px, grid.width_px), 0)

    def _at_an_edge(self, rng: np.random.Generator, room: Floats, grid: PatchGrid) -> tuple[int, int]:
        """The macro patch (row, column) around about the middle of which an object of a room has an edge."""
        assert self._objects is not None
        names = STYLES[self._rooms.style]
        numbers = self._objects.numbers(names, room)
        here = self._objects.presence(names) @ numbers > 0
        sides = (self._objects.sides(names) @ numbers)[here]
        one = sides[any_kind(rng, self._kinds[here])]
        down, right = edge_place(rng, one, room_box(room), self._rooms.projection)
        top = down * grid.rows - grid.macro_rows / 2 + rng.uniform(-0.5, 0.5)
        left = right * grid.columns - grid.macro_columns / 2 + rng.uniform(-0.5, 0.5)
        return int(np.clip(round(top), 0, grid.macro_shape[0] - 1)), round(left) % grid.columns

    def _drawn(
        self, rooms: Floats, ids: NDArray[np.intp], grid: PatchGrid, shape: tuple[int, int], level: int
    ) -> MacroBatch:
        images = np.stack([self._rooms.draw(*one, grid, shape) for one in zip(rooms, ids, strict=True)])
        return MacroBatch(images, ids, rooms if self._rooms.paired else rooms[:, :0], level)


@cache
def _renderer(reference_px: int, style: Style, projection: Projection, front: Front) -> "RoomRenderer":
    """One for each process, since contexts do not travel."""
    from cocogan_core.data.rooms.renderer import RoomRenderer  # OpenGL only where something is drawn

    return RoomRenderer(reference_px, SAMPLES, style, projection, front=front)
