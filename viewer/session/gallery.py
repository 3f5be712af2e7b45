"""The gallery: rooms to begin with, favourites and recent ones, each with a thumbnail that is made as one looks."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from viewer.rendering.thumbnails import Filmstrip, Texture, thumbnail_size
from viewer.session.first_look import usual_yaw_rad
from viewer.state.latents import Latents
from viewer.ui.latent_texts import MOODS, known
from viewer.ui.texts import text
from viewer.ui.view_model import GalleryModel, Tile

__all__ = ["FIRST_SEED", "Gallery", "with_mood"]

# Rooms of the shipped model that show what it can do, chosen from its first forty by eye.
CURATED: Mapping[int, str] = {
    18: "Teal sofa", 6: "Lilac wall", 34: "Yellow wall", 20: "Olive and lemon", 23: "Violet sofa", 10: "Coral wall",
    27: "Green study", 22: "Brick and lemon", 17: "Blue wall", 28: "Orchid wall", 35: "Deep violet", 2: "Spring green",
    33: "Olive sofa", 39: "Sunlit bed", 21: "Rose bedroom", 9: "Peach library",
}  # fmt: skip
FIRST_SEED = 18
MOST_TILES, TILE_PX = 64, 192  # width of a whole thumbnail, of which a part is shown
SHOWN, ASPECT = 0.42, 1.26  # of a thumbnail's width; of what is shown, at least: less than a sphere's height


def with_mood(room: Latents, names: Sequence[str], mood: str) -> Latents:
    """The room with as much of a mood as the model has names for; locked entries stay."""
    for name, value in known(names, MOODS[mood]).items():
        index = list(names).index(name)
        room = room if index in room.locked else room.with_entry(index, value)
    return room


class Gallery:
    """Of one open checkpoint.

    Attributes:
        tiles: the thumbnails.
    """

    def __init__(self, texture: Texture, grid: PatchGrid, names: Sequence[str], z_dim: int, *, shipped: bool) -> None:
        """``texture`` is of :meth:`texture_size`; ``shipped``: the curated rooms are this model's."""
        self.tiles = Filmstrip(texture, grid, most=MOST_TILES, width_px=TILE_PX)
        self._grid, self._names = grid, tuple(names)
        titles = CURATED if shipped else {seed: f"{seed + 1}" for seed in range(len(CURATED))}
        self._rooms = tuple((title, Latents.of_seed(seed, z_dim)) for seed, title in titles.items())

    @staticmethod
    def texture_size(grid: PatchGrid) -> tuple[int, int]:
        """Size of the texture that it needs."""
        return Filmstrip.texture_size(grid, most=MOST_TILES, width_px=TILE_PX)

    def wanted(self, favourites: Sequence[Latents], recent: Sequence[Latents]) -> list[Latents]:
        """The rooms whose thumbnails are missing, in the order in which they are shown."""
        rooms = [*(room for _, room in self._rooms), *favourites, *recent]
        return [room for room in rooms if self.tiles.find(room) is None]

    def add(self, room: Latents, patches: Mapping[tuple[int, int], NDArray[np.uint8]]) -> None:
        """A room is made."""
        self.tiles.add(room, patches)

    def model(self, favourites: Sequence[Latents], recent: Sequence[Latents]) -> GalleryModel:
        """What the panel shows."""
        named = {"gallery.favourites": favourites, "gallery.recent": recent}
        sections = [(text("gallery.rooms"), tuple(self._tile(title, room) for title, room in self._rooms))]
        sections += [
            (text(name), tuple(self._tile(f"{room.seed}", room) for room in rooms))
            for name, rooms in named.items()
            if rooms
        ]
        width, height = thumbnail_size(self._grid, TILE_PX)
        moods = tuple(mood for mood, values in MOODS.items() if known(self._names, values))
        middle = usual_yaw_rad(self._names) / (2 * math.pi)
        left = min(max(middle - SHOWN / 2, 0.0), 1.0 - SHOWN)
        aspect = width / height / self._rows
        return GalleryModel(self.tiles.texture.glo, aspect, (left, left + SHOWN), tuple(sections), moods)

    @property
    def _rows(self) -> float:
        """The share of a thumbnail's height that is shown, about the horizon."""
        width, height = thumbnail_size(self._grid, TILE_PX)
        return min(1.0, SHOWN * width / height / ASPECT)

    def _tile(self, title: str, room: Latents) -> Tile:
        index = self.tiles.find(room)
        if index is None:
            return Tile(title, room)
        top, bottom = self.tiles.edges(index)
        spare = (bottom - top) * (1 - self._rows) / 2
        return Tile(title, room, (top + spare, bottom - spare))
