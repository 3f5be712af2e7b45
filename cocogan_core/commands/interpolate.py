"""``cocogan interpolate``: between rooms, and between the coordinates of one. Imports torch only for coordinates."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from numpy.typing import NDArray

from cocogan_core.applications.interpolation import Axis, Part, coordinate_path, latent_path, make_part, patches_between
from cocogan_core.commands.room_argument import latent_of
from cocogan_core.errors import ConfigError
from cocogan_core.shipped import model_path

__all__ = ["interpolate"]

PICTURES = (".png", ".jpg", ".tif")
Pixels = NDArray[np.uint8]


def interpolate(
    rooms: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="ROOM")],
    *,
    out: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="PATH")],
    checkpoint: Annotated[Path | None, tyro.conf.arg(metavar="CHECKPOINT")] = None,
    part: Part = "full",
    at: tuple[int, int] = (0, 0),
    coordinates: Axis | None = None,
    steps: int = 8,
    rate: int = 30,
    device: str = "auto",
) -> None:
    """Go from room to room along great circles of z, or through the coordinates of one room (paper §3.2).

    Args:
        rooms: Seeds or files of saved rooms, two or more; one with --coordinates.
        out: A strip as .png, .jpg or .tif; a film as .mp4; or a folder for a picture each.
        checkpoint: Model (default: the room that is shipped).
        part: What to show of each: the full image, a macro patch or a micro patch.
        at: Row and column of that patch (of a macro patch's top-left micro patch).
        coordinates: Keep z and move a micro patch from −1 to 1 along this axis, between the places it was trained at.
        steps: From each room to the next, or along the axis.
        rate: Pictures a second of a film.
        device: Where the generator runs.

    Raises:
        CheckpointError, RecipeError: a file cannot be used.
        ConfigError: numbers that make no sense, too few or too many rooms, a film without PyAV.
        OutputError: the file cannot be written.
    """
    if (len(rooms) != 1) if coordinates else (len(rooms) < 2):
        raise ConfigError("name two rooms or more to go between, or one with --coordinates horizontal or vertical")
    if steps < 1 or rate < 1:
        raise ConfigError(f"--steps is {steps} and --rate {rate}; both must be at least 1")
    path = model_path(checkpoint)
    if coordinates:
        _write(out, _through_coordinates(path, rooms[0], coordinates, steps, at), steps, rate)
        return
    from cocogan_core.inference.patch_generator import PatchGenerator

    generator = PatchGenerator.load(path, device)
    zs = latent_path([latent_of(room, generator) for room in rooms], steps)
    _write(out, (make_part(generator, z, part, at) for z in zs), len(zs), rate)


def _through_coordinates(path: Path, room: str, axis: Axis, steps: int, at: tuple[int, int]) -> Iterator[Pixels]:
    from cocogan_core.checkpoint import load_checkpoint
    from cocogan_core.inference.patch_generator import PatchGenerator
    from cocogan_core.models.build import load_generator

    checkpoint = load_checkpoint(path)
    checkpoint.metadata.model.require_any_way("the way between coordinates")
    generator = load_generator(checkpoint)
    z = latent_of(room, PatchGenerator.load(path, "cpu"))
    return patches_between(generator, z, coordinate_path(generator.config.grid, axis, steps, at))


def _write(out: Path, pictures: Iterable[Pixels], count: int, rate: int) -> None:
    """As a film, a strip or a folder of pictures, by the ending of ``out``."""
    from rich.console import Console
    from rich.progress import track

    from cocogan_core.applications.film import write_film
    from cocogan_core.applications.sheets import tile
    from cocogan_core.inference.picture_file import write_picture

    console = Console(stderr=True)
    shown = track(pictures, "interpolating", count, console=console, transient=True, disable=not console.is_terminal)
    ending = out.suffix.lower()
    if ending == ".mp4":
        write_film(out, shown, rate)
        return
    if ending and ending not in PICTURES:
        raise ConfigError(f"cannot write {out}; name a .png, .jpg, .tif or .mp4, or a folder")
    if ending:
        made = list(shown)
        wide = made[0].shape[1] > 2 * made[0].shape[0]
        strip = tile(made, columns=1 if wide else len(made))  # panoramas one below the other
        write_picture(out, [strip], height_px=strip.shape[0], width_px=strip.shape[1])
        return
    for number, picture in enumerate(shown):
        write_picture(out / f"{number:04d}.png", [picture], height_px=picture.shape[0], width_px=picture.shape[1])
