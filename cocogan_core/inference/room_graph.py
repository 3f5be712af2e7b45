"""ONNX nodes of ``cocogan_core.models.room_coordinates``: where the rays of a block's pixels meet the room's walls.

The same features, worked out in fewer operations: seen from inside, an upright wall's distance along the floor depends
on the pixel's column alone and the ceiling's or floor's on its row alone, and the nearer of both is what is seen.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.inference.compact_weights import lattice_shares
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.surface_graph import MixedTextures, RayMaps, WallTerms, textured
from cocogan_core.inference.weights import Array
from cocogan_core.models.dimensions import (
    FACE_M,
    LEAST_SLOPE,
    NEAREST_M,
    ROOM_WAVES,
    TEXTURE_HEIGHT_M,
    cell_angle_rad,
    first_octave,
    texel_m,
)

__all__ = ["VECTOR", "RoomMaps", "cut_columns", "cut_rows", "tilts", "walls_of", "wave_maps", "yaws"]

# Widths are rounded up to it, and two maps taken together, so that sines are taken of whole vectors of the widest CPU:
# a remainder would be worked out by other code, with other last bits.
VECTOR = 8
COLUMN_PARTS, ROW_PARTS = (1, 1, 1, 1, 3, 3, 6, 6), (1, 1, 1, 1, 3, 3, 6)  # of RayMaps, behind its size
EMPTY: Mapping[int, Array] = MappingProxyType({})


class RoomMaps(NamedTuple):
    """Makes features of a block's pixels at any stage.

    Attributes:
        box: of the room's latents.
        grid: of level 0's patches.
        walls: the room's six distances from the eye, each (1, 1, 1): left, right, floor, ceiling, back, front.
        row, column: of the blocks' corners, each (n, 1, 1).
        textures: of its faces, by stage; empty if the model has none.
        mixed: what z says of them, if it does.
    """

    box: RoomLatents
    grid: PatchGrid
    walls: list[Term]
    row: Term
    column: Term
    textures: Mapping[int, Array]
    mixed: MixedTextures | None

    @classmethod
    def of(
        cls, b: GraphBuilder, config: ModelConfig, z: str, corners: str, textures: Mapping[int, Array] = EMPTY, *,
        amounts: Term | None = None,
    ) -> Self:  # fmt: skip
        """For z (1, 1, z_dim) and corners (n, 2), and ``amounts`` (features, FACES) of textures, if z mixes."""
        assert config.room is not None
        walls = walls_of(config, config.room, Term(b, z))
        mixed = None
        if amounts is not None:
            mixed = MixedTextures(amounts, above=(walls[2] + walls[3]) * 0.5 - TEXTURE_HEIGHT_M)
        row, column = Term(b, corners).reshape(-1, 2, 1).parts(1, [1, 1])
        return cls(config.room, config.grid, walls, row, column, textures, mixed)

    def rays(self, *, level: int, side: int, margin: int, size: tuple[int, int]) -> RayMaps:
        """Of a block's cells and its margin's; a patch of its ``level`` has ``side`` cells. As wide as VECTOR wants."""
        height, width = size
        ys, xs = lattice_shares(self.grid.at_level(level), side, before=margin, behind=margin + VECTOR)
        columns = cut_columns(_of_columns(yaws(self.box, xs)), self.column, side, -(-width // VECTOR) * VECTOR)
        rows = cut_rows(_of_rows(tilts(self.box, ys)), self.row, side, height)
        return RayMaps(size, *columns.parts(1, COLUMN_PARTS), *rows.parts(1, ROW_PARTS))

    def places(self, rays: RayMaps) -> WallTerms:
        """Where rays meet the walls."""
        left, right, floor, ceiling, back, front = self.walls
        middle_x, middle_y, middle_z = ((a - b) * 0.5 for a, b in ((left, right), (floor, ceiling), (back, front)))
        # how far along the floor the side walls, the walls ahead and behind, and the floor or ceiling are
        aside = (rays.sine > 0.0).where(right, left) / rays.aside
        ahead = (rays.cosine > 0.0).where(front, back) / rays.ahead
        along_ray = (rays.up > 0.0).where(ceiling, floor) / rays.over
        over = along_ray * rays.level
        wall, aside_first = aside.min(ahead), ahead >= aside
        on_wall, reach = over >= wall, wall.min(over)
        along_wall = aside_first.where(rays.cosine * wall + middle_z, rays.sine * wall + middle_x)
        along = on_wall.where(along_wall, rays.sine * over + middle_x)
        across = on_wall.where(rays.slope * wall + middle_y, rays.cosine * over + middle_z)
        face = on_wall.where(aside_first.where(rays.beside, rays.before), rays.flat)
        return WallTerms(on_wall, aside_first, wall, along_ray, reach, along, across, face, rays)

    def features(self, places: WallTerms, stage: int, bare: Term | None = None) -> str:
        """(n, ROOM_FEATURES, h, w), and behind them those of the stage's texture if it has one.

        No object covers so much (``bare``, (n, 1, h, w)) of each cell.
        """
        face, rays = places.face, places.rays
        waves = wave_maps(places.along.joined(places.across, axis=1), first_octave(stage), ROOM_WAVES)
        scaled = [face * (part * (1 / FACE_M)) for part in (places.along, places.across)]
        parts = [*scaled, *waves, (rays.level / places.reach).min(1 / NEAREST_M)]
        if stage in self.textures:
            texel, cell_rad = texel_m(stage), cell_angle_rad(self.grid, stage)
            mixed = None if self.mixed is None else self.mixed._replace(bare=bare)
            parts.append(textured(self.textures[stage], places, cell_rad / texel, texel, mixed))
        return face.joined(*parts, axis=1).part(3, 0, rays.size[1]).name


def walls_of(config: ModelConfig, box: RoomLatents, z: Term) -> list[Term]:
    """The room's six distances from the eye, each (1, 1, 1), for z (1, 1, z_dim)."""
    room = Term(z.b, z.b.linear(z.name, *room_matrix(config, box), rows=1))
    return room.reshape(6, 1, 1).parts(0, [1] * 6)


