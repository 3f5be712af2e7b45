"""ONNX graphs of the compact generator: blocks of level-0 patches, and fine blocks that go on from their features.

What comes out equals ``cocogan_core.models.compact`` to rounding. A block is a rectangle of neighbouring patches that
share their margins; the graphs have its shape built in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cocogan_core.config import ModelConfig
from cocogan_core.inference.compact_weights import CompactWeights
from cocogan_core.inference.object_block import ObjectBlock, Place, hidden_numbers
from cocogan_core.inference.object_terms import RoomTerms, derived_numbers, room_numbers, told_numbers
from cocogan_core.inference.object_weights import ObjectWeights
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.room_graph import RoomMaps, walls_of
from cocogan_core.inference.shadow_graph import SHADOW_SHAPE, shadow_map
from cocogan_core.inference.tile_graph import TILES, mix_name, tile_shapes, tiled_boxes
from cocogan_core.inference.weights import Array, Layer
from cocogan_core.models.dimensions import (
    BASE,
    FACES,
    FIELD_DEPTH,
    MARGIN,
    PAINT_WIDTH,
    SLOPE,
    base_stages,
    compact_widths,
)
from cocogan_core.models.object_scene import ObjectScene

__all__ = ["CompactGraph"]

# Bilinear ×2 of RGB: the pixel of phase 0 takes a quarter of the cell before, that of phase 1 of the cell behind
BILINEAR = np.array([[0.25, 0.75, 0], [0, 0.75, 0.25]], np.float32)


class _Room(NamedTuple):
    """What is known of the room around a block."""

    walls: RoomMaps
    objects: ObjectBlock | None


@dataclass(frozen=True)
class CompactGraph:
    """Builds graphs for blocks of one shape on one level.

    Attributes:
        config, weights: of the generator.
        block: (rows, columns) of micro patches.
        level: of detail.
    """

    config: ModelConfig
    weights: CompactWeights
    block: tuple[int, int]
    level: int = 0

    @property
    def last(self) -> int:
        """Number of the stage whose cells are the level's pixels."""
        return base_stages(self.config) + self.level

    def size(self, stage: int, margin: int) -> tuple[int, int]:
        """Cells (h, w) of a block and its margin at a stage."""
        side = self.config.grid.patch_px >> (self.last - stage)
        return self.block[0] * side + 2 * margin, self.block[1] * side + 2 * margin

    @property
    def features_shape(self) -> tuple[int, int, int]:
        """(C, h, w) of what a block needs, or leaves behind, of level 0: features, then RGB, and a margin around."""
        stage = base_stages(self.config)
        return (compact_widths(self.config)[stage] + 3, *self.size(stage, MARGIN))

    @property
    def style_width(self) -> int:
        """Length S of a style: scales and shifts of the field's layers."""
        return 2 * self.config.field_width * (FIELD_DEPTH + 1)

    @property
    def known_shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of what is worked out once a room.

        ``style``, which blocks of level 0 have in common. Of rooms with objects what :func:`room_numbers` and
        :func:`hidden_numbers` say of them, and if things cast shadows the map of these; ``amounts`` of textures if z
        mixes them, and where fronts have tiles what :func:`tiled_boxes` and :func:`tile_mixes` say of these. All
        blocks have these in common.
        """
        shapes: dict[str, tuple[int, ...]] = {"style": (self.style_width,)}
        weights, objects = self.weights.objects, self.config.objects
        if objects is not None and weights is not None:
            shapes |= {"sides": (len(objects.objects), 6), "presence": (len(objects.objects),), "sun": (2,)}
            shapes["hidden"] = (
                (PAINT_WIDTH,) if weights.codes is None else ((1 + len(objects.slots)) * len(weights.codes.bias),)
            )
            shapes |= {"shadows": SHADOW_SHAPE} if objects.panes else {}
            shapes |= tile_shapes(len(objects.objects), self._tiled)
        if self.weights.amounts is not None:
            shapes["amounts"] = (len(self.weights.amounts.bias) // FACES, FACES)
        return shapes

    def needed_shapes(self, *, fine: bool) -> dict[str, tuple[int, ...]]:
        """Those of :attr:`known_shapes` that :meth:`fine`, or :meth:`base`, asks for."""
        first = base_stages(self.config) + 1 if fine else 0
        tiled = {stage: mix for stage, mix in self._tiled.items() if first <= stage <= self.last}
        left_out = {*tile_shapes(0, self._tiled)} - {*tile_shapes(0, tiled)} | ({"style"} if fine else set())
        return {name: shape for name, shape in self.known_shapes.items() if name not in left_out}

    @property
    def _tiled(self) -> dict[int, Layer]:
        """What mixes tiles, by stage."""
        objects = self.weights.objects
        return {} if objects is None or objects.tiles is None else objects.tiles.mix

    def known(self, b: GraphBuilder, z: str) -> dict[str, str]:
        """From z (1, 1, z_dim) to what has :attr:`known_shapes`."""
        told, known = Term(b, z), dict[str, Term]()
        if self.weights.objects is not None:
            told, known = self._known_objects(self.weights.objects, told)
        known["style"] = Term(b, self._styled(b, told.name)).reshape(-1)
        if self.weights.amounts is not None:
            amounts = Term(b, b.linear(told.name, *self.weights.amounts, rows=1))
            known["amounts"] = amounts.reshape(FACES, -1).apply("Transpose", perm=[1, 0])
        return {name: term.name for name, term in known.items()}

    def _known_objects(self, weights: ObjectWeights, z: Term) -> tuple[Term, dict[str, Term]]:
        """What z tells, and what is known of a room's objects."""
        scene, room = ObjectScene.of(self.config), self.config.room
        assert room is not None
        numbers = derived_numbers(scene, z)
        told = told_numbers(scene, z, numbers)
        known = room_numbers(scene, numbers)
        known["hidden"], mixes = hidden_numbers(weights, scene, told, numbers)
        if scene.tiles is not None and mixes:
            known[TILES] = tiled_boxes(scene, scene.tiles, known["sides"])
            known |= {mix_name(stage): mix for stage, mix in mixes.items()}
        if scene.panes:
            known["shadows"] = shadow_map(RoomTerms.of(scene, known, walls_of(self.config, room, z)))
        return told, known

    def base(self, b: GraphBuilder, z: str, known: Mapping[str, str], corners: str) -> tuple[str, str]:
        """Level 0: z (1, 1, z_dim), what is :meth:`known` of it, and corners (n, 2) → maps in about [−1, 1], features.

        These are for fine blocks. Of z itself only the room's walls come; without a room it may be ``""``.
        """
        room = self._room(b, z, known, corners, 0)
        style = b.reshape(known["style"], [1, 1, -1])
        x = self._with_room(b, room, self._lattice(b, style, corners), 0)
        x, rgb = self._grow(b, room, x, self._head(b, x, 0), 0)
        return self._inner(b, rgb), b.add("Concat", x, rgb, axis=1)

    def fine(self, b: GraphBuilder, z: str, known: Mapping[str, str], corners: str, features: str) -> str:
        """A level above 0: as :meth:`base`, from the features (n, …) of :attr:`features_shape` of the same place."""
        first = base_stages(self.config)
        x, rgb = b.split(features, 1, [self.features_shape[0] - 3, 3])
        return self._inner(b, self._grow(b, self._room(b, z, known, corners, first + 1), x, rgb, first)[1])

    def responses(self, b: GraphBuilder, zs: str) -> str:
        """From many z (n, z_dim) to lattice features (n, d) at one inner cell of every fourth patch."""
        grid = self.config.grid
        rows, columns = (grid.micro_ids()[::4] * BASE + MARGIN).T
        place = b.constant((self.weights.rows[rows] + self.weights.columns[columns])[None])
        cells = self._field(b, self._style(b, b.add("Unsqueeze", zs, b.constant([1]))), place, len(rows))
        return b.add("Flatten", cells, axis=1)

    def _style(self, b: GraphBuilder, z: str) -> str:
        """From z (…, z_dim) to the field's scales and shifts (…, S)."""
        if self.config.objects is None:
            return self._styled(b, z)
        scene, code = ObjectScene.of(self.config), Term(b, z)
        return self._styled(b, told_numbers(scene, code, derived_numbers(scene, code)).name)

    def _styled(self, b: GraphBuilder, told: str) -> str:
        first, second, last = self.weights.style
        style = _slope(b, b.linear(told, *first, rows=1))
        return b.linear(_slope(b, b.linear(style, *second, rows=1)), *last, rows=1)

    def _lattice(self, b: GraphBuilder, style: str, corners: str) -> str:
        """Features (n, C, h, w) on the lattice and its margin."""
        h, w = self.size(0, MARGIN)
        tables = zip((self.weights.rows, self.weights.columns), b.split(corners, 1, [1, 1]), (h, w), strict=True)
        rows, columns = (_window(b, table, corner, cells) for table, corner, cells in tables)
        rows, columns = (b.add("Unsqueeze", part, b.constant([axis])) for part, axis in ((rows, 2), (columns, 1)))
        place = b.reshape(b.add("Add", rows, columns), [0, h * w, self.config.field_width])
        cells = b.reshape(self._field(b, style, place, h * w), [0, h, w, len(self.weights.lattice.bias)])
        return b.add("Transpose", cells, perm=[0, 3, 1, 2])

    def _field(self, b: GraphBuilder, style: str, place: str, cells: int) -> str:
        """The field network: style (1 or n, 1, S), placed cells (n or 1, cells, F) → (n, cells, C)."""
        scales, shifts = b.split(style, 2, [self.style_width // 2] * 2)
        units = [self.config.field_width] * (FIELD_DEPTH + 1)
        (scale, *deeper), (shift, *later) = (b.split(part, 2, units) for part in (scales, shifts))
        x = _slope(b, b.add("Add", b.add("Mul", place, scale), shift))
        for layer, scale, shift in zip(self.weights.field, deeper, later, strict=True):
            change = b.add("Add", b.add("Mul", b.linear(x, *layer, rows=cells), scale), shift)
            x = b.add("Add", x, _slope(b, change))
        return b.linear(x, *self.weights.lattice, rows=cells)

    def _grow(self, b: GraphBuilder, room: _Room | None, x: str, rgb: str, first: int) -> tuple[str, str]:
        """On through the stages above ``first``."""
        for stage in range(first + 1, self.last + 1):
            x = self._enlarge(b, room, _slope(b, x), stage)
            x = self._convolve(b, x, self.weights.stages[stage - 1].refine, stage, MARGIN)
            rgb = b.add("Add", _enlarged(b, rgb, self.size(stage - 1, 0)), self._head(b, x, stage))
        return x, rgb

    def _enlarge(self, b: GraphBuilder, room: _Room | None, x: str, stage: int) -> str:
        """The first half of a stage, with a margin of one more cell: ×2, the room, and the slope."""
        phases = self._convolve(b, x, self.weights.stages[stage - 1].up, stage - 1, 1.5)
        if room is None:  # the slope before the pixel shuffle, where it becomes part of the convolution
            return b.add("DepthToSpace", _slope(b, phases), blocksize=2)
        x = b.add("DepthToSpace", phases, blocksize=2)
        return _slope(b, self._with_room(b, room, x, stage))

    def _convolve(self, b: GraphBuilder, x: str, layer: Layer, stage: int, margin: float) -> str:
        h, w = self.size(stage, 0)
        return b.convolve(x, *layer, pixels=int((h + 2 * margin) * (w + 2 * margin)))

    def _head(self, b: GraphBuilder, x: str, stage: int) -> str:
        return self._convolve(b, x, self.weights.rgb[stage], stage, MARGIN)

    def _room(self, b: GraphBuilder, z: str, known: Mapping[str, str], corners: str, first: int) -> _Room | None:
        """For the stages from the ``first`` on."""
        if self.config.room is None:
            return None
        given = {name: Term(b, value) for name, value in known.items()}
        walls = RoomMaps.of(b, self.config, z, corners, self.weights.textures, amounts=given.get("amounts"))
        objects = self.weights.objects
        if objects is None:
            return _Room(walls, None)
        places = {stage: self._place(stage) for stage in range(first, self.last + 1)}
        return _Room(walls, ObjectBlock.of(self.config, objects, given, walls, places))

    def _place(self, stage: int) -> Place:
        side, margin = self.config.grid.patch_px >> (self.last - stage), MARGIN + (stage > 0)
        return Place(self.level, side, self.block, margin)

    def _with_room(self, b: GraphBuilder, room: _Room | None, x: str, stage: int) -> str:
        """Add what is known of the room's walls and objects."""
        if room is None:
            return x
        place = self._place(stage)
        h, w = self.size(stage, place.margin)
        rays = room.walls.rays(level=self.level, side=place.side, margin=place.margin, size=(h, w))
        places = room.walls.places(rays)
        objects, bare = (None, None) if room.objects is None else room.objects.add(places, stage, place)
        walls = b.convolve(room.walls.features(places, stage, bare), self.weights.walls[stage], None, pixels=h * w)
        x = b.add("Add", x, walls)
        return x if objects is None else b.add("Add", x, objects)

    def _inner(self, b: GraphBuilder, rgb: str) -> str:
        """Without the margin."""
        h, w = self.size(self.last, 0)
        return b.slice(b.slice(rgb, 2, MARGIN, MARGIN + h), 3, MARGIN, MARGIN + w)


def _window(b: GraphBuilder, table: Array, corner: str, cells: int) -> str:
    """Rows of a table from each patch's first lattice cell on: corners (n, 1) → (n, cells, F)."""
    first = b.add("Mul", corner, b.constant([BASE]))
    return b.add("Gather", b.constant(table), b.add("Add", first, b.constant(range(cells))))


def _slope(b: GraphBuilder, x: str) -> str:
    return b.add("LeakyRelu", x, alpha=SLOPE)


def _enlarged(b: GraphBuilder, rgb: str, inner: tuple[int, int]) -> str:
    """RGB of a stage with its margin of MARGIN cells to twice the cells with as wide a margin, bilinear."""
    taps = np.einsum("py,qx->pqyx", BILINEAR, BILINEAR)
    kernel = np.einsum("pqyx,oi->pqoiyx", taps, np.eye(3, dtype=np.float32)).reshape(12, 3, 3, 3)
    pixels = (inner[0] + 2) * (inner[1] + 2)
    return b.add("DepthToSpace", b.convolve(rgb, kernel, None, pixels=pixels), blocksize=2)
