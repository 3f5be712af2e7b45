"""What a long drive must not do: leave OpenGL objects behind, or compile a program once all are warmed up."""

import numpy as np
import pytest

pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True
pyglet.options.shadow_window = False  # else it stays "current" when other tests' contexts are

from benchmarks.drive import Driver, gl_objects  # noqa: E402 (the options above have to be set first)
from viewer.app import App  # noqa: E402
from viewer.camera.camera import View  # noqa: E402
from viewer.state.options import Options  # noqa: E402

ACTIONS = 150


@pytest.fixture
def app(tiny_checkpoint):
    app = App(Options(tiny_checkpoint, 0, View(), (320, 180), "cpu", None, headless=True))
    while app.session.streamer.share < 1:
        app.turn()
    while app.warm_up():
        pass
    yield app
    app.close()


def test_a_drive_leaves_no_opengl_objects_and_compiles_nothing(app):
    driver = Driver(app, np.random.default_rng(3), making=True)

    def act(count):
        done = set()
        for _ in range(count):
            done.add(driver._act())
            app._wake()
            app.frame()
            assert app.context.error == "GL_NO_ERROR"
        return done

    known = app.programs.compiled
    act(30)
    before = gl_objects(app)
    assert len(act(ACTIONS)) == 13, "some action was left out"
    app.session.renderer.picture(View(), (64, 48))
    app.session.renderer.picture(View(), (48, 64))
    after = gl_objects(app)
    assert after == before | {"framebuffers": before["framebuffers"] + 1, "renderbuffers": before["renderbuffers"] + 1}
    assert app.programs.compiled == known > 0
