"""What a block's stages add of a room's objects, as ONNX nodes: ``cocogan_core.models.object_layers``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from cocogan_core.config import ModelConfig
from cocogan_core.geometry.objects import Matrix
from cocogan_core.inference.block_sight import Sight
from cocogan_core.inference.compact_weights import lattice_shares
from cocogan_core.inference.object_graph import Directions, Layers, ObjectKind, nearest_layers, visible_kinds
from cocogan_core.inference.object_map_graph import MapGraph
from cocogan_core.inference.object_terms import RoomTerms, slot_numbers
from cocogan_core.inference.object_weights import ObjectWeights
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.room_graph import VECTOR, RoomMaps, cut_columns, cut_rows, tilts, yaws
from cocogan_core.inference.shadow_graph import ShadowLookup
from cocogan_core.inference.surface_graph import WallTerms
from cocogan_core.inference.tile_graph import TILES, StageTiles, mix_name, tile_mixes, tile_table
from cocogan_core.inference.weights import Array
from cocogan_core.models.dimensions import OBJECT_WAVES, PAINT_WIDTH, PAINTED_FROM, SLOPE, cell_angle_rad
from cocogan_core.models.object_scene import FACES, PITCH_WAVES, STEEPEST, YAW_WAVE, ObjectScene

__all__ = ["ObjectBlock", "Place", "hidden_numbers"]

EVERYWHERE_BELOW = 3  # stages with so few cells that looking for what they cannot see costs more than it saves
LAST = 1 << 31  # of an axis of any length


@dataclass(frozen=True)
class Place:
    """Where a stage of a block is.

    Attributes:
        level: of detail.
        side: cells of the stage in a patch of the level.
        block: (rows, columns) of patches.
        margin: cells around.
    """

    level: int
    side: int
    block: tuple[int, int]
    margin: int


@dataclass(frozen=True)
class ObjectBlock:
    """Of one block of a room with a style.

    Attributes:
        config, weights: of the generator.
        walls: of the room, and the block's corner.
        room: its objects.
        near: those that the block can see, by stage.
        hidden: what z says of how they look: (1, PAINT_WIDTH), or (n, paint_rank) of each row and the sun, and again of
            each slot.
        shadows: what keeps the sun off, where the model knows.
        tiles: on objects' fronts, of the stages that have any.
    """

    config: ModelConfig
    weights: ObjectWeights
    walls: RoomMaps
    room: RoomTerms
    near: Mapping[int, Sequence[ObjectKind]]
    hidden: Term
    shadows: ShadowLookup | None
    tiles: Mapping[int, StageTiles]

    @classmethod
    def of(
        cls, config: ModelConfig, weights: ObjectWeights, known: Mapping[str, Term], walls: RoomMaps,
        places: Mapping[int, Place],
    ) -> "ObjectBlock":  # fmt: skip
        """For the stages' places, in a room of which ``CompactGraph.known`` is known."""
        scene, b = ObjectScene.of(config), walls.row.b
        room = RoomTerms.of(scene, known, walls.walls)
        visible = partial(visible_kinds, scene, room.sides, room.present)
        every = visible(Sight.everywhere(b)) if min(places) < EVERYWHERE_BELOW else ()
        near = {
            stage: every if stage < EVERYWHERE_BELOW else visible(_sight(config, walls, place, stage))
            for stage, place in places.items()
        }
        hidden = known["hidden"].reshape(-1, config.paint_rank or PAINT_WIDTH)
        shadows = ShadowLookup.of(room, known["shadows"]) if scene.panes else None
        tiles = _tiles(scene, weights, known, places)
        return cls(config, weights, walls, room, near, hidden, shadows, tiles)

    def add(self, places: WallTerms, stage: int, place: Place) -> tuple[str, Term]:
        """(1, C, h, w) of a stage's cells, whose rays meet the walls at ``places``.

        And how much of each no object covers, (1, 1, h, w) as wide as VECTOR wants.
        """
        (height, width), b = places.rays.size, places.reach.b
        size = height, -(-width // VECTOR) * VECTOR
        directions, cell_rad = Directions.of(places.rays, size), cell_angle_rad(self.config.grid, stage)
        seen = nearest_layers(self.near[stage], directions, cell_rad)
        maps = MapGraph.of(
            self.room, seen, directions, places, self._angles(b, place, size), stage=stage, cell_rad=cell_rad,
            size=size, shadows=self.shadows, texture=self.weights.textures.get(stage),
            tiles=self.tiles.get(stage),
        )  # fmt: skip
        bare = seen.cover.one_less() * seen.next_cover.one_less()
        if stage >= PAINTED_FROM and self.weights.sunlit:
            return self._sunlit(seen, maps, places.face, stage, size).part(3, 0, width).name, bare
        first, *others = maps.features
        features = first.joined(*others, axis=1)
        mixed = Term(b, b.convolve(features.name, self.weights.mix[stage], None, pixels=height * width))
        if maps.tiled is not None:
            mixed += self.tiles[stage].mix.chosen(maps.tiled, size)
        return (mixed + self._painted(seen, maps, places.face, stage, size)).part(3, 0, width).name, bare

    def _painted(self, seen: Layers, maps: MapGraph, face: Term, stage: int, size: tuple[int, int]) -> Term:
        """As ``object_layers._painted``: (1, C, h, w), with flags of the room's faces.

        One product of what can be seen with how much a pixel shows of it. Zeros change no sum, and the rest come in the
        same order in every block. Yet more than 128 rows, as of furnished rooms, are summed in parts of so many, so
        that features' last digits do depend on what else a block can see; with sunlit rows they do not.
        """
        sunlit = stage >= PAINTED_FROM
        return self._looks(seen.numbers, stage).chosen(_amounts(seen, maps, face, size, sunlit=sunlit), size)

    def _looks(self, numbers: Term, stage: int) -> Term:
        """Rows (4K + 7, C) of what K objects look like, and how that changes along and across; of those beyond; of the
        room's faces; of sunlight. The last only where a stage has it.
        """
        table, b = Term.constant(numbers.b, self.weights.tables[stage]), numbers.b
        rows, width = self.weights.tables[stage].shape[0], self.weights.tables[stage].shape[1] // 3
        here, slopes = table.gather(self._row(numbers)).parts(1, [width, 2 * width])
        faces = table.part(0, rows - FACES, rows).part(1, 0, width)
        if stage < PAINTED_FROM:
            return here.joined(slopes, axis=1).reshape(-1, width).joined(here, faces, axis=0)
        layer = self.weights.paint[stage - PAINTED_FROM]
        paint = Term(b, b.linear(self.hidden.name, *layer, rows=rows + 1)).reshape(-1, width)
        here += paint.gather(self._painted_row(numbers))
        faces += paint.part(0, rows - FACES, rows)
        sunny = paint.part(0, rows, rows + 1)
        return here.joined(slopes, axis=1).reshape(-1, width).joined(here, faces, sunny, axis=0)

    def _sunlit(self, seen: Layers, maps: MapGraph, face: Term, stage: int, size: tuple[int, int]) -> Term:
        """(1, C, h, w) as the sum of :meth:`add`, where what sunlight adds depends on what it falls on.

        Three products, since one of more than 128 rows is summed in parts of so many, and where a part begins depends
        on what else a block can see: a pixel's entries of each lie in one group of four, or all in the first part.
        """
        objects, beyond, faces = self._sunlit_looks(seen.numbers, stage)
        uncovered, mix = maps.cover.one_less(), self.weights.mix[stage]
        hidden, cover = uncovered * maps.next_cover, maps.cover
        shares = cover.joined(cover * maps.along, cover * maps.across, maps.lit_object, axis=1)
        front = (seen.flags.reshape(-1, 1, *size) * shares).reshape(1, -1, *size)
        on_faces = [face * (uncovered - hidden), face * (maps.lit - maps.lit_object)]
        of_tiles, mixes = ([], []) if maps.tiled is None else ([maps.tiled], [self.tiles[stage].mix])
        mixing = Term.constant(objects.b, np.ascontiguousarray(mix[:, :, 0, 0].T)).joined(*mixes, faces, axis=0)
        objects.b.flop += 2.0 * size[0] * size[1] * mix.size
        first, *others = maps.features
        mixed = mixing.chosen(first.joined(*others, *of_tiles, *on_faces, axis=1), size)
        return mixed + objects.chosen(front, size) + beyond.chosen(seen.next_flags * hidden, size)

    def _sunlit_looks(self, numbers: Term, stage: int) -> tuple[Term, Term, Term]:
        """Rows (4K, C) of K objects: their looks, how these change along and across, what sunlight adds to them; (K, C)
        of their looks; (12, C) of looks of the room's faces, then of what sunlight adds to each.
        """
        table = self.weights.tables[stage]
        rows, width = table.shape[0], table.shape[1] // 3
        (face_paint, paint), (face_sunlit, sunlit) = self._painting(numbers, stage, rows)
        known = Term.constant(numbers.b, table)
        looks, slopes = known.gather(self._row(numbers)).parts(1, [width, 2 * width])
        looks += paint
        here = looks.joined(slopes, sunlit, axis=1)
        faces = known.part(0, rows - FACES, rows).part(1, 0, width) + face_paint
        return here.reshape(-1, width), looks, faces.joined(face_sunlit, axis=0)

    def _painting(self, numbers: Term, stage: int, rows: int) -> tuple[list[Term], list[Term]]:
        """What z adds to looks of the room's faces (6, C) and of K objects (K, C), and the same to what is sunlit."""
        b, index = numbers.b, stage - PAINTED_FROM
        first = Term.constant(b, np.arange(rows - FACES, rows + 1))  # of faces, and of the sun
        code = self.hidden.gather(first.joined(self._painted_row(numbers), axis=0))
        layer = np.concatenate([self.weights.paint[index][0], self.weights.sunlit[index]])
        told = Term(b, b.linear(code.name, layer, None, rows=rows + 1))
        width = len(layer) // 2
        faces, sun, objects = (
            told.part(0, start, stop) for start, stop in ((0, FACES), (FACES, FACES + 1), (FACES + 1, LAST))
        )
        both = [part.parts(1, [width, width]) for part in (faces, objects)]
        by_sun = sun.part(1, 0, width)
        return [paint for paint, _ in both], [sunlit + by_sun for _, sunlit in both]

    def _row(self, which: Term) -> Term:
        """Rows of the tables for numbers of objects."""
        scene = self.room.scene
        shared = len({*scene.rows}) < len(scene.rows)
        return Term.constant(which.b, scene.row_of).gather(which) if shared else which

    def _painted_row(self, which: Term) -> Term:
        """Rows of what z says of the looks of objects of these numbers."""
        return Term.constant(which.b, self.room.scene.painted_of).gather(which)

    def _angles(self, b: GraphBuilder, place: Place, size: tuple[int, int]) -> Term:
        """(1, 11, h, w) waves of yaws and pitches."""
        ys, xs = _shares(self.config, place, place.margin, place.margin + VECTOR)
        across = cut_columns(_yaw_waves(yaws(self.walls.box, xs)), self.walls.column, place.side, size[1])
        down = cut_rows(_pitch_waves(tilts(self.walls.box, ys)), self.walls.row, place.side, size[0])
        flat = Term.constant(b, np.zeros((1, *size), np.float32))
        return (across + flat).joined(down + flat, axis=1)


def hidden_numbers(
    weights: ObjectWeights, scene: ObjectScene, told: Term, numbers: Term
) -> tuple[Term, dict[int, Term]]:
    """From what z tells (…, N) and its ``derived_numbers`` to :attr:`ObjectBlock.hidden`, flat, and to tiles' mixes."""
    b, hidden = told.b, told.reshape(1, -1)
    for layer in weights.hidden:
        hidden = Term(b, b.add("LeakyRelu", b.linear(hidden.name, *layer, rows=1), alpha=SLOPE))
    mixes = {} if weights.tiles is None else tile_mixes(weights.tiles, hidden)
    if weights.codes is not None:
        hidden = Term(b, b.linear(hidden.name, *weights.codes, rows=1))
    if weights.slot is not None:
        hidden = _with_slots(weights.slot, scene, hidden, slot_numbers(scene, numbers))
    return hidden.reshape(-1), mixes


def _with_slots(weight: Array, scene: ObjectScene, codes: Term, slots: Term) -> Term:
    """Codes (1, rows · rank), then those of each slot: (1 + slots, rows, rank)."""
    b, rows = codes.b, len(scene.shares)
    told = (slots.reshape(len(scene.slots), 1, -1) - 1.0) * scene.shares.astype(np.float32)
    codes = codes.reshape(1, rows, -1)
    added = Term(b, b.linear(told.name, weight, None, rows=len(scene.slots) * rows))
    return codes.joined(codes + added, axis=0)


def _tiles(
    scene: ObjectScene, weights: ObjectWeights, known: Mapping[str, Term], stages: Iterable[int]
) -> dict[int, StageTiles]:
    """Of those ``stages`` that have any; all look into one table."""
    if weights.tiles is None or scene.tiles is None or not (tiled := {*stages} & {*weights.tiles.mix}):
        return {}
    boxes = known[TILES]
    table = tile_table(boxes.b, scene.tiles, weights.tiles)
    return {stage: StageTiles(table, boxes, known[mix_name(stage)]) for stage in sorted(tiled)}


def _amounts(seen: Layers, maps: MapGraph, face: Term, size: tuple[int, int], *, sunlit: bool) -> Term:
    """(1, 4K + 6 or 7, h, w) how much a pixel shows of each row of :meth:`ObjectBlock._looks`."""
    uncovered = maps.cover.one_less()
    beyond = uncovered * maps.next_cover
    here = maps.cover.joined(maps.cover * maps.along, maps.cover * maps.across, axis=1)
    front = (seen.flags.reshape(-1, 1, *size) * here).reshape(1, -1, *size)
    others = [seen.next_flags * beyond, face * (uncovered - beyond)]
    return front.joined(*others, *([maps.lit] if sunlit else []), axis=1)


def _sight(config: ModelConfig, walls: RoomMaps, place: Place, stage: int) -> Sight:
    """Of a block and its margin."""
    shares = _shares(config, place, place.margin, place.margin)
    rows, columns = (count * place.side + 2 * place.margin for count in place.block)
    return Sight.of(
        walls.box, (walls.row, walls.column), shares, (rows, columns), side=place.side,
        cell_rad=cell_angle_rad(config.grid, stage),
    )  # fmt: skip


def _shares(config: ModelConfig, place: Place, before: int, behind: int) -> tuple[Matrix, Matrix]:
    return lattice_shares(config.grid.at_level(place.level), place.side, before=before, behind=behind)


def _yaw_waves(turns: Array) -> Array:
    angles = np.arctan2(turns[:, 0], turns[:, 1])[:, None] * YAW_WAVE * 2 ** np.arange(OBJECT_WAVES)
    return np.concatenate([np.sin(angles), np.cos(angles)], 1).astype(np.float32)


def _pitch_waves(heights: Array) -> Array:
    pitches = np.arctan2(heights[:, 0], heights[:, 1])
    waves = [wave(pitches * k) for k in PITCH_WAVES for wave in (np.sin, np.cos)]
    return np.stack([(pitches * STEEPEST).clip(-1, 1), *waves], 1).astype(np.float32)
