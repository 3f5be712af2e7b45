"""A 360° photograph in the window: through the same atlas as a room, compared with one, and back to the rooms.

One app for all tests, in their order: a process has one window whose context moderngl can find.
"""

import time

import numpy as np
import pytest
from PIL import Image

pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True
pyglet.options.shadow_window = False

from viewer.app import App  # noqa: E402 (the options above have to be set first)
from viewer.camera.camera import View  # noqa: E402
from viewer.session.file_asker import KINDS_TO_OPEN  # noqa: E402
from viewer.state.options import Options  # noqa: E402
from viewer.ui.actions import AnswerFile, Command  # noqa: E402
from viewer.ui.view_model import Severity  # noqa: E402

SIZE = (320, 180)


@pytest.fixture(scope="module")
def app(tiny_checkpoint):
    app = App(Options(tiny_checkpoint, 0, View(), SIZE, "cpu", None, headless=True))
    until(app, lambda: app.session.streamer.share == 1)
    yield app
    app.close()


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    """Red ahead of its middle, green behind it, blue above and below; 2048×1024."""
    pixels = np.zeros((1024, 2048, 3), np.uint8)
    pixels[:, 512:1536, 0] = pixels[:, :512, 1] = pixels[:, 1536:, 1] = 250
    pixels[:128] = pixels[-128:] = (0, 0, 250)
    path = tmp_path_factory.mktemp("photo") / "room.jpg"
    Image.fromarray(pixels).save(path, quality=95)
    return path


def until(app, there, seconds=60):
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "timed out"
        app._wake()
        app.turn()


def middle(app, view=None):
    """The colour in the middle of the view."""
    picture = app.session.renderer.picture(view or app.controls.camera.view, (64, 36))
    return picture[12:24, 24:40].reshape(-1, 3).mean(0)


def opened(app, path):
    until(app, lambda: app.session.checkpoint == path and app.session.streamer.complete)


def test_a_dropped_photograph_is_shown_through_the_same_atlas(app, photo):
    app.handler.open_dropped(0, 0, [str(photo)])
    opened(app, photo)
    assert app.session.streamer.grid.levels == 2
    assert middle(app) == pytest.approx((250, 0, 0), abs=6)
    behind = app.controls.camera.look(yaw_rad=0.0)
    app.controls.camera = behind
    until(app, lambda: app.session.streamer.complete)
    app.frame()
    until(app, lambda: app.session.streamer.complete)
    assert middle(app) == pytest.approx((0, 250, 0), abs=6)
    assert app.context.error == "GL_NO_ERROR"


def test_what_a_photograph_has_not_is_said_and_space_leads_back(app, photo):
    room = app.workspace._before_photograph
    app.handler.act(Command.TOGGLE_ROOM)
    assert "photograph" in app.workspace.notice.text
    assert not app.handler.status.panel
    app.handler.act(Command.NEXT_ROOM)
    opened(app, room.path)
    assert app.session.latents == room.latents
    assert not app.handler.status.photograph


def test_a_room_is_compared_with_a_photograph(app, photo):
    app.handler.act(Command.COMPARE)
    until(app, lambda: app.session.job.held is not None)
    room = app.session.job.held.picture(View(), (64, 36))
    app.handler.files.ask("open")
    app.handler.act(AnswerFile(str(photo)))
    opened(app, photo)
    held = app.session.job.held
    assert held is not None, "what is held was lost with its session"
    assert np.abs(held.picture(View(), (64, 36)).astype(int) - room).max() <= 1
    until(app, lambda: app.session.streamer.complete)
    assert app.context.error == "GL_NO_ERROR"
    app.handler.act(Command.COMPARE)
    assert app.session.job.held is None


def test_a_photographs_saved_look_opens_it_again(app, photo, tmp_path):
    recipe = app.handler.recipe()
    app.workspace.leave_photograph()
    opened(app, app.workspace._before_photograph.path)
    app.workspace.show(recipe)
    opened(app, photo)
    assert app.session.source.photograph


def test_a_broken_photograph_costs_nothing(app, photo, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(photo.read_bytes()[:4000])
    before = app.session
    app.handler.open_dropped(0, 0, [str(broken)])
    until(app, lambda: app.workspace.message.severity is Severity.ERROR)
    assert "broken.jpg" in app.workspace.message.text
    assert app.session is before


def test_the_dialog_offers_photographs():
    assert "*.jpg" in KINDS_TO_OPEN[1]
    assert "*.webp" in KINDS_TO_OPEN[1]
