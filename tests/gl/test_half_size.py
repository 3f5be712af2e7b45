"""Where frames take too long they are drawn at half the size: the same picture, a little softer."""

import time

import numpy as np
import pytest

pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True
pyglet.options.shadow_window = False

from pyglet import gl  # noqa: E402 (the options above have to be set first)

from viewer.app import App  # noqa: E402
from viewer.camera.camera import View  # noqa: E402
from viewer.rendering.quality import DrawQuality  # noqa: E402
from viewer.state.options import Options  # noqa: E402
from viewer.ui.actions import Command  # noqa: E402

SIZE = (321, 181)


@pytest.fixture
def app(tiny_checkpoint):
    app = App(Options(tiny_checkpoint, 0, View(), SIZE, "cpu", None, headless=True))
    app.handler.act(Command.TOGGLE_PANELS)
    end = time.monotonic() + 60
    while (app.session.streamer.share < 1 or app.session.streamer.busy(time.monotonic())) and time.monotonic() < end:
        app.turn()
    yield app
    app.close()


def shown(app, quality):
    """What the window has after a frame of that quality."""
    buffer, flip = (gl.GLubyte * (SIZE[0] * SIZE[1] * 4))(), app.window.flip
    app.window.flip = lambda: gl.glReadPixels(0, 0, *SIZE, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, buffer)
    app._quality = lambda: quality
    app._wake()
    app.frame()
    app.window.flip = flip
    return np.frombuffer(buffer, np.uint8).reshape(SIZE[1], SIZE[0], 4)[..., :3].astype(int)


def test_half_the_size_is_the_same_picture_and_asks_for_fewer_patches_in_motion(app):
    whole = shown(app, DrawQuality.PLAIN)
    assert whole.std() > 5
    assert app.session.streamer.screen_px == SIZE
    coarse = shown(app, DrawQuality.COARSE)
    assert app.session.streamer.screen_px == SIZE, "while patches are awaited, those of the whole size are"
    app.controls._dragging = True
    app.frame()
    assert app.session.streamer.screen_px == (161, 91)
    app.controls._dragging = False
    assert 0 < np.abs(coarse - whole).mean() < 3
    assert (shown(app, DrawQuality.PLAIN) == whole).all()
    assert app.context.error == "GL_NO_ERROR"
