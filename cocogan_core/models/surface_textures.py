"""Learned textures on the room's faces: grain, boards and whatever else lies in fixed places of the room.

A network that grows a picture by convolutions has no source of detail that is finer than its lattice; of waves of
places it makes stripes. Tables of learned features on surfaces, looked up where a ray meets them, are neural textures
(Thies, Zollhöfer, Nießner 2019); where they mean nothing they are noise that stays on its surface, as StyleGAN's noise
inputs stay in their pixels (Karras et al. 2019).
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocogan_core.models.dimensions import (
    FACE_KINDS,
    FACES,
    LEAST_SLOPE,
    TEXTURE_FEATURES,
    TEXTURE_GAIN,
    TEXTURE_HEIGHT_M,
    TEXTURED_FROM,
    texel_m,
    texture_side,
)
from cocogan_core.models.room_coordinates import WallPlaces

__all__ = ["Mixing", "SurfaceTextures"]


class Mixing(NamedTuple):
    """What a room does with mixed textures.

    Attributes:
        amounts: (B, FACES · features) of what z tells.
        room: its box (B, 6) of ``room_of``.
        bare: (B, h, w) how much of each cell no object covers, if objects are known: what they hide is not shown.
    """

    amounts: Tensor
    room: Tensor
    bare: Tensor | None = None

    @property
    def above(self) -> Tensor:
        """(B,) metres from their middle on upright walls to that of the walls."""
        return (self.room[:, 2] + self.room[:, 3]) / 2 - TEXTURE_HEIGHT_M

    def on(self, face: Tensor) -> Tensor:
        """(B, features, h, w) how much of each is shown of the face (B, h, w) that is met."""
        of_rooms = torch.arange(len(self.amounts), device=face.device)[:, None, None]
        amounts = self.amounts.view(len(self.amounts), FACES, -1)[of_rooms, face].movedim(-1, 1)
        return amounts if self.bare is None else amounts * self.bare[:, None]


class SurfaceTextures(nn.Module):
    """What a stage adds of the floor, or of walls and ceiling: (B, C, h, w). Adds nothing before it is trained.

    Each stage from TEXTURED_FROM on has a table (FACE_KINDS · features, side, side) with its middle in the middle of
    each face; beyond its edges it goes on mirrored. Weights are TEXTURE_GAIN times what is stored, so that
    the table learns so many times as fast as its neighbours: a place is seen in few pictures (as equalised learning
    rates, Karras et al. 2018).
    """

    def __init__(self, widths: list[int], *, told: int = 0, mixed: int = 0) -> None:
        """Of stages with ``widths`` channels, the lattice first; of ``mixed`` features if z (told by so many) mixes."""
        super().__init__()
        stages, features = range(TEXTURED_FROM, len(widths)), mixed or TEXTURE_FEATURES
        self._sides = {stage: texture_side(stage, mixed=bool(mixed)) for stage in stages}
        shapes = [(FACE_KINDS * features, side, side) for side in self._sides.values()]
        self.texture = nn.ParameterList(torch.zeros(shape) for shape in shapes)
        self.mix = nn.ModuleList(nn.Conv2d(features, widths[stage], 1, bias=False) for stage in stages)
        self.amounts = nn.Linear(told, FACES * features) if mixed else None

    def reset(self) -> None:
        """Noise that nothing listens to; all of it would be shown."""
        for table, mix in zip(self.texture, self.mix, strict=True):
            nn.init.normal_(table, std=1 / TEXTURE_GAIN)
            nn.init.zeros_(mix.get_parameter("weight"))
        if self.amounts is not None:
            nn.init.zeros_(self.amounts.weight)
            nn.init.ones_(self.amounts.bias)

    def forward(self, places: WallPlaces, cell_rad: float, stage: int, mixing: Mixing | None = None) -> Tensor:
        """(B, C, h, w) where rays of cells ``cell_rad`` wide meet the room's faces."""
        index, across = stage - TEXTURED_FROM, places.across
        if mixing is not None:
            across = across + mixing.above[:, None, None, None] * places.upright
        found = self._found(torch.cat([places.along, across], 1), stage)
        floor, other = found
        shown = torch.where(places.floor, floor, other) * _fade(places, cell_rad / texel_m(stage)) * TEXTURE_GAIN
        if mixing is not None:
            shown = shown * mixing.on(places.face)
        added: Tensor = self.mix[index](shown.contiguous(memory_format=torch.channels_last))
        return added

    def _found(self, metres: Tensor, stage: int) -> Tensor:
        """(FACE_KINDS, B, features, h, w) of either kind at places (B, 2, h, w) on faces."""
        table = self.texture[stage - TEXTURED_FROM]
        grid = metres.movedim(1, -1) * (2 / (self._sides[stage] * texel_m(stage)))
        batch, height, width, _ = grid.shape
        with torch.autocast(grid.device.type, enabled=False):
            found = F.grid_sample(
                table[None], grid.reshape(1, batch * height, width, 2), padding_mode="reflection", align_corners=False
            )
        return found.view(FACE_KINDS, -1, batch, height, width).transpose(1, 2)


def _fade(places: WallPlaces, cell_texels: float) -> Tensor:
    """How much of the texture is shown (B, 1, h, w): all of it up to a texel a cell, nothing beyond three.

    ``cell_texels`` are a cell's width in a metre's distance. On its surface it is the longer the more flatly that is
    seen; what counts is the mean of length and width.
    """
    size = places.distance / places.facing.clamp(min=LEAST_SLOPE).sqrt() * cell_texels
    return (1.5 - 0.5 * size).clamp(0, 1)
