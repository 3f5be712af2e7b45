from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cocogan_core.geometry.grid import PatchGrid
from viewer.rendering import atlas
from viewer.rendering.atlas import AtlasWindow, PatchCache
from viewer.state.latents import Latents

GRID = PatchGrid(rows=6, columns=20, patch_px=4)


def patch(value=0):
    return np.full((4, 4, 3), value, np.uint8)  # 48 bytes


def test_a_small_panorama_fits_whole_and_never_moves():
    window = AtlasWindow.fitting(GRID, 8192)
    assert (window.rows, window.columns) == (6, 20)
    for column in (-31.0, 0.0, 7.5, 400.0):
        assert dict(window.centred(2, column).cells()) == {(r, c): (r, c) for r in range(6) for c in range(20)}


@given(st.floats(-2, 9), st.floats(-100, 100), st.integers(-3, 3))
def test_a_step_of_the_window_moves_only_the_strip_that_enters(row, column, step):
    window = AtlasWindow.fitting(GRID, 4 * 7)
    before, after = window.centred(row, column), window.centred(row, column + step)
    slots = {slot: cell for cell, slot in before.cells()}
    assert len(slots) == window.rows * window.columns
    changed = [slot for cell, slot in after.cells() if slots[slot] != cell]
    assert len(changed) <= window.rows * (abs(step) + 1)
    assert 0 <= before.top <= GRID.rows - before.rows


@given(st.floats(-100, 100))
def test_neighbours_in_the_world_are_neighbours_in_the_texture(column):
    window = AtlasWindow.fitting(GRID, 4 * 7).centred(3, column)
    cells = list(window.cells())
    for (first, slot), (second, next_slot) in pairwise(cells):
        if first[0] == second[0]:
            assert second[1] == (first[1] + 1) % GRID.columns
            assert next_slot[1] == (slot[1] + 1) % window.columns


@given(st.lists(st.integers(0, 9), max_size=60), st.sets(st.integers(0, 9), max_size=2))
def test_the_cache_keeps_its_budget_and_its_pins(columns, pinned):
    cache = PatchCache(5 * 48)
    cache.pin(0, {(0, column) for column in pinned})
    there: set[int] = set()
    for column in columns:
        gone = cache.put(0, (0, column), patch(column))
        there = (there | {column}) - {old for _, (_, old) in gone}
        assert cache.bytes == 48 * len(cache) == 48 * len(there) <= 5 * 48
        assert not pinned & {old for _, (_, old) in gone}
    for column in there:
        assert (cache.get(0, (0, column)) == column).all()


def test_the_least_recently_used_goes_first():
    cache = PatchCache(2 * 48)
    cache.put(0, (0, 0), patch())
    cache.put(0, (0, 1), patch())
    cache.get(0, (0, 0))
    assert cache.put(1, (0, 0), patch()) == [(0, (0, 1))]


def test_a_full_cache_takes_no_more_memory_and_what_it_gave_stays(monkeypatch):
    monkeypatch.setattr(atlas, "SLAB_BYTES", 3 * 48)
    cache = PatchCache(5 * 48)
    given = {}
    for number in range(50):
        cache.put(number, (0, 0), patch(number))
        given[number] = cache.get(number, (0, 0))
    assert len(cache._slabs) == 2
    assert all((pixels == number).all() for number, pixels in given.items())
    assert [number for number in range(50) if (number, (0, 0)) in cache] == [45, 46, 47, 48, 49]


def test_latents_lock_reset_and_move():
    room = Latents.of_seed(3, 8).toggled(2)
    other = room.shuffled()
    assert other.seed != room.seed
    assert other.base[2] == room.base[2]
    assert other.base[3] != room.base[3]
    assert room.with_entry(1, 5.0).base[1] == 1.0
    assert room.with_entry(1, 0.5).reset_entry(1) == room
    direction = np.eye(8, dtype=np.float32)[:1]
    moved = room.with_along(0, -9.0).z(direction)
    assert moved[0] == -1
    assert moved[1:].tolist() == np.asarray(room.base[1:], np.float32).tolist()
