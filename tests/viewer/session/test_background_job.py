"""Holding a room to compare it: on the level of exports, with a streamer that only says how far it is."""

from types import SimpleNamespace

from cocogan_core.geometry.grid import PatchGrid
from viewer.session.background_job import BackgroundJob
from viewer.streaming.statistics import Statistics


def held_level(levels):
    """On which level a room is held, of a model of so many."""
    done, taken = {}, []
    streamer = SimpleNamespace(
        grid=PatchGrid(levels=levels),
        revision=0,
        whole=None,
        statistics=Statistics(),
        failed=False,
        share_of=lambda level: done.get(level, 0.25),
    )
    job = BackgroundJob(streamer, lambda level: taken.append(level) or SimpleNamespace(close=lambda: None))
    job.toggle_comparison()
    job.step()
    job.step()
    wanted = streamer.whole
    assert not taken
    done[wanted] = 1.0
    for _ in range(3):
        job.step()
    assert job.held is not None
    assert taken == [wanted]
    return wanted


def test_a_room_is_held_as_finely_as_it_would_be_exported():
    assert held_level(1) == 0
    assert held_level(5) == 2  # 3072 columns
