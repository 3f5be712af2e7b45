"""The pictures of one run: those that it trains on, those that it is measured by, and the few that a sheet shows."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cocogan_core.checkpoint import Provenance, code_version
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.sampler import MacroSampler
from cocogan_core.errors import ConfigError
from cocogan_core.training.batches import BatchLoader
from cocogan_core.training.config import TrainConfig
from cocogan_core.training.distributed import Ranks
from cocogan_core.training.snapshots import SampleGrid
from cocogan_core.training.state import identity_of
from cocogan_core.training.validation import FrechetValidator

__all__ = ["TrainingData"]

SHEET_ROOMS = 6
SHEET_PICTURES = 8, 64  # planar ones stand in rows of eight: as many as make a sheet of SHEET_PIXELS
SHEET_PIXELS = 1 << 21
HELD_OUT_SHARE = 5  # at most one picture in so many


@dataclass(frozen=True)
class TrainingData:
    """A data set as one process of a run uses it.

    Attributes:
        config: with the model that is really trained.
        panoramas: the data set.
        held_out: how many of its last pictures are not trained on.
        feed: of this process.
    """

    config: TrainConfig
    panoramas: ImageDataset
    held_out: int
    feed: BatchLoader
    _sheet_feed: BatchLoader = field(repr=False)

    @classmethod
    def of(cls, config: TrainConfig, ranks: Ranks) -> "TrainingData":
        """Open ``config.data``.

        Raises:
            ConfigError: regression without named parameters.
            DataError: the data cannot be read or does not fit the model.
        """
        panoramas = ImageDataset.open(config.data)
        if config.unpaired:
            panoramas = panoramas.unnamed()
        if config.objective == "regression" and not panoramas.latent_names:
            raise ConfigError(f"{config.data} has no named parameters to regress on; use --objective adversarial")
        config = config.named(panoramas.latent_names)
        measured = config.fd_every and config.held_out is None
        held_out = min(config.fd_samples, panoramas.count // HELD_OUT_SHARE) if measured else 0
        sampler = MacroSampler(
            panoramas,
            config.model.grid,
            roll=config.roll,
            flip=config.flip,
            continuous=config.continuous_sampling,
            held_out=held_out,
        )
        feeds = [BatchLoader(sampler, config.model, ranks.device, (config.seed, rank)) for rank in (ranks.rank, 0)]
        return cls(config, panoramas, held_out, *feeds)

    @property
    def identity(self) -> dict[str, Any]:
        """What must not change within the run."""
        return identity_of(self.config, self.panoramas, held_out=self.held_out)

    def sheet(self) -> SampleGrid:
        """The sheet of this run: always the same pictures and z."""
        grid, (fewest, most) = self.config.model.grid, SHEET_PICTURES
        fitting = SHEET_PIXELS // (grid.height_px * grid.width_px)
        count = SHEET_ROOMS if grid.wraps else max(fewest, min(most, fitting))
        fixed = self._sheet_feed.whole(np.random.default_rng(self.config.seed), count)
        return SampleGrid(fixed, named=bool(self.panoramas.latent_names))

    def yardstick(self, device: str) -> FrechetValidator:
        """Held-out pictures to measure by: ``config.held_out``'s first, or the data set's last.

        Raises:
            ConfigError, DataError: there are too few, they do not fit, or the feature network is not installed.
        """
        config, panoramas = self.config, self.panoramas
        indices = np.arange(panoramas.count - self.held_out, panoramas.count)
        if config.held_out is not None:
            panoramas = ImageDataset.open(config.held_out)
            indices = np.arange(min(panoramas.count, config.fd_samples))
        return FrechetValidator.of(panoramas, indices, config.model.grid, device, seed=config.seed)

    def provenance(self, *, seen: int, seen_before: int) -> Provenance:
        """Where weights come from that were trained on this."""
        about, config = self.panoramas.about, self.config
        return Provenance(
            data_set=f"{about['source']}, {self.panoramas.count - self.held_out} pictures",
            licence=about["licence"],
            images_seen=seen_before + seen,
            code_version=code_version(),
            notes=f"{config.objective} run of {seen} images at patch {config.model.grid.patch_px} px",
        )
