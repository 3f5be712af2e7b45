"""Makes whole rooms small beside the one that is shown: a generator of its own, started only when it is needed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from viewer.state.latents import Latents
from viewer.streaming.scheduler import Plan
from viewer.streaming.worker import Failed, Finished, Refused, Worker

__all__ = ["ThumbnailMaker"]

IDLE_S = 20.0  # the process is given back after so long without work

Cell = tuple[int, int]
Pixels = NDArray[np.uint8]


class ThumbnailMaker:
    """Call :meth:`step` once a frame with the rooms that are wanted, and :meth:`close` at the end.

    A generator that fails ends the work quietly: thumbnails are no reason to trouble the user.
    """

    def __init__(self, checkpoint: Path, device: str, grid: PatchGrid) -> None:
        """Start nothing yet."""
        self._checkpoint, self._device, self._grid = checkpoint, device, grid
        self._worker: Worker | None = None
        self._room: Latents | None = None  # that is being made
        self._z = np.zeros(0, np.float32)  # of it
        self._paused = False
        self._patches: dict[Cell, Pixels] = {}
        self._revision, self._worked_s, self._failed = 0, 0.0, False
        self._refused: set[Latents] = set()  # rooms that cannot be made

    @property
    def busy(self) -> bool:
        """Whether a room is being made."""
        return self._room is not None

    def step(
        self, wanted: Sequence[Latents], directions: NDArray[np.float32], now_s: float, *, free: bool = True
    ) -> tuple[Latents, dict[Cell, Pixels]] | None:
        """Go on with the first of ``wanted``; a room with all its patches once it is made.

        While somebody waits for something else (not ``free``) it makes no more than it has begun.
        """
        self._pause(not free)
        wanted = [room for room in wanted if room not in self._refused]
        if self._room is None and wanted and not (self._paused or self._failed):
            self._begin(wanted[0], directions)
        if self._worker is None:
            return None
        if self._room is not None:
            self._worked_s = now_s
            return self._take()
        if now_s - self._worked_s > IDLE_S:
            self.close()
        return None

    def close(self) -> None:
        """End the generator process, if there is one."""
        if self._worker is not None:
            self._worker.close()
        self._worker = self._room = None

    def _pause(self, paused: bool) -> None:
        changed, self._paused = paused is not self._paused, paused
        if changed and self._room is not None:
            self._ask()

    def _begin(self, room: Latents, directions: NDArray[np.float32]) -> None:
        if self._worker is None:
            self._worker = Worker(self._checkpoint, self._device, self._grid)
        self._room, self._z, self._patches = room, room.z(directions), {}
        self._revision += 1
        self._ask()

    def _ask(self) -> None:
        """Ask for what the room lacks; for nothing in a pause."""
        assert self._worker is not None
        cells = [(row, column) for row in range(self._grid.rows) for column in range(self._grid.columns)]
        lacking = () if self._paused else tuple((0, *cell) for cell in cells if cell not in self._patches)
        self._worker.send(Plan(self._revision, lacking), self._z)

    def _take(self) -> tuple[Latents, dict[Cell, Pixels]] | None:
        assert self._worker is not None
        assert self._room is not None
        for event in self._worker.poll():
            if isinstance(event, Failed):
                self._failed = True
                self.close()
                return None
            if isinstance(event, Refused) and event.revision == self._revision:
                self._refused.add(self._room)
                self._room = None
                return None
            if isinstance(event, Finished) and event.revision == self._revision:
                cells = [(row, column) for _, row, column in event.patches]
                self._patches |= zip(cells, event.pixels, strict=True)
        if len(self._patches) < self._grid.rows * self._grid.columns:
            return None
        made, self._room = (self._room, self._patches), None
        return made
