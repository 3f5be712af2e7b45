"""The app headless: what its panels ask for is done, another checkpoint begins another session, and what a long drive
must not do: leave OpenGL objects behind, or compile a program once all are warmed up.

One app for all tests, in their order: a process has one window whose context moderngl can find.
"""

import gc
import hashlib
import os
import subprocess
import sys
import threading
import time
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True
pyglet.options.shadow_window = False  # else it stays "current" when other tests' contexts are

from benchmarks.drive import Driver, gl_objects  # noqa: E402 (the options above have to be set first)
from cocogan_core.shipped import shipped_model  # noqa: E402
from viewer.app import App  # noqa: E402
from viewer.camera.camera import View  # noqa: E402
from viewer.session.first_look import first_look  # noqa: E402
from viewer.state.options import Options  # noqa: E402
from viewer.ui import panels  # noqa: E402
from viewer.ui.actions import AnswerFile, Command, MorphTo, MoveDivider, OpenFamily, ScrubMorph, VisitRoom  # noqa: E402
from viewer.ui.view_model import Severity  # noqa: E402

CAMERA_COMMANDS = {
    Command.ZOOM_IN, Command.ZOOM_OUT, Command.FIRST_LOOK, Command.NEXT_PROJECTION, Command.FACE_NORTH,
    Command.TURN_BY_ITSELF,
}  # fmt: skip


ACTIONS = 150


@pytest.fixture(scope="module")
def app(tiny_checkpoint):
    app = App(Options(tiny_checkpoint, 0, View(), (320, 180), "cpu", None, headless=True))
    while app.session.streamer.share < 1:
        app.turn()
    while app.warm_up():
        pass
    yield app
    app.close()


def frames(app, until, seconds=60):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "timed out"
        app.turn()


def test_pictures_that_take_long_leave_the_time_between_to_the_generator(app, monkeypatch):
    drawn = []
    frames(app, lambda: app.session.streamer.statistics.patch_gflop)  # its directions have come, which would be news

    def draw(_now):
        drawn.append(app.session.streamer.complete)
        app._drawn_s = 60.0

    with monkeypatch.context() as patch:
        patch.setattr(app, "_draw", draw)
        app.session.change(app.session.latents.shuffle())
        app.frame()
        frames(app, lambda: app.session.streamer.complete)
        assert drawn == [False, True]  # the new room is begun, and there
        app.controls.run(Command.ZOOM_IN)
        app.frame()
        app.frame()
        assert len(drawn) > 2  # whoever moves is not kept waiting
    app._wake()
    app.frame()


def use_panel(app, monkeypatch, *actions):
    """A frame in which the panel of visited rooms is used for ``actions``."""
    if not app.handler.status.visited:
        app.handler.act(Command.TOGGLE_VISITED)
    with monkeypatch.context() as patch:
        draw = panels.draw_history_panel
        patch.setattr(panels, "draw_history_panel", lambda *given: (list(actions), draw(*given)[1]))
        app._wake()
        app.frame()


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
    app.window.dispatch_event("on_mouse_leave", 0, 0)
    for _ in range(60):  # ImGui takes in a click a frame; the last ones must not fall into the next test
        app._wake()
        app.frame()


def test_every_command_is_somebodys(app):
    handled = set(app.handler._commands)
    assert handled | CAMERA_COMMANDS == set(Command)
    for command in Command:
        assert app.controls.run(command) == (command in CAMERA_COMMANDS)


def test_what_the_panel_of_visited_rooms_asks_for_lasts(app, monkeypatch):
    strip, rooms = app.session.filmstrip, []
    for _ in range(2):
        app.handler.act(Command.NEXT_ROOM)
        frames(app, lambda: app.session.streamer.complete and strip.find(app.session.latents) is not None)
        rooms.append(app.session.latents)
    first, second = rooms
    visit = (VisitRoom(strip.find(first)),)
    for actions, room in (((Command.UNDO,), first), ((Command.REDO,), second), (visit, first)):
        use_panel(app, monkeypatch, *actions)
        assert app.session.latents == room
        app.frame()
        assert app.session.latents == room
    use_panel(app, monkeypatch, MorphTo(strip.find(second)), ScrubMorph(0.5))
    assert app.session.latents not in (first, second)


def test_a_comparison_keeps_its_divider(app, monkeypatch):
    use_panel(app, monkeypatch, Command.COMPARE)
    frames(app, lambda: app.session.job.held is not None)
    use_panel(app, monkeypatch, MoveDivider(0.25))
    app._wake()
    app.frame()
    assert app.context.error == "GL_NO_ERROR"
    use_panel(app, monkeypatch, Command.COMPARE)
    assert app.session.job.held is None
    assert app.session.job.divider == 0.25


