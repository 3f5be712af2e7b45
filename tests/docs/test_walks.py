"""The walks of docs/architecture.md pass their functions in the order that the page gives."""

import inspect
import io
import sys
import time
import zipfile
from functools import cached_property
from types import CodeType, FrameType

import numpy as np
import pytest
from PIL import Image
from walks import found, walk

from cocogan_core.commands.main import main
from viewer.app import App
from viewer.camera.camera import View
from viewer.state.options import Options
from viewer.ui.actions import Command

PATIENCE_S = 60.0
PANEL_BOTTOM_PX = 340
SCAN, VIEWPOINTS, FACE_PX = "17DRP5sb8fy", ("a" * 32, "b" * 32), 16


def code_of(name: str) -> CodeType:
    """The code that runs when a function, method or property is used."""
    thing = found(name)
    if isinstance(thing, property):
        thing = thing.fget
    if isinstance(thing, cached_property):
        thing = thing.func
    return inspect.unwrap(getattr(thing, "__func__", thing)).__code__


class Footprints:
    """Remembers the calls of some functions, in their order, while it is entered."""

    def __init__(self, names: list[str]) -> None:
        self._names = {code_of(name): name for name in names}
        self.calls: list[str] = []

    def __enter__(self) -> "Footprints":
        sys.setprofile(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _called(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in self._names:
            self.calls.append(self._names[frame.f_code])

    def follow(self, names: list[str]) -> list[str]:
        """As many of ``names`` as were called one after the other, with whatever between."""
        rest = iter(self.calls)
        return [name for name in names if name in rest]  # each search goes on where the last one ended


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The distribution's layout: one zip, two viewpoints of six faces."""
    path = tmp_path_factory.mktemp("matterport") / "matterport_skybox_images.zip"
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as file:
        for view in VIEWPOINTS:
            for face in range(6):
                picture = io.BytesIO()
                Image.fromarray(rng.integers(0, 256, (FACE_PX, FACE_PX, 3), np.uint8)).save(picture, "JPEG")
                file.writestr(f"{SCAN}/matterport_skybox_images/{view}_skybox{face}_sami.jpg", picture.getvalue())
    return path


def prepare(archive, out):
    main(["prepare", "matterport3d", str(archive), str(out), "--width", "48", "--height", "16", "--workers", "1"])


def train(data, run):
    """A step of the paper's objective on tiny networks."""
    size = ["--model.grid.patch-px", "4", "--model.generator-width", "4", "--model.discriminator-width", "4"]
    main(["train", "paper", "--data", str(data), "--run", str(run), "--batch", "2", "--images", "2", *size])


def move_a_slider(app, footprints):
    """Click at one height of the panel after another, from below, until a slider of z has been hit."""
    from pyglet.window import mouse  # only once pyglet has been told that it has no display

    x = 100  # sliders are there; y grows upward
    for y in range(app.window.height - PANEL_BOTTOM_PX, app.window.height, 5):
        app.window.dispatch_event("on_mouse_motion", x, y, 0, 0)
        app.turn()
        app.window.dispatch_event("on_mouse_press", x, y, mouse.LEFT, 0)
        app.turn()
        app.window.dispatch_event("on_mouse_release", x, y, mouse.LEFT, 0)
        app.turn()
        if "viewer.state.latents.Latents.with_entry" in footprints.calls:
            return
    raise AssertionError("no slider was hit")


def test_from_a_slider_to_a_pixel(tiny_checkpoint):
    names = walk("From a slider to a pixel")
    elsewhere = names[
        names.index("viewer.streaming.worker_process.serve") : names.index("viewer.streaming.worker.Worker.poll")
    ]
    here = [name for name in names if name not in elsewhere]  # the generator's process is out of sight
    app = App(Options(tiny_checkpoint, 0, View(), (640, 480), "cpu", None, headless=True))
    try:
        while not app.session.streamer.complete:
            app.turn()
        app.handler.act(Command.TOGGLE_ROOM)
        app.turn()
        with Footprints(here) as footprints:
            move_a_slider(app, footprints)
            deadline_s = time.monotonic() + PATIENCE_S
            while time.monotonic() < deadline_s and not app.session.streamer.complete:
                app.turn()
        assert footprints.follow(here) == here
    finally:
        app.close()


def test_from_a_matterport3d_zip_to_a_batch(archive, tmp_path, monkeypatch):
    # in this process, where what is called can be watched
    monkeypatch.setattr("cocogan_core.data.prepare.map_isolated", lambda load, pictures, **_: map(load, pictures))
    names = walk("From a Matterport3D zip to a batch")
    with Footprints(names) as footprints:
        prepare(archive, tmp_path / "data")
        train(tmp_path / "data", tmp_path / "run")
    assert footprints.follow(names) == names


def test_a_training_step(archive, tmp_path):
    names = walk("A training step")
    prepare(archive, tmp_path / "data")
    with Footprints(names) as footprints:
        train(tmp_path / "data", tmp_path / "run")
    assert footprints.follow(names) == names
