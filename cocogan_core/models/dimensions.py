"""Sizes of both architectures' generators, for whoever needs them without torch.

The networks themselves are in ``compact`` and ``paper``, and say what the numbers are for.
"""

import math
from dataclasses import replace

from cocogan_core.config import ModelConfig
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid

__all__ = [
    "BASE", "CONDITION_WIDTH", "FACES", "FACE_KINDS", "FACE_M", "FIELD_DEPTH", "HARMONICS", "LEAST_SLOPE", "MARGIN",
    "NARROWEST", "NEAREST_M", "OBJECT_FEATURES", "OBJECT_PLACE_M", "OBJECT_RIM_M", "OBJECT_TEXTURED_TO",
    "OBJECT_TEXTURE_FEATURES", "OBJECT_WAVES", "PAINTED_FROM", "PAINT_WIDTH", "PAPER_BASE_WIDTHS", "ROOM_FEATURES",
    "ROOM_WAVES", "SLOPE", "SLOT_GAIN", "TEXTURED_FROM", "TEXTURE_FEATURES", "TEXTURE_GAIN", "TEXTURE_HEIGHT_M",
    "TILED_FROM", "TILED_TO", "TILE_FEATURES", "TILE_TEXELS", "base_stages", "cell_angle_rad", "compact_widths",
    "first_octave", "full_image_model", "object_texels", "paper_widths", "position_features", "texel_m",
    "texture_features", "texture_side",
]  # fmt: skip

BASE = 2  # cells along a micro patch before the first stage: the paper's 2×2 base (Fig. 13a)
SLOPE = 0.2  # of leaky ReLUs

MARGIN = 2  # cells around a block; one stage (deconvolution 4×4, convolution 3×3, neither padded) keeps it at 2
HARMONICS = 8  # of θ and of the vertical; the 8th has a period of 45°, three lattice cells of the default grid
FIELD_DEPTH = 3
NARROWEST = 16

FEWEST_BLOCKS = 3  # of the paper's G, those of 16-pixel patches: smaller ones keep them (Appendix C)
CONDITION_WIDTH = 128  # of the hidden layers of conditional norms, of which the paper does not say how wide they are
PAPER_BASE_WIDTHS = 16  # the paper's G starts with 16 times the last stage's channels (Fig. 13a)

ROOM_WAVES = 4  # of a place on a wall, at each stage
ROOM_FEATURES = 6 * 3 + 4 * ROOM_WAVES + 1
OBJECT_WAVES = 3  # of the ray's yaw, for what is seen through windows
OBJECT_FEATURES = 6 + 4 * ROOM_WAVES + 3 + 1 + 8 + 2 * OBJECT_WAVES + 5
OBJECT_PLACE_M = 2.0  # places on an object reach so far from its middle
PAINTED_FROM = 2  # the first stage at which z gives objects features; below, the field network does
PAINT_WIDTH = 96
SLOT_GAIN = 32.0  # what mixes a slot's looks, all rows alike, learns so many times as fast as its neighbours
MOST_OCTAVES = 6  # waves grow finer with the stages up to 2⁸ radians a metre, 2.5 cm long
FACES = 6  # of the room
FACE_KINDS = 2  # that have textures of their own: the floor, and walls and ceiling
TEXTURE_FEATURES = 2
TEXTURED_FROM = 3  # stages: cells of 3.75° on the default grid are too wide for anything below
TEXTURE_GAIN = 32.0  # a power of two, so that folding it into weights changes none of their digits
LARGEST_TEXTURE = 256
LARGEST_FINE, FINE_FROM = 128, 6  # of mixed textures, whose tables are more: at stages of so many
TEXTURE_HEIGHT_M = 1.3  # of mixed textures' middle on upright walls
OBJECT_TEXTURE_FEATURES = 4
OBJECT_TEXTURED_TO = 6  # the last stage with textures on objects
OBJECT_RIM_M = 0.32  # from an object's edge inward its rim's texture reaches
TILE_FEATURES = 4
TILE_TEXELS = 4096  # of a tile: 64 along and 64 up, or more along of what has many units
TILED_FROM, TILED_TO = 4, 7  # the first and the last stage with tiles on fronts
FACE_M = 2.5  # about half a wall: brings places on it to [−1, 1]
NEAREST_M = 0.3
LEAST_SLOPE = 1e-4  # of a ray towards a wall; flatter ones never meet it


