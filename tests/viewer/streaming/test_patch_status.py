import pytest

from viewer.streaming.patch_status import FATES, INKS, Cell, Totals, tint


def test_every_fate_has_its_own_ink():
    assert len({INKS[fate] for fate in FATES}) == len(FATES)


def test_a_new_patch_is_strong_and_fades():
    alphas = [tint(Cell("made", age_s))[3] for age_s in (0.0, 1.0, 4.0, 100.0)]
    assert alphas[0] > alphas[1] > alphas[2] == alphas[3] > 0
    assert tint(Cell("making"))[3] == alphas[0]


def test_the_share_saved_is_of_all_rooms_seen():
    totals = Totals(made=24, rooms=2, cells=48, patch_gflop=0.5)
    assert totals.saved == pytest.approx(0.75)
    assert totals.gflop == pytest.approx(12)
    assert Totals(made=0, rooms=0, cells=48, patch_gflop=0.5).saved == 1
