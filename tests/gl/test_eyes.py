"""An eye of a headset: its picture is the window's through its own frustum, in the light that its target wants."""

import math

import moderngl
import numpy as np
import pytest
from test_view import GRID, PROJECTION, SIZE, filled, reference

from viewer.camera.camera import View
from viewer.camera.head import Eye
from viewer.rendering.atlas import AtlasWindow
from viewer.rendering.renderer import Renderer

ANGLES = (-0.9425, 0.6981, 0.7679, -0.9599)  # a Quest's left eye


@pytest.fixture(scope="module")
def context():
    context = moderngl.create_standalone_context(require=330, backend="egl")
    yield context
    context.release()


@pytest.fixture
def renderer(context):
    renderer = filled(context, AtlasWindow.fitting(GRID, 8192))
    yield renderer
    renderer.release()
    assert context.error == "GL_NO_ERROR"


def drawn(context, renderer, eye, **how):
    target = context.simple_framebuffer(SIZE, 3)
    target.use()
    renderer.draw_eye(eye, 9.0, **how)
    rows = np.frombuffer(target.read(components=3, alignment=1), np.uint8)
    return rows.reshape(SIZE[1], SIZE[0], 3)[::-1].astype(int)


@pytest.mark.parametrize(
    "orientation",
    [(0, 0, 0, 1), (0.1, 0.3, 0.0, 0.95), (0.05, -0.9, 0.3, 0.4), (0.0, 0.0, math.sin(0.4), math.cos(0.4))],
)
def test_an_eye_equals_the_reference_however_the_head_is_held(context, renderer, orientation):
    eye = Eye.of_pose(orientation, ANGLES, turn_rad=0.4, near_rad=12.0)
    expected, inside = reference(eye)
    wrong = np.abs(drawn(context, renderer, eye, sharp=False) - expected)[inside]
    assert wrong.mean() <= 1
    assert np.quantile(wrong, 0.999) <= 4


def test_a_symmetric_eye_sees_what_the_window_shows(context, renderer):
    view = View(0.0, 0.0, 1.4, SIZE[0] / SIZE[1])
    up = math.atan(view.half_height)
    eye = Eye.of_pose((0, 0, 0, 1), (-0.7, 0.7, up, -up))
    assert np.abs(drawn(context, renderer, eye) - renderer.picture(view, SIZE)).max() <= 2


def test_darkness_and_linear_light(context, renderer):
    eye = Eye.of_pose((0, 0, 0, 1), ANGLES)
    plain = drawn(context, renderer, eye) / 255
    assert np.abs(drawn(context, renderer, eye, darkness=0.75) / 255 - plain / 4).max() < 0.01
    assert drawn(context, renderer, eye, darkness=1.0).max() == 0
    linear = np.where(plain <= 0.04045, plain / 12.92, ((plain + 0.055) / 1.055) ** 2.4)
    assert np.abs(drawn(context, renderer, eye, linear=True) / 255 - linear).max() < 0.01


@pytest.mark.parametrize("linear", [False, True])
def test_after_warming_up_no_eye_waits_for_a_program(context, linear):
    renderer = Renderer(context, AtlasWindow.fitting(GRID, 8192), PROJECTION)
    while renderer.warm_up():
        pass
    target = context.simple_framebuffer(SIZE, 3)
    target.use()
    while renderer.warm_up_eyes(linear=linear):
        pass
    known = renderer._programs.compiled
    for renderer.xray in (False, True):
        for x in (0.0, 0.7):
            for now, sharp in ((1.1, False), (9.0, False), (9.0, True)):
                renderer.draw_eye(Eye.of_pose((x, 0, 0, 1), ANGLES), now, sharp=sharp, linear=linear)
    assert renderer._programs.compiled == known == 38


def test_another_headset_s_kind_of_target_has_its_own_programs_to_warm_up(context):
    renderer = Renderer(context, AtlasWindow.fitting(GRID, 8192), PROJECTION)
    context.simple_framebuffer(SIZE, 3).use()
    for kind in ({"linear": False}, {"linear": True}, {"linear": False, "sphere": True}):
        before = renderer._programs.compiled
        while renderer.warm_up_eyes(**kind):
            pass
        assert renderer._programs.compiled > before
