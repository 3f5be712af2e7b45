"""Small pictures of other rooms are made only while nobody waits for the one that is shown."""

from pathlib import Path

import numpy as np
import pytest

from cocogan_core.geometry.grid import PatchGrid
from viewer.session import thumbnail_maker
from viewer.session.thumbnail_maker import ThumbnailMaker
from viewer.state.latents import Latents
from viewer.streaming.scheduler import Plan
from viewer.streaming.worker import Finished

GRID = PatchGrid(rows=2, columns=4, patch_px=4)
CELLS = [(row, column) for row in range(2) for column in range(4)]
ROOM, NONE = Latents(0, (0.5, -0.5)), np.zeros((0, 2), np.float32)


class Asked:
    """A worker that only notes what it is asked for."""

    def __init__(self, *_args: object) -> None:
        self.plans: list[Plan] = []
        self.events: list[Finished] = []

    def send(self, plan, z):
        assert z.tolist() == [0.5, -0.5]
        self.plans.append(plan)

    def poll(self):
        events, self.events = self.events, []
        return events

    def close(self):
        pass


@pytest.fixture
def maker(monkeypatch):
    monkeypatch.setattr(thumbnail_maker, "Worker", Asked)
    return ThumbnailMaker(Path("room.safetensors"), "cpu", GRID)


def finish(maker, cells):
    patches = tuple((0, *cell) for cell in cells)
    pixels = np.zeros((len(cells), 4, 4, 3), np.uint8)
    maker._worker.events.append(Finished(maker._worker.plans[-1].revision, patches, pixels, 0.001))


def test_it_stops_while_somebody_waits_and_goes_on_with_what_is_left(maker):
    maker.step([ROOM], NONE, 0.0)
    assert [cell for _, *cell in maker._worker.plans[-1].patches] == [list(cell) for cell in CELLS]
    finish(maker, CELLS[:3])
    assert maker.step([], NONE, 1.0, free=False) is None
    assert maker._worker.plans[-1].patches == ()
    finish(maker, CELLS[3:4])  # what was under way
    asked = len(maker._worker.plans)
    assert maker.step([], NONE, 2.0, free=False) is None
    assert len(maker._worker.plans) == asked, "asked again though nothing has changed"
    maker.step([], NONE, 3.0)
    assert maker._worker.plans[-1].patches == tuple((0, *cell) for cell in CELLS[4:])
    finish(maker, CELLS[4:])
    room, patches = maker.step([], NONE, 4.0)
    assert room == ROOM
    assert sorted(patches) == CELLS


def test_nothing_is_begun_while_somebody_waits(maker):
    maker.step([ROOM], NONE, 0.0, free=False)
    assert not maker.busy
