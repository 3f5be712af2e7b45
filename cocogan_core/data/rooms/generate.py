"""Fills a folder with procedural rooms, as training shards or as sky boxes, or draws them on a contact sheet.

Resumable: the same call again goes on where it was interrupted. Knows no OpenGL.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.contact_sheet import write_sheet
from cocogan_core.data.dataset import DatasetWriter, lock_data
from cocogan_core.data.rooms.parameters import LICENCE
from cocogan_core.data.rooms.skybox import SkyBoxFolder
from cocogan_core.data.rooms.spec import RoomDatasetSpec, render_rooms
from cocogan_core.data.rooms.view import height_px
from cocogan_core.errors import ConfigError
from cocogan_core.progress import Progress, no_progress

__all__ = ["make_panoramas", "make_sheet", "make_sky_boxes"]

Image = NDArray[np.uint8]


def make_panoramas(
    folder: Path, spec: RoomDatasetSpec, *, count: int, workers: int = 1, progress: Progress = no_progress
) -> None:
    """Render rooms 0 … count − 1 as panoramas (H, W, 3) into training shards.

    Args:
        folder: to fill; the shards that it holds already are kept.
        spec: which rooms.
        count: how many.
        workers: processes that render.
        progress: is passed the rooms as they are rendered.

    Raises:
        ConfigError: the count makes no sense.
        DataError: the folder holds other pictures, or another process fills it.
        OutputError: it cannot be written.
        DisplayError: there is no OpenGL.
    """
    _require_rooms(count)
    with lock_data(folder), _open_writer(folder, spec) as writer:
        for index, image in _render(spec, range(writer.count, count), workers, progress):
            writer.append(image, spec.parameters(index))


def make_sky_boxes(
    folder: Path, spec: RoomDatasetSpec, *, count: int, workers: int = 1, progress: Progress = no_progress
) -> None:
    """Render rooms 0 … count − 1 as sky boxes in Matterport3D's layout; those that are complete are kept.

    Arguments and errors are those of :func:`make_panoramas`.
    """
    _require_rooms(count)
    with lock_data(folder):
        box = SkyBoxFolder(folder, spec, count=count)
        missing = [index for index in range(count) if not box.has(index)]
        for index, faces in _render(spec, missing, workers, progress):
            box.write(index, faces)


def make_sheet(
    path: Path,
    spec: RoomDatasetSpec,
    *,
    count: int,
    columns: int = 3,
    workers: int = 1,
    progress: Progress = no_progress,
) -> None:
    """Draw ``count`` panoramas side by side into the picture file ``path``, to look at before training on them.

    Raises:
        ConfigError, DisplayError: as :func:`make_panoramas`.
        OutputError: the file cannot be written, or its ending is no picture format.
    """
    _require_rooms(count)
    write_sheet(path, [image for _, image in _render(spec, range(count), workers, progress)], columns=columns)


def _open_writer(folder: Path, spec: RoomDatasetSpec) -> DatasetWriter:
    return DatasetWriter(
        folder,
        height_px=height_px(spec.projection, spec.width_px),
        width_px=spec.width_px,
        projection=spec.projection,
        source=_title(spec),
        licence=LICENCE,
        latent_names=spec.names,
        recipe=spec.recipe,
    )


def _render(
    spec: RoomDatasetSpec, indices: Sequence[int], workers: int, progress: Progress
) -> Iterable[tuple[int, Image]]:
    return progress(render_rooms(spec, indices, workers=workers), "rooms", len(indices)) if indices else ()


def _title(spec: RoomDatasetSpec) -> str:
    """What the shards say that they hold."""
    kind = "procedural rooms" if spec.style == "plain" else f"procedural rooms, {spec.style}"
    turned = ", random yaw" if spec.yaw == "random" else ""
    mirrored = ", half mirrored" if spec.mirror == "random" else ""
    return f"{kind}, seed {spec.seed}{turned}{mirrored}"


def _require_rooms(count: int) -> None:
    if count < 1:
        raise ConfigError(f"--count is {count}; it must be at least 1")
