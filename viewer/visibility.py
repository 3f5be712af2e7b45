"""Which micro patches a view samples. Pure geometry; a patch is its (row, column).

A rectilinear view is a convex spherical polygon whose edges are great circles. The texels sampled lie within the
polygon's image on the cylinder, with a rim of one texel for bilinear filtering; above and below the cylinder the border
row is sampled (its cap continues it). A patch is visible if an edge passes through it or if it lies inside.
"""

import math

import numpy as np
from numpy.typing import NDArray

from cocogan_core.coordinates import PatchGrid
from cocogan_core.projection import Projection, direction_of, u_of_yaw, yaw_of_u, yaw_pitch_of
from viewer.camera import View

__all__ = ["outline", "visible_patches"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EDGE_STEPS = 96  # pieces of an edge; each marks every patch that its bounding box touches


def visible_patches(view: View, grid: PatchGrid, projection: Projection) -> list[tuple[int, int]]:
    """All (row, column) whose texels the view samples, from the view's centre outward; columns in [0, columns)."""
    seen = _crossed(view, grid, projection) | _inside(view, grid, projection)
    rows, columns = np.nonzero(seen)
    distance = _distance(view, grid, projection, rows, columns)
    order = np.argsort(distance, kind="stable")
    return [(int(rows[i]), int(columns[i])) for i in order]


def outline(view: View, projection: Projection, width_px: int) -> Floats:
    """The view's border on the panorama as (n, 2) of (u, v); u is unwrapped along the border, v may leave [0, 1]."""
    yaw, pitch = yaw_pitch_of(_border(view))
    clipped = np.clip(pitch, -projection.half_extent_rad, projection.half_extent_rad)
    return np.stack([u_of_yaw(np.unwrap(yaw), width_px), projection.v_of_pitch(clipped)], -1)


def _border(view: View) -> Floats:
    """Directions (n, 3) once round the view's border, closed."""
    s = np.linspace(-1, 1, EDGE_STEPS + 1)
    one = np.ones(EDGE_STEPS)
    x = np.concatenate([s[:-1], one, -s[:-1], -one, [-1.0]])
    y = np.concatenate([-one, s[:-1], one, -s[:-1], [-1.0]])
    return view.directions(x, y)


def _crossed(view: View, grid: PatchGrid, projection: Projection) -> Flags:
    """Patches that a piece of the border touches, with the filter's rim of one texel."""
    yaw, pitch = yaw_pitch_of(_border(view))
    x = u_of_yaw(np.unwrap(yaw), grid.width_px) * grid.width_px
    y = _texel_row(pitch, grid, projection)
    low_x, high_x = np.minimum(x[:-1], x[1:]) - 1, np.maximum(x[:-1], x[1:]) + 1
    low_y, high_y = np.minimum(y[:-1], y[1:]) - 1, np.maximum(y[:-1], y[1:]) + 1
    seen = np.zeros((grid.rows, grid.columns), bool)
    first, last = (np.floor(edge / grid.patch_px).astype(int) for edge in (low_x, high_x))
    top, bottom = (np.clip(np.floor(e / grid.patch_px).astype(int), 0, grid.rows - 1) for e in (low_y, high_y))
    for a, b, c, d in set(zip(top.tolist(), bottom.tolist(), first.tolist(), last.tolist(), strict=True)):
        columns = np.arange(c, min(d, c + grid.columns - 1) + 1) % grid.columns
        seen[a : b + 1, columns] = True
    return seen


def _inside(view: View, grid: PatchGrid, projection: Projection) -> Flags:
    """Patches whose middle lies in the view, and border rows of columns that only the cap shows."""
    middle = (np.arange(grid.columns) + 0.5) * grid.patch_px / grid.width_px
    yaw = yaw_of_u(middle, grid.width_px)
    pitch = projection.pitch_of_v((np.arange(grid.rows) + 0.5) / grid.rows)
    seen = _in_view(view, direction_of(yaw[None], pitch[:, None]))
    poles = _in_view(view, np.array([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]]))
    seen[0] |= poles[0]  # round a pole in view every column is seen
    seen[-1] |= poles[1]
    return seen


def _in_view(view: View, directions: Floats) -> Flags:
    local = directions @ view.world_from_camera
    x, y, z = np.moveaxis(local, -1, 0)
    inside: Flags = (z > 0) & (np.abs(x) <= view.half_width * z) & (np.abs(y) <= view.half_height * z)
    return inside


def _texel_row(pitch_rad: Floats, grid: PatchGrid, projection: Projection) -> Floats:
    limit = projection.half_extent_rad
    return projection.v_of_pitch(np.clip(pitch_rad, -limit, limit)) * grid.height_px


def _distance(
    view: View, grid: PatchGrid, projection: Projection, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> Floats:
    """Angle-like distance of patches from the view's centre."""
    u = (columns + 0.5) / grid.columns
    turn = (yaw_of_u(u, grid.width_px) - view.yaw_rad + math.pi) % (2 * math.pi) - math.pi
    rise = projection.pitch_of_v((rows + 0.5) / grid.rows) - view.pitch_rad
    return np.hypot(turn, rise)
