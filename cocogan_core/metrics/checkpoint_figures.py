"""What only a checkpoint can be asked: what its D says, and what its named latents do. Imports torch when asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.placement import front_of
from cocogan_core.errors import ConfigError
from cocogan_core.inference.latents import sample_z
from cocogan_core.metrics.evaluation_setup import EvaluationSetup
from cocogan_core.metrics.image_sets import ImageSetStats
from cocogan_core.metrics.latents import LatentResponse, latent_response, psnr_db
from cocogan_core.metrics.results import PairedPSNR
from cocogan_core.metrics.seams import BorderMeter, BorderRatios
from cocogan_core.progress import Progress

if TYPE_CHECKING:
    from cocogan_core.inference.patch_generator import PatchGenerator

__all__ = ["PairedMeter", "latent_responses", "wasserstein"]

Image = NDArray[np.uint8]
PAIRED_PICTURES = 256  # generated beside rendered; PSNR settles long before that
SCORE_BATCH = 16  # macro patches a pass of D


def wasserstein(
    checkpoint: Path, real: ImageSetStats, generated: ImageSetStats, *, upright: bool, level: int = 0
) -> float | None:
    """Mean D(real) − D(generated) over macro patches of a level (paper eq. 2, without its penalty).

    None without D, or where D knows upright rooms only and these are not.
    """
    import torch

    from cocogan_core.checkpoint import load_checkpoint
    from cocogan_core.models.build import load_discriminator

    loaded = load_checkpoint(checkpoint)
    if not loaded.discriminator or (loaded.metadata.model.symmetry is not None and not upright):
        return None
    discriminator, grid = load_discriminator(loaded).eval(), loaded.metadata.model.grid.at_level(level)

    @torch.inference_mode()
    def mean_score(stats: ImageSetStats) -> float:
        images = torch.from_numpy(stats.macro_patches).permute(0, 3, 1, 2).float() / 127.5 - 1
        coordinates = torch.from_numpy(grid.macro_coordinates(stats.macro_ids))
        pairs = zip(torch.split(images, SCORE_BATCH), torch.split(coordinates, SCORE_BATCH), strict=True)
        return float(torch.cat([discriminator(some, where, level).score for some, where in pairs]).mean())

    return mean_score(real) - mean_score(generated)


class PairedMeter:
    """Compares generated pictures with the real ones of the same parameters, as these pass by to be measured."""

    def __init__(self, setup: EvaluationSetup, z: NDArray[np.float32]) -> None:
        """Use :meth:`of`; ``z`` are those of the first pictures that will pass."""
        self._setup, self._z = setup, z
        self._values_db: list[float] = []
        self._generated, self._real = BorderMeter(setup.grid), BorderMeter(setup.grid)

    @classmethod
    def of(cls, setup: EvaluationSetup, indices: NDArray[np.intp]) -> Self | None:
        """For real pictures ``indices``, in this order; None where data and model name nothing, or different things."""
        if setup.generator is None:
            return None
        model, known = setup.generator.metadata.model, setup.real.latent_names
        names = model.latent_names
        if not names or not set(names) <= set(known):
            return None
        indices = indices[:PAIRED_PICTURES]
        parameters = setup.real.parameters[indices][:, [known.index(name) for name in names]]
        unnamed = sample_z(setup.seed, model.z_dim, count=len(indices))[:, len(names) :]
        return cls(setup, np.concatenate([parameters, unnamed], 1))

    def watch(self, images: Iterable[Image]) -> Iterator[Image]:
        """The real pictures, unchanged."""
        for index, real in enumerate(images):
            if index < len(self._z):
                generated = self._setup.generated(self._z[index])
                self._values_db.append(psnr_db(generated, real, row_weights=self._setup.row_weights))
                self._generated.add(generated)
                self._real.add(real)
            yield real

    @property
    def psnr(self) -> PairedPSNR:
        """PSNR to the real pictures of the same parameters."""
        values_db = self._values_db
        return PairedPSNR(mean_db=float(np.mean(values_db)), worst_db=min(values_db), pictures=len(values_db))

    @property
    def borders(self) -> BorderRatios:
        """Border ratios over theirs."""
        return self._generated.ratios.over(self._real.ratios)


def latent_responses(
    setup: EvaluationSetup, generator: PatchGenerator, progress: Progress, rooms: int
) -> tuple[LatentResponse, ...]:
    """Move every named latent alone and compare with the room renderer.

    Raises:
        ConfigError: the model's latents are not the renderer's parameters.
        DisplayError: there is no OpenGL for the renderer.
    """
    from cocogan_core.data.rooms.renderer import STYLES, RoomRenderer

    names, projection = generator.metadata.model.latent_names, setup.real.projection
    style = next((style for style, known in STYLES.items() if known == names), None)
    if style is None or projection is None:
        raise ConfigError("the checkpoint's named latents are not those of the room renderer; leave --latent-rooms out")
    z = sample_z(setup.seed, generator.metadata.model.z_dim, count=rooms)
    unnamed = z[0, len(names) :]
    with RoomRenderer(setup.grid.width_px, 4, style, projection, front=front_of(setup.real.about)) as renderer:
        return latent_response(
            lambda parameters: generator.panorama(np.concatenate([parameters, unnamed])),
            renderer.panorama,
            names,
            rooms=list(z[:, : len(names)]),
            row_weights=setup.row_weights,
            progress=progress,
        )
