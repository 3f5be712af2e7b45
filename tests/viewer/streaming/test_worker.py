import logging
import multiprocessing as mp
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cocogan_core.checkpoint import read_metadata
from cocogan_core.inference.patch_generator import DIRECTIONS_METHOD, PatchGenerator
from viewer.state.paths import cache_folder
from viewer.streaming.directions import cached_directions
from viewer.streaming.protocol import MOST_BATCH, SLOTS, PatchRequest
from viewer.streaming.scheduler import Plan
from viewer.streaming.worker import Directions, Failed, Finished, Refused, Restarted, Worker
from viewer.streaming.worker_process import _Inbox, generator_threads

IDS = tuple((0, row, column) for row in range(4) for column in range(12))


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


def made(events, revision):
    return {
        patch: pixels
        for event in events
        if isinstance(event, Finished) and event.revision == revision
        for patch, pixels in zip(event.patches, event.pixels, strict=True)
    }


def test_the_child_makes_what_the_patch_generator_makes(worker, tiny_checkpoint):
    z = np.linspace(-1, 1, 12).astype(np.float32)
    worker.send(Plan(0, IDS), z)
    events = collect(worker, lambda seen: len(made(seen, 0)) == 48 and any(isinstance(e, Directions) for e in seen))
    expected = PatchGenerator.load(tiny_checkpoint, "cpu").patches(z, [patch[1:] for patch in IDS])
    for patch, pixels in zip(IDS, expected, strict=True):
        assert np.abs(made(events, 0)[patch].astype(int) - pixels).max() <= 1


def test_batches_are_whole_blocks_of_what_is_asked_for(tiny_checkpoint):
    """Neighbours are made in one pass, and no patch that nobody asked for (``--only-visible``)."""
    tall = [(0, row, column) for row in range(4) for column in (2, 3)]
    asked = [(0, 1, 5), (0, 3, 0), *reversed(tall), (0, 2, 5)]
    here, there = mp.Pipe()
    here.send(PatchRequest(0, np.zeros(12, np.float32), tuple(asked)))
    inbox, blocks = _Inbox(there), PatchGenerator.load(tiny_checkpoint, "cpu").blocks
    inbox.read(wait=True)
    batches = [inbox.take(most, blocks)[1] for most in (1, 8, 8)]
    assert batches == [(asked[0],), (asked[1],), tuple(tall)], "the first of the plan come first, then a whole block"
    assert inbox.request.patches == (asked[-1],)


def test_a_batch_has_as_many_blocks_as_are_made_at_a_time(tiny_checkpoint):
    """And fits its slot, however large blocks may be."""
    asked = [(0, row, column) for row in range(4) for column in range(12)]
    here, there = mp.Pipe()
    here.send(PatchRequest(0, np.zeros(12, np.float32), tuple(asked)))
    inbox, blocks = _Inbox(there), PatchGenerator.load(tiny_checkpoint, "cpu").blocks
    inbox.read(wait=True)
    assert [len(inbox.take(most, blocks, 2)[1]) for most in (1, 4, 11)] == [2, 8, 16]
    assert len(inbox.take(MOST_BATCH, blocks, 4)[1]) <= MOST_BATCH


def test_the_first_batch_needs_one_graph_only(tiny_checkpoint):
    asked = [(0, row, column) for row in range(4) for column in range(12)]
    here, there = mp.Pipe()
    here.send(PatchRequest(0, np.zeros(12, np.float32), tuple(asked)))
    inbox, blocks = _Inbox(there), PatchGenerator.load(tiny_checkpoint, "cpu").blocks
    inbox.read(wait=True)
    assert inbox.take(4, blocks, 2, alone=True)[1] == tuple(asked[:4]), "in the order of the plan, not by blocks"


def test_one_core_makes_one_block_and_many_leave_the_window_two():
    assert [generator_threads(cores) for cores in (1, 2, 3, 4, 5, 64)] == [1, 2, 2, 2, 3, 4]


def directions(checkpoint):
    worker = Worker(checkpoint, "cpu", read_metadata(checkpoint).model.grid)
    try:
        worker.send(Plan(0, ()), np.zeros(12, np.float32))
        events = collect(worker, lambda seen: any(isinstance(event, Directions) for event in seen))
    finally:
        worker.close()
    return next(event for event in events if isinstance(event, Directions))


@pytest.fixture
def log(caplog):
    """What is logged, wherever other tests have the log go."""
    logging.getLogger("viewer").addHandler(caplog.handler)
    yield caplog
    logging.getLogger("viewer").removeHandler(caplog.handler)


def test_directions_come_from_the_cache_and_a_broken_one_is_mended(tiny_checkpoint, tmp_path, monkeypatch, log):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    other = np.eye(12, dtype=np.float32)
    cached_directions(
        tiny_checkpoint, cache_folder(), shape=(12, 12), method=DIRECTIONS_METHOD, work_out=lambda _: other
    )
    (entry,) = cache_folder().iterdir()
    assert tmp_path in entry.parents
    assert (directions(tiny_checkpoint).unit == other).all(), "they were worked out again"
    assert not log.messages
    entry.write_bytes(b"broken")
    assert directions(tiny_checkpoint).unit == pytest.approx(
        PatchGenerator.load(tiny_checkpoint, "cpu").principal_directions(12), abs=1e-4
    )
    assert str(entry) in log.messages[0]


