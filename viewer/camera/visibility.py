"""Which micro patches a view samples, whatever its lens. Pure geometry; a patch is its (row, column).

A lens maps the viewport onto one connected part of the sphere, bounded by the image of the viewport's border. So a
patch is visible if a piece of that border passes through it, with a rim for the filter, or if it lies wholly inside:
then a grid of rays that are closer together than patches are wide meets it. Above and below the cylinder the cap
samples the border row, the wider the nearer the pole, and what it reaches is visible too.
"""

import math

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection, u_of_yaw, yaw_of_u, yaw_pitch_of
from viewer.camera.camera import View
from viewer.camera.view_projection import half_width

__all__ = ["cap_reach", "leaves_cylinder", "outline", "visible_patches"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CAP_TAPS = 24  # of the shader; the outermost lies half a step within the reach
EDGE_STEPS = 96  # pieces of an edge; each marks every patch that its bounding box touches
RIM_TEXELS = 2  # the Catmull-Rom filter reads two texels to either side
RAYS = 24  # across and down at first; doubled until rays are closer together than patches
MOST_RAYS = 384


def visible_patches(view: View, grid: PatchGrid, projection: Projection) -> list[tuple[int, int]]:
    """All (row, column) whose texels the view samples, from the view's centre outward; columns in [0, columns)."""
    seen = _patches_on_border(view, grid, projection) | _patches_inside(view, grid, projection)
    rows, columns = np.nonzero(seen)
    distance = _distance(view, grid, projection, rows, columns)
    order = np.argsort(distance, kind="stable")
    return [(int(rows[i]), int(columns[i])) for i in order]


def cap_reach(pitch_rad: Floats, projection: Projection) -> Floats:
    """How far to either side the cap blurs its border row, in turns [0, 0.5]; 0 on the cylinder (shaders/view.frag)."""
    half = projection.half_extent_rad
    beyond = np.clip((np.abs(pitch_rad) - half) / max(math.pi / 2 - half, 1e-9), 0, 1)
    reach = 0.5 * beyond**2 * (3 - 2 * beyond) + 0.02 * np.minimum(1, 12 * beyond)
    widest: Floats = np.minimum(reach, 0.5)
    return widest


def outline(view: View, projection: Projection, width_px: int) -> Floats:
    """The view's border on the panorama as (n, 2) of (u, v); u is unwrapped along the border, v may leave [0, 1]."""
    yaw, pitch = yaw_pitch_of(_border(view))
    clipped = np.clip(pitch, -projection.half_extent_rad, projection.half_extent_rad)
    return np.stack([u_of_yaw(np.unwrap(yaw), width_px), projection.v_of_pitch(clipped)], -1)


def leaves_cylinder(view: View, projection: Projection) -> bool:
    """Whether the view shows anything above or below the cylinder: then its border does, or a pole lies inside."""
    steepest = float(np.abs(yaw_pitch_of(_border(view))[1]).max())
    slack_rad = 1e-3  # the border is sampled
    return steepest > projection.half_extent_rad - slack_rad or _shows_pole(view, 1) or _shows_pole(view, -1)


def _border(view: View) -> Floats:
    """Directions (n, 3) once round the view's border, closed."""
    s = np.linspace(-1, 1, EDGE_STEPS + 1)
    one = np.ones(EDGE_STEPS)
    x = np.concatenate([s[:-1], one, -s[:-1], -one, [-1.0]])
    y = np.concatenate([-one, s[:-1], one, -s[:-1], [-1.0]])
    return view.directions(x, y)


def _patches_on_border(view: View, grid: PatchGrid, projection: Projection) -> Flags:
    """Patches that a piece of the border touches, with the filter's rim."""
    yaw, pitch = yaw_pitch_of(_border(view))
    x = u_of_yaw(np.unwrap(yaw), grid.width_px) * grid.width_px
    y = _texel_row(pitch, grid, projection)
    reach = cap_reach(pitch, projection) * grid.width_px * (1 - 1 / CAP_TAPS)
    low, high = x - reach - RIM_TEXELS, x + reach + RIM_TEXELS
    low_x, high_x = np.minimum(low[:-1], low[1:]), np.maximum(high[:-1], high[1:])
    low_y, high_y = np.minimum(y[:-1], y[1:]) - RIM_TEXELS, np.maximum(y[:-1], y[1:]) + RIM_TEXELS
    seen = np.zeros((grid.rows, grid.columns), bool)
    first, last = (np.floor(edge / grid.patch_px).astype(int) for edge in (low_x, high_x))
    top, bottom = (np.clip(np.floor(e / grid.patch_px).astype(int), 0, grid.rows - 1) for e in (low_y, high_y))
    for a, b, c, d in set(zip(top.tolist(), bottom.tolist(), first.tolist(), last.tolist(), strict=True)):
        columns = np.arange(c, min(d, c + grid.columns - 1) + 1) % grid.columns
        seen[a : b + 1, columns] = True
    return seen


def _patches_inside(view: View, grid: PatchGrid, projection: Projection) -> Flags:
    """Patches that a grid of rays meets, what the cap reaches from them, and whole border rows round a pole."""
    count, poles = RAYS, (_shows_pole(view, 1), _shows_pole(view, -1))
    while True:
        steps = np.linspace(-1, 1, count)
        yaw, pitch = yaw_pitch_of(view.directions(steps[None], steps[:, None]))
        x, y = u_of_yaw(yaw, grid.width_px) * grid.width_px, _texel_row(pitch, grid, projection)
        row = np.clip(y / grid.patch_px, 0, grid.rows - 1).astype(int)
        capped = np.abs(pitch) > projection.half_extent_rad
        known = capped | ((row == 0) & poles[0]) | ((row == grid.rows - 1) & poles[1])
        if count >= MOST_RAYS or _widest_gap(x, y, known, grid.width_px) < grid.patch_px:
            break
        count *= 2
    seen = np.zeros((grid.rows, grid.columns), bool)
    seen[row, np.floor(x / grid.patch_px).astype(int) % grid.columns] = True
    for end, pole in ((0, poles[0]), (-1, poles[1])):
        here = capped & (row == end % grid.rows)
        seen[end] |= pole | _columns_within_reach(x[here], cap_reach(pitch[here], projection) * grid.width_px, grid)
    return seen


def _shows_pole(view: View, sign: int) -> bool:
    """Whether the zenith (1) or nadir (−1) is in view; while the lens changes, in either one's."""
    up, forward = sign * math.cos(view.pitch_rad), sign * math.sin(view.pitch_rad)
    for lens in {view.lens, view.former}:
        height = half_width(lens, view.fov_rad) / view.aspect
        if lens == "stereographic" and abs(2 * up) <= height * (1 + forward):
            return True
        if lens in {"rectilinear", "panini"} and forward > 0 and abs(up) <= height * forward:
            return True
    return False


def _widest_gap(x: Floats, y: Floats, known: Flags, width_px: int) -> float:
    """Largest distance in texels between neighbouring rays, along rows or columns, where it is not ``known`` anyway."""
    widest = 0.0
    for axis in (0, 1):
        across = np.abs((np.diff(x, axis=axis) + width_px / 2) % width_px - width_px / 2)
        gap = np.maximum(across, np.abs(np.diff(y, axis=axis)))
        open_ends = ~(np.take(known, range(len(known) - 1), axis) | np.take(known, range(1, len(known)), axis))
        widest = max(widest, float(np.max(gap, initial=0.0, where=open_ends)))
    return widest


def _columns_within_reach(x: Floats, reach: Floats, grid: PatchGrid) -> Flags:
    """Columns within ``reach`` texels of ``x`` on either side, as far as the outermost tap goes."""
    seen = np.zeros(grid.columns, bool)
    far = reach * (1 - 1 / CAP_TAPS)
    low, high = (np.floor(edge / grid.patch_px).astype(int) for edge in (x - far, x + far))
    for first, last in set(zip(low.tolist(), high.tolist(), strict=True)):
        seen[np.arange(first, min(last, first + grid.columns - 1) + 1) % grid.columns] = True
    return seen


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
