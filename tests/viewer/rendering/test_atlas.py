from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cocogan_core.geometry.grid import PatchGrid
from viewer.rendering.atlas import AtlasWindow

GRID = PatchGrid(rows=6, columns=20, patch_px=4)


def test_a_small_panorama_fits_whole_and_never_moves():
    window = AtlasWindow.fitting(GRID, 8192)
    assert (window.rows, window.columns) == (6, 20)
    for column in (-31.0, 0.0, 7.5, 400.0):
        assert dict(window.centre_on(2, column).cells()) == {(r, c): (r, c) for r in range(6) for c in range(20)}


@given(st.floats(-2, 9), st.floats(-100, 100), st.integers(-3, 3))
def test_a_step_of_the_window_moves_only_the_strip_that_enters(row, column, step):
    window = AtlasWindow.fitting(GRID, 4 * 7)
    before, after = window.centre_on(row, column), window.centre_on(row, column + step)
    slots = {slot: cell for cell, slot in before.cells()}
    assert len(slots) == window.rows * window.columns
    changed = [slot for cell, slot in after.cells() if slots[slot] != cell]
    assert len(changed) <= window.rows * (abs(step) + 1)
    assert 0 <= before.top <= GRID.rows - before.rows


@given(st.floats(-100, 100))
def test_neighbours_in_the_world_are_neighbours_in_the_texture(column):
    window = AtlasWindow.fitting(GRID, 4 * 7).centre_on(3, column)
    cells = list(window.cells())
    for (first, slot), (second, next_slot) in pairwise(cells):
        if first[0] == second[0]:
            assert second[1] == (first[1] + 1) % GRID.columns
            assert next_slot[1] == (slot[1] + 1) % window.columns
