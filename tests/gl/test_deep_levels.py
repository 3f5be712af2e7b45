"""Where the shader looks on levels of up to 393,216 columns, in float32, against double precision."""

import math
from dataclasses import replace

import moderngl
import numpy as np
import pytest

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection, u_of_yaw, yaw_pitch_of
from viewer.camera.camera import View
from viewer.camera.view_projection import VIEW_PROJECTIONS
from viewer.rendering.renderer import FineLevel, Renderer
from viewer.rendering.shader_variants import ShaderVariants

GRID = PatchGrid(levels=10)
SIZE = (96, 72)
STEP = 4  # grey levels a texel: positions can be read to an eighth of one
NEAR = 0.45  # of a texel
PROJECTIONS = [Projection.of_aspect("mercator", 3), Projection.of_aspect("equirectangular", 3)]


@pytest.fixture(scope="module")
def context():
    made = moderngl.create_standalone_context(require=330, backend="egl")
    yield made
    made.release()


def ramp(s):
    """A patch that says where in it a pixel lies: red the row, green the column."""
    row, column = np.mgrid[0:s, 0:s]
    return np.stack([row * STEP, column * STEP, 0 * row], -1).astype(np.uint8)


def expected(view, grid, level, projection):
    """The texel (row, column) under each pixel, in double precision; row 0 of the result is the picture's top."""
    fine = grid.at_level(level)
    x, y = ((np.arange(n) + 0.5) / n * 2 - 1 for n in SIZE)
    yaw, pitch = yaw_pitch_of(view.directions(x[None], -y[:, None]))
    column = u_of_yaw(yaw, grid.width_px) * fine.width_px
    row = projection.v_of_pitch(pitch) * fine.height_px
    return row, column


def worst(context, view, level, projection, *, alone, programs):
    """The largest distance in texels between where the shader looked and where it should have, patch borders aside."""
    s = GRID.patch_px
    renderer = Renderer.for_panorama(context, GRID, projection, programs)
    window = renderer.window_of(GRID, level, (16, 24)).follow(view, projection)
    atlas = renderer.open_level(window)
    for _, slot in window.cells():
        atlas.upload(slot, ramp(s), 0.0, fade=False)
    renderer.fine, renderer.covered, renderer.sharp_fine = (FineLevel(atlas, window),), alone, False
    picture = renderer.picture(view, SIZE, sharp=False).astype(float)
    row, column = expected(view, GRID, level, projection)
    found = []
    for position, channel in ((row, 0), (column, 1)):
        inside = position % s
        clear = (inside > 1) & (inside < s - 1)
        found.append(np.abs(picture[..., channel] / STEP + 0.5 - inside)[clear].max())
    renderer.release()
    return max(found)


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda p: p.kind)
@pytest.mark.parametrize("lens", VIEW_PROJECTIONS)
@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("level", [5, 7, 9])
def test_it_looks_where_double_precision_does(context, projection, lens, alone, level):
    fov = SIZE[0] * 2 * math.pi / (GRID.width_px << level)  # a texel a pixel, about
    programs = ShaderVariants(context)
    for yaw, pitch in ((0.0, 0.0), (2.0, 0.3), (-3.1, -0.6), (1000.0, 0.02), (1.0, 0.7)):
        view = View(yaw, pitch, fov, SIZE[0] / SIZE[1], lens, lens)
        found = worst(context, view, level, projection, alone=alone, programs=programs)
        assert found < NEAR, (yaw, pitch)


def test_a_change_of_lens_does_too(context):
    fov = SIZE[0] * 2 * math.pi / (GRID.width_px << 9)
    view = View(2.0, 0.3, fov, SIZE[0] / SIZE[1], "panini", "rectilinear", 0.5)
    found = worst(context, view, 9, PROJECTIONS[0], alone=False, programs=ShaderVariants(context))
    assert found < NEAR


def test_the_ruler_would_notice(context):
    fov = SIZE[0] * 2 * math.pi / (GRID.width_px << 9)
    view, projection = View(2.0, 0.3, fov, SIZE[0] / SIZE[1]), PROJECTIONS[0]
    off = replace(view, pitch_rad=0.3 + fov / SIZE[0] / 2)  # half a pixel
    row, _ = expected(view, GRID, 9, projection)
    moved, _ = expected(off, GRID, 9, projection)
    assert np.abs(moved - row).min() > NEAR
