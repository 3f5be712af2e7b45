import math

import moderngl
import numpy as np
import pytest

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection, u_of_yaw, yaw_pitch_of
from viewer.camera.camera import View
from viewer.camera.view_projection import VIEW_PROJECTIONS, WIDEST_RAD
from viewer.rendering.atlas import AtlasWindow
from viewer.rendering.renderer import Renderer
from viewer.rendering.shader_variants import ShaderVariants

GRID = PatchGrid(patch_px=16)
PROJECTION = Projection.of_aspect("mercator", 3)
SIZE = (96, 64)


@pytest.fixture(scope="module")
def context():
    context = moderngl.create_standalone_context(require=330, backend="egl")
    yield context
    context.release()


@pytest.fixture(scope="module")
def target(context):
    return context.simple_framebuffer(SIZE, 3)


@pytest.fixture(autouse=True)
def no_gl_error(context, target):
    target.use()  # a context without a window has no framebuffer of its own to draw into
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


def catmull_rom(distance):
    d = np.abs(distance)
    near, far = 1.5 * d**3 - 2.5 * d**2 + 1, -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2
    return np.where(d < 1, near, np.where(d < 2, far, 0))


def triangle(distance):
    return np.clip(1 - np.abs(distance), 0, None)


def reference(view, kernel=triangle):
    """The same view in numpy, wrapped in yaw, clamped in pitch."""
    x = (np.arange(SIZE[0]) + 0.5) / SIZE[0] * 2 - 1
    y = 1 - (np.arange(SIZE[1]) + 0.5) / SIZE[1] * 2
    yaw, pitch = yaw_pitch_of(view.directions(x[None], y[:, None]))
    column = u_of_yaw(yaw, GRID.width_px) * GRID.width_px - 0.5
    row = np.clip(PROJECTION.v_of_pitch(pitch) * GRID.height_px - 0.5, 0, GRID.height_px - 1)
    picture, result = panorama().astype(float), 0.0
    for dx in (-1, 0, 1, 2):
        for dy in (-1, 0, 1, 2):
            weight = kernel(column % 1 - dx) * kernel(row % 1 - dy)
            at = np.clip(np.floor(row).astype(int) + dy, 0, GRID.height_px - 1)
            result = result + weight[..., None] * picture[at, (np.floor(column).astype(int) + dx) % GRID.width_px]
    inside = np.abs(pitch) <= PROJECTION.half_extent_rad
    return np.clip(result, 0, 255), inside


@pytest.mark.parametrize("yaw", [0.0, 1.0, math.pi, -0.3, 6.2, 50.0, -400.0])
@pytest.mark.parametrize("pitch", [0.0, 0.3])
def test_the_shader_equals_the_reference_at_any_yaw(context, yaw, pitch):
    view = View(yaw, pitch, 1.4, SIZE[0] / SIZE[1])
    expected, inside = reference(view)
    drawn = filled(context, AtlasWindow.fitting(GRID, 8192)).picture(view, SIZE, sharp=False)
    assert np.abs(drawn - expected)[inside].mean() <= 1
    assert np.abs(drawn - expected)[inside].max() <= 4


@pytest.mark.parametrize("lens", VIEW_PROJECTIONS)
@pytest.mark.parametrize("kernel", [triangle, catmull_rom])
def test_every_lens_and_filter_equals_the_reference(context, lens, kernel):
    renderer = filled(context, AtlasWindow.fitting(GRID, 8192))
    for view in (
        View(2.0, 0.3, 1.9, 1.5, lens, lens),
        View(5.0, -0.9, WIDEST_RAD[lens], 1.5, lens, lens),
        View(1.0, 0.2, 1.9, 1.5, lens, "rectilinear", 0.4),
    ):
        expected, inside = reference(view, kernel if view.mix == 1 else triangle)  # never sharp while the lens changes
        drawn = renderer.picture(view, SIZE, sharp=kernel is catmull_rom)
        wrong = np.abs(drawn - expected)[inside]
        assert wrong.mean() <= 1
        assert np.quantile(wrong, 0.999) <= 4  # software GL's atan is coarse where a texel is steep


@pytest.mark.parametrize("yaw", [0.0, 3.0, 6.3, 100.0])
def test_a_panorama_wider_than_the_atlas_turns_past_360_degrees(context, yaw):
    column = float(u_of_yaw(yaw, GRID.width_px)) * GRID.columns
    window = AtlasWindow.fitting(GRID, 7 * GRID.patch_px).centre_on(2, column)
    assert window.columns < GRID.columns
    view = View(yaw, 0.0, 1.4, SIZE[0] / SIZE[1])
    expected, inside = reference(view)
    assert np.abs(filled(context, window).picture(view, SIZE, sharp=False) - expected)[inside].mean() <= 1


def test_caps_continue_the_border_without_black_and_softer(context):
    view = View(1.0, 1.3, 1.2, SIZE[0] / SIZE[1])
    drawn = filled(context, AtlasWindow.fitting(GRID, 8192)).picture(view, SIZE).astype(int)
    assert drawn.max(-1).min() > 40
    below = filled(context, AtlasWindow.fitting(GRID, 8192)).picture(View(1.0, 0.0, 1.2, 1.5), SIZE).astype(int)
    assert np.abs(np.diff(drawn[:20], axis=1)).mean() < np.abs(np.diff(below, axis=1)).mean()


