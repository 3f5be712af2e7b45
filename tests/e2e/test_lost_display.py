"""What a window is drawn on goes away: the X server, or OpenGL's context."""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest
from command import environment

WINDOW = """
import sys
from pathlib import Path
import pyglet
headless = sys.argv[3] == "headless"
pyglet.options.headless = headless
from viewer.app import App
from viewer.camera.camera import View
from viewer.state.options import Options
from cocogan_core.commands.main import main

def show():
    app = App(Options(Path(sys.argv[1]), 7, View(), (320, 180), "cpu", None, headless, settings=Path(sys.argv[2])))
    try:
        while not app.session.streamer.complete:
            app.turn()
        print("complete", flush=True)
        if headless:
            from pyglet.libs.egl import egl
            egl.eglMakeCurrent(app.window.context.display_connection, None, None, None)
            egl.eglDestroyContext(app.window.context.display_connection, app.window.context.egl_context)
        app.session.change(app.session.latents.reseed(8))
        app.run()
    finally:
        app.close()

if __name__ == "__main__":
    main(["show"], also={"show": show})
"""


@pytest.fixture
def program(tmp_path, tiny_checkpoint):
    """The window's own program, and the file of its settings."""
    (tmp_path / "window.py").write_text(WINDOW)
    settings = tmp_path / "config" / "settings.json"
    return [sys.executable, tmp_path / "window.py", tiny_checkpoint, settings], settings


def last_seed(settings):
    return json.loads(json.loads(settings.read_text())["last"])["room"]["seed"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_an_x_server_that_dies_is_one_line_and_the_room_is_kept(program, number):
    if not shutil.which("Xvfb"):
        pytest.skip("Xvfb is not installed")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24"], pass_fds=[write], stderr=subprocess.DEVNULL
    )
    display = f":{os.read(read, 16).decode().strip()}"
    window = subprocess.Popen(
        [*program[0], "windowed"], env=environment(DISPLAY=display), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert window.stdout.readline() == "complete\n"
    server.send_signal(number)
    _, said = window.communicate(timeout=120)
    server.wait()
    for end in (read, write):
        os.close(end)
    assert window.returncode == 2
    assert said.startswith("cocogan: error: the display is gone")
    assert said.count("\n") == 1
    assert last_seed(program[1]) == 8


def test_a_lost_context_is_one_line_and_the_room_is_kept(program):
    """Destroyed under the window, on EGL; a graphics card that is reset is not to be had here."""
    done = subprocess.run(
        [*program[0], "headless"], env=environment(), capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stderr.startswith("cocogan: error: OpenGL's context is gone")
    assert done.stderr.count("\n") == 1
    assert last_seed(program[1]) == 8
