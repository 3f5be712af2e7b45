"""The X-ray of an extended model: rows beyond the trained picture are marked in the view and counted in the legend."""

import time
from dataclasses import replace

import pytest

from tests.conftest import write_checkpoint

pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True
pyglet.options.shadow_window = False

from viewer.app import App  # noqa: E402 (the options above have to be set first)
from viewer.camera.camera import View  # noqa: E402
from viewer.state.options import Options  # noqa: E402
from viewer.ui import overlay  # noqa: E402
from viewer.ui.actions import Command  # noqa: E402


@pytest.fixture
def app(tmp_path, tiny_config):
    extended = replace(tiny_config, grid=tiny_config.grid.extended())
    checkpoint = write_checkpoint(tmp_path / "extended.safetensors", extended)
    app = App(Options(checkpoint, 0, View(), (320, 180), "cpu", None, headless=True))
    end = time.monotonic() + 60
    while app.session.streamer.share < 1:
        assert time.monotonic() < end
        app.turn()
    yield app
    app.close()


def test_rows_beyond_the_trained_picture_are_marked_and_counted(app, monkeypatch):
    grid = app.session.streamer.grid
    assert grid.beyond == 1
    counted = {}
    monkeypatch.setattr(overlay, "_draw_count", lambda count, what, colour: counted.update({what: count}))
    app.handler.act(Command.TOGGLE_XRAY)
    for _ in range(3):
        app._wake()
        app.frame()
    statuses = app.session.inspector.look(time.monotonic() + 60)[0]
    assert {row for (row, _), status in statuses.items() if status.beyond} == {0, grid.rows - 1}
    assert counted["of them never trained on"] == 2 * grid.columns
    marks = app.session.renderer._base._tints  # what the shader lays over each slot
    assert (marks[0] == marks[grid.rows - 1]).all()
    assert (marks[0] != marks[2]).any()
    assert app.context.error == "GL_NO_ERROR"
