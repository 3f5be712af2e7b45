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
from cocogan_core.inference.surface_graph import RayMaps, WallTerms, textured
from cocogan_core.inference.weights import Array
from cocogan_core.models.dimensions import (
    FACE_M,
    LEAST_SLOPE,
    NEAREST_M,
    ROOM_WAVES,
    cell_angle_rad,
    first_octave,
    texel_m,
)

__all__ = ["VECTOR", "RoomMaps", "cut_table", "tilts", "wave_maps", "yaws"]

# Widths are rounded up to it, and two maps taken together, so that sines are taken of whole vectors of the widest CPU:
# a remainder would be worked out by other code, with other last bits.
VECTOR = 8
EMPTY: Mapping[int, Array] = MappingProxyType({})


class RoomMaps(NamedTuple):
    """Makes features of a block's pixels at any stage.

    Attributes:
        box: of the room's latents.
        grid: of level 0's patches.
        walls: the room's six distances from the eye, each (1, 1, 1, 1): left, right, floor, ceiling, back, front.
        row, column: of the block's corners, each (n, 1).
        textures: of its faces, by stage; empty if the model has none.
    """

    box: RoomLatents
    grid: PatchGrid
    walls: tuple[str, ...]
    row: str
    column: str
    textures: Mapping[int, Array]

    @classmethod
    def of(
        cls, b: GraphBuilder, config: ModelConfig, z: str, corners: str, textures: Mapping[int, Array] = EMPTY
    ) -> Self:
        """For z (1, 1, z_dim) and corners (n, 2)."""
        assert config.room is not None
        matrix, offset = room_matrix(config, config.room)
        room = b.reshape(b.linear(z, matrix, offset, rows=1), [1, 6, 1, 1])
        row, column = b.split(corners, 1, [1, 1])
        return cls(config.room, config.grid, tuple(b.split(room, 1, [1] * 6)), row, column, textures)

    def rays(self, b: GraphBuilder, *, level: int, side: int, margin: int, size: tuple[int, int]) -> RayMaps:
        """Of a block's cells and its margin's; a patch of its ``level`` has ``side`` cells. As wide as VECTOR wants."""
        height, width = size
        wide = -(-width // VECTOR) * VECTOR
        ys, xs = lattice_shares(self.grid.at_level(level), side, before=margin, behind=margin + VECTOR)
        up, flat = (b.reshape(ray, [0, 1, -1, 1]) for ray in cut_table(b, tilts(self.box, ys), self.row, side, height))
        sine, cosine = (
            b.reshape(ray, [0, 1, 1, -1]) for ray in cut_table(b, yaws(self.box, xs), self.column, side, wide)
        )
        return RayMaps(sine, cosine, up, flat, size)

    def features(self, b: GraphBuilder, stage: int, rays: RayMaps) -> str:
        """(n, ROOM_FEATURES, h, w), and behind them TEXTURE_FEATURES if the stage has a texture."""
        places = self._places(b, rays)
        parts = self._features(b, rays, places, first_octave(stage))
        if stage in self.textures:
            texel = texel_m(stage)
            parts.append(textured(b, self.textures[stage], places, cell_angle_rad(self.grid, stage) / texel, texel))
        return b.slice(b.add("Concat", *parts, axis=1), 3, 0, rays.size[1])

    def _places(self, b: GraphBuilder, rays: RayMaps) -> WallTerms:
        left, right, floor, ceiling, back, front = self.walls
        middle_x, middle_y, middle_z = (
            b.add("Mul", b.add("Sub", *pair), b.constant(0.5))
            for pair in ((left, right), (floor, ceiling), (back, front))
        )
        sine, cosine, up, level, _ = rays
        # how far along the floor the side walls, the walls ahead and behind, and the floor or ceiling are
        aside, ahead = (_reach(b, ray, low, high) for ray, low, high in ((sine, left, right), (cosine, back, front)))
        along_ray = _reach(b, up, floor, ceiling)
        over = b.add("Mul", along_ray, level)
        wall, aside_first = b.add("Min", aside, ahead), b.add("LessOrEqual", aside, ahead)
        on_wall, reach = b.add("LessOrEqual", wall, over), b.add("Min", wall, over)

        def place(ray: str, distance: str, middle: str) -> str:
            return b.add("Add", b.add("Mul", ray, distance), middle)

        along_wall = b.add("Where", aside_first, place(cosine, wall, middle_z), place(sine, wall, middle_x))
        along = b.add("Where", on_wall, along_wall, place(sine, over, middle_x))
        slope = b.add("Div", up, level)
        across = b.add("Where", on_wall, place(slope, wall, middle_y), place(cosine, over, middle_z))
        return WallTerms(on_wall, aside_first, wall, along_ray, reach, along, across, rays)

    def _features(self, b: GraphBuilder, rays: RayMaps, places: WallTerms, octave: float) -> list[str]:
        flat = _flat(b, rays.up)
        face = b.add("Where", places.on_wall, _upright(b, places.aside_first, rays.sine, rays.cosine), flat)
        both = b.add("Concat", places.along, places.across, axis=1)
        inverse = b.add("Min", b.add("Div", rays.level, places.reach), b.constant(1 / NEAREST_M))
        scaled = [
            b.add("Mul", face, b.add("Mul", part, b.constant(1 / FACE_M))) for part in (places.along, places.across)
        ]
        return [face, *scaled, *wave_maps(b, both, octave, ROOM_WAVES), inverse]


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


def cut_table(b: GraphBuilder, table: Array, corner: str, side: int, cells: int) -> list[str]:
    """All columns (n, cells, 1) of a table's rows, from each corner's (n, 1) first cell on."""
    first = b.add("Mul", corner, b.constant([side]))
    rows = b.add("Gather", b.constant(table), b.add("Add", first, b.constant(range(cells))))
    return b.split(rows, 2, [1] * table.shape[1])


def _reach(b: GraphBuilder, ray: str, low: str, high: str) -> str:
    """Distance over the ray's own length to the wall of two that it meets."""
    facing = b.add("Where", b.add("Greater", ray, b.constant(0.0)), high, low)
    return b.add("Div", facing, b.add("Max", b.add("Abs", ray), b.constant(LEAST_SLOPE)))


def _upright(b: GraphBuilder, aside_first: str, sine: str, cosine: str) -> str:
    """Flags (n, 6, 1, w) of the upright wall that a column would see."""
    right, front = (b.add("Greater", ray, b.constant(0.0)) for ray in (sine, cosine))
    left, back, ahead_first = (b.add("Not", flag) for flag in (right, front, aside_first))
    pairs = [(aside_first, left), (aside_first, right), (ahead_first, back), (ahead_first, front)]
    a, c, d, e = (b.add("Cast", b.add("And", *pair), to=1) for pair in pairs)
    nothing = b.add("Mul", a, b.constant(0.0))
    return b.add("Concat", a, c, nothing, nothing, d, e, axis=1)


def _flat(b: GraphBuilder, up: str) -> str:
    """Flags (n, 6, h, 1) of floor or ceiling."""
    over = b.add("Greater", up, b.constant(0.0))
    ceiling, floor = b.add("Cast", over, to=1), b.add("Cast", b.add("Not", over), to=1)
    nothing = b.add("Mul", floor, b.constant(0.0))
    return b.add("Concat", nothing, nothing, floor, ceiling, nothing, nothing, axis=1)


def wave_maps(b: GraphBuilder, places: str, octave: float, octaves: int) -> tuple[str, ...]:
    """Sines and cosines of octaves of places (n, 2, h, w), by doubling the angle as ``room_features`` does."""
    angles = b.add("Mul", places, b.constant(octave))
    sines, cosines = [b.add("Sin", angles)], [b.add("Cos", angles)]
    for _ in range(octaves - 1):
        doubled = b.add("Mul", sines[-1], b.constant(2.0))
        square = b.add("Mul", doubled, sines[-1])
        sines.append(b.add("Mul", doubled, cosines[-1]))
        cosines.append(b.add("Sub", b.constant(1.0), square))
    return (*sines, *cosines)
