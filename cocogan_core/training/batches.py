"""What one step learns from: real macro patches and every random number of the step, as tensors on the training device.

All randomness is a function of (seed, rank, images seen), so that a run that was stopped anywhere goes on as if nothing
had happened. A step given the same :class:`TrainingBatch` does the same, whoever drew them. Knows no networks.
"""

import signal
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from cocogan_core.data.sampler import MacroBatch, Sampler
from cocogan_core.geometry.projection import Projection
from cocogan_core.training.augment import DRAWS
from cocogan_core.training.config import TrainConfig

__all__ = ["BatchLoader", "StepDraws", "TrainingBatch"]

STEPS_AHEAD = 4  # that each worker process may be


class TrainingBatch(NamedTuple):
    """A batch and its draws.

    Attributes:
        real: (B, 3, h, w) float32 in [−1, 1]: macro patches, or whole pictures.
        ids: (B, 2) macro ids (row, column); fractional under continuous sampling.
        coordinates: (B, 2 or 3) macro coordinates, which D is given.
        z: (B, z_dim) in [−1, 1]; its first entries are the pictures' named parameters where the data has them.
        mix: (B, 1, 1, 1) in [0, 1]: ε of the gradient penalty, one a sample (eq. 3).
        jitter: (B, augment.DRAWS) in [0, 1]: of differentiable augmentation.
        level: of detail, the same for all of the batch; 0 where there is one only, and for whole pictures.
        weights: (B, 1, h, 1), what an error in each row counts: 1 on average over whole pictures.
    """

    real: Tensor
    ids: Tensor
    coordinates: Tensor
    z: Tensor
    mix: Tensor
    jitter: Tensor
    level: int = 0
    weights: Tensor | float = 1.0


class StepDraws(Dataset["tuple[Draw, ...]"]):
    """What each step draws, as a function of (seed, rank, images seen): in any process, in any order."""

    def __init__(self, sampler: Sampler, config: TrainConfig, seed: tuple[int, int], size: int) -> None:
        """``seed`` is (seed, rank), ``size`` the samples of one batch here."""
        self._sampler, self._seed, self._size = sampler, seed, size
        self._regression, self._shares = config.objective == "regression", config.level_proportions

    def __getitem__(self, seen: int) -> "tuple[Draw, ...]":
        """One batch for a regression step; one for D and one for G else."""
        rng = np.random.default_rng((*self._seed, seen))
        level = int(rng.choice(len(self._shares), p=self._shares)) if len(self._shares) > 1 else 0
        whole = self._regression and level == 0
        return tuple(self._draw(rng, level, whole=whole) for _ in range(1 if self._regression else 2))

    def _draw(self, rng: np.random.Generator, level: int, *, whole: bool) -> "Draw":
        sampler, size = self._sampler, self._size
        batch = sampler.whole(rng, size) if whole else sampler.batch(rng, size, level)
        return Draw(batch, int(rng.integers(2**62)))


class Draw(NamedTuple):
    """Macro patches, and the seed of the random numbers that are drawn on the device."""

    batch: MacroBatch
    noise: int


class BatchLoader:
    """The batches of one process, made ready by ``config.workers`` others while it computes."""

    def __init__(
        self,
        sampler: Sampler,
        config: TrainConfig,
        device: torch.device,
        seed: tuple[int, int],
        size: int,
        *,
        projection: Projection | None = None,
    ) -> None:
        """``config`` is resolved against the data; ``seed`` is (seed, rank), ``size`` the samples of a batch here.

        ``projection`` is that of the pictures.
        """
        self._config, self._device, self._seed, self._sampler = config, device, seed, sampler
        self._projection = projection
        self._draws = StepDraws(sampler, config, seed, size)
        self._ahead: Iterator[tuple[Draw, ...]] | None = None
        self._next = -1

    def step(self, seen: int) -> tuple[TrainingBatch, ...]:
        """The batches of the step after ``seen`` images: one, or D's and G's."""
        if not self._config.workers:
            return tuple(map(self._to_tensors, self._draws[seen]))
        if self._ahead is None or seen != self._next:
            self._ahead = self._start(seen)
        self._next = seen + self._config.batch
        return tuple(map(self._to_tensors, next(self._ahead)))

    def whole(self, rng: np.random.Generator, size: int) -> TrainingBatch:
        """Whole pictures; their ids are (0, 0)."""
        return self._to_tensors(Draw(self._sampler.whole(rng, size), int(rng.integers(2**62))))

    def macro(self, rng: np.random.Generator, size: int, level: int = 0) -> TrainingBatch:
        """Macro patches of a level at random macro coordinates (paper §2)."""
        return self._to_tensors(Draw(self._sampler.batch(rng, size, level), int(rng.integers(2**62))))

    def _start(self, seen: int) -> "Iterator[tuple[Draw, ...]]":
        """Have the steps from ``seen`` on made ready, in order."""
        steps = range(seen, self._config.images, self._config.batch)
        # spawn: an OpenGL context or a thread of torch's does not survive a fork
        return iter(
            DataLoader(
                self._draws, batch_size=None, sampler=steps, num_workers=self._config.workers, collate_fn=_unchanged,
                multiprocessing_context="spawn", prefetch_factor=STEPS_AHEAD, worker_init_fn=_leave_interrupts,
            )
        )  # fmt: skip

    def _to_tensors(self, draw: "Draw") -> TrainingBatch:
        """Pixels, coordinates and parameters on the device, with the step's random numbers drawn there."""
        batch, model, device = draw.batch, self._config.model, self._device
        noise, size = torch.Generator(device).manual_seed(draw.noise), len(batch.ids)
        z = torch.rand((size, model.z_dim), generator=noise, device=device) * 2 - 1  # U[−1, 1] (paper, Appendix C)
        named = torch.from_numpy(batch.parameters).to(device)
        pixels = torch.from_numpy(batch.images).to(device).permute(0, 3, 1, 2)
        coordinates = model.grid.at_level(batch.level).macro_coordinates(batch.ids)
        return TrainingBatch(
            real=pixels.float() / 127.5 - 1,
            ids=torch.from_numpy(batch.ids).to(device),
            coordinates=torch.from_numpy(coordinates).to(device),
            z=torch.cat([named, z[:, named.shape[1] :]], 1),
            mix=torch.rand((size, 1, 1, 1), generator=noise, device=device),
            jitter=torch.rand((size, DRAWS), generator=noise, device=device),
            level=batch.level,
            weights=self._weights(batch),
        )

    def _weights(self, batch: MacroBatch) -> Tensor | float:
        """Errors count by area where rows are squeezed together at the poles."""
        if self._projection is None or self._projection.kind == "mercator":
            return 1.0
        grid = self._config.model.grid.at_level(batch.level)
        tops = np.rint(batch.ids[:, :1] * grid.patch_px).astype(np.intp)
        weights = self._projection.row_weights(grid.height_px)[tops + np.arange(batch.images.shape[1])]
        return torch.from_numpy(weights.astype(np.float32)).to(self._device)[:, None, :, None]


def _unchanged(draws: Any) -> Any:  # noqa: ANN401 (as DataLoader has it)
    """With no collation asked for torch turns arrays into tensors, named tuples and all."""
    return draws


def _leave_interrupts(_worker: int) -> None:
    """A signal from the terminal is the trainer's to answer: it saves first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
