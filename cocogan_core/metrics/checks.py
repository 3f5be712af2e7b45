"""What only a checkpoint can be asked: what its D says, what its named latents do. Imports torch when asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.progress import Progress

from cocogan_core.errors import ConfigError
from cocogan_core.metrics.borders import BorderMeter, BorderRatios
from cocogan_core.metrics.reference import pick
from cocogan_core.metrics.responses import LatentResponse, latent_response, psnr_db
from cocogan_core.metrics.results import Likeness
from cocogan_core.metrics.subject import Subject, pictures_of
from cocogan_core.metrics.survey import Survey

if TYPE_CHECKING:
    from cocogan_core.synthesis import Synthesis

__all__ = ["latents", "likeness", "wasserstein"]

LIKENESS_PICTURES = 256  # generated beside rendered; PSNR settles long before that


def wasserstein(checkpoint: Path, real: Survey, generated: Survey) -> float | None:
    """Mean D(real) − D(generated) over macro patches (paper eq. 2, without its penalty); None without D."""
    import torch

    from cocogan_core.checkpoint import load
    from cocogan_core.models import load_discriminator

    loaded = load(checkpoint)
    if not loaded.discriminator:
        return None
    discriminator, grid = load_discriminator(loaded).eval(), loaded.metadata.model.grid

    @torch.inference_mode()
    def mean_score(found: Survey) -> float:
        images = torch.from_numpy(found.macros).permute(0, 3, 1, 2).float() / 127.5 - 1
        coordinates = torch.from_numpy(grid.macro_coordinates(found.macro_ids))
        pairs = zip(torch.split(images, 16), torch.split(coordinates, 16), strict=True)
        return float(torch.cat([discriminator(some, where).score for some, where in pairs]).mean())

    return mean_score(real) - mean_score(generated)


def likeness(subject: Subject, synthesis: Synthesis, progress: Progress) -> tuple[Likeness, BorderRatios] | None:
    """PSNR to the real pictures of the same parameters, and border ratios over theirs.

    None where data set and model name nothing, or name different things.
    """
    names, known = synthesis.metadata.model.latent_names, subject.real.latent_names
    if not names or not set(names) <= set(known):
        return None
    indices = pick(subject.real.count, min(subject.samples, LIKENESS_PICTURES), subject.seed)
    parameters = subject.real.parameters[indices][:, [known.index(name) for name in names]]
    codes = np.concatenate([parameters, subject.codes(len(indices))[:, len(names) :]], 1)
    pairs = zip(codes, pictures_of(subject.real, indices, subject.grid), strict=True)
    tracked = progress.track(pairs, total=len(indices), description="likeness")
    values, made, real = [], BorderMeter(subject.grid), BorderMeter(subject.grid)
    for z, image in tracked:
        generated = synthesis.panorama(z)
        values.append(psnr_db(generated, image))
        made.add(generated)
        real.add(image)
    found = Likeness(mean_db=float(np.mean(values)), worst_db=min(values), pictures=len(values))
    return found, made.ratios.over(real.ratios)


def latents(subject: Subject, synthesis: Synthesis, progress: Progress, rooms: int) -> tuple[LatentResponse, ...]:
    """Move every named latent alone and compare with the room renderer.

    Raises:
        ConfigError: the model's latents are not the renderer's parameters.
        DisplayError: there is no OpenGL for the renderer.
    """
    from cocogan_core.data.rooms import PARAMETERS, RoomRenderer

    names, grid = synthesis.metadata.model.latent_names, subject.grid
    if names != PARAMETERS:
        raise ConfigError("the checkpoint's named latents are not those of the room renderer; leave --latent-rooms out")
    codes = subject.codes(rooms)
    rest = codes[0, len(names) :]
    task = progress.add_task("named latents", total=rooms * len(names))
    with RoomRenderer(width_px=grid.width_px) as renderer:
        return latent_response(
            lambda parameters: synthesis.panorama(np.concatenate([parameters, rest])),
            renderer.panorama,
            names,
            rooms=list(codes[:, : len(names)]),
            on_room=lambda: progress.advance(task),
        )
