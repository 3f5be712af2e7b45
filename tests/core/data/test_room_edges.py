"""Where crops of rooms are taken."""

import numpy as np

from cocogan_core.data.rooms.edges import any_kind


def test_a_kind_of_many_parts_is_no_more_likely_than_another():
    kinds = np.array([7] * 40 + [2] + [4] * 5)
    rng = np.random.default_rng(1)
    drawn = kinds[[any_kind(rng, kinds) for _ in range(1500)]]
    assert all(abs(np.mean(drawn == kind) - 1 / 3) < 0.05 for kind in (2, 4, 7))


def test_each_part_of_a_kind_is_as_likely():
    rng = np.random.default_rng(2)
    drawn = [any_kind(rng, np.array([0, 0, 0, 1])) for _ in range(1500)]
    assert np.abs(np.bincount(drawn) / 1500 - [1 / 6, 1 / 6, 1 / 6, 1 / 2]).max() < 0.05
