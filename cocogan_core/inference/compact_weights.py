"""The compact generator's weights with everything that is constant worked out beforehand. Numpy only.

Positions of lattice cells, placed, become a table of rows and one of columns; every up-sampling becomes a convolution
of 2×2 cells to four times the channels. The network itself is ``cocogan_core.models.compact``.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cocogan_core.config import ModelConfig
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.inference.object_weights import ObjectWeights, fold_objects, told_count
from cocogan_core.inference.weights import Array, Layer, WeightReader
from cocogan_core.models.dimensions import (
    BASE,
    FACE_KINDS,
    FIELD_DEPTH,
    HARMONICS,
    MARGIN,
    ROOM_FEATURES,
    TEXTURE_GAIN,
    TEXTURED_FROM,
    compact_widths,
    position_features,
    texture_features,
    texture_side,
)
from cocogan_core.models.object_scene import FACES

__all__ = ["CompactWeights", "StageWeights", "fold_compact", "lattice_shares"]


class StageWeights(NamedTuple):
    """One stage of ×2; ``up`` is a 2×2 convolution whose channels are four phases of pixels, row by row."""

    up: Layer
    refine: Layer


@dataclass(frozen=True)
class CompactWeights:
    """The whole generator.

    Attributes:
        rows, columns: placed positions (n, F) of lattice rows and columns, from MARGIN before the first;
            a cell's is the sum of its row's and its column's.
        style: three layers from z to scales (1 added) and shifts of the field's layers.
        field, lattice: the field network's layers.
        stages: from the lattice up.
        rgb: heads of the lattice and of each stage.
        walls: what the lattice and each stage add of the room, (C, ROOM_FEATURES, 1, 1), of a stage with a texture
            (C, ROOM_FEATURES + features, 1, 1); empty without a room.
        textures: of the stages that have one, (FACE_KINDS · features, side, side).
        amounts: from what z tells to how much of each feature is shown on each face, (FACES · features,), if z mixes.
        objects: what they add of its objects, if the model knows any.
    """

    rows: Array
    columns: Array
    style: list[Layer]
    field: list[Layer]
    lattice: Layer
    stages: list[StageWeights]
    rgb: list[Layer]
    walls: list[Array]
    textures: dict[int, Array]
    amounts: Layer | None = None
    objects: ObjectWeights | None = None


def fold_compact(config: ModelConfig, reader: WeightReader) -> CompactWeights:
    """Read the generator's tensors and work out what is constant.

    Raises:
        CheckpointError: a tensor is missing or misshapen.
    """
    widths, units = compact_widths(config), config.field_width
    rows, columns = _placed(config, reader.layer("place", units, position_features(config)))
    stages = [_stage(reader, f"levels.{i}", a, b) for i, (a, b) in enumerate(pairwise(widths))]
    walls, textures = _walls(config, reader)
    return CompactWeights(
        rows,
        columns,
        style=_style(config, reader),
        field=[reader.layer(f"field.{i}", units, units) for i in range(FIELD_DEPTH)],
        lattice=reader.layer("lattice", widths[0], units),
        stages=stages,
        rgb=[reader.layer(f"rgb.{i}", 3, width, 1, 1) for i, width in enumerate(widths)],
        walls=walls,
        textures=textures,
        amounts=_amounts(config, reader) if config.surface_textures and config.mixed_textures else None,
        objects=None if config.objects is None else fold_objects(config, config.objects, reader),
    )


def _walls(config: ModelConfig, reader: WeightReader) -> tuple[list[Array], dict[int, Array]]:
    """Weights of places on walls, those of textures behind them, and the textures."""
    widths, textures = [] if config.room is None else compact_widths(config), dict[int, Array]()
    features, mixed = texture_features(config), bool(config.mixed_textures)
    walls = [reader.take(f"walls.{stage}.weight", width, ROOM_FEATURES, 1, 1) for stage, width in enumerate(widths)]
    for index, stage in enumerate(range(TEXTURED_FROM, len(widths) if config.surface_textures else 0)):
        side = texture_side(stage, mixed=mixed)
        textures[stage] = reader.take(f"surfaces.texture.{index}", FACE_KINDS * features, side, side)
        mix = reader.take(f"surfaces.mix.{index}.weight", widths[stage], features, 1, 1)
        walls[stage] = np.concatenate([walls[stage], mix * np.float32(TEXTURE_GAIN)], 1)
    return walls, textures


def _amounts(config: ModelConfig, reader: WeightReader) -> Layer:
    return reader.layer("surfaces.amounts", FACES * texture_features(config), told_count(config))


def _style(config: ModelConfig, reader: WeightReader) -> list[Layer]:
    scales = config.field_width * (FIELD_DEPTH + 1)
    sizes = told_count(config), config.field_width, config.field_width, 2 * scales
    first, second, last = (reader.layer(f"style.{2 * i}", b, a) for i, (a, b) in enumerate(pairwise(sizes)))
    one_added = last.bias + (np.arange(2 * scales) < scales).astype(np.float32)
    return [first, second, Layer(last.weight, one_added)]


def _placed(config: ModelConfig, place: Layer) -> tuple[Array, Array]:
    grid = config.grid
    ys, xs = lattice_shares(grid, BASE, before=MARGIN, behind=MARGIN)
    vertical = _waves(ys * math.pi, linear=True)
    horizontal = _waves(xs * (2 * math.pi if grid.wraps else math.pi), linear=not grid.wraps)
    split = vertical.shape[1]
    rows = vertical @ place.weight[:, :split].T + place.bias
    return rows.astype(np.float32), (horizontal @ place.weight[:, split:].T).astype(np.float32)


def lattice_shares(
    grid: PatchGrid, side: int, *, before: int, behind: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middles of all cells, ``side`` a patch, as shares of the trained image's height and width, and of some around.

    Of patches beyond the trained image they are below 0 or above 1.
    """
    inner, outside = grid.inner, (grid.beyond, 0 if grid.wraps else grid.beyond)
    counts = zip((grid.rows, grid.columns), (inner.rows, inner.columns), outside, strict=True)
    ys, xs = (
        (np.arange(-before, every * side + behind) - beyond * side + 0.5) / (trained * side)
        for every, trained, beyond in counts
    )
    return ys, xs


