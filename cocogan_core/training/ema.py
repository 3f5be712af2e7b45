"""The running mean of a network's weights, which a run exports in place of the latest ones. Knows no losses."""

import copy
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from cocogan_core.models.base import Generator

__all__ = ["WeightEMA"]

# The longest half-life as a share of the images seen, so that the mean soon forgets the first weights (as in
# StyleGAN2-ADA, Karras et al. 2020).
RAMP = 0.05


class WeightEMA:
    """An exponential moving average of weights; ``network`` is a frozen copy that holds it."""

    def __init__(self, network: Generator, *, half_life_images: float) -> None:
        """Start from the weights of ``network``; a half-life of 0 always gives the latest weights."""
        self.network = copy.deepcopy(network).requires_grad_(False)
        self._half_life_images = half_life_images

    @torch.no_grad()
    def update(self, network: nn.Module, *, seen: int, batch: int) -> None:
        """Move towards ``network`` after a step of ``batch`` images, which made ``seen``; buffers are copied.

        Statistics are then the latest weights'; :meth:`settle` gives the mean its own.
        """
        half_life = max(min(self._half_life_images, RAMP * seen), 1e-9)
        keep = 0.5 ** (batch / half_life)
        for mean, latest in zip(self.network.parameters(), network.parameters(), strict=True):
            mean.lerp_(latest, 1 - keep)
        for kept, newest in zip(self.network.buffers(), network.buffers(), strict=True):
            kept.copy_(newest)

    @torch.no_grad()
    def settle(self, draws: Iterable[tuple[Tensor, Tensor]]) -> None:
        """Gather the batch statistics of the mean's own weights anew over macro patches of ``draws``.

        Each draw is z (B, z_dim) and macro ids (B, 2); none is drawn where the network has no batch norms. Under
        several processes all of them must call it, with as many draws.
        """
        norms = [module for module in self.network.modules() if isinstance(module, _BatchNorm)]
        if not norms:
            return
        training, momenta = self.network.training, [norm.momentum for norm in norms]
        self.network.eval()  # spectral norms stay as pictures are made with
        for norm in norms:
            norm.train()
            norm.reset_running_stats()
        for number, (z, ids) in enumerate(draws, 1):
            for norm in norms:
                norm.momentum = 1 / number  # the plain mean over all batches
            self.network.macro(z, ids)
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
        self.network.train(training)
