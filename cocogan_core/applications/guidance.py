"""Patch-guided generation (paper §3.5, Appendix K): a photograph's part of the picture → a whole picture around it.

Head Q's answer to a real macro patch is a z "that generates a macro patch similar to" it, head A's its place. Beyond
the paper, z is then refined by gradient steps through G against all that the photograph shows, from several beginnings
at once, of which fewer and fewer go on (successive halving), small pictures first. What the photograph does not say
stays near Q's answer: a prior pulls it there.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cocogan_core.applications.latent_search import GuidanceSettings, LatentSearch, Report
from cocogan_core.applications.photo import PlacedPhoto
from cocogan_core.applications.shown_part import ShownPart
from cocogan_core.checkpoint import Checkpoint
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.inference.latents import sample_z
from cocogan_core.models.base import Discriminator, Generator
from cocogan_core.models.build import load_discriminator, load_generator
from cocogan_core.models.pixels import from_uint8, to_uint8

__all__ = ["Corner", "Guidance", "GuidanceSettings", "GuidedRooms", "corner_of", "place_by_head"]

Corner = tuple[float, float]  # (row, column)
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class GuidedRooms:
    """Rooms around a photograph, the best one first.

    Attributes:
        z: (candidates, z_dim); those that did not go on as they were then.
        errors: (candidates,) mean absolute error of known pixels, in [0, 2].
        by_q: index of the room that Q's answer became; None without head Q.
        place: head A's macro coordinate of the most known macro patch; None without D.
        true_place: that macro patch's own (row, column).
    """

    z: Floats
    errors: Floats
    by_q: int | None
    place: Floats | None
    true_place: tuple[int, int]


class Guidance:
    """Looks for the rooms of one photograph.

    Attributes:
        grid: the model's.

    Raises:
        ConfigError: the photograph shows nothing of the model's picture, or the model knows upright rooms only, for
            which there is ``turned_guidance``.
        CheckpointError: the checkpoint does not fit its own model.
    """

    def __init__(self, checkpoint: Checkpoint, photo: PlacedPhoto, settings: GuidanceSettings) -> None:
        """Build the networks and find the macro patches that the photograph shows."""
        checkpoint.metadata.model.require_any_way("guidance")
        self.settings = settings
        self._generator: Generator = load_generator(checkpoint).eval().requires_grad_(False)
        self._discriminator: Discriminator | None = None
        if checkpoint.discriminator:
            self._discriminator = load_discriminator(checkpoint).eval().requires_grad_(False)
        self.grid = checkpoint.metadata.model.grid
        self._named = len(checkpoint.metadata.model.latent_names)
        if not photo.known.any():
            raise ConfigError("the photograph shows nothing of the model's picture")
        self._image = from_uint8(photo.image[None])[0]
        self._shown = ShownPart(self._generator, photo)
        known = torch.from_numpy(photo.known)[None].float()
        shares = [float(self._part(known, (int(row), int(column))).mean()) for row, column in self.grid.macro_ids()]
        row, column = self.grid.macro_ids()[int(np.argmax(shares))]
        self._best_known = int(row), int(column)

    def run(self, report: Report = lambda _step, _error, _z: True) -> GuidedRooms:
        """Refine the candidates, fewer and fewer, until the last one gets no better.

        ``report`` hears after each step of the steps done, the best candidate's error and its z (z_dim,); it returns
        False to stop.
        """
        beginnings = self._beginnings()
        z = LatentSearch(self._shown, beginnings, self.settings, report).run()
        return self._ranked(z, beginnings[0])

    def pictures(self, z: Floats) -> NDArray[np.uint8]:
        """The whole pictures (n, H, W, 3) of rooms z (n, z_dim)."""
        with torch.no_grad():
            return np.concatenate([to_uint8(self._generator.full(one[None])) for one in torch.from_numpy(z)])

    def _beginnings(self) -> Tensor:
        """Head Q's answer, or 0 without it, and others from near it to far from it, on the way to z ~ U[−1, 1]."""
        model = self._generator.config
        z = torch.from_numpy(sample_z(self.settings.seed, model.z_dim, count=self.settings.candidates))
        middle, answer = torch.zeros(model.z_dim), self._heads()[1]
        if answer is not None:
            known = self._named or model.z_dim  # of named pictures Q has learnt the named entries only
            middle[:known] = answer[:known]
        away = torch.arange(len(z))[:, None] / len(z)
        return (1 - away) * middle + away * z

    def _heads(self) -> tuple[Tensor | None, Tensor | None]:
        """What heads A and Q say of the best-known macro patch."""
        if self._discriminator is None:
            return None, None
        ids = np.array([self._best_known])
        with torch.no_grad():
            patch = self._part(self._image, self._best_known)[None]
            said = self._discriminator(patch, torch.from_numpy(self.grid.macro_coordinates(ids)))
        return said.spatial[0], None if said.content is None else said.content[0]

    def _ranked(self, z: Tensor, first: Tensor) -> GuidedRooms:
        """Candidates by their difference over all that is known; the first one is never worse than it began."""
        errors = self._shown.difference(torch.cat([z, first[None]]))
        if errors[-1] < errors[0]:
            z[0], errors[0] = first, errors[-1]
        order = errors[:-1].argsort(stable=True)
        place, answer = self._heads()
        by_q = None if answer is None else int((order == 0).nonzero()[0, 0])
        said = None if place is None else np.asarray(place.numpy(), np.float32)
        return GuidedRooms(z[order].numpy(), errors[order].numpy(), by_q, said, self._best_known)

    def _part(self, image: Tensor, corner: tuple[int, int]) -> Tensor:
        """The macro patch (C, h, w) at a (row, column) of a picture (C, H, W), wrapped on a cylinder."""
        return _window(image, self.grid, corner)


def corner_of(grid: PatchGrid, coordinate: NDArray[np.float32], known: Corner) -> Corner:
    """(row, column) of a macro coordinate that head A predicts, fractional; a vertical head leaves the column known."""
    rows, columns = grid.inner.macro_shape
    row = (float(coordinate[0]) + 1) / 2 * (rows - 1) + grid.beyond
    if len(coordinate) == 1:
        return row, known[1]
    if grid.wraps:
        turn = np.arctan2(float(coordinate[2]), float(coordinate[1])) / (2 * np.pi) + 0.5
        return row, float(turn * grid.columns) % grid.columns
    return row, (float(coordinate[1]) + 1) / 2 * (columns - 1) + grid.beyond


def place_by_head(checkpoint: Checkpoint, photo: PlacedPhoto) -> tuple[int, int]:
    """The whole (row, column) where head A takes the known macro patch of a planar picture to belong.

    Raises:
        CheckpointError: the checkpoint holds no discriminator.
    """
    discriminator, grid = load_discriminator(checkpoint).eval(), checkpoint.metadata.model.grid
    first = (grid.beyond, grid.beyond)
    patch = _window(from_uint8(photo.image[None])[0], grid, first)[None]
    with torch.no_grad():
        said = discriminator(patch, torch.zeros(1, grid.coordinate_dim)).spatial[0].numpy()
    row, column = corner_of(grid, said, first)
    rows, columns = grid.macro_shape
    return min(max(round(row), 0), rows - 1), min(max(round(column), 0), columns - 1)


def _window(image: Tensor, grid: PatchGrid, corner: tuple[int, int]) -> Tensor:
    top, left = corner[0] * grid.patch_px, corner[1] * grid.patch_px
    columns = torch.arange(left, left + grid.macro_width_px) % grid.width_px
    return image[:, top : top + grid.macro_height_px][:, :, columns]
