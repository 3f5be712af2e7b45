"""The gallery: rooms to begin with, favourites and recent ones, each with a thumbnail that is made as one looks."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cocogan_core.config import ModelConfig
from cocogan_core.geometry.grid import PatchGrid
from viewer.rendering.thumbnails import Filmstrip, Texture, thumbnail_size
from viewer.session.first_look import first_look
from viewer.state.latents import Latents
from viewer.ui.latent_texts import MOODS, known
from viewer.ui.texts import text
from viewer.ui.view_model import GalleryModel, Tile

__all__ = ["FIRST_SEED", "Gallery", "with_mood"]

# Rooms of the model that opens first, which show what it can do, chosen from its first forty by eye.
CURATED: Mapping[int, str] = {
    34: "Blue library", 2: "Orange sofas", 7: "Amber bedroom", 21: "Red hearth", 10: "Green piano", 19: "Green bedroom",
    9: "Blue hearth", 26: "Violet library", 32: "Round the table", 8: "Mint study", 11: "Violet hearth",
    28: "Red library", 1: "Green sofa", 29: "Bed and windows", 22: "Mauve living room", 35: "Teal hearth",
}  # fmt: skip
FIRST_SEED = 34
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

    def __init__(self, texture: Texture, model: ModelConfig, *, shipped: bool) -> None:
        """``texture`` is of :meth:`texture_size`; ``shipped``: the curated rooms are this model's."""
        self.tiles = Filmstrip(texture, model.grid, most=MOST_TILES, width_px=TILE_PX)
        self._model = model
        self._middles: dict[Latents, float] = {}  # where rooms with a thumbnail are looked at first, in turns
        titles = CURATED if shipped else {seed: f"{seed + 1}" for seed in range(len(CURATED))}
        self._rooms = tuple((title, Latents.of_seed(seed, model.z_dim)) for seed, title in titles.items())

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
        self._middles[room] = first_look(self._model, np.array(room.base)).yaw_rad / (2 * math.pi)
        self._middles = {known: self._middles[known] for known in self.tiles.rooms}

    def model(self, favourites: Sequence[Latents], recent: Sequence[Latents]) -> GalleryModel:
        """What the panel shows."""
        named = {"gallery.favourites": favourites, "gallery.recent": recent}
        sections = [(text("gallery.rooms"), tuple(self._tile(title, room) for title, room in self._rooms))]
        sections += [
            (text(name), tuple(self._tile(f"{room.seed}", room) for room in rooms))
            for name, rooms in named.items()
            if rooms
        ]
        width, height = thumbnail_size(self._model.grid, TILE_PX)
        moods = tuple(mood for mood, values in MOODS.items() if known(self._model.latent_names, values))
        aspect = SHOWN * width / (height * self._rows)
        return GalleryModel(self.tiles.texture.glo, aspect, tuple(sections), moods)

    @property
    def _rows(self) -> float:
        """The share of a thumbnail's height that is shown, about the horizon."""
        width, height = thumbnail_size(self._model.grid, TILE_PX)
        return min(1.0, SHOWN * width / height / ASPECT)

    def _tile(self, title: str, room: Latents) -> Tile:
        index = self.tiles.find(room)
        if index is None:
            return Tile(title, room)
        top, bottom = self.tiles.edges(index)
        spare, left = (bottom - top) * (1 - self._rows) / 2, self._middles[self.tiles.rooms[index]] - SHOWN / 2
        return Tile(title, room, (left, top + spare, left + SHOWN, bottom - spare))
