"""Latent vectors: drawing them. Numpy only."""

import numpy as np

__all__ = ["sample_z"]


def sample_z(seed: int, z_dim: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """z ~ U[−1, 1] (z_dim,) of a seed (paper §4); the same room as the viewer's of that seed."""
    return np.random.default_rng(seed).uniform(-1, 1, z_dim).astype(np.float32)
