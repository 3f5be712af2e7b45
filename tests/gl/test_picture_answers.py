"""An ordinary picture that is dropped on the window: a question, then the room that answers to it, while one watches.

One app for all tests, in their order: a process has one window whose context moderngl can find.
"""

import math
import time

import numpy as np
import pytest
from PIL import Image

pyglet = pytest.importorskip("pyglet")
pytest.importorskip("torch")
pyglet.options.headless = True
pyglet.options.shadow_window = False

from pyglet.window import key  # noqa: E402 (the options above have to be set first)

from viewer.app import App  # noqa: E402
from viewer.camera.camera import View  # noqa: E402
from viewer.session import room_guide  # noqa: E402
from viewer.state.options import Options  # noqa: E402
from viewer.state.photographs import field_of_view_rad  # noqa: E402
from viewer.ui.actions import Command  # noqa: E402
from viewer.ui.view_model import Severity  # noqa: E402

SIZE = (320, 180)
AHEAD = View(math.radians(60), 0.0, math.radians(65), 4 / 3)


@pytest.fixture(scope="module")
def app(tiny_checkpoint):
    app = App(Options(tiny_checkpoint, 0, View(), SIZE, "cpu", None, headless=True))
    until(app, lambda: app.session.streamer.share == 1)
    yield app
    app.close()


@pytest.fixture(scope="module")
def picture(app, tmp_path_factory):
    """What another of the model's rooms shows."""
    before = app.session.latents
    app.session.change(before.reseed(5))
    look = app.controls.camera
    app.controls.camera = look.look(yaw_rad=AHEAD.yaw_rad)
    app.frame()
    until(app, lambda: app.session.streamer.share == 1)
    path = tmp_path_factory.mktemp("pictures") / "sofa.jpg"
    Image.fromarray(app.session.renderer.picture(AHEAD, (64, 48))).save(path, quality=95)
    app.session.change(before)
    app.frame()
    until(app, lambda: app.session.streamer.share == 1)
    return path


def until(app, there, seconds=120):
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "timed out"
        app._wake()
        app.turn()


def difference(app, picture):
    shown = app.session.renderer.picture(AHEAD, (64, 48)).astype(int)
    return np.abs(shown - np.asarray(Image.open(picture))).mean()


def test_a_dropped_picture_is_offered_and_escape_declines(app, picture):
    before = app.session
    app.handler.open_dropped(0, 0, [str(picture)])
    app._wake()
    app.frame()
    assert app.handler.status.offer == "sofa.jpg"
    assert len(app.panels.places) > 2, "the question is no panel"
    app.window.dispatch_event("on_key_press", key.ESCAPE, 0)
    app.frame()
    assert not app.handler.status.offer
    assert app.session is before
    assert app.session.job.progress is None


def test_without_what_training_needs_it_says_so(app, picture, monkeypatch):
    monkeypatch.setattr(room_guide, "find_spec", lambda name: None)
    app.handler.open_dropped(0, 0, [str(picture)])
    app.handler.act(Command.ANSWER_PICTURE)
    assert app.workspace.notice.severity is Severity.ERROR
    assert "cocogan-panorama[train]" in app.workspace.notice.text
    assert "\n" not in app.workspace.notice.text


def test_the_room_of_a_picture_is_found_while_one_watches(app, picture):
    room, far = app.session.latents, difference(app, picture)
    steps = len(app.session.history.steps.rooms)
    app.handler.open_dropped(0, 0, [str(picture)])
    app.handler.act(Command.ANSWER_PICTURE)
    seen = set()
    app.frame()
    shown = app.session._picture
    assert shown is not None, "the picture is not shown beside the room"
    assert shown.size == (64, 48)
    assert (
        np.abs(
            np.frombuffer(shown.read(alignment=1), np.uint8).reshape(48, 64, 3)[:20].astype(int)
            - np.asarray(Image.open(picture))[:20]
        ).mean()
        < 3
    )
    until(app, lambda: seen.add(app.session.latents) or app.session.job.guide is None)
    assert len(seen) > 4, "nothing to watch"
    app.frame()
    until(app, lambda: app.session.streamer.complete)
    assert difference(app, picture) < 0.7 * far
    assert "sofa.jpg" in app.workspace.notice.text
    assert app.handler.status.favourite, "the room is not kept"
    assert len(app.session.history.steps.rooms) == steps + 1
    app.handler.act(Command.UNDO)
    assert app.session.latents == room
    app.frame()
    assert app.session._picture is None
    assert app.context.error == "GL_NO_ERROR"


def test_cancel_ends_the_process_and_keeps_the_best_so_far(app, picture):
    before = app.session.latents
    app.handler.open_dropped(0, 0, [str(picture)])
    app.handler.act(Command.ANSWER_PICTURE)
    process = app.session.job.guide._process
    until(app, lambda: app.session.latents != before)
    app.handler.act(Command.LEAVE)
    assert app.session.job.guide is None
    assert not process.is_alive()
    assert app.session.latents != before


def test_another_room_ends_the_search(app, picture):
    before = app.session.latents
    app.handler.open_dropped(0, 0, [str(picture)])
    app.handler.act(Command.ANSWER_PICTURE)
    until(app, lambda: app.session.latents != before)
    app.handler.act(Command.NEXT_ROOM)
    chosen = app.session.latents
    app.frame()
    assert app.session.job.guide is None
    until(app, lambda: app.session.streamer.complete)
    assert app.session.latents == chosen


def test_a_broken_picture_is_one_line(app, picture, tmp_path):
    broken = tmp_path / "half.jpg"
    broken.write_bytes(picture.read_bytes()[:900])
    app.handler.open_dropped(0, 0, [str(broken)])
    app.handler.act(Command.ANSWER_PICTURE)
    until(app, lambda: app.session.job.guide is None and app.workspace.message.severity is Severity.ERROR)
    assert "half.jpg" in app.workspace.message.text


def test_the_cameras_own_field_of_view_is_taken(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA405] = 18
    Image.new("RGB", (60, 40)).save(tmp_path / "wide.jpg", exif=exif)
    Image.new("RGB", (40, 60)).save(tmp_path / "tall.jpg", exif=exif)
    Image.new("RGB", (60, 40)).save(tmp_path / "none.jpg")
    wide, tall, none = (field_of_view_rad(tmp_path / f"{name}.jpg") for name in ("wide", "tall", "none"))
    assert wide == pytest.approx(math.radians(90))
    assert tall == pytest.approx(2 * math.atan(12 / 18))
    assert none == pytest.approx(math.radians(65))
