"""ONNX nodes of ``cocogan_core.models.surface_textures``: what a block's pixels see of textures on the room's faces."""

from typing import NamedTuple

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
    place = Term(b, places.along).joined(Term(b, places.across), axis=1) * (2 / (texture.shape[1] * texel))
    rows = place.apply("Transpose", perm=[0, 2, 3, 1])  # of all blocks, as those of one picture
    grid = b.add("Concat", b.constant([1, -1]), b.slice(b.add("Shape", rows.name), 0, 2, 4), axis=0)
    table, at = b.constant(texture[None]), b.add("Reshape", rows.name, grid)
    of_all = b.add("GridSample", table, at, padding_mode="reflection")
    shape = b.add("Concat", b.constant([len(texture)]), b.slice(b.add("Shape", rows.name), 0, 0, 3), axis=0)
    found = Term(b, b.add("Reshape", of_all, shape)).apply("Transpose", perm=[1, 0, 2, 3])
    floor, other = found.parts(1, [TEXTURE_FEATURES] * FACE_KINDS)
    below = ~(Term(b, places.on_wall) | (Term(b, places.rays.up) > 0.0))
    return (below.where(floor, other) * _fade(b, places, cell_texels)).name


def _fade(b: GraphBuilder, places: WallTerms, cell_texels: float) -> Term:
    sine, cosine, up, level = (Term(b, ray) for ray in places.rays[:4])
    facing = (Term(b, places.aside_first).where(sine, cosine) * level).abs()
    of_wall = Term(b, places.wall) / level / facing.max(LEAST_SLOPE).apply("Sqrt")
    of_flat = Term(b, places.over) / up.abs().max(LEAST_SLOPE).apply("Sqrt")
    size = Term(b, places.on_wall).where(of_wall, of_flat) * cell_texels
    return (size * -0.5 + 1.5).clip(0.0, 1.0)
