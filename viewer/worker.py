"""The generator in its own process: plans in, finished patches out through shared memory, a new process on death.

The GUI process never imports torch; the child does, at a lower priority, so that frames keep their pace. One pipe
carries small messages each way; pixels travel in a ring of shared-memory slots whose free ones a semaphore counts.
"""

import contextlib
import multiprocessing as mp
import os
import time
from collections import deque
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from multiprocessing.synchronize import Semaphore
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cocogan_core.coordinates import PatchGrid
from cocogan_core.errors import CocoganError
from viewer.planner import Plan

__all__ = ["Directions", "Failed", "Finished", "Restarted", "Started", "Worker"]

SLOTS = 4
MOST_BATCH = 8  # patches in a slot
BATCH_S = 0.03  # a batch should take about this long: short enough that a new plan is heard soon
MOST_RESTARTS = 5
NICENESS = 5

Patch = tuple[int, int]
Latent = NDArray[np.float32]
Made = tuple[int, int, tuple[Patch, ...]]  # number of a batch, its generation and patches


@dataclass(frozen=True)
class Order:
    """To the child: make these patches of this z; replaces every order before.

    ``received`` counts the batches that had arrived when this was written: what the child has made since is not known
    to the planner yet, and is not to be made again.
    """

    generation: int
    z: Latent
    patches: tuple[Patch, ...]
    received: int = 0


@dataclass(frozen=True)
class Directions:
    """From the child, once: the principal directions (n, z_dim)."""

    unit: Latent


@dataclass(frozen=True)
class Started:
    """From the child: these are being made."""

    generation: int
    patches: tuple[Patch, ...]


@dataclass(frozen=True)
class Finished:
    """From the child: patches (n, s, s, 3) are made, in so many seconds a patch."""

    generation: int
    patches: tuple[Patch, ...]
    pixels: NDArray[np.uint8]
    patch_s: float


@dataclass(frozen=True)
class Failed:
    """The generator cannot run; ``message`` is for the user."""

    message: str


@dataclass(frozen=True)
class Restarted:
    """The generator process died and a new one takes over."""

    message: str


Event = Directions | Started | Finished | Failed | Restarted