def test_another_checkpoint_is_another_session(app, paper_checkpoint, tmp_path):
    before, worker = app.session, app.session.worker
    app.handler.open_dropped(0, 0, [str(tmp_path / "gone.safetensors")])
    assert app.workspace.message.severity is Severity.ERROR
    assert app.session is before
    app.handler.open_dropped(0, 0, [str(paper_checkpoint)])
    assert app.workspace.message.severity is Severity.INFO
    frames(app, lambda: app.session is not before and app.session.streamer.complete)
    assert app.session.checkpoint == paper_checkpoint
    assert app.session.streamer.revision == 0
    assert not worker._generator.process.is_alive()
    assert not app.workspace.message.text
    assert app.context.error == "GL_NO_ERROR"


def test_a_session_that_was_left_is_freed_without_a_search_for_cycles(app, tiny_checkpoint):
    gc.collect()
    gc.disable()
    try:
        left = weakref.ref(app.session)
        app.handler.open_dropped(0, 0, [str(tiny_checkpoint)])
        frames(app, lambda: app.session.checkpoint == tiny_checkpoint and app.session.streamer.complete)
        assert left() is None, "what it holds, up to hundreds of megabytes, waits for the next search"
    finally:
        gc.enable()


def test_the_menu_opens_the_other_shipped_model_and_looks_at_its_main_wall(app, tiny_checkpoint, monkeypatch):
    use_panel(app, monkeypatch, OpenFamily("furnished"))
    frames(app, lambda: app.session.checkpoint == shipped_model("furnished") and app.session.streamer.complete)
    room, model = app.session.latents, app.session.source.metadata.model
    assert "palette.hue" in app.session.names
    assert app.controls.camera.view.yaw_rad == pytest.approx(first_look(model, np.array(room.base)).yaw_rad)
    app.handler.open_dropped(0, 0, [str(tiny_checkpoint)])
    frames(app, lambda: app.session.checkpoint == tiny_checkpoint and app.session.streamer.complete)


def test_frames_go_on_while_the_model_of_a_saved_room_is_looked_for(app, tmp_path, monkeypatch):
    large, answers, digest = tmp_path / "large.safetensors", threading.Event(), hashlib.file_digest
    large.write_bytes(b"takes long to hash")
    monkeypatch.setattr(hashlib, "file_digest", lambda *given: answers.wait(60) and digest(*given))
    room, before = replace(app.handler.recipe(), checkpoint=str(large), sha256="0" * 64), app.session.latents
    app.workspace.paste(room.line())
    assert app.workspace.message.text == f"opening {large} …"
    for _ in range(10):
        app.frame()
    app.handler.act(Command.NEXT_ROOM)  # the window does what it is told
    assert app.session.latents != before
    answers.set()
    frames(app, lambda: app.workspace.message.severity is Severity.ERROR)
    assert f"{large} is another one" in app.workspace.message.text
    app.workspace.dismiss()


def test_a_dead_generator_is_a_warning(app):
    app.session.streamer.statistics.message = "The generator stopped"
    assert app.workspace.message.severity is Severity.WARNING
    app.session.streamer.statistics.failed = True
    assert app.workspace.message.severity is Severity.ERROR
    app.session.streamer.statistics.failed = False


WINDOWS = """
import sys
import os
import subprocess
from pathlib import Path
from viewer.app import App
from viewer.camera.camera import View
from viewer.state.options import Options

for _ in range(2):
    app = App(Options(Path(sys.argv[1]), 0, View(), (64, 48), "cpu", None, headless=True))
    app.frame()
    assert app.context.error == "GL_NO_ERROR"
    app.close()
"""


def test_a_process_may_have_one_window_after_another(tiny_checkpoint):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", WINDOWS, str(tiny_checkpoint)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_a_picture_that_is_saved_too_soon_says_so(app, tmp_path, monkeypatch):
    frames(app, lambda: app.session.streamer.complete)
    app.handler.act(Command.SAVE_PICTURE)
    app.handler.act(AnswerFile(str(tmp_path / "a.png")))
    assert app.workspace.notice.text.endswith(".png")
    app.handler.act(Command.NEXT_ROOM)
    monkeypatch.setattr(app.session.worker, "poll", list)  # nothing comes
    app.frame()
    app.handler.act(Command.SAVE_PICTURE)
    app.handler.act(AnswerFile(str(tmp_path / "b.png")))
    assert "before all of it was made" in app.workspace.notice.text
