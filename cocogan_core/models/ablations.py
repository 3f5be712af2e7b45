"""The paper's other generators (§3.7), to compare COCO-GAN's with: one that makes full images, and many small ones.

The ablation "optimal D" needs none of this: it is a macro patch as large as the image. Knows no losses.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn

from cocogan_core.config import ModelConfig
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.models.base import Generator
from cocogan_core.models.dimensions import full_image_model
from cocogan_core.models.paper import PaperGenerator

__all__ = ["FullGenerator", "MultipleGenerator"]


class FullGenerator(Generator):
    """Optimal G: the paper's G, deep enough for the full image; micro and macro patches are cut out of it (crop ψ).

    A wide image starts from a base as wide (2×6 for 3:1), since its sides must stay powers of two times that.

    Raises:
        ConfigError: the architecture is not the paper's, or the image's shape cannot be grown from a small base.
    """

    def __init__(self, config: ModelConfig) -> None:
        """Build with fresh weights."""
        super().__init__(config)
        self.inner = PaperGenerator(*full_image_model(config))

    def first_layers(self) -> list[nn.Module]:
        """Those of the one generator."""
        return self.inner.first_layers()

    def forward(self, z: Tensor, coordinates: Tensor) -> Tensor:
        """Micro patches (B, 3, s, s) cut out of full images of z (B, z_dim)."""
        return self.block(z, _ids(self.config.grid, coordinates), (1, 1))

    def block(self, z: Tensor, corners: Tensor, shape: tuple[int, int], level: int = 0) -> Tensor:
        """Windows of full images; the coordinate says only where, the image knows none."""
        assert level == 0, "only the compact generator has levels"
        s, full = self.config.grid.patch_px, self.full(z)
        top_left = (corners * s).round().long()
        rows = top_left[:, :1] + torch.arange(shape[0] * s, device=z.device)
        columns = (top_left[:, 1:] + torch.arange(shape[1] * s, device=z.device)) % full.shape[3]
        sample = torch.arange(len(z), device=z.device)[:, None, None]
        return full.permute(0, 2, 3, 1)[sample, rows[:, :, None], columns[:, None]].permute(0, 3, 1, 2)

    def full(self, z: Tensor) -> Tensor:
        """Whole images (B, 3, H, W) in one pass."""
        made: Tensor = self.inner(z, z.new_zeros(len(z), 2))
        return made


class MultipleGenerator(Generator):
    """Multiple G: a generator of its own for each micro patch, which share nothing but z."""

    def __init__(self, config: ModelConfig, build: Callable[[ModelConfig], Generator]) -> None:
        """Build rows × columns generators with ``build``."""
        super().__init__(config)
        one = replace(config, generator="micro")
        self.inner = nn.ModuleList(build(one) for _ in range(config.grid.rows * config.grid.columns))

    def first_layers(self) -> list[nn.Module]:
        """Those of every generator."""
        return [layer for one in self.inner for layer in one.first_layers()]  # type: ignore[operator]

    def forward(self, z: Tensor, coordinates: Tensor) -> Tensor:
        """Micro patches (B, 3, s, s), each by the generator of its coordinate."""
        grid = self.config.grid
        ids = _ids(grid, coordinates)
        owner = ids[:, 0] * grid.columns + ids[:, 1]
        made = z.new_empty(len(z), 3, grid.patch_px, grid.patch_px)
        for index in torch.unique(owner).tolist():
            mine = (owner == index).nonzero()[:, 0]
            made = made.index_copy(0, mine, self.inner[index](z[mine], coordinates[mine]).to(made))
        return made


def _ids(grid: PatchGrid, coordinates: Tensor) -> Tensor:
    """(row, column) (B, 2) of the micro coordinates (B, 2 or 3) of grid points, undoing PatchGrid.micro_coordinates."""
    row = (coordinates[:, 0] + 1) / 2 * (grid.rows - 1)
    if grid.wraps:
        column = (torch.atan2(coordinates[:, 2], coordinates[:, 1]) / math.pi + 1) / 2 * grid.columns
    else:
        column = (coordinates[:, 1] + 1) / 2 * (grid.columns - 1)
    return torch.stack([row.round().long(), column.round().long() % grid.columns], 1)
