import math

import moderngl
import numpy as np
import pytest

from cocogan_core.coordinates import PatchGrid
from cocogan_core.projection import Projection, u_of_yaw, yaw_pitch_of
from viewer.atlas import Window
from viewer.camera import View
from viewer.renderer import Renderer

GRID = PatchGrid(patch_px=16)
PROJECTION = Projection.of_aspect("mercator", 3)
SIZE = (96, 64)


@pytest.fixture(scope="module")
def context():
    context = moderngl.create_standalone_context(require=330, backend="egl")
    yield context
    context.release()


@pytest.fixture(autouse=True)
def no_gl_error(context):
    assert context.error == "GL_NO_ERROR"
    yield
    assert context.error == "GL_NO_ERROR"


def panorama():
    rows, columns = np.mgrid[0 : GRID.height_px, 0 : GRID.width_px]
    angle = 2 * math.pi * columns / GRID.width_px
    picture = [128 + 90 * np.sin(3 * angle), 128 + 90 * np.cos(5 * angle + rows / 9), 60 + 2 * rows]
    return np.stack(picture, -1).astype(np.uint8)


def filled(context, window, *, fade=False, shift=0):
    renderer = Renderer(context, window, PROJECTION)
    patches = GRID.split(np.roll(panorama(), shift, axis=1))
    for (row, column), slot in window.cells():
        renderer.upload(slot, patches[row * GRID.columns + column], 1.0, fade=fade)
    return renderer


def reference(view):
    """The same view in numpy: bilinear, wrapped in yaw, clamped in pitch."""
    x = (np.arange(SIZE[0]) + 0.5) / SIZE[0] * 2 - 1
    y = 1 - (np.arange(SIZE[1]) + 0.5) / SIZE[1] * 2
    yaw, pitch = yaw_pitch_of(view.directions(x[None], y[:, None]))
    column = u_of_yaw(yaw, GRID.width_px) * GRID.width_px - 0.5
    row = np.clip(PROJECTION.v_of_pitch(pitch) * GRID.height_px - 0.5, 0, GRID.height_px - 1)
    picture, result = panorama().astype(float), 0.0
    for dx in (0, 1):
        for dy in (0, 1):
            weight = np.abs(1 - dx - (column % 1)) * np.abs(1 - dy - (row % 1))
            at = np.minimum(np.floor(row).astype(int) + dy, GRID.height_px - 1)
            result = result + weight[..., None] * picture[at, (np.floor(column).astype(int) + dx) % GRID.width_px]
    inside = np.abs(pitch) <= PROJECTION.half_extent_rad
    return result, inside


@pytest.mark.parametrize("yaw", [0.0, 1.0, math.pi, -0.3, 6.2, 50.0, -400.0])
@pytest.mark.parametrize("pitch", [0.0, 0.3])
def test_the_shader_equals_the_reference_at_any_yaw(context, yaw, pitch):
    view = View(yaw, pitch, 1.4, SIZE[0] / SIZE[1])
    expected, inside = reference(view)
    drawn = filled(context, Window.fitting(GRID, 8192)).picture(view, SIZE)
    assert np.abs(drawn - expected)[inside].mean() <= 1
    assert np.abs(drawn - expected)[inside].max() <= 4


@pytest.mark.parametrize("yaw", [0.0, 3.0, 6.3, 100.0])
def test_a_panorama_wider_than_the_atlas_turns_past_360_degrees(context, yaw):
    column = float(u_of_yaw(yaw, GRID.width_px)) * GRID.columns
    window = Window.fitting(GRID, 7 * GRID.patch_px).centred(2, column)
    assert window.columns < GRID.columns
    view = View(yaw, 0.0, 1.4, SIZE[0] / SIZE[1])
    expected, inside = reference(view)
    assert np.abs(filled(context, window).picture(view, SIZE) - expected)[inside].mean() <= 1


def test_caps_continue_the_border_without_black_and_softer(context):
    view = View(1.0, 1.3, 1.2, SIZE[0] / SIZE[1])
    drawn = filled(context, Window.fitting(GRID, 8192)).picture(view, SIZE).astype(int)
    assert drawn.max(-1).min() > 40
    below = filled(context, Window.fitting(GRID, 8192)).picture(View(1.0, 0.0, 1.2, 1.5), SIZE).astype(int)
    assert np.abs(np.diff(drawn[:20], axis=1)).mean() < np.abs(np.diff(below, axis=1)).mean()


def test_missing_patches_are_dim_not_black_and_not_noise(context):
    drawn = Renderer(context, Window.fitting(GRID, 8192), PROJECTION).picture(View(), SIZE)
    assert drawn.min() > 15
    assert drawn.max() < 90
    assert np.abs(np.diff(drawn.astype(int), axis=1)).max() <= 2


def test_a_fade_begins_at_the_old_pixels_and_ends_at_the_new(context):
    window = Window.fitting(GRID, 8192)
    renderer = filled(context, window)
    view = View(0.4, 0.0, 1.4, SIZE[0] / SIZE[1])
    old = renderer.picture(view, SIZE).astype(int)
    patches = GRID.split(255 - panorama())
    for (row, column), slot in window.cells():
        renderer.upload(slot, patches[row * GRID.columns + column], 5.0, fade=True)
    target = context.simple_framebuffer(SIZE, 3)

    def at(seconds):
        target.use()
        renderer.draw(view, seconds)
        return (
            np.frombuffer(target.read(components=3, alignment=1), np.uint8)
            .reshape(SIZE[1], SIZE[0], 3)[::-1]
            .astype(int)
        )

    new = renderer.picture(view, SIZE).astype(int)
    assert np.abs(at(5.0) - old).max() <= 1
    assert np.abs(at(9.0) - new).max() <= 1
    assert np.abs(at(5.125) - (old + new) / 2).mean() <= 2
