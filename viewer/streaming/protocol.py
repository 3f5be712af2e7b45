"""Messages between the window and the generator process, and the layout of their shared memory. No logic."""

from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid

__all__ = [
    "FIRST_REVISION",
    "MOST_BATCH",
    "SLOTS",
    "TRIAL_REVISION",
    "Assignment",
    "Attached",
    "BatchReady",
    "Directions",
    "Failed",
    "Latent",
    "Patch",
    "PatchRequest",
    "Refused",
    "Started",
    "WorkerConfig",
    "batch_bytes",
    "slot_view",
]  # fmt: skip

SLOTS = 4
MOST_BATCH = 16  # patches in a slot
FIRST_REVISION = 0  # from which on a streamer counts
TRIAL_REVISION = -2  # of what a generator makes on trial, so that no streamer ever shows that

Patch = tuple[int, int, int]  # level, row, column
Latent = NDArray[np.float32]


@dataclass(frozen=True)
class PatchRequest:
    """To the child: make these patches of this z, in this order; replaces every request before.

    ``revision`` numbers the z, and comes back with the patches. ``received`` counts the batches that had arrived when
    this was written: what the child has made since is not known to the scheduler yet, and is not to be made again.
    """

    revision: int
    z: Latent
    patches: tuple[Patch, ...]
    received: int = 0


@dataclass(frozen=True)
class Directions:
    """From the child, once: the principal directions (n, z_dim), 10⁹ operations that a patch of each level costs;
    a note to log.
    """

    unit: Latent
    patch_gflop: tuple[float, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Started:
    """From the child: these are being made."""

    revision: int
    patches: tuple[Patch, ...]


@dataclass(frozen=True)
class Failed:
    """The generator cannot run; ``message`` is for the user."""

    message: str


@dataclass(frozen=True)
class Attached:
    """From the child: it holds the memory, whose name is no longer needed."""


@dataclass(frozen=True)
class BatchReady:
    """From the child: a batch, all of one level, lies in a slot; it took so many seconds a patch."""

    revision: int
    patches: tuple[Patch, ...]
    slot: int
    patch_s: float


@dataclass(frozen=True)
class Refused:
    """From the child, in place of a batch: this room cannot be made; ``message`` is for the user. Others may be."""

    revision: int
    patches: tuple[Patch, ...]
    message: str


@dataclass(frozen=True)
class WorkerConfig:
    """What the child needs to know to load."""

    checkpoint: Path
    device: str
    grid: PatchGrid
    directions: int


@dataclass(frozen=True)
class Assignment:
    """To the child, first and once: the name of the memory for what it makes, and what it is to make that of."""

    memory: str
    config: WorkerConfig


def batch_bytes(grid: PatchGrid) -> int:
    """Size of a slot."""
    return MOST_BATCH * grid.patch_px**2 * 3


def slot_view(shared: SharedMemory, grid: PatchGrid, slot: int, count: int) -> NDArray[np.uint8]:
    """A view of the first ``count`` patches (count, s, s, 3) of a slot."""
    s = grid.patch_px
    return np.ndarray((count, s, s, 3), np.uint8, shared.buf, slot * batch_bytes(grid))
