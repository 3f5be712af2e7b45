"""Patch-guided generation (paper §3.5, Appendix K): a photograph's part of the picture → a whole picture around it.

Head Q's answer to a real macro patch is a z "that generates a macro patch similar to" it, head A's its place. Beyond
the paper, z is then refined by gradient steps through G against the photograph, from several beginnings at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from cocogan_core.applications.photo import PlacedPhoto
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
LEAST_SHARE = 0.25  # of a macro patch that must be known for it to guide
BETA = 0.1  # grey levels of 2 beyond which an error counts linearly: a person in the photograph must not rule
COARSE = 8  # pixels a side that are compared as one, too: they pull from farther away
PATIENCE = 60  # steps without …
GAIN = 0.005  # … this share of improvement end the search
MEMORY = 0.9  # of the running mean of the error


@dataclass(frozen=True, kw_only=True)
class GuidanceSettings:
    """How z is looked for.

    Attributes:
        candidates: beginnings, refined side by side: with head Q from its answer to far from it, else random z.
        steps: of Adam at most; 0 takes the beginnings as they are.
        rate: Adam's.
        patches: macro patches compared a step and candidate.
        seed: of the random z and of which macro patches are compared.
    """

    candidates: int = 16
    steps: int = 400
    rate: float = 0.03
    patches: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be looked for.

        Raises:
            ConfigError: what is wrong and what would be right.
        """
        if self.candidates < 1 or self.steps < 0 or self.patches < 1:
            raise ConfigError("--candidates must be at least 1, --steps at least 0")


@dataclass(frozen=True)
class GuidedRooms:
    """Rooms around a photograph, the best one first.

    Attributes:
        z: (candidates, z_dim).
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
        ConfigError: the photograph shows nothing of the model's picture, or the model knows upright rooms only.
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
        self._image, self._known = from_uint8(photo.image[None])[0], torch.from_numpy(photo.known).float()
        shares = np.array([self._known_part((int(row), int(column))).mean() for row, column in self._macro_ids()])
        self._guiding = self._macro_ids()[shares >= min(LEAST_SHARE, shares.max() if shares.max() else 1)]
        if not len(self._guiding):
            raise ConfigError("the photograph shows nothing of the model's picture")
        row, column = self._macro_ids()[int(shares.argmax())]
        self._best_known = int(row), int(column)

    def run(self, report: Callable[[int, float, Floats], bool] = lambda _step, _error, _z: True) -> GuidedRooms:
        """Refine all candidates until none gets better any more.

        ``report`` hears after each step of the steps done, the best candidate's error and its z (z_dim,); it returns
        False to stop.
        """
        settings = self.settings
        z = self._beginnings().requires_grad_(True)
        adam = torch.optim.Adam([z], settings.rate)
        means, least, since = torch.zeros(len(z)), float("inf"), 0
        rng = np.random.default_rng(settings.seed)
        for step in range(settings.steps):
            errors = self._errors(z, self._guiding[rng.integers(len(self._guiding), size=settings.patches)])
            adam.zero_grad()
            errors.sum().backward()  # type: ignore[no-untyped-call]
            adam.step()
            with torch.no_grad():
                z.clamp_(-1, 1)
                means = errors.detach() if step == 0 else MEMORY * means + (1 - MEMORY) * errors.detach()
            best = int(means.argmin())
            since = 0 if float(means[best]) < least * (1 - GAIN) else since + 1
            least = min(least, float(means[best]))
            if not report(step + 1, float(means[best]), z[best].detach().numpy().copy()) or since >= PATIENCE:
                break
        return self._ranked(z.detach())

    def pictures(self, z: Floats) -> NDArray[np.uint8]:
        """The whole pictures (n, H, W, 3) of rooms z (n, z_dim)."""
        with torch.no_grad():
            return np.concatenate([to_uint8(self._generator.full(one[None])) for one in torch.from_numpy(z)])

    def _beginnings(self) -> Tensor:
        """z ~ U[−1, 1]; where head Q answers, its answer first and the others from near it to far from it."""
        model = self._generator.config
        z = torch.from_numpy(sample_z(self.settings.seed, model.z_dim, count=self.settings.candidates)).clone()
        answer = self._heads()[1]
        if answer is not None:
            known = self._named or model.z_dim  # of named pictures Q has learnt the named entries only
            away = torch.arange(len(z))[:, None] / len(z)
            z[:, :known] = (1 - away) * answer[:known] + away * z[:, :known]
        return z

    def _heads(self) -> tuple[Tensor | None, Tensor | None]:
        """What heads A and Q say of the best-known macro patch."""
        if self._discriminator is None:
            return None, None
        ids = np.array([self._best_known])
        with torch.no_grad():
            patch = self._part(self._image, self._best_known)[None]
            said = self._discriminator(patch, torch.from_numpy(self.grid.macro_coordinates(ids)))
        return said.spatial[0], None if said.content is None else said.content[0]

    def _errors(self, z: Tensor, corners: NDArray[np.intp]) -> Tensor:
        """Robust error (n,) of each candidate over macro patches at ``corners``: of pixels, and of blocks of them."""
        total = torch.zeros(len(z))
        for row, column in corners:
            ids = torch.tensor([[int(row), int(column)]]).expand(len(z), 2)
            made, known = self._generator.macro(z, ids), self._known_part((int(row), int(column)))
            real = self._part(self._image, (int(row), int(column))).expand_as(made)
            total = total + _robust(made, real, known) + _robust(*_pooled(made, real, known))
        return total / len(corners)

    def _ranked(self, z: Tensor) -> GuidedRooms:
        """Candidates by their error over all that is known."""
        with torch.no_grad():
            errors = torch.stack([self._whole_error(one) for one in z])
        order = errors.argsort()
        place, answer = self._heads()
        by_q = None if answer is None else int((order == 0).nonzero()[0, 0])
        said = None if place is None else np.asarray(place.numpy(), np.float32)
        return GuidedRooms(z[order].numpy(), errors[order].numpy(), by_q, said, self._best_known)

    def _whole_error(self, z: Tensor) -> Tensor:
        difference = (self._generator.full(z[None])[0] - self._image).abs().mean(0)
        return (difference * self._known).sum() / self._known.sum()

    def _macro_ids(self) -> NDArray[np.intp]:
        return self.grid.macro_ids()

    def _known_part(self, corner: tuple[int, int]) -> Tensor:
        return self._part(self._known[None], corner)[0]

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


def _pooled(made: Tensor, real: Tensor, known: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Means of known pixels over blocks of COARSE², and how much of each block is known."""
    size = min(COARSE, known.shape[-1])
    share = F.avg_pool2d(known[None, None], size)
    of_made, of_real = (F.avg_pool2d(image * known, size) / share.clamp(min=1e-6) for image in (made, real))
    return of_made, of_real, share[0, 0]


def _robust(made: Tensor, real: Tensor, known: Tensor) -> Tensor:
    """Huber's error (n,) over known pixels, of pictures (n, 3, h, w)."""
    errors = F.smooth_l1_loss(made, real, beta=BETA, reduction="none").mean(1) * known
    return errors.sum((1, 2)) / known.sum().clamp(min=1e-6)
