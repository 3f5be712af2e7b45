"""OpenGL that is too old, as Mesa can be told to be: one line without --safe, a picture with it."""

import subprocess
import sys

import numpy as np
import pytest
from command import COMMAND, environment, one_line_error, run
from PIL import Image

OLD = {"MESA_GL_VERSION_OVERRIDE": "2.1"}


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_an_old_opengl_is_named_in_one_line(version, tmp_path):
    out = tmp_path / "a.png"
    done = run("--headless", "--screenshot", out, "--size", "64x64", MESA_GL_VERSION_OVERRIDE=version)
    one_line_error(done, f"only OpenGL {version} Mesa")
    assert "--safe" in done.stderr
    assert not out.exists()


def test_a_window_on_an_old_opengl_is_not_taken_for_a_missing_display(screen):
    done = run(DISPLAY=screen, **OLD)
    one_line_error(done, "only OpenGL 2.1 Mesa")
    assert "--safe" in done.stderr


def test_with_safe_there_is_a_picture(tmp_path):
    out = tmp_path / "a.png"
    done = run("--safe", "--headless", "--screenshot", out, "--size", "160x90", **OLD)
    assert done.returncode == 0, done.stderr
    assert np.asarray(Image.open(out)).std() > 15


SAFE_WINDOW = """
import os, sys, time
from pathlib import Path
from viewer.window.opengl import use_software
if __name__ == "__main__":
    use_software()
    from viewer.app import App
    from viewer.camera.camera import View
    from viewer.state.options import Options
    app = App(Options(Path(sys.argv[1]), 0, View(), (320, 240), "cpu", None, False, safe=True))
    end = time.monotonic() + 60
    while not app.session.streamer.complete and time.monotonic() < end:
        app.turn()
    for _ in range(3): app.turn()
    began, frames = time.monotonic(), 0
    while time.monotonic() < began + 1:
        app._wake()
        app.turn()
        frames += 1
    print(app.context.info["GL_RENDERER"].split()[0], frames <= 21, app.context.error)
    app.close()
"""


def test_a_safe_window_is_software_and_slow(screen, tiny_checkpoint, tmp_path):
    (tmp_path / "window.py").write_text(SAFE_WINDOW)
    done = subprocess.run(
        [sys.executable, tmp_path / "window.py", tiny_checkpoint], env=environment(DISPLAY=screen, **OLD),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout == "llvmpipe True GL_NO_ERROR\n", done.stderr


def test_render_knows_it_too(tmp_path):
    command = [*COMMAND[:-1], "render", "{}", "-o", str(tmp_path / "a.png"), "--safe"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    one_line_error(done, "no saved room")
