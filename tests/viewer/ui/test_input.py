"""Keys and clicks to the camera, with a window that only collects handlers."""

import math

import numpy as np
import pytest
from handlers import Window

pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True

from pyglet.window import key, mouse  # noqa: E402 (the option above has to be set first)

from viewer.camera.camera import WHEEL_FACTOR, Camera, View  # noqa: E402
from viewer.camera.view_projection import VIEW_PROJECTIONS  # noqa: E402
from viewer.ui.actions import Command  # noqa: E402
from viewer.ui.input import IDLE_S, Controls  # noqa: E402


@pytest.fixture
def controls():
    return Controls(Window(), Camera(View(), 0.9).look())


def press(controls, symbol, modifiers=0):
    return controls._window.handlers["on_key_press"](symbol, modifiers)


def test_p_goes_through_every_lens_and_round(controls):
    controls.reduced_motion = True
    seen = [press(controls, key.P) or controls.camera.view.lens for _ in VIEW_PROJECTIONS]
    assert seen == [*VIEW_PROJECTIONS[1:], VIEW_PROJECTIONS[0]]


@pytest.mark.parametrize(("symbol", "yaw", "pitch"), [(key.D, 1, 0), (key.A, -1, 0), (key.W, 0, 1), (key.S, 0, -1)])
def test_letters_turn_like_arrows(controls, symbol, yaw, pitch):
    press(controls, symbol)
    controls.step(0.1)
    view = controls.camera.view
    assert (math.copysign(yaw, view.yaw_rad) * yaw, math.copysign(pitch, view.pitch_rad) * pitch) == (
        abs(yaw),
        abs(pitch),
    )
    controls._window.handlers["on_key_release"](symbol, 0)
    held = controls.camera.view
    controls.step(0.1)
    assert controls.camera.view == held


def test_with_control_letters_are_commands_and_turn_nothing(controls):
    press(controls, key.S, key.MOD_CTRL)
    controls.step(0.1)
    assert controls.camera.view.pitch_rad == 0
    assert controls.pressed == [Command.SAVE_RECIPE]


def test_escape_is_not_left_to_pyglet(controls):
    assert press(controls, key.ESCAPE)
    assert controls.pressed == [Command.LEAVE]


def test_the_room_turns_by_itself_until_touched(controls):
    press(controls, key.R)
    controls.step(0.1)
    assert controls.camera.view.yaw_rad > 0
    controls._window.handlers["on_mouse_press"](1, 1, mouse.LEFT, 0)
    controls._window.handlers["on_mouse_release"](1, 1, mouse.LEFT, 0)
    yaw = controls.camera.view.yaw_rad
    controls.step(0.1)
    assert controls.camera.view.yaw_rad == yaw
    for _ in range(math.ceil(IDLE_S / 0.5) + 2):
        controls.step(0.5)
    assert controls.camera.view.yaw_rad > yaw


def scroll(controls, right, up, x=600, y=400):
    controls._window.handlers["on_mouse_scroll"](x, y, right, up)


@pytest.mark.parametrize("part", [1.0, 0.25, 0.01])
def test_scrolling_zooms_in_proportion(controls, part):
    before = controls.camera.view
    for _ in range(round(1 / part)):
        scroll(controls, 0.0, part)
    seen = controls.camera.view
    assert seen.fov_rad == pytest.approx(before.fov_rad * WHEEL_FACTOR)
    assert (seen.yaw_rad, seen.pitch_rad) == (before.yaw_rad, before.pitch_rad)


def test_scrolling_sideways_or_with_shift_turns_alike(controls):
    scroll(controls, 0.5, 0.0)
    half = controls.camera.view.yaw_rad
    assert half > 0
    press(controls, key.LSHIFT)
    scroll(controls, 0.0, -0.5)  # down is to the right, as in browsers
    controls._window.handlers["on_key_release"](key.LSHIFT, 0)
    assert controls.camera.view.yaw_rad == pytest.approx(2 * half)
    assert controls.camera.view.fov_rad == View().fov_rad
    scroll(controls, -1.0, 0.0)
    assert controls.camera.view.yaw_rad == pytest.approx(0)


def test_scrolling_both_ways_at_once_turns_and_zooms(controls):
    scroll(controls, 0.5, 0.5)
    assert controls.camera.view.yaw_rad > 0
    assert controls.camera.view.fov_rad < View().fov_rad


def test_with_control_it_zooms_about_the_cursor(controls):
    place = (np.array(0.5), np.array(1 / 3))  # of pixel (600, 400) in 800×600
    held = controls.camera.view.directions(*place)
    press(controls, key.LCTRL)
    assert not controls.active, "Ctrl alone moves nothing"
    for _ in range(3):
        scroll(controls, 0.0, 0.7)
    now = controls.camera.view.directions(*place)
    assert held / np.linalg.norm(held) == pytest.approx(now / np.linalg.norm(now))
    assert controls.camera.view.yaw_rad > 0
    controls._window.handlers["on_key_release"](key.LCTRL, 0)
    yaw = controls.camera.view.yaw_rad
    scroll(controls, 0.0, 1.0)
    assert controls.camera.view.yaw_rad == yaw


def test_keys_held_while_another_window_takes_the_keyboard_are_let_go(controls):
    press(controls, key.RIGHT)
    press(controls, key.LSHIFT)
    controls._window.handlers["on_deactivate"]()
    controls.step(0.1)
    scroll(controls, 0.0, 1.0)
    assert controls.camera.view.yaw_rad == 0
    assert controls.camera.view.fov_rad < View().fov_rad


def test_north_is_the_shorter_way(controls):
    controls.camera = controls.camera.look(yaw_rad=2 * math.pi - 0.2)
    press(controls, key.N)
    assert controls.camera.view.yaw_rad == pytest.approx(2 * math.pi)


def test_how_near_one_may_go_is_counted_in_pixels_not_in_the_desktops_units():
    camera = Camera(View(), 0.9, finest_px=6144)
    controls = Controls(Window(), camera)
    controls._window.handlers["on_resize"](800, 600)
    assert controls.camera.narrowest_rad == camera.resize(1600, 1200).narrowest_rad
    assert controls.camera.narrowest_rad != camera.resize(800, 600).narrowest_rad
