from cocogan_core.geometry.grid import PatchGrid
from viewer.streaming.whole_level import WholeLevel

GRID = PatchGrid(rows=2, columns=4, macro_rows=1, macro_columns=1, levels=3)


def test_all_of_a_level_is_asked_for_sooner_or_later_and_little_at_a_time():
    whole, done = WholeLevel(GRID, 1), {(1, 0, 1), (1, 3, 7)}
    assert len(whole.patches) == 4 * 8
    asked = []
    while now := whole.missing(done.__contains__, 5):
        assert len(now) <= 5
        asked += now[:3]
        done |= set(now[:3])
    assert len(asked) == len(set(asked)) == 30
    assert done == whole.patches


def test_what_is_made_in_another_order_is_not_asked_for():
    whole = WholeLevel(GRID, 0)
    assert whole.missing(lambda patch: patch == (0, 0, 1), 3) == [(0, 0, 0), (0, 0, 2)]
