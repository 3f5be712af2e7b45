"""Which cells of each up-sampling stage a block of pixels is made from. Knows no networks."""

from typing import NamedTuple, Self

import torch
from torch import Tensor

__all__ = ["Area", "areas_below"]


class Area(NamedTuple):
    """A rectangle of cells of one stage for each sample, all of one size.

    Attributes:
        top_left: (B, 2) row and column of the first cell.
        size: (rows, columns).
        inset: (B, 2) how far it begins inside twice the area of the stage below, 0 or 1 cells.
    """

    top_left: Tensor
    size: tuple[int, int]
    inset: Tensor

    def below(self) -> Self:
        """The area of half as fine cells that holds this one."""
        top_left = torch.div(self.top_left, 2, rounding_mode="floor")
        rows, columns = ((side + int(self.inset[:, axis].max()) + 1) // 2 for axis, side in enumerate(self.size))
        return self._replace(top_left=top_left, size=(rows, columns), inset=top_left % 2)

    def cut(self, x: Tensor, margin: int) -> Tensor:
        """The area and ``margin`` cells around it out of twice the area below (B, C, h, w) with as wide a margin."""
        h, w = self.size[0] + 2 * margin, self.size[1] + 2 * margin
        if (x.shape[2], x.shape[3]) == (h, w):
            return x
        corners: list[list[int]] = self.inset.tolist()
        parts = [sample[:, top : top + h, left : left + w] for sample, (top, left) in zip(x, corners, strict=True)]
        return torch.stack(parts).contiguous(memory_format=torch.channels_last)


def areas_below(top_left: Tensor, size: tuple[int, int], stages: int) -> list[Area]:
    """The areas of ``stages`` + 1 stages, the coarsest first, that pixels (B, 2) and a size at the finest one need."""
    areas = [Area(top_left, size, top_left % 2)]
    for _ in range(stages):
        areas.append(areas[-1].below())
    return areas[::-1]
