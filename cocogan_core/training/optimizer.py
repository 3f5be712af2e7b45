"""A network's optimizer: backward, gradients averaged over processes, clipped, scaled, one step of Adam."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from cocogan_core.errors import TrainingError
from cocogan_core.training.config import TrainConfig
from cocogan_core.training.distributed import Ranks

__all__ = ["NetworkOptimizer", "constant", "rate_share"]


Share = tuple[Sequence[nn.Parameter], float]  # weights, and how much of the rate is theirs


class NetworkOptimizer:
    """Adam on one network; ``clip`` cuts the gradient's norm, 0 never."""

    def __init__(
        self,
        network: nn.Module,
        config: TrainConfig,
        ranks: Ranks,
        *,
        clip: float = 0.0,
        shares: Sequence[Share] = (),
    ) -> None:
        """Adam starts with a rate of 0; every step is given one, of which weights get the product of their ``shares``.

        At a share of 0 they are left as they are, and no time is spent on their gradients.
        """
        self.network, self.ranks, self.clip, self._explosion = network, ranks, clip, config.explosion
        groups = _groups(network, shares)
        for parameter in groups.pop(0.0, ()):
            parameter.requires_grad_(False)
        self.adam = torch.optim.Adam(
            [{"params": parameters, "share": share} for share, parameters in groups.items()],
            lr=0.0, betas=(config.beta1, config.beta2),
        )  # fmt: skip
        # float16's gradients underflow without a scale; bfloat16 has float32's range
        self.scaler = torch.amp.GradScaler(ranks.device.type, enabled=config.precision == "float16")

    def step(self, loss: Tensor, rate: float) -> None:
        """One step of Adam down the gradient of ``loss`` at learning rate ``rate``.

        Raises:
            TrainingError: the loss is not finite, or has exploded, in some process; nothing was changed.
        """
        value = loss.item()
        if self.ranks.any(not abs(value) < self._explosion):
            raise TrainingError(f"a loss is {value:.4g}")
        self.adam.zero_grad(set_to_none=True)
        torch.autograd.backward(self.scaler.scale(loss))
        self.ranks.average_gradients(self.network.parameters())
        if self.clip:
            self.scaler.unscale_(self.adam)
            nn.utils.clip_grad_norm_(self.network.parameters(), self.clip)
        for group in self.adam.param_groups:
            group["lr"] = rate * group["share"]
        self.scaler.step(self.adam)
        self.scaler.update()

    def state(self) -> dict[str, Any]:
        """What a resumed run needs besides Adam's moments, as JSON values."""
        return self.scaler.state_dict()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what :meth:`state` returned."""
        if state:
            self.scaler.load_state_dict(dict(state))


def _groups(network: nn.Module, shares: Sequence[Share]) -> dict[float, list[nn.Parameter]]:
    """A network's weights by the share of the rate that they get."""
    chosen = [({id(parameter) for parameter in parameters}, share) for parameters, share in shares]
    groups: dict[float, list[nn.Parameter]] = {}
    for parameter in network.parameters():
        share = math.prod(share for known, share in chosen if id(parameter) in known)
        groups.setdefault(float(share), []).append(parameter)
    return dict(sorted(groups.items()))  # states of before have level 0's first


@contextmanager
def constant(network: nn.Module) -> Iterator[None]:
    """Let gradients pass through a network without collecting any for its weights."""
    network.requires_grad_(False)
    try:
        yield
    finally:
        network.requires_grad_(True)


def rate_share(config: TrainConfig, seen: int, *, warmup_images: int) -> float:
    """The share of its full rate that a network learns at after ``seen`` images: up over the warm-up, down a cosine."""
    done = min(1.0, seen / config.images)
    share = config.final_rate + (1 - config.final_rate) * (1 + math.cos(math.pi * done)) / 2
    return share * min(1.0, (seen + config.batch) / max(1, warmup_images))