def test_a_window_that_still_starts_has_the_processor(worker):
    """Directions can wait until it takes its first patches."""
    worker.send(Plan(0, IDS[:2]), np.zeros(12, np.float32))
    assert worker._generator.pipe.poll(60)
    time.sleep(2)  # far more than they take
    assert not any(isinstance(event, Directions) for event in worker.poll())
    collect(worker, lambda seen: any(isinstance(event, Directions) for event in seen))


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


def test_a_full_ring_waits_for_the_window(worker):
    worker.send(Plan(0, IDS), np.zeros(12, np.float32))
    begun = collect(worker, lambda seen: len(made(seen, 0)) >= 1)
    time.sleep(1.0)  # nobody listens: the child may fill its slots, and no more
    first = worker.poll()
    assert 0 < len([event for event in first if isinstance(event, Finished)]) <= SLOTS
    collect(worker, lambda seen: len(made([*begun, *first, *seen], 0)) == len(IDS))


def test_restarts_become_rarer_and_end(worker, monkeypatch):
    monkeypatch.setattr("viewer.streaming.worker.RESTART_S", (0.0, 0.3))
    begun, events = time.monotonic(), []
    for _ in range(3):
        os.kill(worker.pid, signal.SIGKILL)
        events = collect(worker, lambda seen: any(isinstance(event, Restarted | Failed) for event in seen))
        before = worker.pid
        while isinstance(events[-1], Restarted) and worker.pid == before:
            worker.poll()
    assert time.monotonic() - begun > 0.3
    assert "stopped 3 times" in events[-1].message


ORPHAN = """
import sys, time
from pathlib import Path
import numpy as np
from cocogan_core.checkpoint import read_metadata
from viewer.streaming.protocol import MOST_BATCH, SLOTS, PatchRequest
from viewer.streaming.scheduler import Plan
from viewer.streaming.worker import Worker

if __name__ == "__main__":
    worker = Worker(Path(sys.argv[1]), "cpu", read_metadata(sys.argv[1]).model.grid)
    worker.send(Plan(0, ((0, 0, 0),)), np.zeros(12, np.float32))
    while not worker.poll():
        time.sleep(0.01)
    print(worker.pid, flush=True)
    time.sleep(60)
"""


def test_nothing_outlives_a_killed_window(tiny_checkpoint, tmp_path):
    (tmp_path / "orphan.py").write_text(ORPHAN)
    command = [sys.executable, str(tmp_path / "orphan.py"), str(tiny_checkpoint)]
    parent = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}
    )
    child = int(parent.stdout.readline())
    parent.kill()
    _, said = parent.communicate(timeout=20)  # ends only when the child and the tracker of its resources have ended
    assert said == ""
    stat, end = Path(f"/proc/{child}/stat"), time.monotonic() + 10
    while stat.exists() and " Z " not in stat.read_text():
        assert time.monotonic() < end, "the generator lives on"
        time.sleep(0.05)


def test_a_child_that_hangs_is_replaced(worker, monkeypatch):
    monkeypatch.setattr("viewer.streaming.worker.HANG_S", 6.0)  # far above what a busy machine takes to make a batch
    z = np.zeros(12, np.float32)
    worker.send(Plan(0, IDS[:1]), z)
    collect(worker, lambda seen: len(made(seen, 0)) == 1)
    os.kill(worker.pid, signal.SIGSTOP)
    worker.send(Plan(1, IDS), z)
    events = collect(worker, lambda seen: len(made(seen, 1)) == 48)
    assert sum(isinstance(event, Restarted) for event in events) == 1


def test_a_child_with_nothing_to_do_is_left_alone(worker, monkeypatch):
    worker.send(Plan(0, IDS), np.zeros(12, np.float32))
    collect(worker, lambda seen: len(made(seen, 0)) == 48)
    monkeypatch.setattr("viewer.streaming.worker.HANG_S", 0.2)  # a busy machine may take longer to make them
    before, end = worker.pid, time.monotonic() + 1
    while time.monotonic() < end:
        assert not any(isinstance(event, Restarted) for event in worker.poll())
        time.sleep(0.01)
    assert worker.pid == before


def test_a_room_that_overflows_is_refused_and_the_next_one_made(overflowing):
    worker = Worker(overflowing, "cpu", read_metadata(overflowing).model.grid)
    try:
        for revision in range(2 * SLOTS):  # each refusal takes a slot, and gives it back
            worker.send(Plan(revision, IDS[:1]), np.full(12, 0.5, np.float32))
            events = collect(worker, lambda seen: any(isinstance(event, Refused) for event in seen))
        assert "overflow" in next(event for event in events if isinstance(event, Refused)).message
        worker.send(Plan(99, IDS), np.zeros(12, np.float32))
        collect(worker, lambda seen: len(made(seen, 99)) == len(IDS))
        assert worker._restarts == 0
    finally:
        worker.close()
