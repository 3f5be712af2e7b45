import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection, u_of_yaw, yaw_pitch_of
from viewer.camera.camera import View
from viewer.camera.view_projection import VIEW_PROJECTIONS, WIDEST_RAD
from viewer.camera.visibility import cap_reach, outline, visible_patches

GRIDS = [
    (PatchGrid(patch_px=64), Projection.of_aspect("mercator", 3)),
    (PatchGrid(rows=8, columns=24, patch_px=16), Projection.of_aspect("mercator", 3)),
    (PatchGrid(rows=6, columns=12, patch_px=32), Projection.of_aspect("equirectangular", 2)),
    (PatchGrid(rows=3, columns=5, patch_px=64), Projection.of_aspect("mercator", 2)),
]
views = st.builds(
    lambda lens, former, mix, yaw, pitch, fov, aspect: View(
        yaw, pitch, 0.5 + fov * (WIDEST_RAD[lens] - 0.5), aspect, lens, former if mix < 1 else lens, mix
    ),
    st.sampled_from(VIEW_PROJECTIONS),
    st.sampled_from(VIEW_PROJECTIONS),
    st.sampled_from([0.3, 1.0, 1.0, 1.0]),
    st.floats(-20, 20),
    st.floats(-1.57, 1.57),
    st.floats(0, 1),
    st.sampled_from([0.5, 1.0, 16 / 9, 3.0]),
)


def sampled(view, grid, projection, rim):
    """Brute force: what every one of 241 × 241 rays reads, edges included, widened by ``rim`` texels."""
    s = np.linspace(-1, 1, 241)
    yaw, pitch = yaw_pitch_of(view.directions(s[None], s[:, None]))
    limit = projection.half_extent_rad
    x = u_of_yaw(yaw, grid.width_px) * grid.width_px - 0.5
    y = np.clip(projection.v_of_pitch(np.clip(pitch, -limit, limit)) * grid.height_px - 0.5, 0, grid.height_px - 1)
    found = patches(x, y, grid, rim)
    beyond = np.abs(pitch) > limit
    reach = cap_reach(pitch[beyond], projection) * grid.width_px
    for tap in (np.arange(24) + 0.5) / 24 * 2 - 1 if beyond.any() else ():
        found |= patches(x[beyond] + tap * reach, y[beyond], grid, rim)
    return {divmod(int(code), grid.columns) for code in found}


def patches(x, y, grid, rim):
    """Codes, row × columns + column, of the patches of texels (x, y) and of their bilinear neighbours."""
    found = set()
    for dx in (-rim, 0, 1, 1 + rim):
        for dy in (-rim, 0, 1, 1 + rim):
            column = np.floor(x + dx).astype(int) % grid.width_px // grid.patch_px
            row = np.clip(np.floor(y + dy).astype(int), 0, grid.height_px - 1) // grid.patch_px
            found |= set(np.flatnonzero(np.bincount((row * grid.columns + column).ravel())).tolist())
    return found


def test_the_cap_reads_border_patches_beside_the_view():
    grid, projection = GRIDS[0]
    steep = View(np.pi + 0.1, 0.6, 1.3, 1.0)
    columns = outline(steep, projection, grid.width_px)[:, 0] * grid.columns
    top = {column for row, column in visible_patches(steep, grid, projection) if row == 0}
    assert min(top) < np.floor(columns.min())
    assert max(top) > np.floor(columns.max())
    assert cap_reach(np.array([0.0, 1.57]), projection).tolist() == [0.0, 0.5]


@given(view=views, setting=st.sampled_from(GRIDS))
@settings(deadline=None, max_examples=100, derandomize=True)
def test_no_patch_is_missing(view, setting):
    missing = sampled(view, *setting, rim=0) - set(visible_patches(view, *setting))
    assert missing == set()


@given(view=views, setting=st.sampled_from(GRIDS))
@settings(deadline=None, max_examples=100, derandomize=True)
def test_none_is_too_many_beyond_the_rim(view, setting):
    if abs(view.pitch_rad) > 1.2:
        return  # so near a pole neighbouring rays of the brute force are many texels apart
    extra = set(visible_patches(view, *setting)) - sampled(view, *setting, rim=3)
    assert extra == set()


def test_the_centre_comes_first_and_nothing_twice():
    grid, projection = GRIDS[0]
    patches = visible_patches(View(np.pi / 2 + 0.2, 0.1), grid, projection)
    assert patches[0] == (1, 3)
    assert len(patches) == len(set(patches))


def test_a_pole_in_view_shows_every_column():
    grid, projection = GRIDS[0]
    patches = visible_patches(View(0.0, 1.5, 2.0), grid, projection)
    assert {(0, column) for column in range(12)} <= set(patches)


def test_the_outline_runs_round_the_view():
    grid, projection = GRIDS[0]
    border = outline(View(np.pi), projection, grid.width_px)
    assert border[:, 0].min() < 0.5 < border[:, 0].max()
    assert np.abs(np.diff(border[:, 0])).max() < 0.1