class Worker:
    """Owns the child process and the shared memory; call :meth:`poll` each frame and :meth:`close` at the end."""

    def __init__(self, checkpoint: Path, device: str, grid: PatchGrid, *, directions: int = 16) -> None:
        """Start the child at once; it reports a bad checkpoint as :class:`Failed`."""
        self._grid = grid
        self._context = mp.get_context("spawn")
        self._memory = SharedMemory(create=True, size=SLOTS * _batch_bytes(grid))
        self._task = _Task(checkpoint, device, grid, directions, self._memory.name)
        self._restarts = 0
        self._dead = False
        self._received_batches = 0
        self._start()

    @property
    def pid(self) -> int | None:
        """Process id of the child."""
        return self._process.pid

    def send(self, plan: Plan, z: Latent) -> None:
        """Hand over the newest plan; the one before is void."""
        with contextlib.suppress(BrokenPipeError, OSError):  # a dead child is noticed by poll()
            self._pipe.send(Order(plan.generation, z, plan.patches, self._received_batches))

    def poll(self) -> list[Event]:
        """Everything that has happened since the last call; never waits."""
        events: list[Event] = []
        try:
            while self._pipe.poll():
                events.append(self._received(self._pipe.recv()))
        except (EOFError, OSError):
            pass
        if any(isinstance(event, Failed) for event in events):
            self._dead = True
        if not self._dead and not self._process.is_alive():
            events.append(self._revive())
        return events

    def close(self) -> None:
        """End the child and free the memory."""
        with contextlib.suppress(OSError):
            self._pipe.close()
        self._process.terminate()
        self._process.join(2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._memory.close()
        with contextlib.suppress(FileNotFoundError):
            self._memory.unlink()

    def _start(self) -> None:
        self._pipe, child = self._context.Pipe()
        self._free = self._context.Semaphore(SLOTS)
        self._process = self._context.Process(
            target=_child, args=(child, self._free, self._task), daemon=True, name="generator"
        )
        self._process.start()
        child.close()

    def _revive(self) -> Event:
        self._restarts += 1
        if self._restarts > MOST_RESTARTS:
            self._dead = True
            return Failed(f"The generator stopped {MOST_RESTARTS} times; the picture stays as it is.")
        code = self._process.exitcode
        self._pipe.close()
        self._received_batches = 0
        self._start()
        return Restarted(f"The generator stopped (exit code {code}); a new one is starting.")

    def _received(self, message: object) -> Event:
        if isinstance(message, _InSlot):
            pixels = _slot(self._memory, self._grid, message.slot, len(message.patches)).copy()
            self._free.release()
            self._received_batches += 1
            return Finished(message.generation, message.patches, pixels, message.patch_s)
        assert isinstance(message, Directions | Started | Failed)
        return message


@dataclass(frozen=True)
class _InSlot:
    generation: int
    patches: tuple[Patch, ...]
    slot: int
    patch_s: float


@dataclass(frozen=True)
class _Task:
    """What the child needs to know to start."""

    checkpoint: Path
    device: str
    grid: PatchGrid
    directions: int
    memory: str


def _child(pipe: Connection, free: Semaphore, task: _Task) -> None:
    """Body of the process: load, report, then make patches until the pipe closes."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICENESS)
    try:
        _serve(pipe, free, task)
    except CocoganError as error:
        pipe.send(Failed(str(error)))
    except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        pass  # the window is gone


def _serve(pipe: Connection, free: Semaphore, task: _Task) -> None:
    import torch

    from cocogan_core.synthesis import Synthesis

    torch.set_num_threads(1)  # leaves the other cores to the window (DESIGN.md §5)
    synthesis = Synthesis.load(task.checkpoint, task.device)
    shared = SharedMemory(task.memory)
    order, batch, described = Order(-1, np.zeros(0, np.float32), ()), 1, False
    made: deque[Made] = deque()  # batches that the parent may not have seen yet
    batches = 0
    while True:
        while not order.patches or pipe.poll():
            if not order.patches and not described and order.generation >= 0 and not pipe.poll():
                pipe.send(Directions(synthesis.principal_directions(task.directions)))  # nothing better to do
                described = True
            order = _unmade(pipe.recv(), made)
        now = order.patches[:batch]
        order = replace(order, patches=order.patches[batch:])
        pipe.send(Started(order.generation, now))
        began = time.perf_counter()
        pixels = synthesis.patches(order.z, now)
        patch_s = (time.perf_counter() - began) / len(now)
        batch = _next_batch(batch, patch_s)
        if not _acquire(free):
            return
        slot = batches % SLOTS
        _slot(shared, task.grid, slot, len(now))[:] = pixels
        pipe.send(_InSlot(order.generation, now, slot, patch_s))
        made.append((batches, order.generation, now))
        batches += 1


def _unmade(order: Order, made: deque[Made]) -> Order:
    """The order without what was made while it was on its way; forgets batches that the parent knows of."""
    while made and made[0][0] < order.received:
        made.popleft()
    fresh = {patch for _, generation, patches in made if generation == order.generation for patch in patches}
    return replace(order, patches=tuple(patch for patch in order.patches if patch not in fresh))


def _next_batch(batch: int, patch_s: float) -> int:
    """As many patches as fit BATCH_S, growing slowly: the first passes are slow ones."""
    return max(1, min(MOST_BATCH, batch * 2, int(BATCH_S / max(patch_s, 1e-6))))


def _acquire(free: Semaphore) -> bool:
    """Wait for a free slot; False if the parent has gone."""
    parent = os.getppid()
    while not free.acquire(timeout=1.0):
        if os.getppid() != parent:
            return False
    return True


def _batch_bytes(grid: PatchGrid) -> int:
    return MOST_BATCH * grid.patch_px**2 * 3


def _slot(shared: SharedMemory, grid: PatchGrid, slot: int, count: int) -> NDArray[np.uint8]:
    """A view of the first ``count`` patches (count, s, s, 3) of a slot."""
    s = grid.patch_px
    return np.ndarray((count, s, s, 3), np.uint8, shared.buf, slot * _batch_bytes(grid))
