import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.streaming.scheduler import PatchScheduler, Urgency

A, B, C, D = (0, 0), (0, 1), (1, 0), (1, 1)


def plan(planner, generation, **marks):
    planner.begin(generation)
    for urgency, patches in marks.items():
        planner.mark(patches, Urgency[urgency])
    return planner.end()


def test_most_urgent_first_in_the_order_of_marking():
    made = plan(PatchScheduler(), 0, REST=[A, B, C, D], SOON=[D], STALE=[C], MISSING=[B])
    assert made.patches == (B, C, D, A)


def test_nothing_is_made_twice_for_the_same_z():
    planner = PatchScheduler()
    plan(planner, 0, MISSING=[A, B, C])
    planner.started(0, [A])
    planner.finished(0, [B])
    assert plan(planner, 0, MISSING=[A, B, C]).patches == (C,)


def test_newest_wins():
    planner = PatchScheduler()
    plan(planner, 0, MISSING=[A, B])
    planner.started(0, [A])
    assert plan(planner, 1, STALE=[A, B]).patches == (A, B)
    assert not planner.finished(0, [A])
    assert planner.done == frozenset()


def test_what_is_not_marked_is_not_wanted():
    planner = PatchScheduler()
    plan(planner, 0, MISSING=[A, B])
    assert plan(planner, 0, MISSING=[C]).patches == (C,)


def test_a_dead_workers_patches_are_wanted_again_and_evicted_ones_too():
    planner = PatchScheduler()
    plan(planner, 0, MISSING=[A, B])
    planner.started(0, [A, B])
    planner.finished(0, [B])
    planner.restarted()
    assert plan(planner, 0, MISSING=[A, B]).patches == (A,)
    planner.forget([B])
    assert plan(planner, 0, MISSING=[A, B]).patches == (A, B)


def test_calls_out_of_sequence_raise():
    planner = PatchScheduler()
    with pytest.raises(RuntimeError, match="end"):
        planner.end()
    with pytest.raises(RuntimeError, match="mark"):
        planner.mark([A], Urgency.MISSING)
    planner.begin(3)
    with pytest.raises(RuntimeError, match="begin"):
        planner.begin(3)
    planner.end()
    with pytest.raises(RuntimeError, match="went back"):
        planner.begin(2)


@given(st.lists(st.tuples(st.sampled_from(list(Urgency)), st.integers(0, 9)), max_size=40))
def test_every_marked_patch_is_planned_once(marks):
    planner = PatchScheduler()
    planner.begin(0)
    for urgency, column in marks:
        planner.mark([(0, column)], urgency)
    patches = planner.end().patches
    assert sorted(patches) == sorted({(0, column) for _, column in marks})
