"""Several training processes as ``torchrun`` starts them: who is who, averaged gradients, shared batch statistics.

Gradients are averaged by an all-reduce of our own after the backward pass, not by DistributedDataParallel: the gradient
penalty is differentiated twice, and its hooks would fire in the first pass. Batch norms average their statistics over
all processes, differentiably, so that n processes give the gradients of one with the joined batch. Knows no losses.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

import torch
import torch.distributed as dist
from torch import Tensor, nn

from cocogan_core.errors import ConfigError
from cocogan_core.training.config import Precision

__all__ = ["Ranks", "SharedBatchNorm", "share_batch_norms"]

PATIENCE = timedelta(minutes=30)  # the first process alone draws sheets and measures while the others wait


@dataclass(frozen=True)
class Ranks:
    """This process among those of a run; one process alone needs no group."""

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @classmethod
    def alone(cls) -> Self:
        """One process, on the first CUDA device if there is one."""
        return cls(device=torch.device("cuda" if torch.cuda.is_available() else "cpu"))

    @classmethod
    def join(cls) -> Self:
        """Join the group that torchrun's environment describes, on NCCL with CUDA and on gloo without.

        Raises:
            ConfigError: there are more processes on this machine than graphics cards.
        """
        size, local = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("LOCAL_RANK", "0"))
        cuda = torch.cuda.is_available()
        if cuda and local >= torch.cuda.device_count():
            raise ConfigError(
                f"torchrun started process {local + 1} on a machine with {torch.cuda.device_count()} CUDA devices; "
                "lower --nproc-per-node, or hide them with CUDA_VISIBLE_DEVICES= to train on the CPU"
            )
        device = torch.device("cuda", local) if cuda else torch.device("cpu")
        if cuda:
            torch.cuda.set_device(device)
        if size > 1 and not dist.is_initialized():
            dist.init_process_group("nccl" if cuda else "gloo", timeout=PATIENCE)
        return cls(int(os.environ.get("RANK", "0")), size, device)

    def leave(self) -> None:
        """End the group, if there is one."""
        if self.size > 1 and dist.is_initialized():
            dist.destroy_process_group()

    @property
    def first(self) -> bool:
        """Whether this process writes files and shows progress."""
        return self.rank == 0

    def share(self, batch: int) -> int:
        """This process's part of a global batch.

        Raises:
            ConfigError: it cannot be split evenly.
        """
        if batch % self.size:
            raise ConfigError(f"--batch is {batch}, which {self.size} processes cannot share evenly; take a multiple")
        return batch // self.size

    def require_precision(self, precision: Precision) -> None:
        """Make sure that this process's device has passes of this precision.

        Raises:
            ConfigError: float16 without a CUDA card; CPUs have bfloat16 only.
        """
        if precision == "float16" and self.device.type != "cuda":
            raise ConfigError("--precision float16 needs a CUDA card, and none is here; take bfloat16, or leave it out")

    def any(self, condition: bool) -> bool:
        """Whether it holds in some process, so that all stop at the same step."""
        if self.size == 1:
            return condition
        flag = torch.tensor(float(condition), device=self.device)
        dist.all_reduce(flag, dist.ReduceOp.MAX)
        return bool(flag)

    def all_have(self, number: int) -> bool:
        """Whether every process has the number that the first one has."""
        if self.size == 1:
            return True
        of_first = torch.tensor(number, device=self.device)
        dist.broadcast(of_first, 0)
        return not self.any(int(of_first) != number)

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace every gradient by its mean over the processes, in one message.

        A parameter that only other processes used has no gradient here; it counts as zero.
        """
        if self.size == 1:
            return
        learning = [parameter for parameter in parameters if parameter.requires_grad]
        for parameter in learning:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        gradients = [parameter.grad for parameter in learning if parameter.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        dist.all_reduce(flat)
        flat /= self.size
        for gradient, mean in zip(gradients, torch.split(flat, [g.numel() for g in gradients]), strict=True):
            gradient.copy_(mean.view_as(gradient))

    def copy_from_first(self, modules: Iterable[nn.Module]) -> None:
        """Give every process the first one's weights and buffers."""
        if self.size > 1:
            for tensor in (tensor for module in modules for tensor in module.state_dict().values()):
                dist.broadcast(tensor, 0)


class _Sum(torch.autograd.Function):
    """Sum over processes. Each process's sum depends on everyone's part, so the gradients are summed as well.

    The backward pass is this function again: it can be differentiated twice.
    """

    @staticmethod
    def forward(ctx: object, part: Tensor) -> Tensor:
        whole = part.detach().clone(memory_format=torch.contiguous_format)
        dist.all_reduce(whole)
        return whole

    @staticmethod
    def backward(ctx: object, *gradients: Tensor) -> Tensor:
        return _sum(gradients[0])


_sum: Callable[[Tensor], Tensor] = _Sum.apply


class SharedBatchNorm(nn.modules.batchnorm._BatchNorm):
    """Batch norm over the batches of all processes, which must be of one size. Evaluates as any other batch norm."""

    @classmethod
    def of(cls, norm: nn.modules.batchnorm._BatchNorm) -> Self:
        """One that shares the weights and statistics of ``norm``."""
        shared = cls(norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats)
        shared.weight, shared.bias = norm.weight, norm.bias
        shared.running_mean, shared.running_var = norm.running_mean, norm.running_var
        shared.num_batches_tracked = norm.num_batches_tracked
        return shared.train(norm.training)

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002 (the base class's name)
        assert input.dim() >= 2

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        """Normalise (B, C, ...) by the mean and variance over all processes' entries."""
        if not self.training:
            return super().forward(input)
        shape = [1, -1, *[1] * (input.dim() - 2)]
        axes = [axis for axis in range(input.dim()) if axis != 1]
        x = input.to(torch.promote_types(input.dtype, torch.float32))  # sums in 16 bits would lose digits
        count = x.numel() // x.shape[1] * dist.get_world_size()
        mean = _sum(x.sum(axes)) / count
        centred = x - mean.view(shape)
        variance = _sum(centred.square().sum(axes)) / count
        self._track(mean.detach(), variance.detach() * (count / max(1, count - 1)))
        normal = centred * (variance + self.eps).rsqrt().view(shape)
        if self.affine:
            normal = normal * self.weight.view(shape) + self.bias.view(shape)
        return normal.to(input.dtype)

    @torch.no_grad()
    def _track(self, mean: Tensor, variance: Tensor) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)
        self.num_batches_tracked += 1


def share_batch_norms(module: nn.Module) -> None:
    """Put :class:`SharedBatchNorm` in the place of every batch norm inside ``module``; names of tensors stay."""
    for name, child in module.named_children():
        if isinstance(child, nn.modules.batchnorm._BatchNorm):
            setattr(module, name, SharedBatchNorm.of(child))
        else:
            share_batch_norms(child)
