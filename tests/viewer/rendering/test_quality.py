"""Frames that take too long are drawn more simply, and better again only once there is plenty of time."""

from itertools import pairwise

import pytest

from viewer.rendering.quality import CALM, DrawQuality, QualityGovernor

COARSE, PLAIN, SHARP = DrawQuality


def drive(governor, cost_s, frames):
    """Draw so many moving frames of a machine on which each way costs so much; the ways that were taken."""
    taken = []
    for _ in range(frames):
        quality = governor.choose(moves=True)
        taken.append(quality)
        governor.note(quality, cost_s[quality], moves=True)
    return taken


@pytest.mark.parametrize(
    ("cost_s", "settled"),
    [
        ({COARSE: 0.001, PLAIN: 0.002, SHARP: 0.005}, SHARP),
        ({COARSE: 0.004, PLAIN: 0.013, SHARP: 0.040}, PLAIN),
        ({COARSE: 0.030, PLAIN: 0.100, SHARP: 0.300}, COARSE),
        ({COARSE: 0.200, PLAIN: 0.800, SHARP: 2.000}, COARSE),
    ],
)
def test_each_machine_settles_on_what_it_can_and_stays(cost_s, settled):
    taken = drive(QualityGovernor(), cost_s, 400)
    assert set(taken[12:]) == {settled}


def test_it_does_not_waver_at_a_limit(rng):
    governor, seen = QualityGovernor(), []
    for _ in range(1000):
        quality = governor.choose(moves=True)
        seen.append(quality)
        plain = 0.040 * rng.uniform(0.8, 1.2)
        governor.note(quality, {COARSE: plain / 4, PLAIN: plain, SHARP: 3 * plain}[quality], moves=True)
    assert sum(a is not b for a, b in pairwise(seen)) <= 8  # ever less often


def test_a_machine_that_has_time_again_goes_back_after_a_while():
    governor = QualityGovernor()
    drive(governor, {COARSE: 0.03, PLAIN: 0.1, SHARP: 0.3}, 30)
    quick = {COARSE: 0.0005, PLAIN: 0.001, SHARP: 0.003}
    taken = drive(governor, quick, 40 * CALM)
    assert taken[0] is COARSE
    assert taken[-1] is SHARP
    assert taken[CALM - 5] is COARSE, "without waiting"


def test_a_climb_that_did_not_last_is_tried_ever_less_often():
    """On a card whose simpler pictures are cheap, what comes next costs more than guessed."""
    taken = drive(QualityGovernor(), {COARSE: 0.010, PLAIN: 0.050, SHARP: 0.2}, 4000)
    climbs = [at for at, (a, b) in enumerate(pairwise(taken)) if b > a]
    waits = [b - a for a, b in pairwise(climbs)]
    assert len(climbs) <= 10
    assert waits == sorted(waits)


def test_one_slow_frame_is_no_reason():
    governor = QualityGovernor()
    drive(governor, dict.fromkeys(DrawQuality, 0.004), 20)
    governor.note(SHARP, 0.019, moves=True)
    assert governor.choose(moves=True) is SHARP


def test_at_rest_it_is_sharp_unless_that_takes_very_long():
    governor = QualityGovernor()
    drive(governor, {COARSE: 0.01, PLAIN: 0.02, SHARP: 0.05}, 30)
    assert governor.choose(moves=True) is PLAIN
    assert governor.choose(moves=False) is SHARP
    assert governor.choose(moves=False, changes=True) is PLAIN
    governor.note(SHARP, 0.5, moves=False)
    assert governor.choose(moves=False) is PLAIN
    governor.forget()
    assert governor.choose(moves=True) is SHARP


@pytest.mark.parametrize(("plain_s", "drawn"), [(0.041, COARSE), (0.005, PLAIN)])
def test_while_patches_are_awaited_a_slow_machine_draws_less(plain_s, drawn):
    """Where the CPU draws, it is what makes the patches too; one that draws quickly loses nothing by it."""
    governor = QualityGovernor()
    assert governor.choose(moves=False, changes=True, awaits=True) is SHARP, "before anything is known"
    governor.note(SHARP, 3 * plain_s, moves=False)
    assert governor.choose(moves=False, changes=True, awaits=True) is PLAIN
    governor.note(PLAIN, plain_s, moves=False)
    assert governor.choose(moves=False, changes=True, awaits=True) is drawn
    assert governor.choose(moves=False, changes=True) is PLAIN