def base_stages(config: ModelConfig) -> int:
    """Doublings from 2×2 cells to level 0's pixels."""
    return int(math.log2(config.grid.patch_px // BASE))


def compact_widths(config: ModelConfig) -> list[int]:
    """Channels of the lattice and of each stage: at 0.6 a stage the cost per stage stays about level."""
    stages = base_stages(config) + config.grid.levels - 1
    return [
        max(NARROWEST, round(config.generator_width * config.generator_taper**stage / 8) * 8)
        for stage in range(stages + 1)
    ]


def position_features(config: ModelConfig) -> int:
    """Length of a lattice cell's Fourier features."""
    return 2 * (2 * HARMONICS) + (1 if config.grid.wraps else 2)


def paper_widths(patch_px: int, width: int) -> list[int]:
    """Channels of the paper's residual blocks (Fig. 13a): 8, 4, 2, 1, 1 … times ``width``.

    There is one block for each doubling, but never fewer than for 16 pixels: G for 8 and 4 pixels keeps those blocks
    "without strides in the last one and two layer(s)" (Appendix C).
    """
    return [width * max(1, 8 >> i) for i in range(max(FEWEST_BLOCKS, int(math.log2(patch_px // BASE))))]


def full_image_model(config: ModelConfig) -> tuple[ModelConfig, tuple[int, int]]:
    """The paper's G that makes the whole image as one patch (ablation "optimal G"), and the cells that it starts from.

    Raises:
        ConfigError: the architecture is not the paper's, or the image's shape cannot be grown from a small base.
    """
    if config.architecture != "paper":
        raise ConfigError(
            "the compact G is one field, and makes full images and patches alike: optimal G differs only with "
            "--model.architecture paper"
        )
    height, base_columns = config.grid.height_px, BASE * config.grid.width_px / config.grid.height_px
    if height & (height - 1) or base_columns != int(base_columns):
        raise ConfigError(
            f"optimal G cannot make {config.grid.width_px}×{height}: its height must be a power of two, and its width "
            "a multiple of half of that"
        )
    whole = PatchGrid(system="planar", rows=1, columns=1, macro_rows=1, macro_columns=1, patch_px=height)
    return replace(config, grid=whole, generator="micro"), (BASE, int(base_columns))


def cell_angle_rad(grid: PatchGrid, stage: int) -> float:
    """Width of a stage's cells at the horizon."""
    return 2 * math.pi / (grid.inner.columns * BASE << stage)


def first_octave(stage: int) -> float:
    """Radians a metre of a stage's longest wave on a wall."""
    return float(2 ** max(0, min(stage, MOST_OCTAVES) - 1))


def texel_m(stage: int) -> float:
    """Width in metres of a texel of a stage's texture: about that of its cells in two metres' distance."""
    return float(0.64 / 2**stage)


def texture_side(stage: int, *, mixed: bool = False) -> int:
    """Texels along a side of a stage's texture: of 5.12 m as long as that is not too many."""
    return min(LARGEST_FINE if mixed and stage >= FINE_FROM else LARGEST_TEXTURE, 8 << stage)


def object_texels(stage: int) -> int:
    """Texels of a stage's textures on objects, from one end of a face to the other."""
    return 2 << stage


def texture_features(config: ModelConfig) -> int:
    """Features of each kind of face's textures."""
    return config.mixed_textures or TEXTURE_FEATURES