def room_matrix(config: ModelConfig, box: RoomLatents) -> tuple[Array, Array]:
    """``room_of`` as a matrix (6, z_dim) and an offset (6,)."""
    spans = (box.width_m, box.depth_m, box.height_m, box.viewer_right_m, box.viewer_forward_m)
    numbers = np.zeros((5, config.z_dim + 1))
    for number, name, (low, high) in zip(numbers, box.names, spans, strict=True):
        number[config.latent_names.index(name)], number[-1] = (high - low) / 2, (high + low) / 2
    width, depth, height, right, forward = numbers
    eye = np.zeros(config.z_dim + 1)
    eye[-1] = box.eye_m
    rows = [width / 2 + right, width / 2 - right, eye, height - eye, depth / 2 + forward, depth / 2 - forward]
    both = np.stack(rows).astype(np.float32)
    return both[:, :-1], both[:, -1]


def yaws(box: RoomLatents, xs: NDArray[np.float64]) -> Array:
    """Sine and cosine (n, 2) of the yaw at shares of the panorama's width."""
    yaws = (xs - box.front_share) * (2 * np.pi)
    return np.stack([np.sin(yaws), np.cos(yaws)], 1).astype(np.float32)


def tilts(box: RoomLatents, ys: NDArray[np.float64]) -> Array:
    """Height and level part (n, 2) of unit directions at shares of the panorama's height."""
    projection = box.projection
    mercator = projection.kind == "mercator"
    extent = np.arcsinh(np.tan(projection.half_extent_rad)) if mercator else projection.half_extent_rad
    ordinates = (0.5 - ys) * 2 * extent
    parts = [np.tanh(ordinates), 1 / np.cosh(ordinates)] if mercator else [np.sin(ordinates), np.cos(ordinates)]
    return np.stack(parts, 1).astype(np.float32)


def cut_columns(table: Array, column: Term, side: int, cells: int) -> Term:
    """(n, C, 1, cells) of a table's rows (…, C), from each corner's (n, 1, 1) first cell on."""
    return _cut(table, column, side, np.arange(cells)[None])


def cut_rows(table: Array, row: Term, side: int, cells: int) -> Term:
    """(n, C, cells, 1), as :func:`cut_columns`."""
    return _cut(table, row, side, np.arange(cells)[:, None])


def _cut(table: Array, corner: Term, side: int, cells: NDArray[np.int64]) -> Term:
    which = corner * np.int64(side) + cells
    known = Term.constant(corner.b, np.ascontiguousarray(table.T, np.float32)).gather(which, axis=1)
    return known.apply("Transpose", perm=[1, 0, 2, 3])


def _of_columns(turns: Array) -> Array:
    """What :class:`RayMaps` has of columns whose yaws have this sine and cosine (n, 2)."""
    (right, front), nothing = (turns > 0).T, np.zeros(len(turns), bool)
    beside, before = [~right, right, *[nothing] * 4], [*[nothing] * 4, ~front, front]
    every = np.stack([turns[:, 0], np.ones(len(turns)), turns[:, 1]])
    return np.stack([*turns.T, *_least(turns).T, *every, *_signs(every), *beside, *before], 1).astype(np.float32)


def _of_rows(heights: Array) -> Array:
    """What :class:`RayMaps` has of rows whose directions have this height and level part (n, 2)."""
    up, level = heights.T
    nothing, every = np.zeros(len(up), bool), np.stack([level, up, level])
    flat = [nothing, nothing, up <= 0, up > 0, nothing, nothing]
    return np.stack([up, level, _least(up), up / level, *every, *_signs(every), *flat], 1).astype(np.float32)


def _signs(x: Array) -> Array:
    """−1 below 0, else 1."""
    return np.where(x < 0, np.float32(-1), np.float32(1))


def _least(x: Array) -> Array:
    """Absolute values, or a least slope."""
    return np.maximum(np.abs(x), np.float32(LEAST_SLOPE))


def wave_maps(places: Term, octave: float, octaves: int) -> list[Term]:
    """Sines and cosines of octaves of places, by doubling the angle as ``room_features`` does."""
    angles = places * octave
    sines, cosines = [angles.apply("Sin")], [angles.apply("Cos")]
    for _ in range(octaves - 1):
        doubled = sines[-1] * 2.0
        square = doubled * sines[-1]
        sines.append(doubled * cosines[-1])
        cosines.append(square.one_less())
    return [*sines, *cosines]
