"""Where a panorama ends the view gives a little and says why; where it does not, poles can be looked at."""

import math

import pytest
from handlers import Window

pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True

from pyglet.window import key, mouse  # noqa: E402 (the option above has to be set first)

from viewer.camera.camera import Camera, View  # noqa: E402
from viewer.ui.input import Controls  # noqa: E402
from viewer.ui.pitch_limit import STRETCH_RAD, TELLS_S  # noqa: E402

PLAIN, WHOLE = 0.8957, math.pi / 2


def controls(half_extent_rad, **view):
    return Controls(Window(), Camera(View(**view), half_extent_rad).look())


def drag(controls, pixels, steps=10):
    """A drag downward (``pixels`` > 0) turns the view up; the button stays down."""
    handlers, y = controls._window.handlers, 300
    handlers["on_mouse_press"](400, y, mouse.LEFT, 0)
    for _ in range(steps):
        controls.step(0.01)
        y -= pixels // steps
        handlers["on_mouse_drag"](400, y, 0, -pixels // steps, mouse.LEFT, 0)
    return lambda: handlers["on_mouse_release"](400, y, mouse.LEFT, 0)


@pytest.mark.parametrize("side", [1, -1])
def test_a_pull_beyond_the_end_gives_a_little_says_why_and_springs_back(side):
    ours = controls(PLAIN)
    limit = PLAIN - ours.camera.view.pitch_room_rad
    release = drag(ours, side * 280)
    assert ours.camera.view.pitch_rad == pytest.approx(side * limit)
    beyond = side * ours.seen.view.pitch_rad - limit
    assert 0.2 * STRETCH_RAD < beyond <= STRETCH_RAD
    assert ours.limited == side
    assert ours.active
    release()
    for _ in range(100):
        ours.camera = ours.camera.stop()
        ours.step(0.02)
    assert ours.seen.view == ours.camera.view
    assert not ours.active
    for _ in range(math.ceil(TELLS_S / 0.02)):
        ours.step(0.02)
    assert ours.limited == 0


def test_a_drag_within_what_there_is_neither_gives_nor_tells():
    ours = controls(PLAIN, fov_rad=0.6)
    drag(ours, 100)
    assert ours.seen is ours.camera
    assert ours.limited == 0


def test_keys_are_told_why_too():
    ours = controls(PLAIN)
    ours._window.handlers["on_key_press"](key.UP, 0)
    for _ in range(200):
        ours.step(0.02)
    assert ours.limited == 1


def test_with_reduced_motion_nothing_gives():
    ours = controls(PLAIN)
    ours.reduce_motion(True)
    drag(ours, 280)
    assert ours.seen is ours.camera
    assert ours.limited == 1


def test_a_whole_sphere_is_seen_straight_up_and_down():
    ours = controls(WHOLE)
    for pitch in (math.pi / 2, -math.pi / 2):
        assert ours.camera.look(pitch_rad=2 * pitch).view.pitch_rad == pytest.approx(pitch)
    assert controls(1.3).camera.look(pitch_rad=2).view.pitch_rad < 1.3
