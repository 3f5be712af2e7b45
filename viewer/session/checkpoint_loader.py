"""Opening a checkpoint or a 360° photograph: what it shows first, and its process on trial while the present session
goes on.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from cocogan_core.checkpoint import Metadata, read_metadata
from cocogan_core.errors import CheckpointError, RecipeError
from cocogan_core.files import is_picture
from cocogan_core.geometry.projection import Projection
from viewer.camera.camera import Camera, View
from viewer.camera.visibility import visible_patches
from viewer.session.checkpoint_search import learn_fingerprint
from viewer.state.latents import Latents
from viewer.state.options import Options
from viewer.state.photographs import read_photo_sphere
from viewer.state.recipe import Recipe
from viewer.streaming.protocol import FIRST_REVISION, TRIAL_REVISION
from viewer.streaming.scheduler import Plan
from viewer.streaming.worker import Directions, Failed, Finished, Refused, Worker

__all__ = ["CheckpointLoader", "CheckpointSource", "LoadedCheckpoint"]


@dataclass(frozen=True)
class CheckpointSource:
    """What is to be opened: a checkpoint or photograph, what it says of itself, and the room and look to begin with.

    Attributes:
        path: the checkpoint's file, or a 360° photograph's.
        metadata: as the file states it; a panorama's, so that it has a projection.
        projection: of the panorama.
        latents: the room to begin with.
        view: the first look; its aspect is the window's business.
        named_by: the file that the user opened, a checkpoint or a recipe, if there was one.
        photograph: whether it is a photograph, of which there is one room only.
    """

    path: Path
    metadata: Metadata
    projection: Projection
    latents: Latents
    view: View
    named_by: Path | None = None
    photograph: bool = False

    @classmethod
    def read(
        cls, checkpoint: Path, recipe: Recipe | None, *, seed: int, view: View, named_by: Path | None = None
    ) -> Self:
        """Read the metadata; the room and the look are the recipe's, else those of ``seed`` and ``view``.

        Raises:
            CheckpointError, DataError: the file cannot be used, or is no panorama.
            RecipeError: the recipe's z is not as long as the checkpoint's.
        """
        photograph = is_picture(checkpoint)
        metadata = read_photo_sphere(checkpoint).metadata if photograph else read_metadata(checkpoint)
        if metadata.projection is None:
            kind = "names no projection" if metadata.model.grid.wraps else "is a planar model, not a panorama"
            raise CheckpointError(f"{checkpoint} {kind}; use `cocogan sample`")
        z_dim = metadata.model.z_dim
        if recipe is None:
            latents = Latents.of_seed(seed, z_dim)
        elif len(recipe.latents.base) != z_dim:
            raise RecipeError(f"the saved room has {len(recipe.latents.base)} entries of z, {checkpoint} takes {z_dim}")
        else:
            latents, view = recipe.latents, recipe.view
        return cls(checkpoint, metadata, metadata.projection, latents, view, named_by, photograph)

    def camera(self, size_px: tuple[int, int]) -> Camera:
        """The first look in a window of so many pixels, within the panorama's limits."""
        grid = self.metadata.model.grid
        finest_px = grid.width_px << grid.levels - 1 if grid.levels > 1 else 0
        return Camera(self.view, self.projection.half_extent_rad, finest_px=finest_px).resize(*size_px).look()


@dataclass(frozen=True)
class LoadedCheckpoint:
    """A checkpoint with the generator process that has it; ``directions`` if the process has told them already."""

    source: CheckpointSource
    worker: Worker
    directions: Directions | None = None

    @classmethod
    def start(cls, source: CheckpointSource, device: str) -> Self:
        """Start the generator process, without waiting for it."""
        learn_fingerprint(source.path)
        return cls(source, Worker(source.path, device, source.metadata.model.grid))

    @classmethod
    def named_by(cls, options: Options) -> Self:
        """Start that of the checkpoint that the command line names, without waiting for it.

        It begins with what the first look shows of level 0, so that this is there as soon as the window is.

        Raises:
            CheckpointError, DataError, RecipeError: as :meth:`CheckpointSource.read`.
        """
        source = CheckpointSource.read(options.checkpoint, options.recipe, seed=options.seed, view=options.view)
        loaded = cls.start(source, options.device)
        if not source.latents.along:  # else z is known once the generator has told its directions
            view = source.camera(options.size).view
            cells = visible_patches(view, source.metadata.model.grid, source.projection)
            plan = Plan(FIRST_REVISION, tuple((0, *cell) for cell in cells))
            loaded.worker.send(plan, np.array(source.latents.base, np.float32))
        return loaded


class CheckpointLoader:
    """A generator process on trial: of use only once it has made a patch, so that a bad file costs nothing.

    Call :meth:`step` once a frame until it gives the loaded checkpoint, or :meth:`close` to give up.
    """

    def __init__(self, source: CheckpointSource, device: str) -> None:
        """Start the process."""
        self.source = source
        self.directions: Directions | None = None  # told once only, perhaps before the trial has ended
        self._loaded = LoadedCheckpoint.start(source, device)
        self._loaded.worker.send(Plan(TRIAL_REVISION, ((0, 0, 0),)), np.array(source.latents.base, np.float32))

    def step(self) -> LoadedCheckpoint | None:
        """The checkpoint, once the process has shown that it can make patches; its worker is the caller's then.

        Raises:
            CheckpointError: it cannot; the process has ended.
        """
        try:
            ready = self.ready()
        except CheckpointError:
            self.close()
            raise
        return LoadedCheckpoint(self.source, self._loaded.worker, self.directions) if ready else None

    def ready(self) -> bool:
        """Whether the process has made a patch, as far as has been heard by now.

        Raises:
            CheckpointError: it cannot make any.
        """
        events = self._loaded.worker.poll()
        for event in events:
            if isinstance(event, Failed | Refused):
                raise CheckpointError(event.message)
            if isinstance(event, Directions):
                self.directions = event
        return any(isinstance(event, Finished) for event in events)

    def close(self) -> None:
        """Give up and end the process."""
        self._loaded.worker.close()
