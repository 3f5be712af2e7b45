"""What graphs there are of a checkpoint. Builds none: who finds them in the cache needs nothing that builds them."""

from dataclasses import dataclass
from typing import Literal

from cocogan_core.config import ModelConfig
from cocogan_core.inference.engine import Shape

__all__ = ["BLOCKS", "FLOP", "GraphRequest", "block_shapes"]

FLOP = "flop"  # metadata: floating-point operations of one pass, a multiply-add counted as two
# Measured: a patch in a block of 2×2 costs 0.71 of one alone, in one of 4×2 0.64, in a whole panorama of 4×12 0.59.
BLOCKS: tuple[Shape, ...] = ((4, 2), (2, 2), (1, 1))
MOST_BLOCK_PIXELS = 1 << 20  # what a pass needs grows with it: gigabytes for eight patches of 1024²
FINE_BLOCKS: tuple[Shape, ...] = ((2, 2), (1, 1))


@dataclass(frozen=True)
class GraphRequest:
    """Which graph of a checkpoint is wanted.

    ``style``: z (z_dim,) → style (d,), what blocks of level 0 have in common; of the compact networks only. Of rooms
    with objects, and of textures that z mixes, there is more to work out once (``CompactGraph.known_shapes``), which
    all blocks have as further inputs.
    ``base``: z (z_dim,), corners int64 (1, 2) → patches uint8 (n, s, s, 3); total (), which is finite only if all of
    their maps are; and with more levels than one, features. Of the compact networks style (d,) is a further input, and
    z is one only where a room's walls are known.
    ``fine``: the same of a level above 0, with features (1, C, h, w) instead of style.
    ``responses``: z (n, z_dim) → responses float32 (n, d), the generator's first features.
    """

    part: Literal["style", "base", "fine", "responses"]
    level: int = 0
    block: Shape = (1, 1)


def block_shapes(model: ModelConfig, level: int = 0) -> tuple[Shape, ...]:
    """Shapes (rows, columns) of patches that a level's graphs make in one pass, largest first.

    They tile the level's grid; fine ones lie within a patch of level 0. The paper's patches share nothing; a pass of
    the ablation "optimal G" is the whole image.
    """
    grid = model.grid.at_level(level)
    if model.generator == "full":
        return ((grid.rows, grid.columns),)
    if model.generator == "multiple" or model.architecture == "paper":
        return ((1, 1),)
    known = FINE_BLOCKS if level else BLOCKS
    fitting = [shape for shape in known if not grid.rows % shape[0] and not grid.columns % shape[1]]
    most = max(1, MOST_BLOCK_PIXELS // grid.patch_px**2)
    return tuple(shape for shape in fitting if shape[0] * shape[1] <= most)
