"""The real program: its command line, its window on a virtual screen driven by xdotool, and headless on EGL."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from command import environment, one_line_error, run
from PIL import Image


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


def test_bad_arguments_are_one_line(tmp_path):
    one_line_error(run("--headless"), "--screenshot")
    one_line_error(run("--headless", "--screenshot", tmp_path / "a.png", "--size", "big"), "WIDTHxHEIGHT")
    (tmp_path / "file").touch()
    one_line_error(run("--headless", "--screenshot", tmp_path / "file" / "a.png", "--size", "64x64"), "cannot write")


HEADLESS_DRIVE = """
import os, signal, sys, time
from pathlib import Path
import numpy as np
import pyglet
pyglet.options.headless = True
from viewer.app import App
from viewer.state.options import Options
from viewer.camera.camera import View

def main():
    from pyglet.window import key, mouse  # here, since the generator's process imports this file too

    app = App(Options(Path(sys.argv[1]), 0, View(), (640, 360), "cpu", None, True))

    def frames(until, seconds=60):
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, "timed out"
            app.frame()

    def picture():
        return app.session.renderer.picture(app.controls.camera.view, (160, 90)).astype(int)

    def drag(x, y, dx):
        app.window.dispatch_event("on_mouse_motion", x, y, 0, 0)
        for _ in range(3): app.frame()
        app.window.dispatch_event("on_mouse_press", x, y, mouse.LEFT, 0)
        for _ in range(10):
            x += dx
            app.window.dispatch_event("on_mouse_drag", x, y, dx, 0, mouse.LEFT, 0)
            app.frame()
        app.window.dispatch_event("on_mouse_release", x, y, mouse.LEFT, 0)

    def twice_as_many_pixels():
        app.window.get_framebuffer_size = lambda: (1280, 720)
        view, io = app.controls.camera.view, app.backend.io
        app.window.dispatch_event("on_mouse_press", 480, 200, mouse.LEFT, 0)
        app.window.dispatch_event("on_mouse_drag", 400, 180, -80, -20, mouse.LEFT, 0)
        app.frame()
        assert (io.display_size.x, io.display_size.y, io.display_framebuffer_scale.x) == (640, 360, 2)
        assert app.context.viewport == (0, 0, 1280, 720)
        held = view.directions(np.array(480 / 320 - 1), np.array(200 / 180 - 1))
        now = app.controls.camera.view.directions(np.array(400 / 320 - 1), np.array(180 / 180 - 1))
        assert np.allclose(held / np.linalg.norm(held), now / np.linalg.norm(now), atol=1e-6)
        app.window.dispatch_event("on_mouse_release", 400, 180, mouse.LEFT, 0)
        app.controls.camera = app.controls.camera.stop().look(yaw_rad=view.yaw_rad, pitch_rad=view.pitch_rad)
        del app.window.get_framebuffer_size

    frames(lambda: app.session.streamer.share == 1.0)
    twice_as_many_pixels()
    assert app.session.streamer.statistics.made == 48, app.session.streamer.statistics.made
    yaw, before = app.controls.camera.view.yaw_rad, picture()
    drag(500, 200, -10)
    frames(lambda: not app.controls.active and not app.session.streamer.busy(time.monotonic()))
    assert app.controls.camera.view.yaw_rad > yaw + 0.05
    assert np.abs(picture() - before).mean() > 1
    yaw = app.controls.camera.view.yaw_rad
    drag(150, 345, -5)  # the panel's title bar
    assert app.controls.camera.view.yaw_rad == yaw, "the panel leaked a drag"
    app.window.dispatch_event("on_key_press", key.TAB, 0)
    app.frame()
    assert not app.backend.panels or app.workspace.message.text, "a panel that is hidden takes presses"
    drag(150, 345, -5)  # where it was
    assert app.controls.camera.view.yaw_rad != yaw, "a hidden panel took a drag"
    app.controls.camera = app.controls.camera.stop()
    app.window.dispatch_event("on_key_press", key.TAB, 0)
    app.window.dispatch_event("on_key_press", key.SPACE, 0)
    before = picture()
    app.frame()
    assert len(app.backend.panels) > 2
    assert app.session.streamer.revision == 1
    frames(lambda: app.session.streamer.complete)
    assert np.abs(picture() - before).mean() > 1
    room = app.session.latents
    app.session.change(app.session.latents.with_entry(0, 0.5))
    frames(lambda: app.session.streamer.complete and app.session.streamer.revision == 2)
    made = app.session.streamer.statistics.made
    app.session.change(room)
    frames(lambda: app.session.streamer.complete and app.session.streamer.revision == 3)
    assert set(app.session.streamer.visible) <= app.session.streamer._scheduler.done
    assert app.session.streamer.statistics.made - made < 48, "what the cache had was made again"
    before = picture()
    os.kill(app.session.worker.pid, signal.SIGKILL)
    frames(lambda: "new one" in app.session.streamer.statistics.message)
    assert (picture() == before).all(), "the picture went"
    app.session.change(app.session.latents.with_entry(0, 1.0).with_entry(1, -1.0))
    frames(lambda: app.session.streamer.complete and app.session.streamer.revision == 4)
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


