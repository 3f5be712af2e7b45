"""Generators with everything that is constant worked out beforehand, for making patches fast. Inference only.

Spectral norm is folded into the weights, batch statistics and the coordinate half of every conditional layer become
tables with a row for each micro patch. The results equal the trained module's to rounding.
"""

from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize

from cocogan_core.models.base import Generator
from cocogan_core.models.compact import CompactGenerator
from cocogan_core.models.paper import BASE, ConditionalBatchNorm, GeneratorBlock, PaperGenerator

__all__ = ["Frozen", "freeze"]

AnyGenerator = TypeVar("AnyGenerator", bound=Generator)


class Frozen(Protocol):
    """What :func:`freeze` makes; ``indices`` count micro patches row by row."""

    def patches(self, z: Tensor, indices: Tensor) -> Tensor:
        """Micro patches (n, 3, s, s) in about [−1, 1] of one z (z_dim,) at indices (n,)."""

    def responses(self, z: Tensor) -> Tensor:
        """First features (n, d) of many z (n, z_dim), whose principal components are the picture's main changes."""


def freeze(generator: Generator) -> "Frozen":
    """Turn a trained generator into its fast form; ``generator`` itself is used up."""
    generator.eval().requires_grad_(False)
    for module in generator.modules():
        if parametrize.is_parametrized(module):
            parametrize.remove_parametrizations(module, "weight")
    if isinstance(generator, PaperGenerator):
        return FrozenPaper(generator)
    if isinstance(generator, CompactGenerator):
        return FrozenCompact(generator)
    return FrozenAny(generator)


def _channels_last(generator: AnyGenerator) -> AnyGenerator:
    """Weights in the layout that a CPU convolves fastest."""
    for parameter in generator.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return generator


def _coordinates(generator: Generator) -> Tensor:
    grid = generator.config.grid
    like = next(generator.parameters())
    return torch.from_numpy(grid.micro_coordinates(grid.micro_ids())).to(like)


class FrozenAny:
    """Any other generator, the ablations' above all, as it is: nothing is gained, but it can be looked at."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator
        self.coordinates = _coordinates(generator)

    def patches(self, z: Tensor, indices: Tensor) -> Tensor:
        """As :class:`Frozen`."""
        made: Tensor = self.generator(z.expand(len(indices), -1), self.coordinates[indices])
        return made

    def responses(self, z: Tensor) -> Tensor:
        """As :class:`Frozen`: the pixels of the middle patch."""
        middle = self.coordinates[len(self.coordinates) // 2]
        made: Tensor = self.generator(z, middle.expand(len(z), -1))
        return made.flatten(1)


class FrozenCompact:
    """The compact generator with placed positions of every patch as a table."""

    def __init__(self, generator: CompactGenerator) -> None:
        self.generator = _channels_last(generator)
        for level in generator.levels:
            level.get_submodule("up").freeze()  # type: ignore[operator]
        self.place = generator.placed(_coordinates(generator))

    def patches(self, z: Tensor, indices: Tensor) -> Tensor:
        """As :class:`Frozen`."""
        g = self.generator
        features: Tensor = g.features(z[None], self.place[indices])
        return g.upsample(features)

    def responses(self, z: Tensor) -> Tensor:
        """As :class:`Frozen`: lattice features at one inner cell of every fourth patch."""
        place = self.place[::4, 2:3, 2:3].reshape(1, 1, -1, self.place.shape[-1])
        return self.generator.features(z, place).flatten(1)


class FrozenPaper:
    """The paper's generator with folded norms and its coordinate-conditioned affines as tables."""

    def __init__(self, generator: PaperGenerator) -> None:
        self.generator = _channels_last(generator)
        z_dim, coordinates = generator.config.z_dim, _coordinates(generator)
        self.dense = _split(generator.dense, z_dim, coordinates)
        self.blocks = [_FrozenBlock(block, z_dim, coordinates) for block in map(_block, generator.blocks)]
        self.scale, self.shift = _statistics(generator.norm)

    def patches(self, z: Tensor, indices: Tensor) -> Tensor:
        """As :class:`Frozen`."""
        x = self.dense(z, indices).reshape(len(indices), -1, BASE, BASE).contiguous(memory_format=torch.channels_last)
        for block in self.blocks:
            x = block(x, z, indices)
        x = F.relu(x * self.scale[:, None, None] + self.shift[:, None, None])
        return torch.tanh(self.generator.rgb(x))

    def responses(self, z: Tensor) -> Tensor:
        """As :class:`Frozen`: the linear layer's answer, which the coordinate only shifts."""
        return F.linear(z, self.dense.weight)


class _Split:
    """A linear layer of (z, c): the c half, one row a patch, is a table; the z half is done once for all patches."""

    def __init__(self, weight: Tensor, table: Tensor) -> None:
        self.weight, self.table = weight, table

    def __call__(self, z: Tensor, indices: Tensor) -> Tensor:
        return self.table[indices] + F.linear(z, self.weight)


def _split(layer: nn.Linear, z_dim: int, coordinates: Tensor) -> _Split:
    weight = layer.weight.detach()
    return _Split(weight[:, :z_dim].contiguous(), F.linear(coordinates, weight[:, z_dim:], layer.bias).detach())


class _FrozenBlock:
    """A residual block whose conditional norms are one multiply-add each."""

    def __init__(self, block: GeneratorBlock, z_dim: int, coordinates: Tensor) -> None:
        self.block = block
        self.affines = [_split(norm.affine, z_dim, coordinates) for norm in (block.norm1, block.norm2)]
        self.statistics = [_statistics(norm.norm) for norm in (block.norm1, block.norm2)]

    def __call__(self, x: Tensor, z: Tensor, indices: Tensor) -> Tensor:
        block = self.block
        h = F.interpolate(F.relu(self._norm(0, x, z, indices)), scale_factor=2)
        h = block.convolution2(F.relu(self._norm(1, block.convolution1(h), z, indices)))
        short: Tensor = block.shortcut(x)
        joined: Tensor = h + F.interpolate(short, scale_factor=2)
        return joined

    def _norm(self, which: int, x: Tensor, z: Tensor, indices: Tensor) -> Tensor:
        gamma, beta = self.affines[which](z, indices).chunk(2, 1)
        scale, shift = self.statistics[which]
        return x * (scale * (1 + gamma))[:, :, None, None] + (shift * (1 + gamma) + beta)[:, :, None, None]


def _block(module: nn.Module) -> GeneratorBlock:
    assert isinstance(module, GeneratorBlock)
    return module


def _statistics(norm: nn.BatchNorm2d | ConditionalBatchNorm | nn.Module) -> tuple[Tensor, Tensor]:
    """Running statistics as y = scale·x + shift."""
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = (norm.running_var + norm.eps).rsqrt()
    shift = -norm.running_mean * scale
    if norm.affine:
        scale, shift = scale * norm.weight, shift * norm.weight + norm.bias
    return scale.detach(), shift.detach()
