"""A screen whose desktop is at 200 %: what is drawn and pressed lies where it is seen, and has every pixel."""

import json
import subprocess
import time
from types import SimpleNamespace

import numpy as np
import pytest
from command import environment

from viewer.camera.camera import View

WINDOW = """
import json, sys, time
from ctypes import POINTER, c_ubyte, cast, create_string_buffer
from pathlib import Path
from pyglet.libs.x11 import xlib

def main():
    display, said = xlib.XOpenDisplay(None), b"Xft.dpi: 192"
    name = xlib.XInternAtom(display, b"RESOURCE_MANAGER", False)
    data = cast(create_string_buffer(said), POINTER(c_ubyte))
    xlib.XChangeProperty(display, xlib.XDefaultRootWindow(display), name, 31, 8, 0, data, len(said))
    xlib.XSync(display, False)  # as the desktop's settings say it
    from viewer.app import App
    from viewer.camera.camera import View
    from viewer.state.options import Options
    app = App(Options(Path(sys.argv[1]), 0, View(), (700, 500), "cpu", None, False))
    end = time.monotonic() + 120
    while time.monotonic() < end:
        app.frame()
        view, streamer = app.controls.camera.view, app.session.streamer
        print(json.dumps({
            "yaw": view.yaw_rad, "pitch": view.pitch_rad, "aspect": view.aspect,
            "ready": streamer.share == 1 and len(streamer.directions) > 0, "revision": streamer.revision,
            "size": app.window.get_size(), "pixels": app.window.get_framebuffer_size(),
            "scale": app.backend.io.display_framebuffer_scale.x, "recipe": app.handler.recipe().size_px,
        }), flush=True)
        time.sleep(0.02)

if __name__ == "__main__":
    main()
"""


def direction(state, x_px, y_px):
    """What is seen at a pixel of the screen, rows downward."""
    view = View(state.yaw, state.pitch, aspect=state.aspect)
    wide, high = state.pixels
    seen = view.directions(np.array(2 * x_px / wide - 1), np.array(1 - 2 * y_px / high))
    return seen / np.linalg.norm(seen)


@pytest.mark.parametrize("screen", ["1600x1200"], indirect=True)
def test_at_200_percent_everything_is_where_it_is_seen(window, screen):
    def state(until, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            now = SimpleNamespace(**json.loads(window.stdout.readline()))
            if until(now):
                return now
        raise AssertionError(f"the window did not follow: {now}")

    def xdotool(*arguments):
        subprocess.run(["xdotool", *map(str, arguments)], env=environment(DISPLAY=screen), check=True)

    before = state(lambda now: now.ready)
    assert before.size == [700, 500]
    assert before.pixels == before.recipe == [1400, 1000]
    assert before.scale == 2
    xdotool("mousemove", 1000, 500, "mousedown", 1)
    for step in range(1, 11):
        xdotool("mousemove", 1000 - 20 * step, 500 + 6 * step)
    held = direction(before, 1000, 500)
    after = state(lambda now: np.allclose(direction(now, 800, 560), held, atol=0.01))
    assert after.yaw > before.yaw + 0.2
    time.sleep(0.5)  # the mouse rests: no inertia
    xdotool("mouseup", 1)
    xdotool("key", "e")
    time.sleep(1)
    xdotool("mousemove", 154, 268, "mousedown", 1, "mousemove", 220, 268)  # the panel's first slider
    time.sleep(0.5)
    xdotool("mouseup", 1)
    slid = state(lambda now: now.revision >= 1)
    assert slid.yaw == pytest.approx(after.yaw, abs=0.01), "the panel's drag turned the room"
    xdotool("search", "--name", "COCO-GAN", "windowsize", 1300, 900)
    state(lambda now: now.size == [650, 450] and now.pixels == [1300, 900])
    xdotool("mousemove", 600, 800, "key", "f")
    state(lambda now: now.size == [800, 600] and now.pixels == [1600, 1200])
    xdotool("key", "Escape", "sleep", 0.5, "key", "Escape")  # the panel first, and then the full screen
    state(lambda now: now.size == [650, 450] and now.pixels == [1300, 900])
