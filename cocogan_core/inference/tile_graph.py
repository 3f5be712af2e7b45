"""ONNX nodes of ``cocogan_core.models.tile_textures``: what a block's pixels see of tiles on objects' fronts.

What an object's tiles are like is worked out once a room, with where the object is, so that a pixel looks all of it up
at once.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.inference.object_weights import TileWeights
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.weights import Array, Layer
from cocogan_core.models.dimensions import TILE_FEATURES, TILE_TEXELS
from cocogan_core.models.object_scene import LEAST_HALF_M, ObjectScene, Tiles

__all__ = [
    "TILES", "StageTiles", "TiledBoxes", "mix_name", "tile_mixes", "tile_shapes", "tile_table", "tiled", "tiled_boxes",
]  # fmt: skip

TILES = "tiles"  # as which blocks are given what :func:`tiled_boxes` makes

BOX_PARTS = (3, 3, 1)  # an object's middle, half its size, its row
TILE_PARTS = (2, 2, 2, 2, 2, 1, 1, 1, 1)
TILED_NUMBERS = sum(BOX_PARTS) + sum(TILE_PARTS)  # of each object
NEVER = 1e9  # texels a metre on faces without tiles: cells are wider than that, and show none


class StageTiles(NamedTuple):
    """Of a stage in a room.

    Attributes:
        table: of :func:`tile_table`.
        boxes: of :func:`tiled_boxes`.
        mix: (features, C) of :func:`tile_mixes`.
    """

    table: Term
    boxes: Term
    mix: Term

    def chosen(self, numbers: Term, flags: Term, size: tuple[int, int]) -> "TiledBoxes":
        """Of the objects (K,) of which pixels see that with a flag (1, K, h, w)."""
        return TiledBoxes.of(self.boxes.gather(numbers).chosen(flags, size))


class TileTerms(NamedTuple):
    """Of the objects that pixels show, each (1, n, h, w); pairs are along and up.

    Attributes:
        rate, first: texels a metre, and which one lies in the middle of the face.
        inverse: one over how many a tile has.
        stride, wrap: entries of the table from one to the next, and from one tile to the next.
        start: the first entry of its table.
        fades: of faces across X, Y and Z, −1/2 of the texels a metre.
    """

    rate: Term
    first: Term
    inverse: Term
    stride: Term
    wrap: Term
    start: Term
    fades: list[Term]


class TiledBoxes(NamedTuple):
    """Of the objects that pixels show: the middle and half the size (1, 3, h, w), the row (1, 1, h, w), and tiles."""

    middle: Term
    half: Term
    row: Term
    tiles: TileTerms

    @classmethod
    def of(cls, chosen: Term) -> Self:
        """From (1, TILED_NUMBERS, h, w) of :func:`tiled_boxes`."""
        middle, half, row, *others = chosen.parts(1, (*BOX_PARTS, *TILE_PARTS))
        rate, first, inverse, stride, wrap, start, *fades = others
        return cls(middle, half, row, TileTerms(rate, first, inverse, stride, wrap, start, fades))


def tiled_boxes(scene: ObjectScene, tiles: Tiles, sides: Term) -> Term:
    """(T, TILED_NUMBERS) of all objects' ``sides`` (T, 6)."""
    low, high = sides.parts(1, [3, 3])
    half, rows = (high - low) * 0.5, Term.constant(sides.b, _column(scene.rows))
    length = half.apply("GatherElements", tiles.in_face, axis=1).max(LEAST_HALF_M) * 2.0
    rate, first = _rates(tiles, length)
    on_front = (np.arange(3) == tiles.axis[:, None]) & (tiles.table >= 0)[:, None]
    along, up = rate.parts(1, [1, 1])
    fades = Term.constant(sides.b, on_front).where(along.max(up) * -0.5, -NEVER)
    signed = rate * _floats(tiles.signs * (tiles.table >= 0)[:, None])
    return ((low + high) * 0.5).joined(
        half, rows, signed, first, Term.constant(sides.b, _entries(tiles)), fades, axis=1
    )  # fmt: skip


