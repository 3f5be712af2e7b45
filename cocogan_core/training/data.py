"""The pictures of one run: those that it trains on, those that it is measured by, and the few that a sheet shows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from torch import Tensor

from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.rooms.live import LiveRooms, LiveRoomSampler
from cocogan_core.data.sampler import MacroSampler, Sampler
from cocogan_core.errors import ConfigError
from cocogan_core.training.batches import BatchLoader
from cocogan_core.training.config import TrainConfig, TrainingSource
from cocogan_core.training.distributed import Ranks
from cocogan_core.training.snapshots import SampleGrid
from cocogan_core.training.validation import FrechetValidator

__all__ = ["TrainingData", "open_source"]

SHEET_ROOMS = 6
SHEET_PICTURES = 8, 64  # planar ones stand in rows of eight: as many as make a sheet of SHEET_PIXELS
SHEET_PIXELS = 1 << 21
SHEET_PATCHES = 8  # macro patches of each finer level
STATISTICS_PATCHES = 512  # macro patches that the averaged G's batch statistics are gathered over
HELD_OUT_SHARE = 5  # at most one picture in so many


@dataclass(frozen=True)
class TrainingData:
    """A data set as one process of a run uses it.

    Attributes:
        dataset: the pictures.
        held_out: how many of its last pictures are not trained on.
        loader: draws this process's batches.
    """

    dataset: TrainingSource
    held_out: int
    loader: BatchLoader
    _first_loader: BatchLoader = field(repr=False)  # of the run's first process, so that sheets are the same in all

    @classmethod
    def of(cls, config: TrainConfig, dataset: TrainingSource, ranks: Ranks) -> Self:
        """Use ``dataset`` as ``config``, resolved against it (:meth:`TrainConfig.for_dataset`), says.

        Raises:
            DataError: the data does not fit the model.
        """
        if config.unpaired:
            dataset = dataset.unnamed()
        from_its_end = config.fd_every and config.held_out is None and isinstance(dataset, ImageDataset)
        held_out = min(config.fd_samples, dataset.count // HELD_OUT_SHARE) if from_its_end else 0
        sampler = _sampler(config, dataset, held_out)
        size = ranks.share(config.batch)
        first, own = (
            BatchLoader(sampler, config, ranks.device, (config.seed, rank), size, projection=dataset.projection)
            for rank in (0, ranks.rank)
        )
        return cls(dataset, held_out, own, first)

    def sample_grid(self, config: TrainConfig) -> SampleGrid:
        """The sheet of this run: always the same pictures and z."""
        grid, (fewest, most) = config.model.grid, SHEET_PICTURES
        fitting = SHEET_PIXELS // (grid.height_px * grid.width_px)
        count = SHEET_ROOMS if grid.wraps else max(fewest, min(most, fitting))
        loader, rng = self._first_loader, np.random.default_rng(config.seed)
        batch = loader.whole(rng, count)
        fine = [loader.macro(rng, SHEET_PATCHES, level) for level in range(1, grid.levels)]
        return SampleGrid(batch, fine, paired=bool(self.dataset.latent_names))

    def statistics_draws(self, config: TrainConfig) -> Iterator[tuple[Tensor, Tensor]]:
        """z and macro ids to gather batch statistics over: always the same ones, in every process."""
        rng, size = np.random.default_rng(config.seed), min(config.batch, STATISTICS_PATCHES)
        for _ in range(STATISTICS_PATCHES // size):
            batch = self._first_loader.macro(rng, size)
            yield batch.z, batch.ids

    def validator(self, config: TrainConfig, device: str) -> FrechetValidator:
        """Held-out pictures to measure by: ``config.held_out``'s first, or the data set's last.

        Raises:
            ConfigError, DataError: there are too few, they do not fit, or the feature network is not installed.
        """
        grid, seed = config.model.grid, config.seed
        if config.held_out is not None:
            held_out = ImageDataset.open(config.held_out)
            indices = np.arange(min(held_out.count, config.fd_samples))
            return FrechetValidator.of(held_out, indices, grid, device, seed=seed)
        if isinstance(self.dataset, LiveRooms):
            raise ConfigError("--fd-every needs pictures to measure by, and live rooms are none: name --held-out")
        indices = np.arange(self.dataset.count - self.held_out, self.dataset.count)
        return FrechetValidator.of(self.dataset, indices, grid, device, seed=seed)


def open_source(folder: Path) -> TrainingSource:
    """Open what a run trains on: prepared pictures, or a recipe for live rooms.

    Raises:
        DataError: it is neither, or broken.
    """
    return LiveRooms.open(folder) if LiveRooms.lie_in(folder) else ImageDataset.open(folder)


def _sampler(config: TrainConfig, dataset: TrainingSource, held_out: int) -> Sampler:
    grid = config.model.grid
    if isinstance(dataset, LiveRooms):
        if config.roll or config.flip or config.continuous_sampling:
            raise ConfigError("live rooms are neither turned, mirrored nor sampled between grid points: leave that out")
        return LiveRoomSampler(dataset, grid, edge_share=config.edge_share)
    if config.edge_share:
        raise ConfigError("--edge-share needs live rooms (cocogan rooms OUT --live)")
    return MacroSampler(
        dataset,
        grid,
        roll=config.roll,
        flip=config.flip,
        continuous=config.continuous_sampling,
        held_out=held_out,
    )
