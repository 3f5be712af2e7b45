"""Body of the generator process: takes requests and makes their patches batch by batch, the newest request first.

The only part of the viewer that loads an engine, and only once it runs.
"""

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from itertools import takewhile
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from typing import TYPE_CHECKING

import numpy as np

from cocogan_core.cores import usable_cores
from cocogan_core.errors import CocoganError, NotFiniteError
from cocogan_core.files import is_picture
from cocogan_core.heap import return_free_memory
from viewer.streaming.protocol import (
    MOST_BATCH,
    SLOTS,
    Assignment,
    Attached,
    BatchReady,
    Directions,
    Failed,
    Patch,
    PatchRequest,
    Refused,
    Started,
    WorkerConfig,
    slot_view,
)

if TYPE_CHECKING:
    from cocogan_core.inference.patch_generator import PatchGenerator
    from cocogan_core.inference.photo_patches import PhotoPatches

__all__ = ["generator_threads", "serve"]

FIRST_BATCH = 4  # so that something is seen at once
BATCH_S = 0.045  # a batch should take about this long: short enough that a new plan is heard soon
IDLE_S = 2  # without a word; what the last passes have used goes back then
NICENESS = 10  # at 5, frames wait for the generator; at 19, the generator for any other program

MOST_THREADS = 4  # with MOST_BATCH patches, four each

LOOK_AHEAD = 64  # patches of a request among which neighbours are looked for; as many as an idle view's whole room

Blocks = Callable[..., list[list[tuple[int, int]]]]  # PatchGenerator.blocks
Made = tuple[int, int, tuple[Patch, ...]]  # number of a batch, its revision and patches


