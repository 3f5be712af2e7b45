"""How far the borders between neighbouring patches stand out: the seam microscope's measure. Pure.

A border's contrast is the mean difference of the pixels that face each other across it, over the mean difference of
neighbouring pixels within four pixels of it. 1 is as smooth as the picture there; above 1 the eye begins to see a line.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid

__all__ = ["Border", "contrasts", "worst"]

Patch = tuple[int, int]
Pixels = NDArray[np.uint8]
Border = tuple[Patch, Literal["right", "below"]]

NEAR_PX = 4
FLOOR = 0.5  # grey levels: where everything is flat, rounding is no seam


def contrasts(patches: Mapping[Patch, Pixels], grid: PatchGrid) -> dict[Border, float]:
    """Contrast of every border whose two patches (s, s, 3) are there, named by the left or upper one."""
    found: dict[Border, float] = {}
    for (row, column), pixels in patches.items():
        right = patches.get((row, (column + 1) % grid.columns)) if grid.wraps or column + 1 < grid.columns else None
        below = patches.get((row + 1, column))
        if right is not None:
            found[(row, column), "right"] = _contrast(pixels[:, -NEAR_PX:], right[:, :NEAR_PX])
        if below is not None:
            turned = pixels[-NEAR_PX:].swapaxes(0, 1), below[:NEAR_PX].swapaxes(0, 1)
            found[(row, column), "below"] = _contrast(*turned)
    return found


def worst(found: Mapping[Border, float]) -> Border | None:
    """The border that stands out most; None if there is none."""
    return max(found, key=lambda border: found[border], default=None)


def _contrast(left: Pixels, right: Pixels) -> float:
    """Of two strips (n, NEAR_PX, 3) that meet."""
    steps = np.abs(np.diff(np.concatenate([left, right], 1).astype(np.int16), axis=1)).mean((0, 2))
    across = steps[left.shape[1] - 1]
    inner = np.delete(steps, left.shape[1] - 1).mean()
    return float((across + FLOOR) / (inner + FLOOR))