def _waves(angle_rad: NDArray[np.float64], *, linear: bool) -> NDArray[np.float64]:
    """As ``compact``'s: (n,) → (n, features)."""
    multiples = angle_rad[:, None] * np.arange(1, HARMONICS + 1)
    waves = [np.sin(multiples), np.cos(multiples)]
    return np.concatenate([*waves, angle_rad[:, None] * (2 / math.pi) - 1] if linear else waves, 1)


def _stage(reader: WeightReader, name: str, width_in: int, width_out: int) -> StageWeights:
    up = reader.take(f"{name}.up.weight", width_in, width_out, 3, 3)
    bias = reader.take(f"{name}.up.bias", width_out)
    return StageWeights(
        Layer(_phases(up), np.tile(bias, 4)), reader.layer(f"{name}.refine", width_out, width_out, 3, 3)
    )


def _phases(kernel: Array) -> Array:
    """Nearest ×2 and a 3×3 kernel (in, out, 3, 3), less the outer ring, as a 2×2 one (4·out, in, 2, 2).

    As ``compact.Up``, a transposed convolution of 4×4 with stride 2: the pixel of phase p that lies between cells a and
    a + 1 gets tap 2 + p of cell a and tap p of cell a + 1.
    """
    width_in, width_out = kernel.shape[:2]
    transposed = np.zeros((width_in, width_out, 4, 4), np.float32)
    for i, j in np.ndindex(2, 2):
        transposed[:, :, i : i + 3, j : j + 3] += kernel
    taps = transposed.reshape(width_in, width_out, 2, 2, 2, 2)[:, :, ::-1, :, ::-1]  # (in, out, cell y, p, cell x, q)
    return np.ascontiguousarray(taps.transpose(3, 5, 1, 0, 2, 4).reshape(4 * width_out, width_in, 2, 2))