def serve(pipe: Connection) -> None:
    """Body of the process: hear what to load, load it, then make patches until the pipe closes."""
    try:
        if not pipe.poll():
            _import_engine()
        assignment: Assignment = pipe.recv()
        _work(pipe, assignment.memory, assignment.config)
    except CocoganError as error:
        pipe.send(Failed(str(error)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # the window is gone


def _work(pipe: Connection, memory: str, config: WorkerConfig) -> None:
    shared = SharedMemory(memory)
    pipe.send(Attached())

    generator = _load(config)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICENESS)  # only now: until the first patch there is no motion to disturb
    inbox, described = _Inbox(pipe), False
    sizes: dict[int, int] = {}  # of a batch, by level
    while True:
        inbox.read(wait=False)
        while not inbox.request.patches or inbox.full:
            if not inbox.request.patches and not described and inbox.asked and inbox.all_received:
                pipe.send(_describe(generator, config))  # nothing better to do, nor has a window that still starts
                described = True
            if not inbox.anything_within(IDLE_S):
                return_free_memory()
            inbox.read(wait=True)
        level = inbox.request.patches[0][0]
        most = sizes.get(level, FIRST_BATCH)
        alone = not sizes  # one graph to be opened before there is anything to see, not two
        request, now, slot = inbox.take(most, generator.blocks, generator.at_once, alone=alone)
        pipe.send(Started(request.revision, now))
        began = time.perf_counter()
        try:
            pixels = generator.patches(request.z, [(row, column) for _, row, column in now], level=level)
        except NotFiniteError as error:
            pipe.send(Refused(request.revision, now, str(error)))
            continue
        patch_s = (time.perf_counter() - began) / len(now)
        sizes[level] = _next_batch(most, patch_s)
        slot_view(shared, config.grid, slot, len(now))[:] = pixels
        pipe.send(BatchReady(request.revision, now, slot, patch_s))


def _import_engine() -> None:
    """What most checkpoints need, while nobody has said yet which one it is."""
    import cocogan_core.inference.onnx_engine
    import cocogan_core.inference.onnx_session
    import cocogan_core.inference.patch_generator  # noqa: F401


def _load(config: WorkerConfig) -> "PatchGenerator | PhotoPatches":
    """What makes the patches: a checkpoint's generator, or a photograph that is cut."""
    if is_picture(config.checkpoint):
        from cocogan_core.inference.photo_patches import PhotoPatches

        return PhotoPatches.load(config.checkpoint)
    from cocogan_core.inference.patch_generator import PatchGenerator

    return PatchGenerator.load(config.checkpoint, config.device, threads=generator_threads(usable_cores()))


def generator_threads(cores: int) -> int:
    """Blocks at a time that leave the window two of many ``cores``; of two, none: it comes first there (NICENESS)."""
    return min(cores, max(2, cores - 2), MOST_THREADS)


def _describe(generator: "PatchGenerator | PhotoPatches", config: WorkerConfig) -> Directions:
    """What there is to tell of a checkpoint besides its patches; a photograph has nothing that could change."""
    z_dim, levels = generator.metadata.model.z_dim, range(generator.metadata.model.grid.levels)
    gflop = tuple(generator.patch_gflop(level) for level in levels)
    if generator.directions_method is None:
        return Directions(np.zeros((0, z_dim), np.float32), gflop)
    from viewer.state.paths import cache_folder  # only now: the first patches come before
    from viewer.streaming.directions import cached_directions

    try:
        unit, note = cached_directions(
            config.checkpoint,
            cache_folder(),
            shape=(min(config.directions, z_dim), z_dim),
            method=generator.directions_method,
            work_out=generator.principal_directions,
        )
    except NotFiniteError as error:
        return Directions(np.zeros((0, z_dim), np.float32), gflop, str(error))
    return Directions(unit, gflop, note)


class _Inbox:
    """What the child has been asked and has made: the newest request without what is made of it, and free slots."""

    def __init__(self, pipe: Connection) -> None:
        self.request = PatchRequest(-1, np.zeros(0, np.float32), ())
        self.asked = False  # whether a request has come
        self._pipe = pipe
        self._made: deque[Made] = deque()  # batches that the parent may not have seen yet
        self._batches = 0

    @property
    def full(self) -> bool:
        """Whether every slot holds pixels that the parent has not copied yet."""
        return len(self._made) >= SLOTS

    @property
    def all_received(self) -> bool:
        """Whether the parent has taken everything that was made."""
        return not self._made

    def anything_within(self, seconds: float) -> bool:
        """Whether there is something to read, waiting so long for it."""
        return self._pipe.poll(seconds)

    def read(self, *, wait: bool) -> None:
        """Everything in the pipe; with ``wait``, at least one message."""
        while wait or self._pipe.poll():
            self._hear(self._pipe.recv())
            wait = False

    def take(
        self, most: int, blocks: Blocks, at_once: int = 1, *, alone: bool = False
    ) -> tuple[PatchRequest, tuple[Patch, ...], int]:
        """The request, its next patches, and their slot: about ``most``, all of the first one's level.

        ``blocks`` says which of the patches belong together; ``at_once`` of them are made at a time, and so many come
        even if they have more patches than ``most``. They count as made from now on.
        """
        request, level = self.request, self.request.patches[0][0]
        near = takewhile(lambda patch: patch[0] == level, request.patches[:LOOK_AHEAD])
        largest = 1 if alone else min(most, MOST_BATCH // at_once)
        groups = blocks(request.z, [patch[1:] for patch in near], level=level, most=largest)
        now = tuple((level, *cell) for group in groups[: _fitting(groups, most, at_once)] for cell in group)
        taken = set(now)
        self.request = replace(request, patches=tuple(patch for patch in request.patches if patch not in taken))
        self._made.append((self._batches, request.revision, now))
        self._batches += 1
        return request, now, (self._batches - 1) % SLOTS

    def _hear(self, message: PatchRequest | int) -> None:
        """A request, or how many batches have arrived at the parent."""
        received = message.received if isinstance(message, PatchRequest) else message
        while self._made and self._made[0][0] < received:
            self._made.popleft()
        if isinstance(message, PatchRequest):
            self.asked = True
            fresh = {p for _, revision, patches in self._made if revision == message.revision for p in patches}
            self.request = replace(message, patches=tuple(patch for patch in message.patches if patch not in fresh))


def _fitting(groups: list[list[tuple[int, int]]], most: int, at_once: int) -> int:
    """How many of the first groups have ``most`` patches together: a multiple of ``at_once``, and at least that."""
    count = int(np.searchsorted(np.cumsum([len(group) for group in groups]), most, side="right"))
    return max(at_once, count - count % at_once)


def _next_batch(batch: int, patch_s: float) -> int:
    """How many patches fit BATCH_S, growing slowly: the first passes are slow ones."""
    return max(1, min(MOST_BATCH, batch * 2, int(BATCH_S / max(patch_s, 1e-6))))
