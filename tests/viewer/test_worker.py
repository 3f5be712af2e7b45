import os
import signal
import time

import numpy as np
import pytest

from cocogan_core.checkpoint import read_metadata
from cocogan_core.synthesis import Synthesis
from viewer.planner import Plan
from viewer.worker import Directions, Failed, Finished, Restarted, Worker

IDS = tuple((row, column) for row in range(4) for column in range(12))


@pytest.fixture
def worker(tiny_checkpoint):
    worker = Worker(tiny_checkpoint, "cpu", read_metadata(tiny_checkpoint).model.grid)
    yield worker
    worker.close()


def collect(worker, until, seconds=60):
    events, end = [], time.monotonic() + seconds
    while not until(events):
        assert time.monotonic() < end, f"nothing came; got {[type(event).__name__ for event in events]}"
        events += worker.poll()
        time.sleep(0.01)
    return events


def made(events, generation):
    return {
        patch: pixels
        for event in events
        if isinstance(event, Finished) and event.generation == generation
        for patch, pixels in zip(event.patches, event.pixels, strict=True)
    }


def test_the_child_makes_what_the_synthesis_makes(worker, tiny_checkpoint):
    z = np.linspace(-1, 1, 12).astype(np.float32)
    worker.send(Plan(0, IDS), z)
    events = collect(worker, lambda seen: len(made(seen, 0)) == 48 and any(isinstance(e, Directions) for e in seen))
    expected = Synthesis.load(tiny_checkpoint, "cpu").patches(z, IDS)
    for patch, pixels in zip(IDS, expected, strict=True):
        assert np.abs(made(events, 0)[patch].astype(int) - pixels).max() <= 1


def test_newest_wins(worker):
    z = np.zeros(12, np.float32)
    worker.send(Plan(0, IDS), z)
    worker.send(Plan(1, IDS[:5]), z)
    events = collect(worker, lambda seen: len(made(seen, 1)) == 5)
    assert len(made(events, 0)) < 48


def test_a_killed_child_is_replaced(worker):
    collect_first = np.zeros(12, np.float32)
    worker.send(Plan(0, IDS[:2]), collect_first)
    collect(worker, lambda seen: len(made(seen, 0)) == 2)
    os.kill(worker.pid, signal.SIGKILL)
    events = collect(worker, lambda seen: any(isinstance(event, Restarted) for event in seen))
    assert "new one" in events[-1].message
    worker.send(Plan(0, IDS[:3]), collect_first)
    collect(worker, lambda seen: len(made(seen, 0)) == 3)


def test_a_bad_checkpoint_is_one_message(tmp_path, tiny_checkpoint):
    worker = Worker(tmp_path / "gone.safetensors", "cpu", read_metadata(tiny_checkpoint).model.grid)
    try:
        events = collect(worker, bool)
        assert isinstance(events[0], Failed)
        assert "does not exist" in events[0].message
    finally:
        worker.close()
