"""From a network's pictures to bytes, and back."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["from_uint8", "to_uint8"]


def to_uint8(images: Tensor) -> NDArray[np.uint8]:
    """(n, 3, h, w) in [−1, 1] → (n, h, w, 3) bytes, rounded."""
    scaled = ((images.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    result: NDArray[np.uint8] = scaled.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return result


def from_uint8(images: NDArray[np.uint8]) -> Tensor:
    """(n, h, w, 3) bytes → (n, 3, h, w) in [−1, 1]; inverse of :func:`to_uint8`."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 127.5 - 1
