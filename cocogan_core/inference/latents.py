"""Latent vectors: drawing them, and the way from one to another. Numpy only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["sample_z", "slerp"]

ALIGNED = 1e-4  # radians between vectors, below which the great circle and the straight line are one


def sample_z(seed: int, z_dim: int, *, count: int | None = None) -> NDArray[np.float32]:
    """z ~ U[−1, 1] of a seed (paper, Appendix C), the same at every call.

    Args:
        seed: at least 0; the viewer shows the room of this z under the same seed.
        z_dim: length of z, ``ModelConfig.z_dim`` of the checkpoint.
        count: how many; the first is the z that is drawn without it.

    Returns:
        float32 (z_dim,), or (count, z_dim), in [−1, 1].
    """
    shape = (z_dim,) if count is None else (count, z_dim)
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def slerp(start: NDArray[Any], end: NDArray[Any], share: float) -> NDArray[Any]:
    """Spherical interpolation (Shoemake 1985; paper §3.2) of vectors (n,) whose lengths may differ, kept in [−1, 1]."""
    lengths = np.linalg.norm(start) * np.linalg.norm(end)
    angle = float(np.arccos(np.clip(start @ end / lengths, -1, 1))) if lengths else 0.0
    if angle < ALIGNED or np.pi - angle < ALIGNED:  # opposite vectors have no one great circle between them
        return np.clip((1 - share) * start + share * end, -1, 1)
    way: NDArray[Any] = (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)
    return way.clip(-1, 1)
