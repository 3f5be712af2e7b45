"""The generator in its own process: plans in, finished patches out through shared memory, a new process on death.

The GUI process never imports torch; the child does, at a lower priority, so that frames keep their pace. One pipe
carries small messages each way; pixels travel in a ring of shared-memory slots, and the child waits with a full ring
until it hears how many batches have been received. The memory has no name once both sides hold it, and the child ends
with its parent, so that nothing is left behind whichever of them is killed.
"""

import contextlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from viewer.streaming.generator_process import GeneratorProcess, take_process
from viewer.streaming.protocol import (
    SLOTS,
    Assignment,
    Attached,
    BatchReady,
    Directions,
    Failed,
    Latent,
    Patch,
    PatchRequest,
    Refused,
    Started,
    WorkerConfig,
    batch_bytes,
    slot_view,
)
from viewer.streaming.scheduler import Plan

__all__ = ["Directions", "Event", "Failed", "Finished", "Refused", "Restarted", "Started", "Worker"]

RESTART_S = (0.0, 0.5, 1.0, 2.0, 4.0)  # seconds before the first, second … restart; after the last it stays down
HANG_S = 120.0  # a batch takes milliseconds to seconds; a child that is silent for so long hangs
LOAD_S = 600.0  # the same until its first batch: a large checkpoint comes from a slow disk
STEADY_S = 30.0  # a child that has run this long counts as sound again


@dataclass(frozen=True)
class Finished:
    """From the child: patches (n, s, s, 3) are made, in so many seconds a patch."""

    revision: int
    patches: tuple[Patch, ...]
    pixels: NDArray[np.uint8]
    patch_s: float


@dataclass(frozen=True)
class Restarted:
    """The generator process died and a new one takes over."""

    message: str


Event = Directions | Started | Finished | Refused | Failed | Restarted


class Worker:
    """Owns the child process and the shared memory; call :meth:`poll` each frame and :meth:`close` at the end."""

    def __init__(self, checkpoint: Path, device: str, grid: PatchGrid, *, directions: int = 16) -> None:
        """Start the child at once; it reports a bad checkpoint as :class:`Failed`."""
        self._config = WorkerConfig(checkpoint, device, grid, directions)
        self._request: PatchRequest | None = None
        self._restarts = 0
        self._down_until_s: float | None = None  # a restart is due then
        self._dead = False
        self._received_batches = 0
        self._missing: set[Patch] = set()  # of the newest request
        self._working, self._heard_s = False, time.monotonic()  # whether the child has begun a batch; its last sign
        self._memory, self._generator = self._start()
        self._began_s = time.monotonic()

    @property
    def pid(self) -> int | None:
        """Process id of the child."""
        return self._generator.process.pid

    def send(self, plan: Plan, z: Latent) -> None:
        """Hand over the newest plan; the one before is void."""
        self._request = PatchRequest(plan.revision, z, plan.patches)
        if not self._missing:
            self._heard_s = time.monotonic()
        self._missing = set(plan.patches)
        self._send(replace(self._request, received=self._received_batches))

    def poll(self) -> list[Event]:
        """Everything that has happened since the last call; never waits."""
        if self._down_until_s is not None and time.monotonic() >= self._down_until_s:
            self._restart()
        before = self._received_batches
        events = list(self._read_events())
        if self._received_batches > before:
            self._send(self._received_batches)
        self._dead |= any(isinstance(event, Failed) for event in events)
        if not self._dead and self._down_until_s is None:
            self._end_if_hanging(heard=bool(events))
        if not self._dead and self._down_until_s is None and not self._generator.process.is_alive():
            events.append(self._schedule_restart())
        return events

    def close(self) -> None:
        """End the child and free the memory."""
        self._free()

    def _end_if_hanging(self, *, heard: bool) -> None:
        """Kill a child that owes patches and gives no sign; it is replaced as any that has died."""
        now = time.monotonic()
        if heard or not self._missing:
            self._heard_s = now
        if now - self._heard_s > (HANG_S if self._working else LOAD_S):
            self._generator.process.kill()
            self._generator.process.join()

    def _start(self) -> tuple[SharedMemory, GeneratorProcess]:
        """Memory of its own for a child, which may have begun before."""
        memory, generator = SharedMemory(create=True, size=SLOTS * batch_bytes(self._config.grid)), take_process()
        with contextlib.suppress(OSError):  # it has died already, and will be replaced
            generator.pipe.send(Assignment(memory.name, self._config))
        return memory, generator

    def _restart(self) -> None:
        """Replace a dead child; the new one gets the last request, if there was one."""
        self._memory, self._generator = self._start()
        self._received_batches, self._began_s, self._down_until_s = 0, time.monotonic(), None
        self._working, self._heard_s = False, self._began_s
        if self._request is not None:
            self._send(self._request)

    def _schedule_restart(self) -> Event:
        """After a death: the next child starts after a pause that grows, so that a broken one cannot spin."""
        self._free()
        if self._restarts == len(RESTART_S):
            self._dead = True
            return Failed(f"The generator stopped {self._restarts + 1} times; the picture stays as it is.")
        self._down_until_s = time.monotonic() + RESTART_S[self._restarts]
        self._restarts += 1
        return Restarted(
            f"The generator stopped (exit code {self._generator.process.exitcode}); a new one is starting."
        )

    def _free(self) -> None:
        self._generator.close()
        self._memory.close()
        self._forget_name()

    def _forget_name(self) -> None:
        with contextlib.suppress(FileNotFoundError):  # a second time
            self._memory.unlink()

    def _send(self, message: PatchRequest | int) -> None:
        with contextlib.suppress(OSError):  # a dead child is noticed by poll()
            self._generator.pipe.send(message)

    def _read_events(self) -> Iterator[Event]:
        with contextlib.suppress(EOFError, OSError):
            while self._generator.pipe.poll():
                message = self._generator.pipe.recv()
                if isinstance(message, Attached):
                    self._forget_name()
                else:
                    yield self._event_of(message)

    def _event_of(self, message: object) -> Event:
        if isinstance(message, BatchReady | Refused):
            self._received_batches += 1
            if self._request is not None and message.revision == self._request.revision:
                self._missing.difference_update(message.patches)
        if isinstance(message, BatchReady):
            pixels = slot_view(self._memory, self._config.grid, message.slot, len(message.patches)).copy()
            if time.monotonic() - self._began_s > STEADY_S:
                self._restarts = 0
            return Finished(message.revision, message.patches, pixels, message.patch_s)
        assert isinstance(message, Directions | Started | Refused | Failed)
        self._working |= isinstance(message, Started)
        if isinstance(message, Directions) and message.note:
            logging.getLogger("viewer").warning(message.note)
        return message
