"""The compact generator's weights of a room's objects, as ``compact_weights`` has the others. Numpy only."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cocogan_core.checkpoint import BYTE_SHARES
from cocogan_core.config import ModelConfig
from cocogan_core.geometry.objects import RoomObjects
from cocogan_core.inference.weights import Array, Layer, WeightReader
from cocogan_core.models.dimensions import (
    FACES,
    OBJECT_FEATURES,
    OBJECT_TEXTURE_FEATURES,
    OBJECT_TEXTURED_TO,
    PAINT_WIDTH,
    PAINTED_FROM,
    SLOT_GAIN,
    TEXTURE_GAIN,
    TEXTURED_FROM,
    TILE_FEATURES,
    TILE_TEXELS,
    TILED_FROM,
    TILED_TO,
    compact_widths,
    object_texels,
)

__all__ = ["FACE_AXES", "ObjectWeights", "TileWeights", "fold_objects", "told_count"]

FACE_AXES = 3  # of textures on objects: along and across a face, and from its edge inward


class TileWeights(NamedTuple):
    """Of patterns on fronts.

    Attributes:
        texture: (tables · TILE_TEXELS, features), in bytes where the checkpoint has them so.
        mix: of each stage that has them, from what z says of objects to (features · C).
    """

    texture: NDArray[np.float32] | NDArray[np.int8]
    mix: dict[int, Layer]


class ObjectWeights(NamedTuple):
    """What the lattice and each stage add of a room's objects.

    Attributes:
        hidden: two layers from z to what paints objects.
        mix: (C, OBJECT_FEATURES, 1, 1) of each, of those with a texture (C, … + features · FACE_AXES, 1, 1).
        tables: (R + 6, 3·C) rows of objects and faces.
        slot: (paint_rank, n) from a row's shares of what is told of a slot to its codes; None where there are no slots.
        codes: layer to (R + 7)·paint_rank, of which ``paint`` makes the stages' channels; None of a model without rank.
        paint: of the stages from PAINTED_FROM on, from codes to C, or else from the hidden layers to (R + 7)·C.
        sunlit: of the same stages, from codes to what sunlight adds to them (C); empty where that is the same for all.
        textures: of the stages that have one, (R · FACE_AXES · texels, features).
        tiles: on their fronts, if any has one.
    """

    hidden: list[Layer]
    mix: list[Array]
    tables: list[Array]
    codes: Layer | None
    paint: list[tuple[Array, Array | None]]
    sunlit: list[Array]
    textures: dict[int, Array]
    tiles: TileWeights | None
    slot: Array | None


def told_count(config: ModelConfig) -> int:
    """How many numbers z tells: itself, and what is derived from it of objects' looks."""
    return config.z_dim + (0 if config.objects is None else len(config.objects.looks))


def fold_objects(config: ModelConfig, objects: RoomObjects, reader: WeightReader) -> ObjectWeights:
    """Read what is known of its ``objects``; raises CheckpointError as the reader does."""
    widths, rows = compact_widths(config), max(objects.rows) + 1 + FACES
    sizes = [(PAINT_WIDTH, told_count(config)), (PAINT_WIDTH, PAINT_WIDTH)]
    rank, painted = config.paint_rank, widths[PAINTED_FROM:]
    sunlit = painted if rank and objects.panes else []
    mix, textures = _object_mix(config, reader, rows - FACES)
    return ObjectWeights(
        hidden=[reader.layer(f"objects.hidden.{2 * i}", *size) for i, size in enumerate(sizes)],
        mix=mix,
        tables=[reader.take(f"objects.table.{i}", rows, 3 * width) for i, width in enumerate(widths)],
        codes=reader.layer("objects.codes", (rows + 1) * rank, PAINT_WIDTH) if rank else None,
        paint=[_paint(reader, i, rows + 1, width, rank) for i, width in enumerate(painted)],
        sunlit=[reader.take(f"objects.sunlit.{i}.weight", width, rank) for i, width in enumerate(sunlit)],
        textures=textures,
        tiles=_tiles(reader, len(objects.tilings), widths) if config.object_textures and objects.tilings else None,
        slot=_slot(config, objects, reader),
    )


def _tiles(reader: WeightReader, tables: int, widths: list[int]) -> TileWeights:
    texture = reader.take("objects.tiles.texture", tables * TILE_TEXELS, TILE_FEATURES)
    shares = np.round(texture * BYTE_SHARES)
    bytes_ = abs(shares).max() <= BYTE_SHARES and np.array_equal((shares / BYTE_SHARES).astype(np.float32), texture)
    gain = np.float32(TEXTURE_GAIN / BYTE_SHARES if bytes_ else TEXTURE_GAIN)
    mix = {}
    for index, stage in enumerate(range(TILED_FROM, min(len(widths), TILED_TO + 1))):
        weight, bias = reader.layer(f"objects.tiles.mix.{index}", TILE_FEATURES * widths[stage], PAINT_WIDTH)
        mix[stage] = Layer(weight * gain, bias * gain)
    return TileWeights(shares.astype(np.int8) if bytes_ else texture, mix)


def _slot(config: ModelConfig, objects: RoomObjects, reader: WeightReader) -> Array | None:
    if not config.paint_rank or not objects.slots:
        return None
    return reader.take("objects.slot.weight", config.paint_rank, len(objects.slots[0].looks)) * np.float32(SLOT_GAIN)


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
    return reader.layer(f"objects.paint.{index}", rows * width, PAINT_WIDTH)
