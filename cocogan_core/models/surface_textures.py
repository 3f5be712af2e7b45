"""Learned textures on the room's faces: grain, boards and whatever else lies in fixed places of the room.

A network that grows a picture by convolutions has no source of detail that is finer than its lattice; of waves of
places it makes stripes. Tables of learned features on surfaces, looked up where a ray meets them, are neural textures
(Thies, Zollhöfer, Nießner 2019); where they mean nothing they are noise that stays on its surface, as StyleGAN's noise
inputs stay in their pixels (Karras et al. 2019).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocogan_core.models.dimensions import (
    FACE_KINDS,
    LEAST_SLOPE,
    TEXTURE_FEATURES,
    TEXTURE_GAIN,
    TEXTURED_FROM,
    texel_m,
    texture_side,
)
from cocogan_core.models.room_coordinates import WallPlaces

__all__ = ["SurfaceTextures"]


class SurfaceTextures(nn.Module):
    """What a stage adds of the floor, or of walls and ceiling: (B, C, h, w). Adds nothing before it is trained.

    Each stage from TEXTURED_FROM on has a table (FACE_KINDS · TEXTURE_FEATURES, side, side) with its middle in the
    middle of each face; beyond its edges it goes on mirrored. Weights are TEXTURE_GAIN times what is stored, so that
    the table learns so many times as fast as its neighbours: a place is seen in few pictures (as equalised learning
    rates, Karras et al. 2018).
    """

    def __init__(self, widths: list[int]) -> None:
        """Of stages with ``widths`` channels, the lattice first."""
        super().__init__()
        stages = range(TEXTURED_FROM, len(widths))
        shapes = [(FACE_KINDS * TEXTURE_FEATURES, texture_side(stage), texture_side(stage)) for stage in stages]
        self.texture = nn.ParameterList(torch.zeros(shape) for shape in shapes)
        self.mix = nn.ModuleList(nn.Conv2d(TEXTURE_FEATURES, widths[stage], 1, bias=False) for stage in stages)

    def reset(self) -> None:
        """Noise that nothing listens to."""
        for table, mix in zip(self.texture, self.mix, strict=True):
            nn.init.normal_(table, std=1 / TEXTURE_GAIN)
            nn.init.zeros_(mix.get_parameter("weight"))

    def forward(self, places: WallPlaces, cell_rad: float, stage: int) -> Tensor:
        """(B, C, h, w) where rays of cells ``cell_rad`` wide meet the room's faces."""
        index, side = stage - TEXTURED_FROM, texture_side(stage)
        grid = torch.cat([places.along, places.across], 1).movedim(1, -1) * (2 / (side * texel_m(stage)))
        batch, height, width, _ = grid.shape
        with torch.autocast(grid.device.type, enabled=False):
            found = F.grid_sample(
                self.texture[index][None],
                grid.reshape(1, batch * height, width, 2),
                padding_mode="reflection",
                align_corners=False,
            )
        floor, other = found.view(FACE_KINDS, TEXTURE_FEATURES, batch, height, width).transpose(1, 2)
        shown = torch.where(places.floor, floor, other) * _fade(places, cell_rad / texel_m(stage)) * TEXTURE_GAIN
        added: Tensor = self.mix[index](shown.contiguous(memory_format=torch.channels_last))
        return added


def _fade(places: WallPlaces, cell_texels: float) -> Tensor:
    """How much of the texture is shown (B, 1, h, w): all of it up to a texel a cell, nothing beyond three.

    ``cell_texels`` are a cell's width in a metre's distance. On its surface it is the longer the more flatly that is
    seen; what counts is the mean of length and width.
    """
    size = places.distance / places.facing.clamp(min=LEAST_SLOPE).sqrt() * cell_texels
    return (1.5 - 0.5 * size).clamp(0, 1)
