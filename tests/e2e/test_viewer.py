"""The real program: its command line, its window on a virtual screen driven by xdotool, and headless on EGL."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "viewer"]


def environment(**changes):
    plain = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return {**plain, "PYTHONPATH": str(ROOT), **changes}


def run(*arguments):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], env=environment(), capture_output=True, text=True, timeout=120, check=False
    )


def one_line_error(done, word):
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert word in done.stderr


def test_the_shipped_room_is_a_picture(tmp_path):
    done = run("--headless", "--screenshot", tmp_path / "a.png", "--size", "320x180", "--yaw", "250")
    assert done.returncode == 0, done.stderr
    picture = np.asarray(Image.open(tmp_path / "a.png")).astype(int)
    assert picture.shape == (180, 320, 3)
    assert picture.std() > 15
    assert run("--headless", "--screenshot", tmp_path / "b.png", "--size", "320x180", "--seed", "5").returncode == 0
    assert np.abs(picture - np.asarray(Image.open(tmp_path / "b.png"))).mean() > 5


def test_without_a_display_it_says_how_to_go_on():
    one_line_error(run(), "--headless --screenshot")


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"", "empty"), (b"<html></html>", "HTML"), (b"\x80\x04junkjunkjunk", "pickle"), (None, "does not exist")],
)
def test_bad_checkpoints_are_one_line(tmp_path, content, word):
    if content is not None:
        (tmp_path / "x").write_bytes(content)
    one_line_error(run("--headless", "--screenshot", tmp_path / "a.png", "--checkpoint", tmp_path / "x"), word)


def test_bad_arguments_are_one_line(tmp_path):
    one_line_error(run("--headless"), "--screenshot")
    one_line_error(run("--headless", "--screenshot", tmp_path / "a.png", "--size", "big"), "WIDTHxHEIGHT")
    one_line_error(run("--headless", "--screenshot", tmp_path / "no" / "a.png", "--size", "64x64"), "cannot write")


HEADLESS_DRIVE = """
import os, signal, sys, time
from pathlib import Path
import numpy as np
import pyglet
pyglet.options.headless = True
from pyglet.window import key, mouse
from viewer.app import App, Options
from viewer.camera import View

def main():

    app = App(Options(Path(sys.argv[1]), 0, View(), (640, 360), "cpu", None, True))

    def frames(until, seconds=60):
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, "timed out"
            app.frame()

    def picture():
        return app.renderer.picture(app.controls.camera.view, (160, 90)).astype(int)

    def drag(x, y, dx):
        app.window.dispatch_event("on_mouse_motion", x, y, 0, 0)
        for _ in range(3): app.frame()
        app.window.dispatch_event("on_mouse_press", x, y, mouse.LEFT, 0)
        for _ in range(10):
            x += dx
            app.window.dispatch_event("on_mouse_drag", x, y, dx, 0, mouse.LEFT, 0)
            app.frame()
        app.window.dispatch_event("on_mouse_release", x, y, mouse.LEFT, 0)

    frames(lambda: app.pipeline.share == 1.0)
    assert app.pipeline.statistics.made == 48, app.pipeline.statistics.made
    yaw, before = app.controls.camera.view.yaw_rad, picture()
    drag(500, 200, -10)
    frames(lambda: not app.controls.active and not app.pipeline.busy(time.monotonic()))
    assert app.controls.camera.view.yaw_rad > yaw + 0.05
    assert np.abs(picture() - before).mean() > 1
    yaw = app.controls.camera.view.yaw_rad
    drag(150, 345, -5)  # the panel's title bar
    assert app.controls.camera.view.yaw_rad == yaw, "the panel leaked a drag"
    app.window.dispatch_event("on_key_press", key.SPACE, 0)
    before = picture()
    app.frame()
    assert app.generation == 1
    frames(lambda: app.pipeline.complete)
    assert np.abs(picture() - before).mean() > 1
    before = picture()
    os.kill(app.worker.pid, signal.SIGKILL)
    frames(lambda: "new one" in app.pipeline.statistics.message)
    assert (picture() == before).all(), "the picture went"
    app._change(app.latents.with_entry(0, 1.0).with_entry(1, -1.0))
    frames(lambda: app.pipeline.complete and app.generation == 2)
    assert "torch" not in sys.modules
    assert app.context.error == "GL_NO_ERROR"
    app.close()
    print("driven")

if __name__ == "__main__":
    main()
"""


def test_headless_drive(tiny_checkpoint, tmp_path):
    (tmp_path / "drive.py").write_text(HEADLESS_DRIVE)
    done = subprocess.run(
        [sys.executable, tmp_path / "drive.py", str(tiny_checkpoint)],
        env=environment(), capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.stdout == "driven\n", done.stderr


@pytest.fixture
def screen():
    if not (shutil.which("Xvfb") and shutil.which("xdotool")):
        pytest.skip("Xvfb and xdotool are not installed")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24"], pass_fds=[write], stderr=subprocess.DEVNULL
    )
    display = f":{os.read(read, 16).decode().strip()}"
    yield display
    server.terminate()
    server.wait()
    os.close(read)
    os.close(write)


WINDOWED = """
import sys, time
from pathlib import Path
from viewer.app import App, Options
from viewer.camera import View

def main():
    app = App(Options(Path(sys.argv[1]), 0, View(), (800, 600), "cpu", None, False))
    print("open", flush=True)
    end = time.monotonic() + 120
    while not app.window.has_exit and time.monotonic() < end:
        app.frame()
        view = app.controls.camera.view
        share = app.pipeline.share if len(app.pipeline.directions) else 0  # they move the panel's sliders down
        print(f"{view.yaw_rad:.4f} {app.generation} {share:.2f} {view.fov_rad:.4f}", flush=True)
        time.sleep(0.02)
    app.close()

if __name__ == "__main__":
    main()
"""


def test_a_real_window_is_driven(screen, tiny_checkpoint, tmp_path):
    (tmp_path / "window.py").write_text(WINDOWED)
    process = subprocess.Popen(
        [sys.executable, tmp_path / "window.py", str(tiny_checkpoint)],
        env=environment(DISPLAY=screen),
        stdout=subprocess.PIPE,
        text=True,
    )

    seen = []

    def state(until, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            line = [float(word) for word in process.stdout.readline().split()]
            seen.append(line)
            if len(line) == 4 and until(*line):
                return line
        raise AssertionError("the window did not follow")

    def xdotool(*arguments):
        subprocess.run(["xdotool", *map(str, arguments)], env=environment(DISPLAY=screen), check=True)

    try:
        assert process.stdout.readline() == "open\n"
        state(lambda _yaw, _generation, share, _fov: share == 1)
        xdotool("mousemove", 600, 300, "mousedown", 1)
        for x in range(600, 400, -20):
            xdotool("mousemove", x, 300)
        xdotool("mouseup", 1)
        state(lambda yaw, *_: yaw > 0.1)
        xdotool("mousemove", 600, 300, "click", 4)
        state(lambda _yaw, _generation, _share, fov: fov < 1.5)
        time.sleep(2)  # idle: nothing is drawn, and yet the next press must know the panel from the scene
        xdotool("mousemove", 100, 197, "mousedown", 1, "mousemove", 140, 197)  # the panel's first slider
        time.sleep(0.5)
        xdotool("mouseup", 1)
        state(lambda _yaw, generation, *_: generation >= 1)
        before = seen[-2][0]
        xdotool("key", "space")
        after = state(lambda _yaw, generation, share, _fov: generation >= 2 and share > 0.3)
        assert after[0] == before > 0.1, "the panel's drag turned the room"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stdout.close()
