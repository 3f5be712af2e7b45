"""Latent vectors: drawing them. Numpy only."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["sample_z"]


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
