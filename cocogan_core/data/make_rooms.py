"""``cocogan rooms``: fills a folder with procedural rooms as training shards. Resumable; any room can be made again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from rich.progress import track

from cocogan_core.data.rooms import ASPECT, PARAMETERS, ROOM_PROJECTION, RoomRenderer, room_parameters
from cocogan_core.data.shards import ShardWriter
from cocogan_core.errors import ConfigError

__all__ = ["make_rooms", "make_sheet"]


def make_rooms(folder: Path, *, count: int, seed: int = 0, width_px: int = 768, samples: int = 4) -> None:
    """Render rooms 0 … count − 1 of a seed as Mercator panoramas (width/3 × width) into shards.

    Raises:
        ConfigError: the count or width makes no sense.
        DataError: the folder cannot be written or holds other pictures.
        DisplayError: there is no OpenGL.
    """
    _check(count, width_px, samples)
    writer = ShardWriter(
        folder,
        height_px=width_px // ASPECT,
        width_px=width_px,
        projection=ROOM_PROJECTION,
        source=f"procedural rooms, seed {seed}",
        licence="CC0-1.0",
        latent_names=PARAMETERS,
    )
    with RoomRenderer(width_px, samples) as renderer, writer:
        for index in _progress(writer.count, count):
            parameters = room_parameters(seed, index)
            writer.append(renderer.panorama(parameters), parameters)


def make_sheet(path: Path, *, count: int, seed: int = 0, width_px: int = 384, columns: int = 2) -> None:
    """Render ``count`` rooms side by side into one picture, to look at before training on them.

    Raises:
        ConfigError, DisplayError: as :func:`make_rooms`.
    """
    _check(count, width_px, 4)
    with RoomRenderer(width_px) as renderer:
        rooms = [renderer.panorama(room_parameters(seed, index)) for index in _progress(0, count)]
    blank = np.zeros_like(rooms[0])
    rooms += [blank] * (-count % columns)
    rows = [np.concatenate(rooms[first : first + columns], axis=1) for first in range(0, len(rooms), columns)]
    Pillow.fromarray(np.concatenate(rows)).save(path, quality=90)


def _progress(first: int, count: int) -> Iterator[int]:
    yield from track(range(first, count), description="rooms", total=max(0, count - first))


def _check(count: int, width_px: int, samples: int) -> None:
    if count < 1:
        raise ConfigError(f"--count is {count}; it must be at least 1")
    if width_px < 12 or width_px % (2 * ASPECT):
        raise ConfigError(f"--width is {width_px}; it must be a multiple of {2 * ASPECT}, at least 12")
    if samples not in (1, 4, 9, 16):
        raise ConfigError(f"--samples is {samples}; choose 1, 4, 9 or 16 a pixel")
