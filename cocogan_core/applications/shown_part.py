"""The part of a model's picture that a photograph shows, small and large, and how far rooms are from it there."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from cocogan_core.applications.photo import PlacedPhoto
from cocogan_core.models.base import Generator
from cocogan_core.models.build import coarse_generator
from cocogan_core.models.pixels import from_uint8

__all__ = ["ShownPart"]

BETA = 0.1  # of a range of 2, beyond which an error counts linearly: a person in the photograph must not rule
COARSE = 4  # pixels a side that are compared as one, too: they pull from farther away
AT_ONCE = 4  # candidates in one pass, for memory's sake


class ShownPart:
    """The block of micro patches of which a photograph shows something.

    The compact G makes it at any resolution at the cost of that one; the paper's makes it whole, to be averaged.
    """

    def __init__(self, generator: Generator, photo: PlacedPhoto) -> None:
        """Cut the block out of the photograph; something of it must be known."""
        self._generator, grid = generator, generator.config.grid
        row, column = (np.unique(at // grid.patch_px) for at in np.nonzero(photo.known))
        (top, rows), (left, columns) = _run(row, grid.rows, wraps=False), _run(column, grid.columns, wraps=grid.wraps)
        self._corner, self._shape = torch.tensor([[top, left]]), (rows, columns)
        y = (top * grid.patch_px + torch.arange(rows * grid.patch_px))[:, None]
        x = (left * grid.patch_px + torch.arange(columns * grid.patch_px)) % grid.width_px
        known = torch.from_numpy(photo.known).float()[y, x]
        self._views = {1: (from_uint8(photo.image[None])[0][:, y, x], known)}
        self._generators: dict[int, Generator] = {}

    def gradient(self, z: Tensor, patch_px: int) -> tuple[Tensor, Tensor]:
        """Robust errors (n,) of rooms z (n, z_dim) with patches of ``patch_px``, and their gradient (n, z_dim)."""
        errors, slopes = [], []
        for part in torch.split(z.detach(), AT_ONCE):
            part.requires_grad_(True)
            error = self._errors(part, patch_px)
            slopes.append(torch.autograd.grad(error.sum(), part)[0])
            errors.append(error.detach())
        return torch.cat(errors), torch.cat(slopes)

    def difference(self, z: Tensor) -> Tensor:
        """Mean absolute error (n,) of rooms z (n, z_dim) over all pixels that are known, in [0, 2]."""
        real, known = self._views[1]
        with torch.no_grad():
            made = torch.cat([self._made(one[None], self._generator.config.grid.patch_px) for one in z])
        return ((made.clamp(-1, 1) - real).abs().mean(1) * known).sum((1, 2)) / known.sum()

    def _errors(self, z: Tensor, patch_px: int) -> Tensor:
        """Of pixels, and of blocks of them."""
        real, known = self._view(patch_px)
        made = self._made(z, patch_px)
        return _robust(made, real, known) + _robust(*_pooled(made, real, known))

    def _made(self, z: Tensor, patch_px: int) -> Tensor:
        """The block (n, 3, h, w) as G makes it, with micro patches of at most ``patch_px``."""
        if patch_px not in self._generators:
            self._generators[patch_px] = coarse_generator(self._generator, patch_px)
        generator = self._generators[patch_px]
        made = generator.block(z, self._corner.expand(len(z), 2), self._shape)
        return F.avg_pool2d(made, max(1, generator.config.grid.patch_px // patch_px))

    def _view(self, patch_px: int) -> tuple[Tensor, Tensor]:
        """The photograph's part (3, h, w) with micro patches of at most ``patch_px``, and how much is known (h, w)."""
        factor = max(1, self._generator.config.grid.patch_px // patch_px)
        if factor not in self._views:
            real, known = self._views[1]
            share = F.avg_pool2d(known[None, None], factor)[0, 0]
            self._views[factor] = F.avg_pool2d((real * known)[None], factor)[0] / share.clamp(min=1e-6), share
        return self._views[factor]


def _run(where: NDArray[np.intp], count: int, *, wraps: bool) -> tuple[int, int]:
    """(first, how many) of the shortest run of ``count`` rows or columns that holds all of ``where``, over the seam."""
    if not wraps:
        return int(where[0]), int(where[-1] - where[0] + 1)
    gaps = np.diff(where, append=where[0] + count)  # from each to the next one round the cylinder
    last = int(gaps.argmax())
    return int(where[(last + 1) % len(where)]), int(count - gaps[last] + 1)


def _pooled(made: Tensor, real: Tensor, known: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Means of known pixels over blocks of COARSE², and how much of each block is known."""
    share = F.avg_pool2d(known[None, None], COARSE)
    of_made, of_real = (F.avg_pool2d(image * known, COARSE) / share.clamp(min=1e-6) for image in (made, real[None]))
    return of_made, of_real[0], share[0, 0]


def _robust(made: Tensor, real: Tensor, known: Tensor) -> Tensor:
    """Huber's error (n,) over known pixels, of pictures (n, 3, h, w) beside one (3, h, w)."""
    errors = F.smooth_l1_loss(made, real.expand_as(made), beta=BETA, reduction="none").mean(1) * known
    return errors.sum((1, 2)) / known.sum().clamp(min=1e-6)
