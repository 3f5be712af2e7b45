"""Kills the viewer's generator at random moments while it makes a room: `python scripts/kill_generator.py 100`.

After each the new process must deliver the rest; the room must be what an undisturbed one is, to the byte.
"""

import os
import random
import signal
import sys
import time

import numpy as np
from numpy.typing import NDArray

from cocogan_core.checkpoint import read_metadata
from cocogan_core.inference.latents import sample_z
from cocogan_core.shipped import shipped_model
from viewer.streaming import worker as module
from viewer.streaming.scheduler import Plan
from viewer.streaming.worker import Failed, Finished, Restarted, Worker

LONGEST_S = 0.6  # to a kill: from the process's start to about the end of its work
PATIENCE_S = 60.0
Made = dict[tuple[int, int, int], NDArray[np.uint8]]


def make_room(worker: Worker, revision: int, *, kill_after_s: float | None) -> tuple[Made, int]:
    """Every patch of a room, and how often the process was replaced meanwhile."""
    metadata = read_metadata(shipped_model())
    patches = tuple((0, int(row), int(column)) for row, column in metadata.model.grid.micro_ids())
    worker.send(Plan(revision, patches), sample_z(7, metadata.model.z_dim))
    made: Made = {}
    began, restarts = time.monotonic(), 0
    while len(made) < len(patches):
        if kill_after_s is not None and time.monotonic() - began > kill_after_s and worker.pid is not None:
            os.kill(worker.pid, signal.SIGKILL)
            kill_after_s = None
        for event in worker.poll():
            if isinstance(event, Failed) or time.monotonic() - began > PATIENCE_S:
                raise SystemExit(f"the generator did not come back: {event}")
            if isinstance(event, Finished) and event.revision == revision:
                made.update(zip(event.patches, event.pixels, strict=True))
            restarts += isinstance(event, Restarted)
        time.sleep(0.005)
    return made, restarts


def main() -> None:
    """So many kills."""
    wanted, rng = int(sys.argv[1]) if len(sys.argv) > 1 else 100, random.Random(time.time_ns())
    path = shipped_model()
    module.STEADY_S = 0.0  # every delivery counts as sound: these deaths are ours
    worker, kills, revision = Worker(path, "cpu", read_metadata(path).model.grid), 0, 0
    try:
        expected, _ = make_room(worker, revision, kill_after_s=None)
        while kills < wanted:
            revision += 1
            made, restarts = make_room(worker, revision, kill_after_s=rng.uniform(0, LONGEST_S))
            kills += restarts
            if any(not np.array_equal(made[patch], expected[patch]) for patch in expected):
                raise SystemExit(f"after {kills} kills the room is another one")
    finally:
        worker.close()
    print(f"{kills} kills in {revision} rooms: every room complete, and as it is undisturbed")


if __name__ == "__main__":
    main()
