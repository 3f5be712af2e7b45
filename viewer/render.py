"""``cocogan render``: the picture of a room, or an export of it, without a window, by the same renderer."""

import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import tyro

from cocogan_core.errors import ConfigError
from cocogan_core.inference.engine import Device
from viewer.camera.camera import View
from viewer.camera.view_projection import ViewProjection
from viewer.state.options import Opened, Options, look_from, open_room, parse_size
from viewer.window.opengl import use_software

if TYPE_CHECKING:
    from viewer.app import App
    from viewer.export.export import ExportSettings, Kind

__all__ = ["render"]

PAUSE_S = 0.005  # between looks at what the generator has made
DEFAULT_SIZE_PX = (1280, 720)
LONGEST_FILM_S, FASTEST_RATE = 600.0, 120
Flag = Annotated[bool, tyro.conf.FlagCreatePairsOff]


def render(
    file: tyro.conf.Positional[str | None] = None,
    *,
    out: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="PATH")],
    seed: int | None = None,
    yaw: float | None = None,
    pitch: float | None = None,
    fov: float | None = None,
    lens: ViewProjection | None = None,
    size: str | None = None,
    panorama: Flag = False,
    whole: Flag = False,
    cube: Flag = False,
    turntable: Flag = False,
    seconds: float | None = None,
    rate: int | None = None,
    safe: Flag = False,
    level: int | None = None,
    checkpoint: Path | None = None,
    device: Device = "auto",
) -> None:
    """Make the picture of a room without a window; on one machine the same bytes as the window's own picture.

    Args:
        file: saved room, its line of text, checkpoint or 360° photograph (default: the room that is shipped).
        out: picture to write, .png or .jpg; of a panorama .tif too; .mp4 for a turntable.
        seed: of the room (default: a saved room's own, or 0).
        yaw: where to look, degrees to the right of the panorama's first column (default: a saved room's, a
            photograph's, or 0).
        pitch: where to look, degrees up.
        fov: horizontal field of view in degrees.
        lens: projection; its usual field of view goes with it.
        size: in pixels, as WIDTHxHEIGHT: of the picture or the film (default: the saved room's, or 1280x720), of a
            panorama's whole sphere (2:1), or of a cube's faces (1:1).
        panorama: write the whole panorama instead, equirectangular with GPano metadata; a .tif or .png as it is made,
            in constant memory unless --size is given.
        whole: a panorama is made up to the whole sphere, 2:1; GPano says which rows were generated.
        cube: write six faces instead, named OUT-front and so on.
        turntable: write a film of one turn instead; needs PyAV.
        seconds: length of the film (default: 12).
        rate: frames a second of the film (default: 30).
        safe: draw on the CPU, as `cocogan view --safe` does.
        level: of detail (default: what the picture's size needs; of an export the finest of at most 3072 columns).
        checkpoint: the model, where it is not found by itself.
        device: where the generator runs.

    Raises:
        RecipeError: it is no saved room, or its checkpoint is not here.
        CheckpointError: the checkpoint cannot be used.
        ConfigError: two exports at once, a film without PyAV, a file of an unknown kind, a number out of range.
        DisplayError: there is no OpenGL, or the file cannot be written.
    """
    from viewer.export.export import check_ending

    kind = _kind({"panorama": panorama, "cube": cube, "turntable": turntable})
    pixels = parse_size(size) if size else None
    settings = _settings(kind, pixels, whole=whole, seconds=seconds, rate=rate)
    if kind is not None:
        check_ending(kind, out)
    opened = open_room(file, checkpoint, seed=seed)
    view = look_from(opened.look, yaw=yaw, pitch=pitch, fov=fov, lens=lens)
    opened = replace(opened, recipe=replace(opened.recipe, view=view) if opened.recipe else None)
    if kind == "panorama":
        _write_panorama(opened, view, out, settings, level=level, device=device)
        return
    if safe:
        use_software()
    pixels = (pixels if kind != "cube" else None) or (opened.recipe.size_px if opened.recipe else DEFAULT_SIZE_PX)
    options = Options(opened.checkpoint, opened.seed or 0, view, pixels, device, out, headless=True, idle_work=False)
    _render(replace(options, recipe=opened.recipe, level=level, safe=safe), kind, out, settings)


