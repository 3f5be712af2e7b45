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

__all__ = ["SurfaceTextures"]


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

    def forward(
        self, places: WallPlaces, cell_rad: float, stage: int, amounts: Tensor | None = None, room: Tensor | None = None
    ) -> Tensor:
        """(B, C, h, w) where rays of cells ``cell_rad`` wide meet the room's faces.

        Of mixed textures with :attr:`amounts` of what z tells, (B, FACES · features), and the ``room`` (B, 6).
        """
        index, across = stage - TEXTURED_FROM, places.across
        if room is not None:
            above = (room[:, 2] + room[:, 3]) / 2 - TEXTURE_HEIGHT_M
            across = across + above[:, None, None, None] * places.upright
        found = self._found(torch.cat([places.along, across], 1), stage)
        floor, other = found
        shown = torch.where(places.floor, floor, other) * _fade(places, cell_rad / texel_m(stage)) * TEXTURE_GAIN
        if amounts is not None:
            shown = shown * _of_faces(amounts.view(len(amounts), FACES, -1), places.face)
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


def _of_faces(amounts: Tensor, face: Tensor) -> Tensor:
    """(B, features, h, w) the amounts (B, FACES, features) of the face (B, h, w) that is met."""
    of_rooms = torch.arange(len(amounts), device=face.device)[:, None, None]
    return amounts[of_rooms, face].movedim(-1, 1)


def _fade(places: WallPlaces, cell_texels: float) -> Tensor:
    """How much of the texture is shown (B, 1, h, w): all of it up to a texel a cell, nothing beyond three.

    ``cell_texels`` are a cell's width in a metre's distance. On its surface it is the longer the more flatly that is
    seen; what counts is the mean of length and width.
    """
    size = places.distance / places.facing.clamp(min=LEAST_SLOPE).sqrt() * cell_texels
    return (1.5 - 0.5 * size).clamp(0, 1)
