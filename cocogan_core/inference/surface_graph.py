"""ONNX nodes of ``cocogan_core.models.surface_textures``: what a block's pixels see of textures on the room's faces."""

from typing import NamedTuple

import numpy as np

from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.weights import Array
from cocogan_core.models.dimensions import FACE_KINDS, FACES, LEAST_SLOPE

__all__ = ["MixedTextures", "RayMaps", "WallTerms", "textured"]


class RayMaps(NamedTuple):
    """Rays of a block's cells: what depends on the column (n, 1, 1, w), or on the row (n, 1, h, 1), by tables.

    Attributes:
        size: (h, w) without what fills the width up to whole vectors.
        sine, cosine: of the yaw.
        up, level: height and level part.
        aside, ahead, over: absolute values of sine, cosine and up, or a least slope.
        slope: up / level.
        turns, tilts: three each, whose products are the rays' parts along X, Y and Z.
        turned, tilted: as they, −1 where those are below 0, else 1.
        beside, before: (n, 6, 1, w) flags of the side wall, and of that ahead or behind, in the order of ``room_of``.
        flat: (n, 6, h, 1) of floor or ceiling.
    """

    size: tuple[int, int]
    sine: Term
    cosine: Term
    aside: Term
    ahead: Term
    turns: Term
    turned: Term
    beside: Term
    before: Term
    up: Term
    level: Term
    over: Term
    slope: Term
    tilts: Term
    tilted: Term
    flat: Term


class WallTerms(NamedTuple):
    """Where rays meet the room's faces.

    Attributes:
        on_wall: whether it is an upright one (n, 1, h, w).
        aside_first: whether of those it is the left or right one (n, 1, 1, w).
        wall: metres along the floor to the upright wall (n, 1, 1, w).
        over: metres along the ray to the floor or ceiling (n, 1, h, 1).
        reach: metres along the floor to what is met (n, 1, h, w).
        along, across: metres on the face from its middle (n, 1, h, w).
        face: (n, 6, h, w) flags of the face, in the order of ``room_of``.
        rays: which meet them.
    """

    on_wall: Term
    aside_first: Term
    wall: Term
    over: Term
    reach: Term
    along: Term
    across: Term
    face: Term
    rays: RayMaps


class MixedTextures(NamedTuple):
    """What z says of them.

    Attributes:
        amounts: (features, FACES) how much of each is shown on each of the room's faces.
        above: (1, 1, 1) metres from their middle on upright walls to that of the walls.
        bare: (n, 1, h, w) how much of each cell no object covers, if objects are known: what they hide is not shown.
    """

    amounts: Term
    above: Term
    bare: Term | None = None

    def on(self, face: Term, rows: int) -> Term:
        """(n, features, h, w) the amounts of faces with flags (n, FACES, h, w) of so many ``rows`` of cells."""
        amounts = self.amounts.apply("MatMul", face.reshape(0, FACES, -1)).reshape(0, 0, rows, -1)
        return amounts if self.bare is None else amounts * self.bare


def textured(
    texture: Array, places: WallTerms, cell_texels: float, texel: float, mixed: MixedTextures | None = None
) -> Term:
    """(n, features, h, w) of a stage's texture, of texels so many metres wide.

    ``cell_texels`` are a cell's width in a metre's distance.
    """
    side, features, b = texture.shape[1], len(texture) // FACE_KINDS, places.along.b
    across = places.across if mixed is None else places.on_wall.where(places.across + mixed.above, places.across)
    # mirrored at the edges: as far from the nearest multiple of two sides, counted from one edge, as the place is
    u = places.along.joined(across, axis=1) * (1 / texel) + side / 2
    inside = ((u - (u * (0.5 / side)).apply("Round") * (2.0 * side)).abs() - 0.5).clip(0.0, side - 1.0)
    low = inside.apply("Floor")
    next_one = (low + 1.0).min(side - 1.0)
    (x, y), (column, row), (right, below) = (part.parts(1, [1, 1]) for part in (inside - low, low, next_one))
    on_floor = ~(places.on_wall | (places.rays.up > 0.0))
    first = on_floor.where(0.0, float(side * side))
    above, left = row.joined(row, below, below, axis=1), column.joined(right, column, right, axis=1)
    # all features of a cell at once: what a gathered entry costs hardly depends on its size
    cells = Term.constant(b, _cells(texture)).gather((first + above * float(side) + left).integers())
    found = cells.apply("Transpose", perm=[0, 1, 4, 2, 3]).reshape(0, 4 * features, places.rays.size[0], -1)
    shown = _bilinear(found.parts(1, [features] * 4), x, y) * _fade(places, cell_texels)
    return shown if mixed is None else shown * mixed.on(places.face, places.rays.size[0])


def _cells(texture: Array) -> Array:
    """(n, features) of all kinds of faces, one after the other."""
    features = len(texture) // FACE_KINDS
    cells = texture.reshape(FACE_KINDS, features, -1).transpose(0, 2, 1)
    return np.ascontiguousarray(cells.reshape(-1, features))


def _bilinear(corners: list[Term], x: Term, y: Term) -> Term:
    above, below = (left + (right - left) * x for left, right in (corners[:2], corners[2:]))
    return above + (below - above) * y


def _fade(places: WallTerms, cell_texels: float) -> Term:
    rays = places.rays
    facing = (places.aside_first.where(rays.sine, rays.cosine) * rays.level).abs()
    of_wall = places.wall / rays.level / facing.max(LEAST_SLOPE).apply("Sqrt")
    of_flat = places.over / rays.over.apply("Sqrt")
    size = places.on_wall.where(of_wall, of_flat) * cell_texels
    return (size * -0.5 + 1.5).clip(0.0, 1.0)
