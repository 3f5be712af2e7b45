"""Visible sets of finer levels, against brute force in level 0's frame."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection, u_of_yaw, yaw_pitch_of
from viewer.camera.camera import View
from viewer.camera.visibility import Area, fits, visible_patches

SETTINGS = [
    (PatchGrid(patch_px=16, levels=4), Projection.of_aspect("mercator", 3)),
    (PatchGrid(rows=6, columns=12, patch_px=16, levels=3), Projection.of_aspect("equirectangular", 2)),
]
views = st.builds(
    View, st.floats(-10, 10), st.floats(-0.8, 0.8), st.floats(0.2, 2.0), st.sampled_from([0.6, 1.0, 16 / 9])
)


def sampled(view, grid, projection, level, rim):
    """What 321 × 321 rays read of a level, edges included, beside the caps, widened by ``rim`` texels."""
    fine, s = grid.at_level(level), np.linspace(-1, 1, 321)
    yaw, pitch = (a.ravel() for a in yaw_pitch_of(view.directions(s[None], s[:, None])))
    limit = projection.half_extent_rad
    x = u_of_yaw(yaw, grid.width_px) * fine.width_px - 0.5  # level 0's width on every level: one frame
    y = projection.v_of_pitch(np.clip(pitch, -limit, limit)) * fine.height_px - 0.5
    found = set()
    for dx in (-rim, 0, 1, 1 + rim):
        for dy in (-rim, 0, 1, 1 + rim):
            column = np.floor(x + dx).astype(int) % fine.width_px // fine.patch_px
            row = np.clip(np.floor(y + dy).astype(int), 0, fine.height_px - 1) // fine.patch_px
            found |= set(zip(row.tolist(), column.tolist(), strict=True))
    return found


@given(view=views, setting=st.sampled_from(SETTINGS), level=st.integers(0, 2))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_no_patch_is_missing_and_none_too_many(view, setting, level):
    grid, projection = setting
    seen = set(visible_patches(view, grid, projection, level=level))
    if level or np.abs(view.pitch_rad) + view.fov_rad < projection.half_extent_rad:  # level 0 also feeds the caps
        assert sampled(view, grid, projection, level, 0) - seen == set()
        assert seen - sampled(view, grid, projection, level, 4) == set()


# Views, levels, and a patch that lay wholly between slanted rays: 641 × 641 rays meet it.
SLANTED = [
    (View(4.673854, 0.954896, 1.632490, 1.0, "panini", "panini"), 2, (0, 29)),
    (View(0.649086, 0.681364, 3.154407, 1.0, "stereographic", "stereographic"), 1, (0, 4)),
    (View(2.426970, 0.699200, 0.892619, 1.0), 3, (1, 45)),
]


@pytest.mark.parametrize(("view", "level", "patch"), SLANTED)
def test_a_patch_between_slanted_rays_is_not_missed(view, level, patch):
    assert patch in visible_patches(view, *SETTINGS[0], level=level)


@given(view=views, data=st.data())
@settings(deadline=None, max_examples=40, derandomize=True)
def test_an_area_holds_what_lies_in_it_and_no_more(view, data):
    grid, projection = SETTINGS[0]
    fine = grid.at_level(2)
    area = Area(
        data.draw(st.integers(0, fine.rows - 3)),
        data.draw(st.integers(-60, 60)),
        3,
        data.draw(st.integers(1, fine.columns)),
    )
    inside = {(area.top + r, (area.left + c) % fine.columns) for r in range(area.rows) for c in range(area.columns)}
    whole = set(visible_patches(view, grid, projection, level=2))
    assert set(visible_patches(view, grid, projection, level=2, within=area)) == whole & inside


def test_the_work_does_not_grow_with_the_panorama():
    grid, projection = PatchGrid(levels=10), Projection.of_aspect("mercator", 3)
    view = View(1.0, 0.0, np.radians(90) / 2**6)
    fine = grid.at_level(9)
    row, column = fine.rows // 2, int(u_of_yaw(1.0, grid.width_px) * fine.columns)
    area = Area(row - 20, column - 30, 40, 60)
    patches = visible_patches(view, grid, projection, level=9, within=area)
    assert 50 < len(patches) < 2400
    assert fits(View(1.0, 0.0, 1e-4), grid, projection, level=9, within=area)
    assert not fits(View(1.0, 0.0, 1.0), grid, projection, level=9, within=area)


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_yaw_0_is_the_middle_of_level_0s_first_texel(level):
    grid, projection = SETTINGS[0]
    fine = grid.at_level(level)
    seen = visible_patches(View(0.0, 0.0, 1e-3), grid, projection, level=level)
    middle = int(0.5 / grid.width_px * fine.width_px // fine.patch_px)
    assert {column for _, column in seen} <= {middle, (middle - 1) % fine.columns, (middle + 1) % fine.columns}
