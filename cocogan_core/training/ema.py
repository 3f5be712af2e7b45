"""The running mean of a network's weights, which a run exports in place of the latest ones. Knows no losses."""

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

__all__ = ["WeightEMA"]

# The longest half-life as a share of the images seen, so that the mean soon forgets the first weights (as in
# StyleGAN2-ADA, Karras et al. 2020).
RAMP = 0.05

Network = TypeVar("Network", bound=nn.Module)


class WeightEMA(Generic[Network]):
    """An exponential moving average of weights; ``network`` is a frozen copy that holds it."""

    def __init__(self, network: Network, *, half_life_images: float) -> None:
        """Start from the weights of ``network``; a half-life of 0 always gives the latest weights."""
        self.network = copy.deepcopy(network).requires_grad_(False)
        self._half_life_images = half_life_images

    @torch.no_grad()
    def update(self, network: nn.Module, *, seen: int, batch: int) -> None:
        """Move towards ``network`` after a step of ``batch`` images, which made ``seen``; buffers are copied."""
        half_life = max(min(self._half_life_images, RAMP * seen), 1e-9)
        keep = 0.5 ** (batch / half_life)
        for mean, latest in zip(self.network.parameters(), network.parameters(), strict=True):
            mean.lerp_(latest, 1 - keep)
        for kept, newest in zip(self.network.buffers(), network.buffers(), strict=True):
            kept.copy_(newest)
