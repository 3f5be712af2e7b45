"""``cocogan rooms``: fills a folder with procedural rooms, as training shards or sky boxes, or draws a contact sheet.

Resumable: the same command again goes on. Knows the recipe, the two kinds of folder and the progress bar; no OpenGL.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import tyro
from numpy.typing import NDArray
from rich.progress import track

from cocogan_core.data.contact_sheet import write_sheet
from cocogan_core.data.dataset import DatasetWriter
from cocogan_core.data.rooms.renderer import ASPECT, ROOM_PROJECTION, Style
from cocogan_core.data.rooms.skybox import LICENCE, SkyBoxFolder
from cocogan_core.data.rooms.spec import RoomDatasetSpec, rendered
from cocogan_core.errors import ConfigError

__all__ = ["make_panoramas", "make_rooms", "make_sheet", "make_sky_boxes", "rooms"]

Image = NDArray[np.uint8]


def rooms(
    out: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="OUT")] = None,
    *,
    count: int = 24,
    seed: int = 0,
    panorama: tyro.conf.FlagCreatePairsOff[bool] = False,
    width: int = 768,
    faces: int = 256,
    samples: Literal[1, 4, 9, 16] = 4,
    yaw: Literal["aligned", "random"] = "aligned",
    mirror: Literal["never", "random"] = "never",
    style: Style = "plain",
    workers: int = 1,
    sheet: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None,
) -> None:
    """Make furnished rooms to train on. Run the same command again to go on after an interruption.

    Args:
        out: Folder to fill: sky boxes in Matterport3D's layout, or training shards with --panorama.
        count: Number of rooms.
        seed: Chooses the rooms; the same seed gives the same bytes on the same graphics driver.
        panorama: Write Mercator panoramas as training shards, with no sky box in between.
        width: Width of panoramas in pixels, a multiple of 6; their height is a third of it.
        faces: Side of sky box faces in pixels.
        samples: Rays per pixel for colours and edges.
        yaw: aligned: yaw 0 looks at the window's wall; random: each room is turned by an angle of its own.
        mirror: random: half of the rooms are mirrored left to right, and one more named number says which.
        style: varied: larger rooms, patterns, tiles, stronger colours and dusk too; for those with a GPU to train on.
        workers: Processes that render; software OpenGL already uses every core for one.
        sheet: Picture file to write with all the rooms side by side, instead of or besides OUT.
    """
    if out is None and sheet is None:
        raise ConfigError("rooms: nothing to write; name a folder OUT, or a picture with --sheet FILE")
    recipe = RoomDatasetSpec(seed=seed, width_px=width, samples=samples, yaw=yaw, mirror=mirror, style=style)
    if out is not None and panorama:
        make_panoramas(out, recipe, count=count, workers=workers)
    elif out is not None:
        make_sky_boxes(out, replace(recipe, face_px=faces), count=count, workers=workers)
    if sheet is not None:
        small = replace(recipe, width_px=min(width, 384))
        make_sheet(sheet, small, count=count, workers=workers)


def make_rooms(folder: Path, *, count: int, seed: int = 0, width_px: int = 768, samples: int = 4) -> None:
    """Rooms 0 … count − 1 of a seed as training shards, in this process; see :func:`make_panoramas`."""
    make_panoramas(folder, RoomDatasetSpec(seed=seed, width_px=width_px, samples=samples), count=count)


def make_panoramas(folder: Path, recipe: RoomDatasetSpec, *, count: int, workers: int = 1) -> None:
    """Render rooms 0 … count − 1 as Mercator panoramas (width/3 × width) into shards.

    Raises:
        ConfigError: the count makes no sense.
        DataError: the folder cannot be written or holds other pictures.
        DisplayError: there is no OpenGL.
    """
    _check(count)
    kind = "procedural rooms" if recipe.style == "plain" else f"procedural rooms, {recipe.style}"
    turned = ", random yaw" if recipe.yaw == "random" else ""
    turned += ", half mirrored" if recipe.mirror == "random" else ""
    writer = DatasetWriter(
        folder,
        height_px=recipe.width_px // ASPECT,
        width_px=recipe.width_px,
        projection=ROOM_PROJECTION,
        source=f"{kind}, seed {recipe.seed}{turned}",
        licence=LICENCE,
        latent_names=recipe.names,
        recipe=recipe.about,
    )
    with writer:
        for index, image in _progress(recipe, range(writer.count, count), workers):
            writer.append(image, recipe.parameters(index))


def make_sky_boxes(folder: Path, recipe: RoomDatasetSpec, *, count: int, workers: int = 1) -> None:
    """Render rooms 0 … count − 1 as sky boxes in Matterport3D's layout; those that are complete are kept.

    Raises:
        ConfigError, DataError, DisplayError: as :func:`make_panoramas`.
    """
    _check(count)
    box = SkyBoxFolder(folder, recipe, count=count)
    missing = [index for index in range(count) if not box.has(index)]
    for index, faces in _progress(recipe, missing, workers):
        box.write(index, faces)


def make_sheet(path: Path, recipe: RoomDatasetSpec, *, count: int, columns: int = 3, workers: int = 1) -> None:
    """Draw ``count`` panoramas side by side into one picture, to look at before training on them.

    Raises:
        ConfigError, DisplayError: as :func:`make_panoramas`.
        DataError: the file cannot be written, or its ending is no picture format.
    """
    _check(count)
    write_sheet(path, [image for _, image in _progress(recipe, range(count), workers)], columns=columns)


def _progress(recipe: RoomDatasetSpec, indices: Sequence[int], workers: int) -> Iterator[tuple[int, Image]]:
    if indices:
        yield from track(rendered(recipe, indices, workers=workers), description="rooms", total=len(indices))


def _check(count: int) -> None:
    if count < 1:
        raise ConfigError(f"--count is {count}; it must be at least 1")
