"""A room on the command line: a seed, or the file of a saved room, whose z is read."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cocogan_core.checkpoint import Metadata
from cocogan_core.errors import ConfigError, RecipeError
from cocogan_core.files import read_limited
from cocogan_core.inference.latents import sample_z
from cocogan_core.json_text import parse_json
from cocogan_core.text import printable

__all__ = ["latent_of"]

Floats = NDArray[np.float32]
MOST_BYTES = 4 << 20  # more than the largest z that a checkpoint may have
MOST_ALONG = 1000.0  # as in saved rooms


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
        stated = parse_json(read_limited(Path(room), MOST_BYTES))["room"]
        z, along = (np.asarray(stated[name], np.float32).reshape(-1) for name in ("z", "along"))
        if not (np.abs(along) <= MOST_ALONG).all():
            raise ValueError(f"along goes beyond ±{MOST_ALONG:g}")
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise RecipeError(f"{room} is not a saved room: {printable(error)}") from error
    if len(z) != z_dim:
        raise ConfigError(f"{room} has {len(z)} numbers and the model {z_dim}: name its own --checkpoint")
    if along.any():
        directions = generator.principal_directions(len(along))
        z = z + along[: len(directions)] @ directions
    return np.asarray(np.clip(z, -1, 1), np.float32)
