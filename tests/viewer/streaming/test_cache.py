import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.streaming import cache as cache_module
from viewer.streaming.cache import PatchCache


def patch(value=0):
    return np.full((4, 4, 3), value, np.uint8)  # 48 bytes


@given(st.lists(st.integers(0, 9), max_size=60), st.sets(st.integers(0, 9), max_size=2))
def test_the_cache_keeps_its_budget_and_its_pins(columns, pinned):
    cache = PatchCache(5 * 48)
    cache.pin(0, {(0, 0, column) for column in pinned})
    there: set[int] = set()
    for column in columns:
        gone = cache.put(0, (0, 0, column), patch(column))
        there = (there | {column}) - {old for _, (_, _, old) in gone}
        assert cache.bytes == 48 * len(cache) == 48 * len(there) <= 5 * 48
        assert not pinned & {old for _, (_, _, old) in gone}
    for column in there:
        assert (cache.get(0, (0, 0, column)) == column).all()


def test_the_least_recently_used_goes_first():
    cache = PatchCache(2 * 48)
    cache.put(0, (0, 0, 0), patch())
    cache.put(0, (0, 0, 1), patch())
    cache.get(0, (0, 0, 0))
    assert cache.put(1, (0, 0, 0), patch()) == [(0, (0, 0, 1))]


def test_a_full_cache_takes_no_more_memory_and_what_it_gave_stays(monkeypatch):
    monkeypatch.setattr(cache_module, "SLAB_BYTES", 3 * 48)
    cache = PatchCache(5 * 48)
    given = {}
    for number in range(50):
        cache.put(number, (0, 0, 0), patch(number))
        given[number] = cache.get(number, (0, 0, 0))
    assert len(cache._slabs) == 2
    assert all((pixels == number).all() for number, pixels in given.items())
    assert [number for number in range(50) if (number, (0, 0, 0)) in cache] == [45, 46, 47, 48, 49]


def test_many_at_once_are_copies_in_one_piece_and_count_as_used():
    cache = PatchCache(3 * 48)
    for column in range(3):
        cache.put(0, (0, 0, column), patch(column))
    stacked = cache.stack(0, [(0, 0, 1), (0, 0, 0)])
    assert stacked.flags.c_contiguous
    assert [pixels.max() for pixels in stacked] == [1, 0]
    stacked[:] = 9
    assert cache.put(0, (0, 0, 3), patch(3)) == [(0, (0, 0, 2))]
    assert (cache.get(0, (0, 0, 1)) == 1).all()
    with pytest.raises(KeyError):
        cache.stack(0, [(0, 0, 2)])
