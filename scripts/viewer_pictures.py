"""Pictures of the window, panels and all, for the guide: ``python scripts/viewer_pictures.py FOLDER`` (two minutes).

Each is what a user sees after the steps that stand beside its name; written as WebP of at most 60 kB.
"""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pyglet
from numpy.typing import NDArray
from PIL import Image

from cocogan_core.shipped import shipped_model

pyglet.options.headless = True
pyglet.options.shadow_window = False

from viewer.camera.camera import View  # noqa: E402 (the options above have to be set first)
from viewer.camera.view_projection import VIEW_PROJECTIONS  # noqa: E402
from viewer.state.options import Options  # noqa: E402
from viewer.ui.actions import Command, ExportRoom  # noqa: E402
from viewer.ui.view_model import Notice, Severity  # noqa: E402

if TYPE_CHECKING:
    from viewer.app import App

LARGE, SMALL = (1280, 720), (640, 480)
MOST_BYTES, WIDTH_PX = 60_000, 960
LONGEST_S = 180.0
ERROR = "cannot read /home/someone/Räume/living room.json: No such file or directory; check the path"

Pixels = NDArray[np.uint8]


@contextmanager
def first_start(size: tuple[int, int]) -> Iterator["App"]:
    """The window as at the very first start."""
    from viewer.app import App
    from viewer.session.first_look import first_look_of
    from viewer.session.gallery import FIRST_SEED

    room = shipped_model()
    look = first_look_of(room, FIRST_SEED)
    with TemporaryDirectory() as folder:
        remembered = Path(folder) / "settings.json"
        options = Options(room, FIRST_SEED, look, size, "cpu", None, headless=True, settings=remembered, welcome=True)
        app = App(options)
        try:
            draw_until(app, lambda: app.session.streamer.share == 1)
            yield app
        finally:
            app.close()


def draw_until(app: "App", there: Callable[[], bool]) -> None:
    """Frames until something is there."""
    end = time.monotonic() + LONGEST_S
    while not there():
        if time.monotonic() > end:
            sys.exit("timed out")
        app._wake()
        app.turn()
    for _ in range(30):
        app._wake()
        app.turn()


def window_pixels(app: "App") -> Pixels:
    """What the window shows, panels and all (h, w, 3)."""
    from pyglet import gl

    width, height = app.window.get_framebuffer_size()
    buffer, flip = (gl.GLubyte * (width * height * 4))(), app.window.flip
    app.window.flip = lambda: gl.glReadPixels(0, 0, width, height, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, buffer)
    app._wake()
    app.frame()
    app.window.flip = flip
    return np.frombuffer(buffer, np.uint8).reshape(height, width, 4)[::-1, :, :3].copy()


def save(folder: Path, name: str, pixels: Pixels) -> None:
    """As a WebP as good as its size allows."""
    picture = Image.fromarray(pixels)
    if picture.width > WIDTH_PX:
        picture = picture.resize((WIDTH_PX, round(WIDTH_PX * picture.height / picture.width)), Image.Resampling.LANCZOS)
    for quality in range(90, 20, -10):
        data = BytesIO()
        picture.save(data, "WEBP", quality=quality, method=6)
        if data.tell() <= MOST_BYTES:
            break
    (folder / f"{name}.webp").write_bytes(data.getvalue())
    print(f"{name}.webp  {data.tell():,} bytes")


def show_large(folder: Path) -> None:
    """What a usual window shows, from the first start on."""
    with first_start(LARGE) as app:
        act = app.handler.act
        save(folder, "first-start", window_pixels(app))
        end = time.monotonic() + 10
        draw_until(app, lambda: time.monotonic() > end)
        save(folder, "after-ten-seconds", window_pixels(app))
        app.controls.touch()
        app.controls.dragged = True
        for name, command in (("panel-simple", Command.TOGGLE_ROOM), ("panel-details", Command.TOGGLE_DETAILS)):
            act(command)
            draw_until(app, lambda: app.session.streamer.complete)
            save(folder, name, window_pixels(app))
        act(Command.TOGGLE_DETAILS)
        app.workspace.settings = replace(app.workspace.settings, text_size=2.0)
        draw_until(app, lambda: app.session.streamer.complete)
        save(folder, "text-200-percent", window_pixels(app))
        app.workspace.settings = replace(app.workspace.settings, text_size=1.0)
        show_moved_panels(folder, app)
        act(Command.TOGGLE_ROOM)
        act(Command.TOGGLE_GALLERY)
        draw_until(app, lambda: len(app.session.gallery.tiles.rooms) >= 16)
        save(folder, "gallery", window_pixels(app))
        act(Command.TOGGLE_GALLERY)
        show_projections(folder, app)


