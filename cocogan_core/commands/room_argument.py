"""A room on the command line: a seed, or the file of a saved room, whose z is read."""

import json
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cocogan_core.checkpoint import Metadata
from cocogan_core.errors import ConfigError, RecipeError
from cocogan_core.inference.latents import sample_z

__all__ = ["latent_of"]

Floats = NDArray[np.float32]


class DirectedModel(Protocol):
    """What is asked of a generator."""

    @property
    def metadata(self) -> Metadata:
        """Of the checkpoint."""

    def principal_directions(self, count: int) -> Floats:
        """Unit directions (count, z_dim) in z."""


def latent_of(room: str, generator: DirectedModel) -> Floats:
    """z (z_dim,) of a seed, or of a saved room: its ``z``, moved ``along`` principal directions.

    Raises:
        ConfigError: it is neither a number nor a file, or of a model with another length of z.
        RecipeError: the file is no saved room.
    """
    z_dim = generator.metadata.model.z_dim
    if room.isdigit():
        return sample_z(int(room), z_dim)
    if not Path(room).is_file():
        raise ConfigError(f"{room} is neither a seed nor the file of a saved room; check the path")
    try:
        stated = json.loads(Path(room).read_text(encoding="utf-8"))["room"]
        z, along = (np.asarray(stated[name], np.float32).reshape(-1) for name in ("z", "along"))
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise RecipeError(f"{room} is not a saved room: {error}") from error
    if len(z) != z_dim:
        raise ConfigError(f"{room} has {len(z)} numbers and the model {z_dim}: name its own --checkpoint")
    if along.any():
        directions = generator.principal_directions(len(along))
        z = z + along[: len(directions)] @ directions
    return np.asarray(np.clip(z, -1, 1), np.float32)
