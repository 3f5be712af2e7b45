"""The pictures of one run: those that it trains on, those that it is measured by, and the few that a sheet shows."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cocogan_core.checkpoint import Provenance, code_version
from cocogan_core.data.sampler import MacroSampler
from cocogan_core.data.shards import Panoramas
from cocogan_core.distributed import Ranks
from cocogan_core.errors import ConfigError
from cocogan_core.feed import Feed
from cocogan_core.run_identity import identity_of
from cocogan_core.sheets import Sheet
from cocogan_core.train_config import TrainConfig
from cocogan_core.yardstick import Yardstick

__all__ = ["Material"]

SHEET_ROOMS = 6
SHEET_PICTURES = 8, 64  # planar ones stand in rows of eight: as many as make a sheet of SHEET_PIXELS
SHEET_PIXELS = 1 << 21
HELD_OUT_SHARE = 5  # at most one picture in so many


@dataclass(frozen=True)
class Material:
    """A data set as one process of a run uses it.

    Attributes:
        config: with the model that is really trained.
        panoramas: the data set.
        held_out: how many of its last pictures are not trained on.
        feed: of this process.
    """

    config: TrainConfig
    panoramas: Panoramas
    held_out: int
    feed: Feed
    _sheet_feed: Feed = field(repr=False)

    @classmethod
    def of(cls, config: TrainConfig, ranks: Ranks) -> "Material":
        """Open ``config.data``.

        Raises:
            ConfigError: regression without named parameters.
            DataError: the data cannot be read or does not fit the model.
        """
        panoramas = Panoramas.open(config.data)
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
        feeds = [Feed(sampler, config.model, ranks.device, (config.seed, rank)) for rank in (ranks.rank, 0)]
        return cls(config, panoramas, held_out, *feeds)

    @property
    def identity(self) -> dict[str, Any]:
        """What must not change within the run."""
        return identity_of(self.config, self.panoramas, held_out=self.held_out)

    def sheet(self) -> Sheet:
        """The sheet of this run: always the same pictures and z."""
        grid, (fewest, most) = self.config.model.grid, SHEET_PICTURES
        fitting = SHEET_PIXELS // (grid.height_px * grid.width_px)
        count = SHEET_ROOMS if grid.wraps else max(fewest, min(most, fitting))
        fixed = self._sheet_feed.whole(np.random.default_rng(self.config.seed), count)
        return Sheet(fixed, named=bool(self.panoramas.latent_names))

    def yardstick(self, device: str) -> Yardstick:
        """Held-out pictures to measure by: ``config.held_out``'s first, or the data set's last.

        Raises:
            ConfigError, DataError: there are too few, they do not fit, or the feature network is not installed.
        """
        config, panoramas = self.config, self.panoramas
        indices = np.arange(panoramas.count - self.held_out, panoramas.count)
        if config.held_out is not None:
            panoramas = Panoramas.open(config.held_out)
            indices = np.arange(min(panoramas.count, config.fd_samples))
        return Yardstick.of(panoramas, indices, config.model.grid, device, seed=config.seed)

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