def _kind(asked: "dict[Kind, bool]") -> "Kind | None":
    """The export that is asked for, if one is."""
    kinds = [kind for kind, wanted in asked.items() if wanted]
    if len(kinds) > 1:
        raise ConfigError(f"--{kinds[0]} and --{kinds[1]} are two exports; ask for one at a time")
    return kinds[0] if kinds else None


def _settings(
    kind: "Kind | None", pixels: tuple[int, int] | None, *, whole: bool, seconds: float | None, rate: int | None
) -> "ExportSettings":
    """What is asked of an export; refuses what would be ignored."""
    from viewer.export.export import ExportSettings

    if whole and kind != "panorama":
        raise ConfigError("--whole is for a panorama; add --panorama")
    if (seconds is not None or rate is not None) and kind != "turntable":
        raise ConfigError("--seconds and --rate are for a film; add --turntable")
    width, height = pixels or (0, 0)
    if kind == "panorama" and width != 2 * height:
        raise ConfigError(f"--size is {width}x{height}; a whole sphere is twice as wide as high, such as 4096x2048")
    if kind == "cube" and width != height:
        raise ConfigError(f"--size is {width}x{height}; a cube's faces are squares, such as 1024x1024")
    if seconds is not None and not 0 < seconds <= LONGEST_FILM_S:
        raise ConfigError(f"--seconds is {seconds:g}; name more than 0 and at most {LONGEST_FILM_S:g}")
    if rate is not None and not 1 <= rate <= FASTEST_RATE:
        raise ConfigError(f"--rate is {rate}; name 1 to {FASTEST_RATE} frames a second")
    usual = ExportSettings(whole=whole)
    return replace(
        usual,
        width_px=width or None,
        face_px=width or None,
        film_s=usual.film_s if seconds is None else seconds,
        rate=usual.rate if rate is None else rate,
    )


def _render(options: Options, kind: "Kind | None", out: Path, settings: "ExportSettings") -> None:
    from viewer.app import App

    app = App(options)
    try:
        app.save_picture(out) if kind is None else _export(app, kind, out, settings)
    finally:
        app.close()


def _write_panorama(
    opened: Opened, view: View, out: Path, settings: "ExportSettings", *, level: int | None, device: str
) -> None:
    """By the generator process alone: no picture is drawn, so that there need be no OpenGL."""
    from rich.console import Console
    from rich.progress import track

    from cocogan_core.inference.panorama_file import write_photo_sphere
    from viewer.export.export import level_for_export
    from viewer.session.checkpoint_loader import CheckpointSource, LoadedCheckpoint
    from viewer.streaming.patch_maker import WorkerPatchMaker

    source = CheckpointSource.read(opened.checkpoint, opened.recipe, seed=opened.seed or 0, view=view)
    level = level_for_export(source.metadata.model.grid, level)
    progress = partial(track, console=Console(stderr=True), transient=True)
    with closing(LoadedCheckpoint.start(source, device).worker) as worker:
        maker, room = WorkerPatchMaker(worker, source.metadata), source.latents
        z = room.z(maker.directions() if any(room.along) else np.zeros((0, 0), np.float32))
        write_photo_sphere(
            out,
            maker,
            z,
            level=level,
            yaw_rad=view.yaw_rad,
            whole=settings.whole,
            width_px=settings.width_px,
            progress=progress,
        )


def _export(app: "App", kind: "Kind", out: Path, settings: "ExportSettings") -> None:
    from rich.console import Console
    from rich.progress import Progress

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
        settings=settings,
    )
    with closing(job), Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(job.stage, total=1.0)
        while not job.done:
            session.streamer.step(camera, session.latents, time.monotonic())
            before = job.share
            job.step()
            time.sleep(PAUSE_S if job.share == before else 0)  # the generator or the encoder has to come first
            progress.update(task, completed=job.share, description=job.stage)
