"""The compact preset's D: the paper's parts (Fig. 14), projection of the macro coordinate and heads A and Q, on a plain
strided stack. Knows nothing of losses, files or windows.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocogan_core.config import ModelConfig
from cocogan_core.models.base import Discriminator, DiscriminatorOutput
from cocogan_core.models.dimensions import NARROWEST, SLOPE
from cocogan_core.models.stage import initialise

__all__ = ["CompactDiscriminator"]


class CompactDiscriminator(Discriminator):
    """Macro patch → Critique. Blocks are numbered from the deep end, so that a smaller patch's weights fit."""

    def __init__(self, config: ModelConfig) -> None:
        """Build with fresh weights; ``discriminator_width`` is the channels at full resolution of a 64² micro patch."""
        super().__init__(config)
        grid = config.grid
        depth = int(math.log2(grid.patch_px)) - 1
        deepest = 16 * config.discriminator_width
        widths = [max(NARROWEST, min(deepest, deepest >> (i - 1 if i else 0)) // 2) for i in range(depth + 1)]
        self.blocks = nn.ModuleList(_Down(widths[i + 1], widths[i]) for i in range(depth))
        self.entry = nn.ModuleDict({f"px{grid.patch_px}": nn.Conv2d(3, widths[depth], 3, padding=1)})
        cells = (grid.macro_rows * 2) * (grid.macro_columns * 2)
        self.dense = nn.Linear((widths[0] + 1) * cells, deepest)
        self.score = nn.Linear(deepest, 1)
        self.project = nn.Linear(grid.coordinate_dim, deepest, bias=False)
        spatial = grid.coordinate_dim if config.spatial_head == "full" else 1
        self.spatial = nn.Linear(deepest, spatial)
        self.content = nn.Linear(deepest, config.z_dim) if config.content_head else None
        self.apply(initialise)
        if grid.levels > 1:
            self.level = nn.Embedding(grid.levels, deepest)
            nn.init.zeros_(self.level.weight)  # so that a D of one level can go on as one of several

    def forward(self, images: Tensor, coordinates: Tensor, level: int = 0) -> DiscriminatorOutput:
        """Score, spatial and content predictions of macro patches (B, 3, N·s, M·s) at (B, 2 or 3) coordinates."""
        (entry,) = self.entry.values()
        x = entry(images.contiguous(memory_format=torch.channels_last))
        for block in reversed(self.blocks):
            x = block(x)
        x = torch.cat([x, _batch_spread(x)], 1)
        dense = self.dense(F.leaky_relu(x, SLOPE).flatten(1))
        features = F.leaky_relu(dense + self.level.weight[level] if self.config.grid.levels > 1 else dense, SLOPE)
        score = self.score(features)[:, 0] + (self.project(coordinates) * features).sum(1) / math.sqrt(
            features.shape[1]
        )
        content = None if self.content is None else torch.tanh(self.content(features))
        return DiscriminatorOutput(score, torch.tanh(self.spatial(features)), content, features)


class _Down(nn.Module):
    """Half the pixels; residual, so that a freshly added block barely disturbs what lies deeper."""

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(width_in, width_in, 3, padding=1)
        self.down = nn.Conv2d(width_in, width_out, 4, 2, padding=1)
        self.shortcut = nn.Conv2d(width_in, width_out, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) → (B, C', h/2, w/2)."""
        short: Tensor = self.shortcut(F.avg_pool2d(x, 2))
        x = self.convolution(F.leaky_relu(x, SLOPE))
        halved: Tensor = (self.down(F.leaky_relu(x, SLOPE)) + short) * math.sqrt(0.5)
        return halved


def _batch_spread(x: Tensor, group: int = 4) -> Tensor:
    """One more channel: how much a group of samples differs (minibatch standard deviation; ProGAN §3)."""
    n, c, h, w = x.shape
    size = math.gcd(n, group)
    groups = x.reshape(size, n // size, c, h, w)
    spread = (groups.var(0, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
    return spread.repeat(size)[:, None, None, None].expand(n, 1, h, w)
