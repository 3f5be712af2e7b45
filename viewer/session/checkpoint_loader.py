"""Opening a checkpoint: what room it shows first, and a generator on trial while the present room stays."""

from pathlib import Path

import numpy as np

from cocogan_core.checkpoint import Metadata, read_metadata
from cocogan_core.errors import CheckpointError, RecipeError
from viewer.state.latents import Latents
from viewer.state.recipe import Recipe
from viewer.streaming.scheduler import Plan
from viewer.streaming.worker import Directions, Failed, Restarted, Worker

__all__ = ["CheckpointLoader", "chosen_room"]


def chosen_room(checkpoint: Path, recipe: Recipe | None, seed: int) -> tuple[Metadata, Latents]:
    """What a checkpoint says of itself, and the room to begin with: the recipe's, else the seed's.

    Raises:
        CheckpointError: the file cannot be used, or is no panorama.
        RecipeError: the recipe's z is not as long as the checkpoint's.
    """
    metadata = read_metadata(checkpoint)
    if metadata.projection is None:
        kind = "names no projection" if metadata.model.grid.wraps else "is a planar model, not a panorama"
        raise CheckpointError(f"{checkpoint} {kind}; use `cocogan sample`")
    z_dim = metadata.model.z_dim
    if recipe is None:
        return metadata, Latents.of_seed(seed, z_dim)
    if len(recipe.latents.base) != z_dim:
        raise RecipeError(f"the recipe has {len(recipe.latents.base)} entries of z, {checkpoint} takes {z_dim}")
    return metadata, recipe.latents


class CheckpointLoader:
    """A generator process on trial: it takes over only once it has begun a patch, so that a bad file costs nothing."""

    def __init__(self, checkpoint: Path, recipe: Recipe | None, device: str, seed: int) -> None:
        """Start the process.

        Raises:
            CheckpointError, RecipeError: as :func:`chosen_room`.
        """
        self.metadata, self.latents = chosen_room(checkpoint, recipe, seed)
        self.checkpoint, self.recipe = checkpoint, recipe
        self.directions: Directions | None = None  # told once only, perhaps before the takeover
        self.worker = Worker(checkpoint, device, self.metadata.model.grid)
        self.worker.send(Plan(0, ((0, 0),)), np.zeros(self.metadata.model.z_dim, np.float32))

    def ready(self) -> bool:
        """Whether the worker can take over.

        Raises:
            CheckpointError: it cannot; :meth:`close` it.
        """
        events = self.worker.poll()
        for event in events:
            if isinstance(event, Failed):
                raise CheckpointError(event.message)
            if isinstance(event, Directions):
                self.directions = event
        return any(not isinstance(event, Restarted) for event in events)

    def close(self) -> None:
        """Give up."""
        self.worker.close()
