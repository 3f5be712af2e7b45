"""The paper's generator and discriminator. Knows no losses, files or windows.

Architecture after COCO-GAN's Fig. 13 (generator) and Fig. 14 (discriminator and its heads A and Q); depth follows from
the patch size, width from the settings. Where the published code differs from the text, the text wins.
"""

import math
from itertools import pairwise
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from cocogan_core.config import Conditioning, ModelConfig
from cocogan_core.models.base import Discriminator, DiscriminatorOutput, Generator
from cocogan_core.models.dimensions import BASE, CONDITION_WIDTH, PAPER_BASE_WIDTHS, base_stages, paper_widths

__all__ = ["PaperDiscriminator", "PaperGenerator"]

HEAD_WIDTH = 128  # of heads A and Q (Fig. 14c)

Layer = TypeVar("Layer", bound=nn.Module)


def discriminator_widths(macro_px: int, width: int) -> list[int]:
    """Channels of D's residual blocks (Fig. 14a): … 1, 1, 2, 4, 8, 8 times ``width``; the last does not halve."""
    blocks = int(math.log2(macro_px)) - 1
    multiples = ([1] * blocks + [2, 4, 8, 8])[-blocks:]
    return [width, *(width * multiple for multiple in multiples[1:])]


class ConditionalBatchNorm(nn.Module):
    """Batch norm whose scale and shift come from (z, c): o = ((i − μ)/σ)·γ + β (Appendix C); γ is 1 + the answer.

    The paper makes "two MLPs, MLPγ(z, c) and MLPβ(z, c)", and says no more of them: here each has one hidden layer of
    ``CONDITION_WIDTH`` with ReLU. The published code has one linear layer each, which ``conditioning`` "linear" keeps.
    """

    def __init__(self, channels: int, condition_dim: int, conditioning: Conditioning) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        if conditioning == "linear":
            self.affine = _normed(nn.Linear(condition_dim, 2 * channels))
        else:
            self.gamma, self.beta = (_mlp(condition_dim, channels) for _ in range(2))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Normalise (B, C, h, w) by the batch's statistics and apply this sample's affine."""
        gamma, beta = (part[:, :, None, None] for part in self.modulation(condition))
        normal: Tensor = self.norm(x)
        conditioned: Tensor = normal * (1 + gamma) + beta
        return conditioned

    def modulation(self, condition: Tensor) -> tuple[Tensor, Tensor]:
        """γ − 1 and β (B, C) of conditions (B, z_dim + 2 or 3)."""
        if hasattr(self, "affine"):
            gamma, beta = self.affine(condition).chunk(2, 1)
            return gamma, beta
        return self.gamma(condition), self.beta(condition)


class GeneratorBlock(nn.Module):
    """Residual block with ×2 nearest upsampling (Fig. 13b), or without ("without strides", Appendix C)."""

    def __init__(
        self, width_in: int, width_out: int, condition_dim: int, conditioning: Conditioning, *, up: bool = True
    ) -> None:
        super().__init__()
        self.scale = 2 if up else 1
        self.norm1 = ConditionalBatchNorm(width_in, condition_dim, conditioning)
        self.convolution1 = _normed(nn.Conv2d(width_in, width_out, 3, padding=1))
        self.norm2 = ConditionalBatchNorm(width_out, condition_dim, conditioning)
        self.convolution2 = _normed(nn.Conv2d(width_out, width_out, 3, padding=1))
        self.shortcut = _normed(nn.Conv2d(width_in, width_out, 1))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """(B, C, h, w) → (B, C', 2h, 2w), or the same size without ``up``."""
        h = self.enlarge(F.relu(self.norm1(x, condition)))
        h = self.convolution2(F.relu(self.norm2(self.convolution1(h), condition)))
        # a 1×1 convolution commutes with nearest upsampling and is four times cheaper before it
        joined: Tensor = h + self.enlarge(self.shortcut(x))
        return joined

    def enlarge(self, x: Tensor) -> Tensor:
        """Nearest ×2, where this block doubles."""
        return F.interpolate(x, scale_factor=2) if self.scale == 2 else x


class PaperGenerator(Generator):
    """The paper's G (Fig. 13): (z, c) → linear → 2×2 → residual blocks → batch norm, ReLU, 3×3, tanh."""

    def __init__(self, config: ModelConfig, base: tuple[int, int] = (BASE, BASE)) -> None:
        """Build with fresh weights; ``base`` is the (rows, columns) that the first layer makes, 2×2 in the paper."""
        super().__init__(config)
        self.base = base
        condition_dim = config.z_dim + config.grid.coordinate_dim
        wide = PAPER_BASE_WIDTHS * config.generator_width
        widths = [wide, *paper_widths(config.grid.patch_px, config.generator_width)]
        self.dense = _normed(nn.Linear(condition_dim, wide * base[0] * base[1]))
        doubling = base_stages(config)
        self.blocks = nn.ModuleList(
            GeneratorBlock(a, b, condition_dim, config.conditioning, up=number < doubling)
            for number, (a, b) in enumerate(pairwise(widths))
        )
        self.norm = nn.BatchNorm2d(widths[-1])
        self.rgb = _normed(nn.Conv2d(widths[-1], 3, 3, padding=1))

    def first_layers(self) -> list[nn.Module]:
        """The first two residual blocks, as the published code has it, with the linear layer before them left alone."""
        return list(self.blocks[:2])

    def forward(self, z: Tensor, coordinates: Tensor) -> Tensor:
        """Micro patches (B, 3, s, s) in [−1, 1] from z (B, z_dim) and micro coordinates (B, 2 or 3)."""
        condition = torch.cat([z, coordinates], 1)
        x = self.dense(condition).reshape(len(z), -1, *self.base).contiguous(memory_format=torch.channels_last)
        for block in self.blocks:
            x = block(x, condition)
        pixels: Tensor = self.rgb(F.relu(self.norm(x)))
        return pixels.tanh()


class DiscriminatorBlock(nn.Module):
    """Residual block, halving by average pooling where asked (Fig. 14b)."""

    def __init__(self, width_in: int, width_out: int, *, first: bool = False, down: bool = True) -> None:
        super().__init__()
        self.first, self.down = first, down
        self.convolution1 = _normed(nn.Conv2d(width_in, width_out, 3, padding=1))
        self.convolution2 = _normed(nn.Conv2d(width_out, width_out, 3, padding=1))
        self.shortcut = _normed(nn.Conv2d(width_in, width_out, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) → (B, C', h/2, w/2), or the same size without ``down``."""
        h = self.convolution1(x if self.first else F.relu(x))
        h = self.convolution2(F.relu(h))
        if not self.down:
            same_size: Tensor = h + self.shortcut(x)
            return same_size
        short: Tensor = self.shortcut(F.avg_pool2d(x, 2))
        pooled: Tensor = F.avg_pool2d(h, 2) + short
        return pooled


class PaperDiscriminator(Discriminator):
    """The paper's D (Fig. 14): residual blocks → global sum → linear score + projection of c; heads A and Q."""

    def __init__(self, config: ModelConfig) -> None:
        """Build with fresh weights."""
        super().__init__(config)
        grid = config.grid
        widths = discriminator_widths(min(grid.macro_height_px, grid.macro_width_px), config.discriminator_width)
        self.blocks = nn.Sequential(
            DiscriminatorBlock(3, widths[0], first=True),
            *(DiscriminatorBlock(a, b) for a, b in pairwise(widths[:-1])),
            DiscriminatorBlock(widths[-2], widths[-1], down=False),
        )
        self.score = _normed(nn.Linear(widths[-1], 1))
        self.project = _normed(nn.Linear(grid.coordinate_dim, widths[-1]))
        self.spatial = _head(config, widths[-1], grid.coordinate_dim if config.spatial_head == "full" else 1)
        self.content = _head(config, widths[-1], config.z_dim) if config.content_head else None

    def forward(self, images: Tensor, coordinates: Tensor, level: int = 0) -> DiscriminatorOutput:
        """Judge macro patches (B, 3, N·s, M·s) in [−1, 1] at macro coordinates (B, 2 or 3)."""
        features = F.relu(self.blocks(images)).sum((2, 3))
        score = self.score(features)[:, 0] + (self.project(coordinates) * features).sum(1)
        content = None if self.content is None else self.content(features)
        return DiscriminatorOutput(score, self.spatial(features), content, features)


def _normed(layer: Layer) -> Layer:
    """Spectral norm on a layer, in place (Appendix C: on every convolution and linear layer)."""
    spectral_norm(layer)
    return layer


def _mlp(features: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        _normed(nn.Linear(features, CONDITION_WIDTH)), nn.ReLU(), _normed(nn.Linear(CONDITION_WIDTH, outputs))
    )


def _head(config: ModelConfig, features: int, outputs: int) -> nn.Sequential:
    """Heads A and Q (Fig. 14c): linear, batch norm, leaky ReLU, linear, batch norm, tanh.

    The published code has the first norm only, as heads of ``conditioning`` "linear" do.
    """
    layers: list[nn.Module] = [
        _normed(nn.Linear(features, HEAD_WIDTH)),
        nn.BatchNorm1d(HEAD_WIDTH),
        nn.LeakyReLU(0.2),
        _normed(nn.Linear(HEAD_WIDTH, outputs)),
    ]
    if config.conditioning == "mlp":
        layers.append(nn.BatchNorm1d(outputs))
    return nn.Sequential(*layers, nn.Tanh())
