"""Fourier features of places in a panorama: what the compact generator's field network knows of where it is."""

import math

import torch
from torch import Tensor

from cocogan_core.models.dimensions import HARMONICS

__all__ = ["position_waves"]


def position_waves(ys: Tensor, xs: Tensor, *, wraps: bool) -> Tensor:
    """(B, h, w, n) of rows ``ys`` (B, h) and columns ``xs`` (B, w), shares of the panorama, which may wrap round."""
    vertical = _waves(ys * math.pi, linear=True)
    horizontal = _waves(xs * (2 * math.pi if wraps else math.pi), linear=not wraps)
    h, w = ys.shape[1], xs.shape[1]
    return torch.cat([vertical[:, :, None].expand(-1, -1, w, -1), horizontal[:, None].expand(-1, h, -1, -1)], -1)


def _waves(angle_rad: Tensor, *, linear: bool) -> Tensor:
    """Sine and cosine of the first harmonics, and where nothing wraps the angle itself; (...,) → (..., n)."""
    multiples = angle_rad[..., None] * torch.arange(1, HARMONICS + 1).to(angle_rad)
    waves = [multiples.sin(), multiples.cos()]
    if linear:
        waves.append(angle_rad[..., None] * (2 / math.pi) - 1)
    return torch.cat(waves, -1)
