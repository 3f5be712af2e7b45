"""``cocogan sample``: whole pictures from a checkpoint. Its generator is loaded only when one is made."""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import tyro

from cocogan_core.errors import ConfigError
from cocogan_core.inference.engine import Device
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.panorama_file import PatchMaker, write_panoramas, write_photo_sphere
from cocogan_core.inference.picture_file import require_writable, write_picture
from cocogan_core.shipped import model_path
from cocogan_core.training.config import LARGEST_SEED

__all__ = ["sample"]


def sample(
    checkpoint: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="CHECKPOINT")] = None,
    *,
    out: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="PATH")],
    seed: int = 0,
    count: int = 1,
    level: int = 0,
    sheet: Literal["figure", "full", "macro", "micro"] | None = None,
    photo_sphere: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False,
    device: Device = "auto",
) -> None:
    """Generate whole panoramas of consecutive seeds, one below the other, into one picture.

    A .tif or .png is written as it is made, and may be larger than memory.

    Args:
        checkpoint: Model (default: the room that is shipped).
        out: Picture to write, .tif, .png or .jpg.
        seed: Of the first; the same number shows the same room in cocogan-view.
        count: How many.
        level: Of detail: 2^level times as wide and high as the model's level 0.
        sheet: Write a sheet instead: of full images, of macro or micro patches at random places, or of all three as in
            the paper's figures 3 and 4, where the first five columns are of one z each.
        photo_sphere: Write one panorama as other viewers read it: equirectangular, with GPano metadata.
        device: Where the generator runs.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        ConfigError: count, level, device or ``out`` make no sense.
        OutputError: ``out`` cannot be written.
    """
    if count < 1 or not 0 <= seed <= LARGEST_SEED + 1 - count:
        raise ConfigError(f"--count is {count} and --seed {seed}; at least 1, and seeds from 0 to {LARGEST_SEED}")
    if sheet and (photo_sphere or level):
        raise ConfigError("--sheet shows pictures of level 0 as they are; leave out --photo-sphere and --level")
    if photo_sphere and count > 1:
        raise ConfigError("--photo-sphere is of one panorama; leave out --count")
    require_writable(out)
    from rich.console import Console
    from rich.progress import track

    from cocogan_core.inference.patch_generator import PatchGenerator

    generator = PatchGenerator.load(model_path(checkpoint), device)
    zs = [sample_z(seed + index, generator.metadata.model.z_dim) for index in range(count)]
    console = Console(stderr=True)
    progress = partial(track, console=console, transient=True, disable=not console.is_terminal)
    if sheet:
        _write_sheet(out, generator, sheet, seed, count)
    elif photo_sphere:
        write_photo_sphere(out, generator, zs[0], level=level, progress=progress)
    else:
        write_panoramas(out, generator, zs, level=level, progress=progress)


def _write_sheet(
    out: Path, maker: PatchMaker, kind: Literal["figure", "full", "macro", "micro"], seed: int, count: int
) -> None:
    from cocogan_core.applications.sheets import draw_sheet

    picture = draw_sheet(maker, kind, seed=seed, count=count)
    write_picture(out, [picture], height_px=picture.shape[0], width_px=picture.shape[1])