def test_missing_patches_are_dim_not_black_and_not_noise(context):
    drawn = Renderer(context, AtlasWindow.fitting(GRID, 8192), PROJECTION).picture(View(), SIZE)
    assert drawn.min() > 15
    assert drawn.max() < 90
    assert np.abs(np.diff(drawn.astype(int), axis=1)).max() <= 2


def test_a_fade_begins_at_the_old_pixels_and_ends_at_the_new(context):
    window = AtlasWindow.fitting(GRID, 8192)
    renderer = filled(context, window)
    view = View(0.4, 0.0, 1.4, SIZE[0] / SIZE[1])
    old = renderer.picture(view, SIZE, sharp=False).astype(int)
    patches = GRID.split(255 - panorama())
    for (row, column), slot in window.cells():
        renderer.upload(slot, patches[row * GRID.columns + column], 5.0, fade=True)
    target = context.simple_framebuffer(SIZE, 3)

    def at(seconds):
        target.use()
        renderer.draw(view, seconds, sharp=False)
        return (
            np.frombuffer(target.read(components=3, alignment=1), np.uint8)
            .reshape(SIZE[1], SIZE[0], 3)[::-1]
            .astype(int)
        )

    new = renderer.picture(view, SIZE, sharp=False).astype(int)
    assert np.abs(at(5.0) - old).max() <= 1
    assert np.abs(at(9.0) - new).max() <= 1
    assert np.abs(at(5.125) - (old + new) / 2).mean() <= 2


def test_the_xray_colours_patches_and_borders(context):
    window = AtlasWindow.fitting(GRID, 8192)
    renderer, view = filled(context, window), View(0.0, 0.0, 1.4, SIZE[0] / SIZE[1])
    plain = renderer.picture(view, SIZE).astype(int)
    slots = dict(window.cells())
    renderer.mark({slots[1, 0]: (255, 0, 0, 255)}, {slots[2, 11]: (2.0, 0.0)})
    assert (renderer.picture(view, SIZE) == plain).all(), "it has to be switched on"
    renderer.xray = True
    seen = renderer.picture(view, SIZE).astype(int)
    yaw, pitch = yaw_pitch_of(view.directions(np.array(0.2), np.array(0.2)))  # within patch (1, 0)
    assert 0 < u_of_yaw(yaw, GRID.width_px) * 12 < 1
    assert 1 < PROJECTION.v_of_pitch(pitch) * 4 < 2
    x, y = round(0.6 * SIZE[0]), round(0.4 * SIZE[1])
    assert seen[y, x].tolist() == [255, 0, 0]
    line = seen[SIZE[1] // 2 + 8, SIZE[0] // 2 - 2 : SIZE[0] // 2 + 2]  # the hot border at yaw 0, below the horizon
    assert (line[:, 0] - line[:, 2]).max() > 80


def test_programs_that_are_handed_over_are_used(context):
    programs = ShaderVariants(context)
    Renderer(context, AtlasWindow.fitting(GRID, 8192), PROJECTION, programs).picture(View(), SIZE)
    assert programs.compiled == 1


def test_in_safe_mode_nothing_is_sharp_nor_compiled_to_be(context):
    view, window = View(0.4, 0.0, 0.6, SIZE[0] / SIZE[1]), AtlasWindow.fitting(GRID, 8192)
    programs = ShaderVariants(context, plain=True)
    renderer = Renderer(context, window, PROJECTION, programs)
    for (row, column), slot in window.cells():
        renderer.upload(slot, GRID.split(panorama())[row * GRID.columns + column], 1.0, fade=False)
    assert (renderer.picture(view, SIZE) == filled(context, window).picture(view, SIZE, sharp=False)).all()
    while renderer.warm_up():
        pass
    assert programs.compiled == 23


def test_what_fades_need_is_there_with_the_first_fade_or_when_nobody_waits(context):
    """The picture in the middle of a fade is the same either way, and no texture is there before one."""
    window, cells = AtlasWindow.fitting(GRID, 8192), GRID.split(panorama())
    halfway = []
    for warm in (False, True):
        renderer = filled(context, window)
        assert renderer._base.former is renderer._base.fresh
        while warm and renderer.warm_up():
            pass
        assert (renderer._base.former is not renderer._base.fresh) == warm
        for (row, column), slot in window.cells():
            renderer.upload(slot, cells[row * GRID.columns + column] // 2, 2.0, fade=True)
        assert renderer._base.former is not renderer._base.fresh
        target = context.simple_framebuffer(SIZE, 3)
        target.use()
        renderer.draw(View(0.4, 0.0, 0.6, SIZE[0] / SIZE[1]), 2.1)
        halfway.append(np.frombuffer(target.read(components=3), np.uint8))
        renderer.release()
    assert (halfway[0] == halfway[1]).all()
    assert len(np.unique(halfway[0])) > 20, "a picture"


def test_after_warming_up_nothing_is_compiled_any_more(context, target):
    renderer = filled(context, AtlasWindow.fitting(GRID, 8192))
    while renderer.warm_up():
        pass
    known = renderer._programs.compiled
    for renderer.xray in (False, True):
        for lens in VIEW_PROJECTIONS:
            for view in (
                View(0, 0, 1.4, 1.5, lens, lens),
                View(0, 1.5, 2.0, 1.5, lens, "panini", 0.5),
                View(0, 1.5, lens=lens),
            ):
                for now, sharp in ((1.1, False), (9.0, False), (9.0, True)):
                    renderer.draw(view, now, sharp=sharp)
    assert renderer._programs.compiled == known == 30
