"""What every generator and discriminator offers, whatever its layers. Knows no losses, files or windows."""

from abc import abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cocogan_core.config import ModelConfig

__all__ = ["Discriminator", "DiscriminatorOutput", "Generator", "merge"]


class DiscriminatorOutput(NamedTuple):
    """What a discriminator says of macro patches.

    Attributes:
        score: (B,) Wasserstein or logit score; larger is more real.
        spatial: (B, 2 or 3), or (B, 1) for a vertical head: head A's macro coordinate in [−1, 1].
        content: (B, z_dim) head Q's z in [−1, 1], or None where there is no such head.
        features: (B, F) what the heads see.
    """

    score: Tensor
    spatial: Tensor
    content: Tensor | None
    features: Tensor


class Generator(nn.Module):
    """(z, micro coordinate) → micro patch, and the blocks that micro patches merge into."""

    def __init__(self, config: ModelConfig) -> None:
        """Remember the settings; every micro coordinate is a constant of them."""
        super().__init__()
        self.config = config

    @abstractmethod
    def forward(self, z: Tensor, coordinates: Tensor) -> Tensor:
        """Micro patches (B, 3, s, s) in [−1, 1] from z (B, z_dim) and micro coordinates (B, 2 or 3)."""

    def block(self, z: Tensor, corners: Tensor, shape: tuple[int, int], level: int = 0) -> Tensor:
        """Merge φ (paper §2) of ``shape`` = (rows, columns) patches made independently from one z each sample.

        ``corners`` (B, 2) are the (row, column) of the top-left patches on a ``level`` of detail, of which most
        networks have one only. Returns (B, 3, rows·s, columns·s).
        """
        assert level == 0, "only the compact generator has levels"
        rows, columns = shape
        offsets = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).to(corners)
        ids = (corners[:, None] + offsets).flatten(0, 1).cpu().numpy()
        coordinates = torch.from_numpy(self.config.grid.micro_coordinates(ids)).to(z)
        return merge(self(z.repeat_interleave(rows * columns, 0), coordinates), shape)

    def macro(self, z: Tensor, macro_ids: Tensor, level: int = 0) -> Tensor:
        """Macro patches (B, 3, N·s, M·s) at (B, 2) macro ids of a level (paper §2)."""
        grid = self.config.grid
        return self.block(z, macro_ids, (grid.macro_rows, grid.macro_columns), level)

    @abstractmethod
    def first_layers(self) -> list[nn.Module]:
        """The first two layers, which decide what is where; the later ones draw it (post-training, Appendix E)."""

    def base_parameters(self) -> list[nn.Parameter]:
        """The weights that level 0 is made by, where there are others for finer levels; none else."""
        return []

    def object_parameters(self) -> list[nn.Parameter]:
        """The weights that are each object's own; none of a model that knows none."""
        return []

    def full(self, z: Tensor) -> Tensor:
        """Whole images (B, 3, H, W) of level 0."""
        grid = self.config.grid
        return self.block(z, torch.zeros(len(z), 2, dtype=torch.long, device=z.device), (grid.rows, grid.columns))


class Discriminator(nn.Module):
    """(macro patch, macro coordinate) → :class:`DiscriminatorOutput`."""

    def __init__(self, config: ModelConfig) -> None:
        """Remember the settings."""
        super().__init__()
        self.config = config

    @abstractmethod
    def forward(self, images: Tensor, coordinates: Tensor, level: int = 0) -> DiscriminatorOutput:
        """Judge macro patches (B, 3, N·s, M·s) in [−1, 1] at macro coordinates (B, 2 or 3) of one level of detail."""


def merge(patches: Tensor, shape: tuple[int, int]) -> Tensor:
    """Merge φ on tensors: (B·rows·columns, C, s, s), row by row within a sample → (B, C, rows·s, columns·s)."""
    rows, columns = shape
    _, c, s, _ = patches.shape
    cells = patches.reshape(-1, rows, columns, c, s, s).permute(0, 3, 1, 4, 2, 5)
    return cells.reshape(-1, c, rows * s, columns * s)
