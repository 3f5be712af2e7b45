"""``cocogan render``: the picture of a recipe, or an export of its room, without a window, by the same renderer."""

import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import tyro
from rich.console import Console
from rich.progress import Progress, track

from cocogan_core.errors import ConfigError
from viewer.camera.view_projection import ViewProjection
from viewer.state.options import Options, load_recipe_and_checkpoint, parse_size
from viewer.state.recipe import Recipe
from viewer.window.opengl import use_software

if TYPE_CHECKING:
    from viewer.app import App
    from viewer.export.export import Kind

__all__ = ["render"]

PAUSE_S = 0.005  # between looks at what the generator has made


def render(
    recipe: tyro.conf.Positional[str],
    *,
    out: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="PATH")],
    size: str | None = None,
    lens: ViewProjection | None = None,
    panorama: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False,
    cube: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False,
    turntable: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False,
    safe: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False,
    level: int | None = None,
    checkpoint: Path | None = None,
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
) -> None:
    """Make the picture of a recipe without a window; on one machine the same bytes as the window's own picture.

    Args:
        recipe: file that cocogan-view saved, or the line of text that it copied.
        out: picture to write, .png or .jpg; of a panorama .tif too; .mp4 for a turntable.
        size: of the picture in pixels, as WIDTHxHEIGHT (default: the recipe's).
        lens: another projection than the recipe's.
        panorama: write the whole panorama instead, equirectangular with GPano metadata; a .tif or .png as it is made,
            in constant memory.
        cube: write six faces instead, named OUT-front and so on.
        turntable: write a film of one turn instead; needs PyAV.
        level: of detail (default: what the picture's size needs; of an export the finest of at most 3072 columns).
        safe: draw on the CPU, as `cocogan-view --safe` does.
        checkpoint: the model, where it is not found by itself.
        device: where the generator runs.

    Raises:
        RecipeError: it is no recipe, or its checkpoint is not here.
        CheckpointError: the checkpoint cannot be used.
        ConfigError: two exports at once, a film without PyAV, a file of an unknown kind.
        DisplayError: there is no OpenGL, or the file cannot be written.
    """
    from viewer.export.export import KINDS

    asked = [kind for kind in KINDS if {"panorama": panorama, "cube": cube, "turntable": turntable}[kind]]
    if len(asked) > 1:
        raise ConfigError(f"--{asked[0]} and --{asked[1]} are two exports; ask for one at a time")
    found, path = load_recipe_and_checkpoint(recipe, checkpoint)
    if lens is not None:
        found = replace(found, view=replace(found.view, lens=lens, former=lens))
    pixels = parse_size(size) if size else found.size_px
    if panorama:
        _write_panorama(found, path, out, level=level, device=device)
        return
    from viewer.app import App

    if safe:
        use_software()
    app = App(
        Options(
            path,
            0,
            found.view,
            pixels,
            device,
            out,
            headless=True,
            idle_work=False,
            recipe=found,
            level=level,
            safe=safe,
        )
    )
    try:
        _export(app, asked[0], out) if asked else app.save_picture(out)
    finally:
        app.close()


def _write_panorama(recipe: Recipe, checkpoint: Path, out: Path, *, level: int | None, device: str) -> None:
    """By the generator process alone: no picture is drawn, so that there need be no OpenGL."""
    from cocogan_core.inference.panorama_file import write_photo_sphere
    from viewer.export.export import level_for_export
    from viewer.session.checkpoint_loader import CheckpointSource, LoadedCheckpoint
    from viewer.streaming.patch_maker import WorkerPatchMaker

    source = CheckpointSource.read(checkpoint, recipe, seed=0, view=recipe.view)
    level = level_for_export(source.metadata.model.grid, level)
    progress = partial(track, console=Console(stderr=True), transient=True)
    with closing(LoadedCheckpoint.start(source, device).worker) as worker:
        maker, room = WorkerPatchMaker(worker, source.metadata), source.latents
        z = room.z(maker.directions() if any(room.along) else np.zeros((0, 0), np.float32))
        write_photo_sphere(out, maker, z, level=level, yaw_rad=recipe.view.yaw_rad, progress=progress)


def _export(app: "App", kind: "Kind", out: Path) -> None:
    from viewer.export.export import Export, level_for_export

    session, camera = app.session, app.controls.camera
    job = Export(
        kind,
        out,
        camera.view,
        app.options.size,
        streamer=session.streamer,
        take_snapshot=session.take_snapshot,
        level=level_for_export(session.streamer.grid, app.options.level),
    )
    with closing(job), Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(job.stage, total=1.0)
        while not job.done:
            session.streamer.step(camera, session.latents, time.monotonic())
            before = job.share
            job.step()
            time.sleep(PAUSE_S if job.share == before else 0)  # the generator or the encoder has to come first
            progress.update(task, completed=job.share, description=job.stage)
