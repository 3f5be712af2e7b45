"""ONNX nodes of ``cocogan_core.models.surface_textures``: what a block's pixels see of textures on the room's faces."""

from typing import NamedTuple

import numpy as np

from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.inference.weights import Array
from cocogan_core.models.dimensions import FACE_KINDS, LEAST_SLOPE, TEXTURE_FEATURES

__all__ = ["RayMaps", "WallTerms", "textured"]


class RayMaps(NamedTuple):
    """Rays of cells: sine and cosine (n, 1, 1, w) of their yaws, height and level part (n, 1, h, 1), and (h, w)."""

    sine: str
    cosine: str
    up: str
    level: str
    size: tuple[int, int]


class WallTerms(NamedTuple):
    """Where rays meet the room's faces.

    Attributes:
        on_wall: whether it is an upright one (n, 1, h, w).
        aside_first: whether of those it is the left or right one (n, 1, 1, w).
        wall: metres along the floor to the upright wall (n, 1, 1, w).
        over: metres along the ray to the floor or ceiling (n, 1, h, 1).
        reach: metres along the floor to what is met (n, 1, h, w).
        along, across: metres on the face from its middle (n, 1, h, w).
        rays: which meet them.
    """

    on_wall: str
    aside_first: str
    wall: str
    over: str
    reach: str
    along: str
    across: str
    rays: RayMaps


def textured(b: GraphBuilder, texture: Array, places: WallTerms, cell_texels: float, texel: float) -> str:
    """(n, TEXTURE_FEATURES, h, w) of a stage's texture, of texels so many metres wide.

    ``cell_texels`` are a cell's width in a metre's distance.
    """
    side = texture.shape[1]
    # mirrored at the edges: as far from the nearest multiple of two sides, counted from one edge, as the place is
    u = Term(b, places.along).joined(Term(b, places.across), axis=1) * (1 / texel) + side / 2
    inside = ((u - (u * (0.5 / side)).apply("Round") * (2.0 * side)).abs() - 0.5).clip(0.0, side - 1.0)
    low = inside.apply("Floor")
    next_one = (low + 1.0).min(side - 1.0)
    (x, y), (column, row), (right, below) = (part.parts(1, [1, 1]) for part in (inside - low, low, next_one))
    on_floor = ~(Term(b, places.on_wall) | (Term(b, places.rays.up) > 0.0))
    first = on_floor.where(0.0, float(side * side))
    cells = [(first + at * float(side) + of).integers() for at in (row, below) for of in (column, right)]
    found = [_bilinear([Term.constant(b, table).gather(cell) for cell in cells], x, y) for table in _tables(texture)]
    return (found[0].joined(*found[1:], axis=1) * _fade(b, places, cell_texels)).name


def _tables(texture: Array) -> list[Array]:
    """Each feature of all kinds of faces, one after the other."""
    of_faces = texture.reshape(FACE_KINDS, TEXTURE_FEATURES, -1)
    return [np.concatenate(of_faces[:, feature]) for feature in range(TEXTURE_FEATURES)]


def _bilinear(corners: list[Term], x: Term, y: Term) -> Term:
    above, below = (left + (right - left) * x for left, right in (corners[:2], corners[2:]))
    return above + (below - above) * y


def _fade(b: GraphBuilder, places: WallTerms, cell_texels: float) -> Term:
    sine, cosine, up, level = (Term(b, ray) for ray in places.rays[:4])
    facing = (Term(b, places.aside_first).where(sine, cosine) * level).abs()
    of_wall = Term(b, places.wall) / level / facing.max(LEAST_SLOPE).apply("Sqrt")
    of_flat = Term(b, places.over) / up.abs().max(LEAST_SLOPE).apply("Sqrt")
    size = Term(b, places.on_wall).where(of_wall, of_flat) * cell_texels
    return (size * -0.5 + 1.5).clip(0.0, 1.0)
