import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.streaming.scheduler import PatchScheduler, Urgency

A, B, C, D, E = (0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (3, 8, 9)


def plan(scheduler, revision, **marks):
    scheduler.begin(revision)
    for urgency, patches in marks.items():
        scheduler.mark(patches, Urgency[urgency])
    return scheduler.end()


def test_most_urgent_first_in_the_order_of_marking():
    made = plan(PatchScheduler(), 0, REST=[A, B, C, D], SOON=[D], FINE=[E], STALE=[C], MISSING=[B])
    assert made.patches == (B, C, E, D, A)


def test_nothing_is_made_twice_for_the_same_z():
    scheduler = PatchScheduler()
    plan(scheduler, 0, MISSING=[A, B, C])
    scheduler.mark_started(0, [A])
    scheduler.mark_finished(0, [B])
    assert plan(scheduler, 0, MISSING=[A, B, C]).patches == (C,)


def test_newest_wins():
    scheduler = PatchScheduler()
    plan(scheduler, 0, MISSING=[A, B])
    scheduler.mark_started(0, [A])
    assert plan(scheduler, 1, STALE=[A, B]).patches == (A, B)
    assert not scheduler.mark_finished(0, [A])
    assert scheduler.done == frozenset()


def test_what_is_done_is_counted_by_level():
    scheduler = PatchScheduler()
    scheduler.begin(0, cached=[A, E])
    scheduler.mark_finished(0, [A, B])
    assert (scheduler.count(0), scheduler.count(3)) == (2, 1)
    assert scheduler.is_done(E)
    scheduler.forget([E, C])
    assert (scheduler.count(0), scheduler.count(3)) == (2, 0)


def test_cached_patches_of_another_z_count_as_made():
    scheduler = PatchScheduler()
    plan(scheduler, 0, MISSING=[A, B])
    scheduler.begin(1, cached=[A])
    scheduler.mark([A, B], Urgency.STALE)
    assert scheduler.end().patches == (B,)
    assert scheduler.done == {A}


def test_what_is_not_marked_is_not_wanted():
    scheduler = PatchScheduler()
    plan(scheduler, 0, MISSING=[A, B])
    assert plan(scheduler, 0, MISSING=[C]).patches == (C,)


def test_a_dead_workers_patches_are_wanted_again_and_evicted_ones_too():
    scheduler = PatchScheduler()
    plan(scheduler, 0, MISSING=[A, B])
    scheduler.mark_started(0, [A, B])
    scheduler.mark_finished(0, [B])
    scheduler.forget_under_way()
    assert plan(scheduler, 0, MISSING=[A, B]).patches == (A,)
    scheduler.forget([B])
    assert plan(scheduler, 0, MISSING=[A, B]).patches == (A, B)


def test_calls_out_of_sequence_raise():
    scheduler = PatchScheduler()
    with pytest.raises(RuntimeError, match="end"):
        scheduler.end()
    with pytest.raises(RuntimeError, match="mark"):
        scheduler.mark([A], Urgency.MISSING)
    scheduler.begin(3)
    with pytest.raises(RuntimeError, match="begin"):
        scheduler.begin(3)
    scheduler.end()
    with pytest.raises(RuntimeError, match="went back"):
        scheduler.begin(2)


@given(st.lists(st.tuples(st.sampled_from(list(Urgency)), st.integers(0, 9)), max_size=40))
def test_every_marked_patch_is_planned_once(marks):
    scheduler = PatchScheduler()
    scheduler.begin(0)
    for urgency, column in marks:
        scheduler.mark([(0, 0, column)], urgency)
    patches = scheduler.end().patches
    assert sorted(patches) == sorted({(0, 0, column) for _, column in marks})
