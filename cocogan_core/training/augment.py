"""Differentiable augmentation of what D is shown (Zhao et al. 2020, "DiffAugment"), real and made alike.

D soon learns a small data set by heart. So it sees every picture recoloured, shifted and with a hole, and G's gradient
passes through the same. Pure functions of pictures (B, 3, h, w) in [−1, 1] and uniform draws; no randomness of its own.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from cocogan_core.training.config import Augmentation

__all__ = ["DRAWS", "augment"]

DRAWS = 7  # uniform numbers a sample: three for colour, two for translation, two for cutout
REACH = 1 / 8  # of the side: the longest shift (paper's code)
HOLE = 1 / 2  # of the side: the cutout's


def augment(images: Tensor, draws: Tensor, policy: tuple[Augmentation, ...], *, wraps: bool) -> Tensor:
    """Apply the named augmentations in their order; ``draws`` (B, DRAWS) are uniform in [0, 1].

    ``wraps`` says that the pictures close on themselves horizontally, as whole panoramas do: a shift then turns them.
    A macro patch narrower than the panorama does not close, and is filled with grey as on a plane.
    """
    for kind in policy:
        if kind == "color":
            images = _recolour(images, draws[:, :3])
        elif kind == "translation":
            images = _shift(images, draws[:, 3:5], wraps=wraps)
        else:
            images = _cut(images, draws[:, 5:7])
    return images


def _recolour(x: Tensor, draws: Tensor) -> Tensor:
    """Brightness ± 0.5, saturation × [0, 2], contrast × [0.5, 1.5]."""
    brightness, saturation, contrast = draws[:, :, None, None, None].unbind(1)
    x = x + (brightness - 0.5)
    grey = x.mean(1, keepdim=True)
    x = (x - grey) * (2 * saturation) + grey
    middle = x.mean((1, 2, 3), keepdim=True)
    return (x - middle) * (contrast + 0.5) + middle


def _shift(x: Tensor, draws: Tensor, *, wraps: bool) -> Tensor:
    """Whole-pixel shift of up to ``REACH`` either way; what comes in from outside is 0 (grey)."""
    n, _, h, w = x.shape
    reach_y, reach_x = round(h * REACH), round(w * REACH)
    dy = (draws[:, 0] * (2 * reach_y + 1)).long().clamp(max=2 * reach_y)  # 0 … 2·reach, the middle is no shift
    dx = (draws[:, 1] * (2 * reach_x + 1)).long().clamp(max=2 * reach_x)
    rows = torch.arange(h, device=x.device) + dy[:, None]
    columns = torch.arange(w, device=x.device) + dx[:, None]
    if wraps:
        padded = F.pad(x, (0, 0, reach_y, reach_y))
        columns = (columns - reach_x) % w
    else:
        padded = F.pad(x, (reach_x, reach_x, reach_y, reach_y))
    sample = torch.arange(n, device=x.device)[:, None, None]
    return padded.permute(0, 2, 3, 1)[sample, rows[:, :, None], columns[:, None]].permute(0, 3, 1, 2)


def _cut(x: Tensor, draws: Tensor) -> Tensor:
    """A grey hole of ``HOLE`` of each side, its middle anywhere."""
    h, w = x.shape[2:]
    inside = []
    for axis, side in ((0, h), (1, w)):
        middle = (draws[:, axis, None] * side).floor()
        away = (torch.arange(side, device=x.device) - middle).abs()
        inside.append(away < side * HOLE / 2)
    hole = inside[0][:, :, None] & inside[1][:, None]
    return x * (~hole)[:, None]
