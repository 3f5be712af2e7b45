"""``cocogan guide``: rooms around a photograph. Imports torch when it runs."""

import hashlib
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import tyro
from numpy.typing import NDArray

from cocogan_core.checkpoint import load_checkpoint, read_metadata
from cocogan_core.data.sources.image_io import UnusablePicture, read_picture, require_readers
from cocogan_core.errors import ConfigError, DataError
from cocogan_core.files import write_atomically
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.inference.picture_file import require_writable, write_picture
from cocogan_core.shipped import model_path
from cocogan_core.text import printable

if TYPE_CHECKING:
    from cocogan_core.applications.guidance import GuidedRooms
    from cocogan_core.applications.photo import PlacedPhoto
    from cocogan_core.applications.turned_guidance import AnyGuidance

__all__ = ["guide", "room_file"]

PICTURE_PX = (1280, 720)  # of the saved room's view
PHOTO_FOV = 65.0  # degrees: a phone's main camera


def guide(
    photo: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="PHOTO")],
    *,
    out: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="ROOM.json")],
    checkpoint: Annotated[Path | None, tyro.conf.arg(metavar="CHECKPOINT")] = None,
    fov: float = PHOTO_FOV,
    yaw: float = 0.0,
    pitch: float = 0.0,
    panorama: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False,
    at: tuple[int, int] | None = None,
    figure: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None,
    candidates: int = 16,
    steps: int = 100,
    seed: int = 0,
) -> None:
    """Find the room that answers best to a photograph (paper §3.5): head Q's guess, refined against its pixels.

    Args:
        photo: .jpg, .png, .webp, .hdr or .exr: a perspective photograph, or a panorama.
        out: Saved room to write, for `cocogan view`.
        checkpoint: Model (default: the room that is shipped).
        fov: Horizontal field of view of the photograph in degrees.
        yaw: Where its middle looks, degrees to the right of the panorama's first column.
        pitch: Where its middle looks, degrees up.
        panorama: The photograph is a whole equirectangular panorama, 2:1.
        at: On planar models, row and column of the macro patch that the photograph is (default: what head A says).
        figure: Picture to write as well: the photograph and all candidates, with its place and head A's in boxes.
        candidates: Rooms to begin from, refined side by side.
        steps: Of gradient descent at most; it ends by itself.
        seed: Of the random beginnings.

    Raises:
        CheckpointError, DataError: a file cannot be used.
        ConfigError: numbers that make no sense, or a photograph that shows nothing of the panorama.
        OutputError: a file cannot be written.
    """
    if out.is_dir() or not out.parent.is_dir():
        raise ConfigError(f"cannot write {out}: name a file in a folder that exists")
    if figure is not None:
        require_writable(figure)
    from cocogan_core.applications.guidance import GuidanceSettings
    from cocogan_core.applications.turned_guidance import guidance_of

    path = model_path(checkpoint)
    settings = GuidanceSettings(candidates=candidates, steps=steps, seed=seed)
    view_rad = (math.radians(fov), math.radians(yaw), math.radians(pitch))
    placed = _placed(path, photo, view_rad, panorama=panorama, at=at)
    guidance = guidance_of(load_checkpoint(path), placed, settings)
    rooms = _search(guidance, steps)
    write_atomically(out, room_file(path, rooms.z[0].tolist(), view_rad))
    if figure is not None:
        _draw(figure, guidance, rooms, placed)
    print(f"{printable(out)}: mean error {rooms.errors[0] * 127.5:.1f} of 255 over what the photograph shows")


def room_file(checkpoint: Path, z: list[float], view_rad: tuple[float, float, float]) -> str:
    """A saved room of the viewer (``viewer.state.recipe``) that looks as the photograph did: (fov, yaw, pitch)."""
    sha256 = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    fov_rad, yaw_rad, pitch_rad = view_rad
    view = {
        "yaw_rad": yaw_rad,
        "pitch_rad": pitch_rad,
        "fov_rad": min(max(fov_rad, math.pi / 6), 2 * math.pi / 3),
        "lens": "rectilinear",
    }
    room = {
        "format": 1,
        "checkpoint": {"path": str(checkpoint), "sha256": sha256},
        "room": {"seed": 0, "z": [float(str(np.float32(value))) for value in z], "along": [], "locked": []},
        "view": view,
        "picture": dict(zip(("width_px", "height_px"), PICTURE_PX, strict=True)),
    }
    return json.dumps(room, indent=1) + "\n"


def _placed(
    checkpoint: Path, photo: Path, view_rad: tuple[float, float, float], *, panorama: bool, at: tuple[int, int] | None
) -> "PlacedPhoto":
    """The photograph on the model's picture."""
    from cocogan_core.applications.photo import place_panorama, place_plane, place_view

    metadata = read_metadata(checkpoint)
    require_readers([photo])
    try:
        pixels = read_picture(photo)
    except UnusablePicture as error:
        raise DataError(f"{photo} {error}") from error
    grid, projection = metadata.model.grid, metadata.projection
    if projection is None:
        return place_plane(pixels, grid, at or _corner_by_head(checkpoint, grid, pixels))
    if at is not None:
        raise ConfigError("--at is for planar models; on a panorama --yaw and --pitch say where a photograph is")
    if panorama:
        return place_panorama(pixels, grid, projection)
    fov_rad, yaw_rad, pitch_rad = view_rad
    return place_view(pixels, grid, projection, fov_rad=fov_rad, yaw_rad=yaw_rad, pitch_rad=pitch_rad)


def _corner_by_head(checkpoint: Path, grid: PatchGrid, pixels: NDArray[np.uint8]) -> tuple[int, int]:
    """The macro patch of a planar model that head A takes the photograph for."""
    from cocogan_core.applications.guidance import place_by_head
    from cocogan_core.applications.photo import place_plane

    whole = place_plane(pixels, grid, (grid.beyond, grid.beyond))
    return place_by_head(load_checkpoint(checkpoint), whole)


def _search(guidance: "AnyGuidance", steps: int) -> "GuidedRooms":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress

    columns = ("looking for the room", BarColumn(), MofNCompleteColumn(), "{task.fields[error]}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=steps, error="")

        def report(step: int, error: float, _z: object) -> bool:
            bars.update(task, completed=step, error=f"error {error:.3f}")
            return True

        return guidance.run(report)


def _draw(figure: Path, guidance: "AnyGuidance", rooms: "GuidedRooms", placed: "PlacedPhoto") -> None:
    from cocogan_core.applications.guidance_figure import draw_guidance

    sheet = draw_guidance(guidance, rooms, placed)
    write_picture(figure, [sheet], height_px=sheet.shape[0], width_px=sheet.shape[1])
