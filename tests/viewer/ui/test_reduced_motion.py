"""With reduced motion nothing glides, flies, fades or turns by itself; without it everything does."""

import math

import numpy as np
import pytest
from handlers import Window

pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True

from pyglet.window import key, mouse  # noqa: E402 (the option above has to be set first)

from cocogan_core.geometry.grid import PatchGrid  # noqa: E402
from cocogan_core.geometry.projection import Projection  # noqa: E402
from viewer.camera.camera import Camera, View  # noqa: E402
from viewer.rendering.atlas import AtlasWindow as Atlas  # noqa: E402
from viewer.rendering.renderer import FADE_S  # noqa: E402
from viewer.state.latents import Latents  # noqa: E402
from viewer.streaming.streamer import PatchStreamer  # noqa: E402
from viewer.streaming.worker import Finished  # noqa: E402
from viewer.ui.input import IDLE_S, Controls  # noqa: E402

GRID, PROJECTION = PatchGrid(patch_px=8), Projection.of_aspect("mercator", 3)


@pytest.fixture(params=[False, True], ids=["usual", "reduced"])
def reduced(request):
    return request.param


@pytest.fixture
def controls(reduced):
    controls = Controls(Window(), Camera(View(), 0.9).look())
    controls.reduce_motion(reduced)
    return controls


def do(controls, event, *arguments):
    controls._window.handlers[event](*arguments)


def wait(controls, seconds):
    for _ in range(math.ceil(seconds / 0.5)):
        controls.step(0.5)


def test_inertia(controls, reduced):
    do(controls, "on_mouse_press", 500, 300, mouse.LEFT, 0)
    for x in range(500, 300, -20):
        controls.step(0.016)
        do(controls, "on_mouse_drag", x, 300, -20, 0, mouse.LEFT, 0)
    do(controls, "on_mouse_release", 300, 300, mouse.LEFT, 0)
    released = controls.camera.view
    controls.step(0.016)
    assert (controls.camera.view == released) == reduced
    assert controls.camera.moving != reduced


def test_a_flight_between_lenses(controls, reduced):
    do(controls, "on_key_press", key.P, 0)
    assert controls.camera.view.lens == "panini"
    assert (controls.camera.view.mix == 1 and not controls.camera.moving) == reduced


def test_turning_by_itself(controls, reduced):
    wait(controls, 3 * IDLE_S)
    assert controls.camera.view.yaw_rad == 0, "nobody asked for it"
    do(controls, "on_key_press", key.R, 0)
    controls.step(0.1)
    assert controls.camera.view.yaw_rad > 0, "asked for it comes"
    do(controls, "on_mouse_press", 1, 1, mouse.LEFT, 0)
    do(controls, "on_mouse_release", 1, 1, mouse.LEFT, 0)
    touched = controls.camera.view.yaw_rad
    wait(controls, 3 * IDLE_S)
    assert (controls.camera.view.yaw_rad == touched) == reduced, "it begins again by itself"


def test_r_ends_the_turning_too(controls):
    for moves in (True, False, True):
        do(controls, "on_key_press", key.R, 0)
        before = controls.camera.view.yaw_rad
        controls.step(0.1)
        assert (controls.camera.view.yaw_rad > before) == moves


def test_asking_for_it_ends_what_moves():
    controls = Controls(Window(), Camera(View(), 0.9).look())
    do(controls, "on_key_press", key.R, 0)
    controls.through("stereographic")
    controls.step(0.1)
    controls.reduce_motion(True)
    assert controls.camera.view.mix == 1
    assert controls.camera.view.pitch_rad == pytest.approx(-math.pi / 2)
    resting = controls.camera
    wait(controls, 3 * IDLE_S)
    assert controls.camera == resting


class Worker:
    """Makes everything at once."""

    def __init__(self):
        self.events = []

    def send(self, plan, _z):
        if plan.patches:
            pixels = np.full((len(plan.patches), 8, 8, 3), 100, np.uint8)
            self.events.append(Finished(plan.revision, plan.patches, pixels, 0.01))

    def poll(self):
        events, self.events = self.events, []
        return events


class Renderer:
    def __init__(self):
        self.uploads = []

    def upload(self, _slot, _pixels, now_s, *, fade):
        self.uploads.append((now_s, fade))

    def clear(self, slot):
        pass


def test_fades(reduced):
    renderer = Renderer()
    streamer = PatchStreamer(Worker(), renderer, Atlas.fitting(GRID, 4096), PROJECTION)
    streamer.fades = not reduced
    camera = Camera(View(), 0.9).look()
    for seed in (0, 1):
        for _ in range(20):
            streamer.step(camera, Latents.of_seed(seed, 12), 100.0)
        assert streamer.complete
        assert {since for since, _ in renderer.uploads} == {100.0 - FADE_S if reduced else 100.0}
        assert {fade for _, fade in renderer.uploads} == {bool(seed) and not reduced}
        renderer.uploads.clear()
