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
from cocogan_core.geometry.objects import RoomObjects
from cocogan_core.inference.weights import Array, WeightReader
from cocogan_core.models.dimensions import (
    BASE,
    FACE_KINDS,
    FIELD_DEPTH,
    HARMONICS,
    MARGIN,
    OBJECT_FEATURES,
    OBJECT_TEXTURE_FEATURES,
    OBJECT_TEXTURED_TO,
    PAINT_WIDTH,
    PAINTED_FROM,
    ROOM_FEATURES,
    TEXTURE_GAIN,
    TEXTURED_FROM,
    compact_widths,
    object_texels,
    position_features,
    texture_features,
    texture_side,
)
from cocogan_core.models.object_scene import FACES

__all__ = ["FACE_AXES", "CompactWeights", "Layer", "ObjectWeights", "StageWeights", "fold_compact", "lattice_shares"]

FACE_AXES = 3  # of textures on objects: along and across a face, and from its edge inward


class Layer(NamedTuple):
    """A linear or convolutional layer."""

    weight: Array
    bias: Array


class StageWeights(NamedTuple):
    """One stage of ×2; ``up`` is a 2×2 convolution whose channels are four phases of pixels, row by row."""

    up: Layer
    refine: Layer


class ObjectWeights(NamedTuple):
    """What the lattice and each stage add of a room's objects.

    Attributes:
        hidden: two layers from z to what paints objects.
        mix: (C, OBJECT_FEATURES, 1, 1) of each, of those with a texture (C, … + features · FACE_AXES, 1, 1).
        tables: (R + 6, 3·C) rows of objects and faces.
        codes: layer to (R + 7)·paint_rank, of which ``paint`` makes the stages' channels; None of a model without rank.
        paint: of the stages from PAINTED_FROM on, from codes to C, or else from the hidden layers to (R + 7)·C.
        sunlit: of the same stages, from codes to what sunlight adds to them (C); empty where that is the same for all.
        textures: of the stages that have one, (R · FACE_AXES · texels, features).
    """

    hidden: list[Layer]
    mix: list[Array]
    tables: list[Array]
    codes: Layer | None
    paint: list[tuple[Array, Array | None]]
    sunlit: list[Array]
    textures: dict[int, Array]


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
        amounts: from what z tells to how much of each feature is shown, (FACE_KINDS · features,), if z mixes them.
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
    rows, columns = _placed(config, _layer(reader, "place", units, position_features(config)))
    stages = [_stage(reader, f"levels.{i}", a, b) for i, (a, b) in enumerate(pairwise(widths))]
    walls, textures = _walls(config, reader)
    return CompactWeights(
        rows,
        columns,
        style=_style(config, reader),
        field=[_layer(reader, f"field.{i}", units, units) for i in range(FIELD_DEPTH)],
        lattice=_layer(reader, "lattice", widths[0], units),
        stages=stages,
        rgb=[_layer(reader, f"rgb.{i}", 3, width, 1, 1) for i, width in enumerate(widths)],
        walls=walls,
        textures=textures,
        amounts=_amounts(config, reader) if config.surface_textures and config.mixed_textures else None,
        objects=None if config.objects is None else _objects(config, config.objects, reader),
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
    return _layer(reader, "surfaces.amounts", FACE_KINDS * texture_features(config), _told(config))


def _told(config: ModelConfig) -> int:
    """How many numbers z tells: itself, and what is derived from it of objects' looks."""
    return config.z_dim + (0 if config.objects is None else len(config.objects.looks))


def _objects(config: ModelConfig, objects: RoomObjects, reader: WeightReader) -> ObjectWeights:
    widths, rows = compact_widths(config), max(objects.rows) + 1 + FACES
    sizes = [(PAINT_WIDTH, _told(config)), (PAINT_WIDTH, PAINT_WIDTH)]
    rank, painted = config.paint_rank, widths[PAINTED_FROM:]
    sunlit = painted if rank and objects.panes else []
    mix, textures = _object_mix(config, reader, rows - FACES)
    return ObjectWeights(
        hidden=[_layer(reader, f"objects.hidden.{2 * i}", *size) for i, size in enumerate(sizes)],
        mix=mix,
        tables=[reader.take(f"objects.table.{i}", rows, 3 * width) for i, width in enumerate(widths)],
        codes=_layer(reader, "objects.codes", (rows + 1) * rank, PAINT_WIDTH) if rank else None,
        paint=[_paint(reader, i, rows + 1, width, rank) for i, width in enumerate(painted)],
        sunlit=[reader.take(f"objects.sunlit.{i}.weight", width, rank) for i, width in enumerate(sunlit)],
        textures=textures,
    )


def _object_mix(config: ModelConfig, reader: WeightReader, rows: int) -> tuple[list[Array], dict[int, Array]]:
    """Weights of what is known of objects, those of textures behind them, and the textures."""
    widths, textures, features = compact_widths(config), dict[int, Array](), OBJECT_TEXTURE_FEATURES
    mix = [reader.take(f"objects.mix.{i}.weight", width, OBJECT_FEATURES, 1, 1) for i, width in enumerate(widths)]
    stages = range(TEXTURED_FROM, min(len(widths), OBJECT_TEXTURED_TO + 1) if config.object_textures else 0)
    for index, stage in enumerate(stages):
        entries = rows * FACE_AXES * object_texels(stage)
        textures[stage] = reader.take(f"objects.textures.texture.{index}", entries, features)
        weight = reader.take(f"objects.textures.mix.{index}.weight", widths[stage], features, 1, 1)
        mix[stage] = np.concatenate([mix[stage], np.repeat(weight * np.float32(TEXTURE_GAIN), FACE_AXES, 1)], 1)
    return mix, textures


def _paint(reader: WeightReader, index: int, rows: int, width: int, rank: int) -> tuple[Array, Array | None]:
    """Weight and bias of a painted stage's layer."""
    if rank:
        return reader.take(f"objects.paint.{index}.weight", width, rank), None
    return _layer(reader, f"objects.paint.{index}", rows * width, PAINT_WIDTH)


def _layer(reader: WeightReader, name: str, *shape: int) -> Layer:
    return Layer(reader.take(f"{name}.weight", *shape), reader.take(f"{name}.bias", shape[0]))


def _style(config: ModelConfig, reader: WeightReader) -> list[Layer]:
    scales = config.field_width * (FIELD_DEPTH + 1)
    sizes = _told(config), config.field_width, config.field_width, 2 * scales
    first, second, last = (_layer(reader, f"style.{2 * i}", b, a) for i, (a, b) in enumerate(pairwise(sizes)))
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
        Layer(_phases(up), np.tile(bias, 4)), _layer(reader, f"{name}.refine", width_out, width_out, 3, 3)
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
