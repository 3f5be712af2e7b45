"""Learned patterns on the fronts of a room's objects: books on a shelf, doors of a wardrobe, what a picture shows.

A tile is a learned texture of a row's own that repeats over the fronts of its objects as a ``Tiling`` says, in whole
units where it is fitted: there are more books on a longer shelf, not wider ones. What it adds depends on z, so that the
same books have other colours. Where it means nothing it is noise, as textures on faces are.
"""

from typing import NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from cocogan_core.models.dimensions import (
    PAINT_WIDTH,
    TEXTURE_GAIN,
    TILE_FEATURES,
    TILE_TEXELS,
    TILED_FROM,
    TILED_TO,
)
from cocogan_core.models.object_scene import LEAST_HALF_M, Tiles

__all__ = ["TilePlaces", "TileTextures", "tile_rates"]


class TilePlaces(NamedTuple):
    """Where cells lie on tiles.

    Attributes:
        entry: (B, 4, h, w) the texels around, of all tables: upper left, upper right, lower left, lower right.
        share: (B, 2, h, w) how far to the right and down it is between them, 0 … 1.
        shown: (B, 1, h, w) how much of the tile can be seen: nothing where there is none.
    """

    entry: Tensor
    share: Tensor
    shown: Tensor

    @classmethod
    def of(cls, tiles: Tiles, rates: Tensor, which: Tensor, *, axis: Tensor, place: Tensor, cell_m: Tensor) -> Self:
        """Of objects ``which`` (B, h, w) whose visible faces lie across an ``axis``.

        ``place`` (B, 2, h, w) is along and across the face in metres from its middle, ``rates`` are of
        :func:`tile_rates`, and a cell is ``cell_m`` (B, h, w) wide.
        """
        batch, height, width = which.shape
        known = rates.gather(1, which.view(batch, -1, 1).expand(-1, -1, 4)).view(batch, height, width, 4).movedim(-1, 1)
        rate, first = known.chunk(2, 1)
        table, across, columns = (_of_objects(values, which) for values in (tiles.table, tiles.axis, tiles.columns))
        sizes = torch.stack([columns, TILE_TEXELS // columns], 1)
        at = place * rate + first
        low = at.floor()
        there = [torch.remainder(low + step, sizes).long() for step in (0, 1)]
        (left, top), (right, bottom) = (part.unbind(1) for part in there)
        first_entry = table.clamp(min=0) * TILE_TEXELS
        rows = (first_entry + row * columns for row in (top, bottom))
        entry = torch.stack([row + column for row in rows for column in (left, right)], 1)
        shown = (1.5 - 0.5 * (rate.abs() * cell_m[:, None]).amax(1)).clamp(0, 1) * (table >= 0) * (axis == across)
        return cls(entry, at - low, shown[:, None])


def tile_rates(tiles: Tiles, sides: Tensor) -> Tensor:
    """(B, T, 4) of objects with ``sides`` (B, T, 6) in rooms: texels a metre along and up, and which at the middle."""
    half = (sides[..., 3:] - sides[..., :3]) / 2
    axes = _to(tiles.in_face, sides).long().expand(len(sides), -1, -1)
    length = 2 * half.gather(2, axes).clamp(min=LEAST_HALF_M)
    unit, units, texels = (_to(values, sides) for values in (tiles.unit_m, tiles.units, tiles.texels))
    given, fitted = unit > 0, _to(tiles.fitted, sides)[:, None] > 0
    fit = length / (length / unit.clamp(min=LEAST_HALF_M)).floor().clamp(min=1)
    unit = torch.where(given, torch.where(fitted, fit, unit), length)
    rate = texels / (unit * units)
    first = torch.where(given & ~fitted, torch.zeros_like(rate), rate * length / 2) - 0.5
    return torch.cat([rate * _to(tiles.signs, sides), first], 2)


def _to(values: NDArray[np.generic], like: Tensor) -> Tensor:
    return torch.from_numpy(np.asarray(values, np.float32)).to(like)


def _of_objects(values: NDArray[np.int64], which: Tensor) -> Tensor:
    return torch.from_numpy(values).to(which.device)[which]


class TileTextures(nn.Module):
    """What a stage adds to fronts with tiles: (B, C, h, w). Adds nothing before it is trained.

    All stages from TILED_FROM to TILED_TO look into one table (tables · TILE_TEXELS, features). Weights are
    TEXTURE_GAIN times what is stored, as of textures on faces.
    """

    def __init__(self, tables: int, widths: list[int]) -> None:
        """Of so many tiles and of stages with ``widths`` channels, the lattice first."""
        super().__init__()
        stages = range(TILED_FROM, min(len(widths), TILED_TO + 1))
        self.texture = nn.Parameter(torch.zeros(tables * TILE_TEXELS, TILE_FEATURES))
        self.mix = nn.ModuleList(nn.Linear(PAINT_WIDTH, TILE_FEATURES * widths[stage]) for stage in stages)

    def reset(self) -> None:
        """Noise that nothing listens to."""
        nn.init.normal_(self.texture, std=1 / TEXTURE_GAIN)
        for mix in self.mix:
            nn.init.zeros_(mix.get_parameter("weight"))
            nn.init.zeros_(mix.get_parameter("bias"))

    def has(self, stage: int) -> bool:
        """Whether a stage has tiles."""
        return 0 <= stage - TILED_FROM < len(self.mix)

    def forward(self, hidden: Tensor, places: TilePlaces, cover: Tensor, stage: int) -> Tensor:
        """Of cells at ``places`` that show so much (``cover``, (B, h, w)) of it; ``hidden`` (B, n) is what z says."""
        upper_left, upper_right, lower_left, lower_right = F.embedding(places.entry, self.texture).unbind(1)
        right, down = (share[..., None] for share in places.share.unbind(1))
        upper, lower = upper_left + (upper_right - upper_left) * right, lower_left + (lower_right - lower_left) * right
        seen = (upper + (lower - upper) * down) * (places.shown[:, 0] * cover * TEXTURE_GAIN)[..., None]
        mix = self.mix[stage - TILED_FROM](hidden).view(len(hidden), TILE_FEATURES, -1)
        added: Tensor = torch.einsum("bhwf,bfc->bchw", seen.to(mix.dtype), mix)
        return added
