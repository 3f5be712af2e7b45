"""The generator process as a maker of patches that waits for them: for files, where there are no frames to draw."""

import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cocogan_core.checkpoint import Metadata
from cocogan_core.errors import CheckpointError
from viewer.streaming.scheduler import Plan
from viewer.streaming.worker import Directions, Event, Failed, Finished, Refused, Worker

__all__ = ["WorkerPatchMaker"]

PAUSE_S = 0.005  # between looks at what has come

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


class WorkerPatchMaker:
    """A :class:`cocogan_core.inference.panorama_file.PatchMaker`; nobody else may use its worker.

    Attributes:
        metadata: of the worker's checkpoint.
    """

    def __init__(self, worker: Worker, metadata: Metadata) -> None:
        """Ask nothing yet."""
        self.metadata = metadata
        self._worker, self._revision = worker, -1

    def patches(self, z: Floats, ids: Sequence[tuple[int, int]], *, level: int = 0) -> Pixels:
        """Micro patches (n, s, s, 3) of one room at n different (row, column) ids of a level.

        Raises:
            CheckpointError: the generator failed, or cannot make this room.
        """
        wanted = [(level, row, column) for row, column in ids]
        made: dict[tuple[int, int, int], Pixels] = {}
        for event in self._events(Plan(self._next_revision(), tuple(wanted)), z):
            if isinstance(event, Finished) and event.revision == self._revision:
                made |= zip(event.patches, event.pixels, strict=True)
            if len(made) == len(wanted):
                break
        return np.stack([made[patch] for patch in wanted])

    def directions(self) -> Floats:
        """Principal directions (n, z_dim), which the generator tells once: ask before anything else.

        Raises:
            CheckpointError: the generator failed.
        """
        nothing = Plan(self._next_revision(), ())
        for event in self._events(nothing, np.zeros(self.metadata.model.z_dim, np.float32)):
            if isinstance(event, Directions):
                return event.unit
        raise AssertionError("events never end")

    def _next_revision(self) -> int:
        self._revision += 1
        return self._revision

    def _events(self, plan: Plan, z: Floats) -> Iterator[Event]:
        """What the worker says of a plan, without end."""
        self._worker.send(plan, z)
        while True:
            for event in self._worker.poll():
                if isinstance(event, Failed | Refused):
                    raise CheckpointError(event.message)
                yield event
            time.sleep(PAUSE_S)