WINDOWED = """
import sys, time
from pathlib import Path
from viewer.app import App
from viewer.state.options import Options
from viewer.camera.camera import View

def main():
    app = App(Options(Path(sys.argv[1]), 0, View(), (800, 600), "cpu", None, False))
    print("open", flush=True)
    end = time.monotonic() + 120
    while not app.window.has_exit and time.monotonic() < end:
        app.frame()
        view = app.controls.camera.view
        streamer = app.session.streamer
        share = streamer.share if len(streamer.directions) else 0  # they move the panel's sliders down
        width, height = app.window.get_size()
        print(f"{view.yaw_rad:.4f} {streamer.revision} {share:.2f} {view.fov_rad:.4f} {width} {height}", flush=True)
        assert app.context.error == "GL_NO_ERROR"
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
            if len(line) == 6 and until(*line):
                return line
        raise AssertionError("the window did not follow")

    def xdotool(*arguments):
        subprocess.run(["xdotool", *map(str, arguments)], env=environment(DISPLAY=screen), check=True)

    try:
        assert process.stdout.readline() == "open\n"
        state(lambda _yaw, _generation, share, *_: share == 1)
        xdotool("mousemove", 600, 300, "mousedown", 1)
        for x in range(600, 400, -20):
            xdotool("mousemove", x, 300)
        xdotool("mouseup", 1)
        state(lambda yaw, *_: yaw > 0.1)
        xdotool("mousemove", 600, 300, "click", 4)
        state(lambda _yaw, _generation, _share, fov, *_: fov < 1.5)
        turned = seen[-1][0]
        xdotool("click", 7, "keydown", "shift", "click", 5, "keyup", "shift")
        state(lambda yaw, *_: yaw > turned + 0.1)
        time.sleep(2)  # idle: nothing is drawn, and yet the next press must know the panel from the scene
        xdotool("key", "e")
        time.sleep(1)
        xdotool("mousemove", 77, 134, "mousedown", 1, "mousemove", 110, 134)  # the panel's first slider
        time.sleep(0.5)
        xdotool("mouseup", 1)
        state(lambda _yaw, revision, *_: revision >= 1)
        before = seen[-2][0]
        xdotool("key", "space")
        after = state(lambda _yaw, revision, share, *_: revision >= 2 and share > 0.3)
        assert after[0] == before > 0.1, "the panel's drag turned the room"
        xdotool("search", "--name", "COCO-GAN", "windowsize", 700, 500)
        state(lambda *line: line[4:] == (700, 500))
        xdotool("search", "--name", "COCO-GAN", "windowunmap", "sleep", 1, "windowmap", "sleep", 1)
        xdotool("mousemove", 300, 400, "key", "p")
        state(lambda _yaw, _generation, _share, fov, *_: fov > 2.5)  # Panini is wider
        xdotool("key", "f")
        state(lambda *line: line[4:] == (800, 600))
        xdotool("key", "Escape", "sleep", 0.5, "key", "Escape")  # the panel first, and then the full screen
        state(lambda *line: line[4:] == (700, 500))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stdout.close()


CLIPBOARD = """
import sys, time
from viewer.ui.clipboard import Clipboard
from viewer.window.window import open_window, pump

window = open_window((100, 80), headless=False)
clipboard = Clipboard(window)
if sys.argv[1] == "paste":
    pump(window)
    print(clipboard.paste())
else:
    clipboard.copy(sys.argv[2])
    print("copied", flush=True)
    end = time.monotonic() + 60
    while sys.argv[1] == "copy" and time.monotonic() < end:
        pump(window)
        time.sleep(0.01)
    time.sleep(60)  # "hang": owns the clipboard and answers nobody
"""


@pytest.mark.parametrize(("owner", "pasted"), [("copy", "a room"), ("hang", "")])
def test_text_goes_from_one_window_to_another(screen, tmp_path, owner, pasted):
    (tmp_path / "clipboard.py").write_text(CLIPBOARD)
    command, there = [sys.executable, tmp_path / "clipboard.py"], environment(DISPLAY=screen)
    source = subprocess.Popen([*command, owner, "a room"], env=there, stdout=subprocess.PIPE, text=True)
    try:
        assert source.stdout.readline() == "copied\n"
        done = subprocess.run([*command, "paste"], env=there, capture_output=True, text=True, timeout=30, check=False)
        assert done.stdout == f"{pasted}\n", done.stderr
    finally:
        source.kill()
        source.wait()
        source.stdout.close()