def show_moved_panels(folder: Path, app: "App") -> None:
    """The room's panel afloat, the visited rooms docked at the left."""
    settings = app.workspace.settings
    app.handler.act(Command.TOGGLE_VISITED)
    moved = app.workspace.settings.with_panel("room", (0.55, 0.25)).with_panel("visited", (0.0, 1.0))
    app.workspace.settings = moved
    draw_until(app, lambda: app.session.streamer.complete)
    save(folder, "panels-moved", window_pixels(app))
    app.workspace.settings = settings


def show_projections(folder: Path, app: "App") -> None:
    """Each of them, and the X-ray."""
    for projection in VIEW_PROJECTIONS:
        app.controls.camera = app.controls.camera.through(projection, seconds=0)
        if projection != "stereographic":
            app.controls.camera = app.controls.camera.look(pitch_rad=0.0)
        draw_until(app, lambda: app.session.streamer.complete)
        save(folder, f"projection-{projection}", window_pixels(app))
    app.controls.camera = app.controls.camera.through("rectilinear", seconds=0).look(pitch_rad=0.0)
    app.handler.act(Command.TOGGLE_XRAY)
    draw_until(app, lambda: app.session.streamer.complete)
    save(folder, "xray", window_pixels(app))


def show_small(folder: Path) -> None:
    """The smallest window: an error over every panel, and the question where to save."""
    with first_start(SMALL) as app:
        app.handler.act(Command.TOGGLE_ROOM)
        app.handler.act(Command.TOGGLE_VISITED)
        app.workspace.notice = Notice(ERROR, Severity.ERROR)
        draw_until(app, lambda: app.session.streamer.complete)
        save(folder, "small-error", window_pixels(app))
        app.handler.act(Command.CLOSE_NOTICE)
        app.handler.act(ExportRoom("panorama"))
        draw_until(app, lambda: app.session.streamer.complete)
        save(folder, "small-question", window_pixels(app))


def show_photograph(folder: Path) -> None:
    """A picture that is offered a room, and a 360° photograph beside a room: here another room of the model's."""
    from viewer.state.latents import Latents

    with first_start(LARGE) as app, TemporaryDirectory() as scratch:
        app.controls.touch()
        app.controls.dragged = True
        photo, room = Path(scratch) / "photo.jpg", app.session.latents
        app.session.change(Latents.of_seed(20, len(room.base)))
        app.frame()
        draw_until(app, lambda: app.session.streamer.share == 1)
        bed = app.session.renderer.picture(View(app.controls.camera.view.yaw_rad, fov_rad=math.radians(65)), (480, 270))
        Image.fromarray(bed).save(Path(scratch) / "bed.jpg")
        app.session.job.export("panorama", photo, app.controls.camera.view, LARGE)
        draw_until(app, lambda: app.session.job.progress is None)
        app.session.change(room)
        app.frame()
        show_search(folder, app, Path(scratch) / "bed.jpg")
        app.session.change(room)
        app.frame()
        app.handler.act(Command.COMPARE)
        draw_until(app, lambda: app.session.job.held is not None)
        look = app.controls.camera
        app.handler.open_dropped(0, 0, [str(photo)])
        draw_until(app, lambda: app.session.checkpoint == photo)
        app.controls.camera = app.controls.camera.through("panini", seconds=0).look(yaw_rad=look.view.yaw_rad)
        draw_until(app, lambda: app.session.streamer.complete)
        save(folder, "photograph-beside-a-room", window_pixels(app))


def show_search(folder: Path, app: "App", picture: Path) -> None:
    """A dropped picture is offered a room; on the way to that."""
    camera = app.controls.camera
    app.handler.open_dropped(0, 0, [str(picture)])
    draw_until(app, lambda: True)
    save(folder, "picture-offered", window_pixels(app))
    app.handler.act(Command.ANSWER_PICTURE)
    search = app.session.job.guide
    draw_until(app, lambda: search is None or search.share > 0.15)
    save(folder, "picture-answered", window_pixels(app))
    app.handler.act(Command.CANCEL_JOB)
    app.controls.camera = camera


def main() -> None:
    """All of them, into the folder that is named."""
    if len(sys.argv) != 2:
        sys.exit("usage: python scripts/viewer_pictures.py FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for show in (show_large, show_small, show_photograph):
        show(folder)


if __name__ == "__main__":
    main()
