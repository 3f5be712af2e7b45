import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.state.history import MOST_STEPS, History
from viewer.state.interpolation import Morph, slerp
from viewer.state.latents import Latents

START = Latents.of_seed(0, 3)
rooms = st.integers(0, 5).map(lambda seed: Latents.of_seed(seed, 3))
steps = st.lists(st.tuples(rooms, st.integers(0, 2)), max_size=12)


def walked(steps):
    history = History((START,))
    for room, gesture in steps:
        history = history.shown(room, gesture)
    return history


@given(steps)
def test_undo_goes_back_to_the_start_and_redo_to_the_end(steps):
    history = end = walked(steps)
    seen = [history.present]
    while history.can_undo:
        history = history.undone()
        seen.append(history.present)
    assert history.present == START
    assert history.undone().present == START
    for room in reversed(seen):
        assert history.present == room
        history = history.redone()
    assert history.present == end.present


@given(steps, rooms)
def test_a_new_room_forgets_what_was_undone(steps, room):
    history = walked(steps).undone()
    after = history.shown(room, 0)
    assert after.present == room
    if room != history.present:
        assert not after.can_redo
        assert after.undone().present == history.present


def test_a_drag_is_one_step_and_two_drags_are_two():
    a, b, c, d = (Latents.of_seed(seed, 3) for seed in (1, 2, 3, 4))
    history = walked([(a, 1), (b, 1), (c, 1), (d, 2)])
    assert history.undone().present == c
    assert history.undone().undone().present == START


def test_a_step_after_undo_never_swallows_the_room_before():
    a, b = Latents.of_seed(1, 3), Latents.of_seed(2, 3)
    history = walked([(a, 1)]).undone().shown(b, 1)
    assert history.undone().present == START


def test_a_history_is_bounded():
    history = History((Latents(0, (0.0,)),))
    for seed in range(1, MOST_STEPS + 50):
        history = history.shown(Latents(seed, (0.0,)), 0)
    assert len(history.rooms) == MOST_STEPS
    assert history.present.seed == MOST_STEPS + 49


@given(st.integers(0, 99), st.integers(0, 99), st.floats(0, 1))
def test_slerp_keeps_to_the_cube_and_to_the_ends(first, second, share):
    a, b = (np.asarray(Latents.of_seed(seed, 16).base) for seed in (first, second))
    assert np.abs(slerp(a, b, share)).max() <= 1
    assert slerp(a, b, 0) == pytest.approx(a)
    assert slerp(a, b, 1) == pytest.approx(b)
    assert slerp(a, b, share) == pytest.approx(slerp(b, a, 1 - share))


def test_slerp_keeps_the_length_where_a_line_would_cut_across():
    a, b = np.array([0.7, 0.0]), np.array([0.0, 0.7])
    assert np.linalg.norm(slerp(a, b, 0.5)) == pytest.approx(0.7)
    assert slerp(a, -a, 0.25) == pytest.approx(a / 2)
    assert slerp(0 * a, b, 0.5) == pytest.approx(b / 2)


@given(st.floats(0.01, 30), st.floats(0, 1))
def test_a_morph_bounces_between_its_ends(dt, share):
    morph = Morph(START, Latents.of_seed(1, 3), share).started()
    after = morph.step(dt)
    assert 0 <= after.share <= 1
    halves = morph.step(dt / 2).step(dt / 2)
    assert after.share == pytest.approx(halves.share, abs=1e-6)
    assert after.speed == pytest.approx(halves.speed) or after.share == pytest.approx(round(after.share), abs=1e-6)


def test_a_morph_that_does_not_bounce_ends_in_its_room():
    b = Latents.of_seed(1, 3).with_along(1, 2.0)
    after = Morph(START, b, bounces=False).started().step(99)
    assert after.room() == b
    assert not after.playing
    assert after.scrubbed(0.5).room().along == (0.0, 1.0)
    assert after.scrubbed(-1).room() == START
