"""Whole pictures of a generator that is still in training, a few at a time, however large they are."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cocogan_core.networks import Generator
from cocogan_core.synthesis import to_uint8

__all__ = ["pictures"]

PIXELS = 1 << 20  # a pass: what a training step of these networks would need is more


@torch.no_grad()
def pictures(generator: Generator, z: Tensor) -> Iterator[NDArray[np.uint8]]:
    """Whole pictures (H, W, 3) of z (n, z_dim), one by one, with the statistics gathered in training."""
    grid, training = generator.config.grid, generator.training
    generator.eval()
    try:
        for part in z.split(max(1, PIXELS // (grid.height_px * grid.width_px))):  # type: ignore[no-untyped-call]
            yield from to_uint8(generator.full(part))
    finally:
        generator.train(training)
