"""Generators with everything that is constant worked out beforehand, for making patches fast. Inference only.

Spectral norm is folded into the weights, batch statistics and the coordinate half of every conditional layer become
tables with a row for each micro patch. The results equal the trained module's to rounding.
"""

from collections import OrderedDict
from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize

from cocogan_core.models.areas import areas_below
from cocogan_core.models.base import Generator
from cocogan_core.models.compact import BASE, MARGIN, CompactGenerator, Grown, crop
from cocogan_core.models.paper import BASE as PAPER_BASE
from cocogan_core.models.paper import ConditionalBatchNorm, GeneratorBlock, PaperGenerator

__all__ = ["Frozen", "freeze"]

AnyGenerator = TypeVar("AnyGenerator", bound=Generator)


class Frozen(Protocol):
    """What :func:`freeze` makes; ``indices`` count micro patches of level 0 row by row."""

    def patches(self, z: Tensor, indices: Tensor) -> Tensor:
        """Micro patches (n, 3, s, s) in about [−1, 1] of one z (z_dim,) at indices (n,)."""

    def fine(self, z: Tensor, ids: Tensor, level: int, passes: int) -> Tensor:
        """Micro patches (n, 3, s, s) of one z at (row, column) ids (n, 2) of a level above 0.

        What they need of level 0 is made in passes of ``passes`` patches, if it is not there yet.
        """

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

    def fine(self, z: Tensor, ids: Tensor, level: int, passes: int) -> Tensor:
        """As :class:`Frozen`; only the compact generator has levels."""
        raise AssertionError(f"no level {level} here")

    def responses(self, z: Tensor) -> Tensor:
        """As :class:`Frozen`: the pixels of the middle patch."""
        middle = self.coordinates[len(self.coordinates) // 2]
        made: Tensor = self.generator(z, middle.expand(len(z), -1))
        return made.flatten(1)


class FrozenCompact:
    """The compact generator with placed positions of every patch as a table.

    Level-0 patches leave their last features behind, margin included; a fine patch goes on from those of the level-0
    patch that it lies in. So finer levels pay for their ancestors once a room, and what a patch looks like does not
    depend on what else was made.
    """

    def __init__(self, generator: CompactGenerator) -> None:
        self.generator = _channels_last(generator)
        for level in generator.levels:
            level.get_submodule("up").freeze()  # type: ignore[operator]
        grid = generator.config.grid
        self.ids = torch.from_numpy(grid.micro_ids()).to(next(generator.parameters()).device)
        self.place = generator.placed(self.ids)
        self._grown: OrderedDict[int, Grown] = OrderedDict()  # by index of a level-0 patch, for one z
        self._z = torch.zeros(0)

    def patches(self, z: Tensor, indices: Tensor) -> Tensor:
        """As :class:`Frozen`."""
        grown = self._grow(z, indices)
        self._keep(z, indices, grown)
        return crop(grown.rgb, MARGIN)

    def fine(self, z: Tensor, ids: Tensor, level: int, passes: int) -> Tensor:
        """As :class:`Frozen`."""
        g, grid = self.generator, self.generator.config.grid
        parents = ids >> level
        owners = parents[:, 0] * grid.columns + parents[:, 1]
        self._require(z, sorted(set(owners.tolist())), passes)
        areas = areas_below(ids * grid.patch_px, (grid.patch_px, grid.patch_px), level)
        inset = areas[0].top_left - parents * grid.patch_px
        start = areas[0]._replace(inset=inset)
        kept = [self._grown[owner] for owner in owners.tolist()]
        x, rgb = (start.cut(torch.cat(parts), MARGIN) for parts in zip(*((k.x, k.rgb) for k in kept), strict=True))
        room = kept[0].room
        first = Grown(x, rgb, None if room is None else room.expand(len(ids), -1))
        return crop(g.grow(first, areas[1:], torch.zeros_like(ids).to(x), first=g.base_stages + 1).rgb, MARGIN)

    def responses(self, z: Tensor) -> Tensor:
        """As :class:`Frozen`: lattice features at one inner cell of every fourth patch."""
        place = self.place[::4, 2:3, 2:3].reshape(1, 1, -1, self.place.shape[-1])
        return self.generator.features(z, place).flatten(1)

    def _grow(self, z: Tensor, indices: Tensor) -> Grown:
        """Features and RGB of level-0 patches, margin included."""
        g, shift = self.generator, self.ids[indices].to(z) * BASE
        nowhere = torch.zeros_like(self.ids[indices])
        areas = areas_below(nowhere, (g.config.grid.patch_px,) * 2, g.base_stages)
        start = g.start(z.expand(len(indices), -1), self.place[indices], areas[0], shift)
        return g.grow(start, areas[1:], shift, first=1)

    def _require(self, z: Tensor, owners: list[int], passes: int) -> None:
        """Have the features of level-0 patches, from passes of one size, so that their bits are always the same."""
        if not torch.equal(z, self._z):
            self._grown.clear()
        missing = torch.tensor([owner for owner in owners if owner not in self._grown], dtype=torch.long)
        for part in torch.split(missing, passes) if len(missing) else ():
            filled = torch.cat([part, part[-1:].expand(passes - len(part))]).to(z.device)
            self._keep(z, part, self._grow(z, filled))

    def _keep(self, z: Tensor, indices: Tensor, grown: Grown) -> None:
        """Remember features for finer levels, of the newest z only."""
        if self.generator.config.grid.levels == 1:
            return
        if not torch.equal(z, self._z):
            self._grown.clear()
            self._z = z.clone()
        for number, index in enumerate(indices.tolist()):
            if index not in self._grown:  # copies: a pass's own features would be kept as long as any part of them
                one = slice(number, number + 1)
                room = None if grown.room is None else grown.room[one]
                self._grown[index] = Grown(grown.x[one].clone(), grown.rgb[one].clone(), room)


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
        x = (
            self.dense(z, indices)
            .reshape(len(indices), -1, PAPER_BASE, PAPER_BASE)
            .contiguous(memory_format=torch.channels_last)
        )
        for block in self.blocks:
            x = block(x, z, indices)
        x = F.relu(x * self.scale[:, None, None] + self.shift[:, None, None])
        return torch.tanh(self.generator.rgb(x))

    def fine(self, z: Tensor, ids: Tensor, level: int, passes: int) -> Tensor:
        """As :class:`Frozen`; only the compact generator has levels."""
        raise AssertionError(f"no level {level} here")

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


class _Modulation:
    """γ − 1 and β of a conditional norm: by one linear layer, or by two MLPs whose first layers are split."""

    def __init__(self, norm: ConditionalBatchNorm, z_dim: int, coordinates: Tensor) -> None:
        parts = [nn.Sequential(norm.affine)] if hasattr(norm, "affine") else [norm.gamma, norm.beta]
        self.first = [_split(_linear(part[0]), z_dim, coordinates) for part in parts]
        self.rest = [part[1:] for part in parts]

    def __call__(self, z: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
        answers = [rest(first(z, indices)) for first, rest in zip(self.first, self.rest, strict=True)]
        gamma, beta = answers if len(answers) == 2 else answers[0].chunk(2, 1)
        return gamma, beta


class _FrozenBlock:
    """A residual block whose conditional norms are one multiply-add each."""

    def __init__(self, block: GeneratorBlock, z_dim: int, coordinates: Tensor) -> None:
        self.block = block
        self.modulations = [_Modulation(norm, z_dim, coordinates) for norm in (block.norm1, block.norm2)]
        self.statistics = [_statistics(norm.norm) for norm in (block.norm1, block.norm2)]

    def __call__(self, x: Tensor, z: Tensor, indices: Tensor) -> Tensor:
        block = self.block
        h = block.enlarge(F.relu(self._norm(0, x, z, indices)))
        h = block.convolution2(F.relu(self._norm(1, block.convolution1(h), z, indices)))
        joined: Tensor = h + block.enlarge(block.shortcut(x))
        return joined

    def _norm(self, which: int, x: Tensor, z: Tensor, indices: Tensor) -> Tensor:
        gamma, beta = self.modulations[which](z, indices)
        scale, shift = self.statistics[which]
        return x * (scale * (1 + gamma))[:, :, None, None] + (shift * (1 + gamma) + beta)[:, :, None, None]


def _block(module: nn.Module) -> GeneratorBlock:
    assert isinstance(module, GeneratorBlock)
    return module


def _linear(module: nn.Module) -> nn.Linear:
    assert isinstance(module, nn.Linear)
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
