import pytest

from viewer.streaming.patch_status import BEYOND_COLOUR, COLOURS, PATCH_STATES, PatchStatus, Totals, tint


def test_every_state_has_its_own_colour():
    assert len({COLOURS[state] for state in PATCH_STATES}) == len(PATCH_STATES)


def test_a_new_patch_is_strong_and_fades():
    alphas = [tint(PatchStatus("made", age_s))[3] for age_s in (0.0, 1.0, 4.0, 100.0)]
    assert alphas[0] > alphas[1] > alphas[2] == alphas[3] > 0
    assert tint(PatchStatus("making"))[3] == alphas[0]


def test_what_was_never_trained_on_stays_marked_once_it_is_made():
    trained, beyond = (tint(PatchStatus("made", 100.0, beyond=beyond)) for beyond in (False, True))
    assert beyond[:3] == BEYOND_COLOUR not in COLOURS.values()
    assert beyond[3] > trained[3]
    assert tint(PatchStatus("making", beyond=True)) == tint(PatchStatus("making"))


def test_the_share_saved_is_of_all_rooms_seen():
    totals = Totals(made=90, rooms=2, patches_a_room=48, gflop=12.0, made_finest=24)
    assert totals.saved == pytest.approx(0.75)
    assert Totals(made=0, rooms=0, patches_a_room=48, gflop=0.0, made_finest=0).saved == 1
