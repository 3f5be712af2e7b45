import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid


@st.composite
def grids(draw):
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 9))
    return PatchGrid(
        system=draw(st.sampled_from(["cylindrical", "planar"])),
        rows=rows,
        columns=columns,
        macro_rows=draw(st.integers(1, rows)),
        macro_columns=draw(st.integers(1, columns)),
        patch_px=draw(st.integers(1, 5)),
    )


@given(grids())
@settings(deadline=None)
def test_split_and_merge_are_inverse(grid):
    image = np.arange(grid.height_px * grid.width_px * 3).reshape(grid.height_px, grid.width_px, 3)
    assert np.array_equal(grid.merge(grid.split(image)), image)
    assert len(grid.split(image)) == len(grid.micro_ids())


@given(grids())
@settings(deadline=None)
def test_a_macro_patch_is_its_members_merged(grid):
    image = np.arange(grid.height_px * grid.width_px).reshape(grid.height_px, grid.width_px)
    patches = grid.split(image).reshape(grid.rows, grid.columns, grid.patch_px, grid.patch_px)
    for macro_id, members in zip(grid.macro_ids(), grid.members(grid.macro_ids()), strict=True):
        merged = grid.merge(patches[members[:, 0], members[:, 1]], (grid.macro_rows, grid.macro_columns))
        corner = (macro_id[0] * grid.patch_px, macro_id[1] * grid.patch_px)
        assert np.array_equal(merged, grid.crop(image, corner, grid.macro_height_px, grid.macro_width_px))


@given(grids())
@settings(deadline=None)
def test_coordinates_name_patches_uniquely_within_the_unit_range(grid):
    vectors = grid.micro_coordinates(grid.micro_ids())
    assert vectors.shape == (grid.rows * grid.columns, grid.coordinate_dim)
    assert np.abs(vectors).max() <= 1 + 1e-6
    assert len(np.unique(vectors.round(5), axis=0)) == len(vectors)


def test_cylindrical_vectors_follow_the_convention():
    grid = PatchGrid(rows=4, columns=12)
    first, opposite, bottom = grid.micro_coordinates(np.array([[0, 0], [0, 6], [3, 3]]))
    assert first == pytest.approx([-1, -1, 0], abs=1e-6)  # θ = −π
    assert opposite == pytest.approx([-1, 1, 0], abs=1e-6)  # θ = 0
    assert bottom == pytest.approx([1, 0, -1], abs=1e-6)  # θ = −π/2


def test_macro_verticals_span_the_macro_grid():
    grid = PatchGrid(rows=4, columns=12)
    assert grid.macro_shape == (3, 12)
    assert grid.macro_coordinates(np.array([[2, 0]]))[0, 0] == pytest.approx(1)


def test_columns_wrap_on_a_cylinder_and_stop_on_a_plane():
    image = np.arange(4 * 12).reshape(4, 12)
    assert PatchGrid(patch_px=1).crop(image, (0, 11), 1, 2).tolist() == [[11, 0]]
    with pytest.raises(ValueError, match="leaves"):
        PatchGrid(patch_px=1, system="planar").crop(image, (0, 11), 1, 2)


@pytest.mark.parametrize("wrong", [{"rows": 0}, {"patch_px": -1}, {"macro_rows": 5}])
def test_impossible_grids_are_refused(wrong):
    with pytest.raises(ConfigError, match="patch grid"):
        PatchGrid(**wrong)


def test_beyond_the_border_the_papers_coordinates_go_on():
    """Appendix E: c″ ∈ [−1.66, 1.66] and c′ ∈ [−2, 2] for 4 × 4 micro patches of which macro patches have 2 × 2."""
    inner = PatchGrid(system="planar", rows=4, columns=4)
    grid = inner.extended(1)
    assert (grid.rows, grid.columns, grid.inner) == (6, 6, inner)
    micro, macro = grid.micro_coordinates(grid.micro_ids()), grid.macro_coordinates(grid.macro_ids())
    assert (micro.min(0), micro.max(0)) == (pytest.approx([-5 / 3] * 2), pytest.approx([5 / 3] * 2))
    assert (macro.min(0), macro.max(0)) == (pytest.approx([-2, -2]), pytest.approx([2, 2]))
    assert grid.micro_coordinates(inner.micro_ids() + 1) == pytest.approx(inner.micro_coordinates(inner.micro_ids()))


def test_a_cylinder_goes_on_up_and_down_only():
    grid = PatchGrid(rows=4, columns=12).extended(1)
    assert (grid.rows, grid.columns) == (6, 12)
    top, bottom = grid.micro_coordinates(np.array([[0, 6], [5, 6]]))
    assert top == pytest.approx([-5 / 3, 1, 0], abs=1e-6)
    assert bottom == pytest.approx([5 / 3, 1, 0], abs=1e-6)
    assert grid.extended(1).inner == PatchGrid(rows=4, columns=12)


@pytest.mark.parametrize(
    ("system", "outside"), [("cylindrical", (-1, 0)), ("cylindrical", (4, 0)), ("planar", (0, -1))]
)
def test_ids_outside_the_grid_are_named(system, outside):
    grid = PatchGrid(system=system)
    grid.require_inside(grid.micro_ids())
    PatchGrid().require_inside(np.array([[0, -1], [3, 25]]))  # columns of a cylinder wrap
    with pytest.raises(ConfigError, match=rf"no micro patch \({outside[0]}, {outside[1]}\)"):
        grid.require_inside(np.array([(0, 0), outside]))