def _rates(tiles: Tiles, length: Term) -> tuple[Term, Term]:
    """(T, 2) texels a metre along and up, and which one is in the middle, of faces so long (T, 2)."""
    given, fitted = tiles.unit_m > 0, tiles.fitted[:, None]
    whole = (length / _floats(tiles.unit_m.clip(LEAST_HALF_M))).apply("Floor").max(1.0)
    free = Term.constant(length.b, given & ~fitted).where(_floats(tiles.unit_m), length)
    unit = Term.constant(length.b, given & fitted).where(length / whole, free)
    rate = Term.constant(length.b, _floats(tiles.texels)) / (unit * _floats(tiles.units))
    return rate, rate * length * _floats(0.5 * ~(given & ~fitted)) - 0.5


def _entries(tiles: Tiles) -> Array:
    """(T, 7) of :class:`TileTerms`, from ``inverse`` to ``start``."""
    columns = tiles.columns
    strides = [np.ones_like(columns), columns, columns, np.full_like(columns, TILE_TEXELS)]
    start = tiles.table.clip(0) * TILE_TEXELS
    return np.concatenate([1 / tiles.texels, np.stack([*strides, start], 1)], 1).astype(np.float32)


def _column(numbers: tuple[int, ...]) -> Array:
    return np.array(numbers, np.float32)[:, None]


def _floats(values: NDArray[np.generic]) -> Array:
    return np.asarray(values, np.float32)


def mix_name(stage: int) -> str:
    """By which blocks ask for a stage's :attr:`StageTiles.mix`."""
    return f"tile_mix_{stage}"


def tile_shapes(objects: int, mixes: Mapping[int, Layer]) -> dict[str, tuple[int, ...]]:
    """Names and shapes of what blocks are given of so many objects, and of the stages that these layers are of."""
    if not mixes:
        return {}
    widths = {mix_name(stage): len(mix.bias) // TILE_FEATURES for stage, mix in mixes.items()}
    return {TILES: (objects, TILED_NUMBERS), **{name: (TILE_FEATURES, width) for name, width in widths.items()}}


def tile_mixes(weights: TileWeights, hidden: Term) -> dict[int, Term]:
    """(features, C) of each stage that has tiles, from what z says, (1, PAINT_WIDTH)."""
    mixes = {
        stage: Term(hidden.b, hidden.b.linear(hidden.name, *layer, rows=1)) for stage, layer in weights.mix.items()
    }
    return {stage: mix.reshape(TILE_FEATURES, -1) for stage, mix in mixes.items()}


def tile_table(b: GraphBuilder, tiles: Tiles, weights: TileWeights) -> Term:
    """(n, 4 · features) of every texel, with that below it, that to the right, and that below this."""
    texture: NDArray[Any] = weights.texture
    tables = texture.reshape(tiles.tables, TILE_TEXELS, TILE_FEATURES)
    columns = dict(zip(tiles.table.tolist(), tiles.columns.tolist(), strict=True))
    around = [_with_neighbours(table.reshape(-1, columns[k], TILE_FEATURES)) for k, table in enumerate(tables)]
    return Term.constant(b, np.concatenate(around))


def _with_neighbours(table: NDArray[Any]) -> NDArray[Any]:
    corners = [np.roll(table, (-down, -right), (0, 1)) for right in (0, 1) for down in (0, 1)]
    return np.concatenate(corners, 2).reshape(-1, 4 * TILE_FEATURES)


def tiled(table: Term, tiles: TileTerms, place: Term, shown: Term) -> Term:
    """(1, features, h, w) of what pixels see at a ``place`` (1, 2, h, w) in metres from the middle of the face.

    ``table`` is of :func:`tile_table`, and of the tile so much is ``shown`` (1, 1, h, w).
    """
    at = place * tiles.rate + tiles.first
    low = at.apply("Floor")
    column, row = (low * tiles.stride - (low * tiles.inverse).apply("Floor") * tiles.wrap).parts(1, [1, 1])
    found = table.gather((column + row + tiles.start).integers()).apply("Transpose", perm=[0, 4, 1, 2, 3]).floats()
    right, down = (at - low).parts(1, [1, 1])
    left, other = found.parts(1, [2 * TILE_FEATURES] * 2)
    upper, lower = _between(left, other, right).parts(1, [TILE_FEATURES] * 2)
    return (_between(upper, lower, down) * shown).apply("Squeeze", np.array([2]))


def _between(one: Term, other: Term, share: Term) -> Term:
    return one + (other - one) * share
