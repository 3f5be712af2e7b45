"""Learned textures on a room's objects: bars of a window, folds of a curtain, what goes along a rim.

As on the room's faces (``surface_textures``), but of each object's own, or of several that look alike, and separable: a
place on the visible face looks like the sum of what is learned of how far across the face it lies, how far up, and how
far inside of the nearest edge. So patterns keep to the object's size, and its tables are short.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocogan_core.models.dimensions import (
    OBJECT_TEXTURE_FEATURES,
    OBJECT_TEXTURED_TO,
    TEXTURE_GAIN,
    TEXTURED_FROM,
    object_texels,
)
from cocogan_core.models.object_maps import FacePlaces

__all__ = ["ObjectTextures"]

AXES = 3  # of FacePlaces


class ObjectTextures(nn.Module):
    """What a stage adds to objects: (B, C, h, w). Adds nothing before it is trained.

    Each stage from TEXTURED_FROM to OBJECT_TEXTURED_TO has a table (rows · AXES · texels, features), of rows as in
    ``ObjectLayers``. Weights are TEXTURE_GAIN times what is stored, as of textures on faces.
    """

    def __init__(self, rows: int, widths: list[int]) -> None:
        """Of so many rows and of stages with ``widths`` channels, the lattice first."""
        super().__init__()
        stages = range(TEXTURED_FROM, min(len(widths), OBJECT_TEXTURED_TO + 1))
        shapes = [(rows * AXES * object_texels(stage), OBJECT_TEXTURE_FEATURES) for stage in stages]
        self.texture = nn.ParameterList(torch.zeros(shape) for shape in shapes)
        self.mix = nn.ModuleList(nn.Conv2d(OBJECT_TEXTURE_FEATURES, widths[stage], 1, bias=False) for stage in stages)

    def reset(self) -> None:
        """Noise that nothing listens to."""
        for table, mix in zip(self.texture, self.mix, strict=True):
            nn.init.normal_(table, std=1 / TEXTURE_GAIN)
            nn.init.zeros_(mix.get_parameter("weight"))

    def has(self, stage: int) -> bool:
        """Whether a stage has textures."""
        return 0 <= stage - TEXTURED_FROM < len(self.texture)

    def forward(self, row: Tensor, places: FacePlaces, cover: Tensor, stage: int) -> Tensor:
        """Of cells (B, h, w) that show so much (``cover``) of what looks like a ``row``, at ``places`` on its face."""
        table, texels = self.texture[stage - TEXTURED_FROM], object_texels(stage)
        at = ((places.relative + 1) * (texels / 2) - 0.5).clamp(0, texels - 1)
        low = at.floor()
        first = ((row[:, None] * AXES + torch.arange(AXES, device=row.device)[:, None, None]) * texels + low).long()
        left, right = F.embedding(first, table), F.embedding(first + (low < texels - 1), table)
        shown = (1.5 - 0.25 * texels * places.cell).clamp(0, 1) * cover[:, None] * TEXTURE_GAIN
        seen = ((left + (right - left) * (at - low)[..., None]) * shown[..., None]).sum(1)
        added: Tensor = self.mix[stage - TEXTURED_FROM](seen.movedim(-1, 1))
        return added
