"""What one step learns from: real macro patches and every random number of the step, as tensors on the training device.

All randomness is a function of (seed, rank, images seen), so that a run that was stopped anywhere goes on as if nothing
had happened. A step given the same :class:`TrainingBatch` does the same, whoever drew them. Knows no networks.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from cocogan_core.config import ModelConfig
from cocogan_core.data.sampler import MacroBatch, MacroSampler
from cocogan_core.training.augment import DRAWS

__all__ = ["BatchLoader", "TrainingBatch"]


class TrainingBatch(NamedTuple):
    """A batch and its draws.

    Attributes:
        real: (B, 3, h, w) float32 in [−1, 1]: macro patches, or whole pictures.
        ids: (B, 2) macro ids (row, column); fractional under continuous sampling.
        coordinates: (B, 2 or 3) macro coordinates, which D is given.
        z: (B, z_dim) in [−1, 1]; its first entries are the pictures' named parameters where the data has them.
        mix: (B, 1, 1, 1) in [0, 1]: ε of the gradient penalty, one a sample (eq. 3).
        jitter: (B, augment.DRAWS) in [0, 1]: of differentiable augmentation.
    """

    real: Tensor
    ids: Tensor
    coordinates: Tensor
    z: Tensor
    mix: Tensor
    jitter: Tensor


class BatchLoader:
    """Draws the batches of one process."""

    def __init__(self, sampler: MacroSampler, model: ModelConfig, device: torch.device, seed: tuple[int, int]) -> None:
        """``seed`` is (seed, rank)."""
        self._sampler, self._model, self._device, self._seed = sampler, model, device, seed

    def randomness(self, seen: int) -> np.random.Generator:
        """The one source of a step's random numbers, after ``seen`` images."""
        return np.random.default_rng((*self._seed, seen))

    def macro(self, rng: np.random.Generator, size: int) -> TrainingBatch:
        """Macro patches at random macro coordinates (paper §3.2)."""
        return self._to_tensors(self._sampler.batch(rng, size), rng)

    def whole(self, rng: np.random.Generator, size: int) -> TrainingBatch:
        """Whole pictures; their ids are (0, 0)."""
        return self._to_tensors(self._sampler.whole(rng, size), rng)

    def _to_tensors(self, batch: MacroBatch, rng: np.random.Generator) -> TrainingBatch:
        """Pixels, coordinates and parameters on the device, with the step's random numbers drawn there."""
        noise = torch.Generator(self._device).manual_seed(int(rng.integers(2**62)))
        size, device = len(batch.ids), self._device
        z = torch.rand((size, self._model.z_dim), generator=noise, device=device) * 2 - 1  # U[−1, 1] (paper §4)
        named = torch.from_numpy(batch.parameters).to(device)
        pixels = torch.from_numpy(batch.images).to(device).permute(0, 3, 1, 2)
        return TrainingBatch(
            real=pixels.float() / 127.5 - 1,
            ids=torch.from_numpy(batch.ids).to(device),
            coordinates=torch.from_numpy(self._model.grid.macro_coordinates(batch.ids)).to(device),
            z=torch.cat([named, z[:, named.shape[1] :]], 1),
            mix=torch.rand((size, 1, 1, 1), generator=noise, device=device),
            jitter=torch.rand((size, DRAWS), generator=noise, device=device),
        )
