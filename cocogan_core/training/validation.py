"""The Fréchet distance of a generator in training to pictures that it never trains on.

EfficientNet-Lite0's features, so that it works offline; figures are comparable only at the same count of samples
(``cocogan_core.metrics.frechet``: biased upwards at small counts). Knows no training.
"""

from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from cocogan_core.data.dataset import ImageDataset
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.symmetry import upright_rooms
from cocogan_core.inference.latents import sample_z
from cocogan_core.metrics.features import FeatureExtractor, load_features
from cocogan_core.metrics.frechet import ReferenceStats, frechet_to_reference, moments_of, resize_to_grid
from cocogan_core.models.base import Generator
from cocogan_core.training.snapshots import pictures

__all__ = ["FrechetValidator"]

FEWEST = 2  # pictures that have a covariance


class FrechetValidator:
    """Measures a generator by held-out pictures, with the same z at every measurement."""

    def __init__(self, reference: ReferenceStats, *, seed: int) -> None:
        """Use :meth:`of`."""
        self._reference, self._seed = reference, seed

    @property
    def samples(self) -> int:
        """Pictures a side."""
        return self._reference.moments.count

    @classmethod
    def of(cls, held_out: ImageDataset, indices: NDArray[np.intp], grid: PatchGrid, device: str, *, seed: int) -> Self:
        """Look at pictures ``indices`` of ``held_out`` once.

        Raises:
            ConfigError: too few pictures, or the feature network is not installed.
            DataError: the pictures do not fit the grid.
        """
        if len(indices) < FEWEST:
            raise ConfigError(f"{held_out.folder} leaves {len(indices)} pictures to measure by; hold more out")
        extractor = FeatureExtractor(network=load_features(device=device), projection=held_out.projection)
        real = (resize_to_grid(held_out.image(int(index)), grid) for index in indices)
        return cls(ReferenceStats(extractor=extractor, moments=moments_of(extractor.features(real))), seed=seed)

    def distance(self, generator: Generator) -> float:
        """Fréchet distance of as many generated pictures as there are real ones."""
        like = next(generator.parameters())
        model = generator.config
        z = sample_z(self._seed, model.z_dim, count=self.samples)
        if model.symmetry is not None:  # such a network knows upright rooms only, and so do the pictures
            z = np.asarray(upright_rooms(z, model.latent_names, model.symmetry), np.float32)
        return frechet_to_reference(pictures(generator, torch.from_numpy(z).to(like)), self._reference)
