"""Which micro patches a look samples, whatever its lens. Pure geometry; a patch of a level is its (row, column).

A lens maps the viewport onto one connected part of the sphere, bounded by the image of the viewport's border. So a
patch is visible if a piece of that border passes through it, with a rim for the filter, or if it lies wholly inside:
then its middle does, which the border's crossings of the meridian tell. Above and below the cylinder the cap
samples the border row, the wider the nearer the pole, and what it reaches is visible too, on level 0: there are
no finer caps. All levels share one frame:
yaw 0 is the middle of level 0's first column, wherever that is on a finer level.

What is looked for on a fine level is an :class:`Area` about the view's middle, so that the work does not grow with the
panorama's width.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection, u_of_yaw, yaw_of_u, yaw_pitch_of
from viewer.camera.look import Look, Viewport

__all__ = ["Area", "cap_reach", "fits", "leaves_cylinder", "outline", "visible_patches"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CAP_TAPS = 24  # of the shader; the outermost lies half a step within the reach
EDGE_STEPS = 96  # pieces of an edge; each marks every patch that its bounding box touches
RIM_TEXELS = 2  # the Catmull-Rom filter reads two texels to either side
RAYS = 24  # across and down, that look for caps


class Area(NamedTuple):
    """Patches from (``top``, ``left``) on; ``left`` is not wrapped."""

    top: int
    left: int
    rows: int
    columns: int


def visible_patches(
    look: Look, grid: PatchGrid, projection: Projection, *, level: int = 0, within: Area | None = None
) -> list[tuple[int, int]]:
    """All (row, column) of a level whose texels the look samples, by any of its eyes, from its centre outward.

    Columns are in [0, columns of the level). Only those ``within`` an area; in the whole panorama if it is left out.
    """
    fine = grid.at_level(level)
    area = Area(0, 0, fine.rows, fine.columns) if within is None else within
    plane = _Plane(fine, projection, grid.width_px, area, caps=not level)
    seen = plane.nothing()
    for eye in look.eyes:
        seen |= _patches_on_border(eye, plane) | _patches_inside(eye, plane) | _patches_of_caps(eye, plane)
    rows, columns = np.nonzero(seen)
    rows, columns = rows + area.top, (columns + area.left) % fine.columns
    order = np.argsort(_distance(look, plane, rows, columns), kind="stable")
    return list(zip(rows[order].tolist(), columns[order].tolist(), strict=True))


@dataclass(frozen=True)
class _Plane:
    """A level's panorama and the area of it that is looked at; ``caps``: whether its border rows go on to the poles."""

    grid: PatchGrid
    projection: Projection
    origin_px: int  # width of level 0
    area: Area
    caps: bool

    def x(self, yaw_rad: Floats) -> Floats:
        """Texel columns, not wrapped."""
        return u_of_yaw(yaw_rad, self.origin_px) * self.grid.width_px

    def y(self, pitch_rad: Floats) -> Floats:
        """Texel rows; beyond the cylinder its border."""
        limit = self.projection.half_extent_rad
        return self.projection.v_of_pitch(np.clip(pitch_rad, -limit, limit)) * self.grid.height_px

    def reach(self, pitch_rad: Floats) -> Floats:
        """How far to either side the cap reads its border row, in texels."""
        return cap_reach(pitch_rad, self.projection) * (self.grid.width_px if self.caps else 0)

    def nothing(self) -> Flags:
        """No patch of the area."""
        return np.zeros((self.area.rows, self.area.columns), bool)

    def columns(self, first: int, last: int) -> list[slice]:
        """Where the patch columns ``first`` to ``last``, which may go round, are in the area."""
        all_columns, held = self.grid.columns, self.area.columns
        start = (first - self.area.left) % all_columns
        end = start + min(last - first + 1, all_columns)
        return [slice(start, min(end, held)), slice(0, min(max(end - all_columns, 0), held))]

    def rows(self, first: int, last: int) -> slice:
        """Where the patch rows ``first`` to ``last`` are in the area."""
        return slice(max(first - self.area.top, 0), max(last + 1 - self.area.top, 0))


def cap_reach(pitch_rad: Floats, projection: Projection) -> Floats:
    """How far to either side the cap blurs its border row, in turns [0, 0.5]; 0 on the cylinder (shaders/view.frag)."""
    half = projection.half_extent_rad
    beyond = np.clip((np.abs(pitch_rad) - half) / max(math.pi / 2 - half, 1e-9), 0, 1)
    reach = 0.5 * beyond**2 * (3 - 2 * beyond) + 0.02 * np.minimum(1, 12 * beyond)
    widest: Floats = np.minimum(reach, 0.5)
    return widest


def outline(view: Viewport, projection: Projection, width_px: int) -> Floats:
    """The view's border on the panorama as (n, 2) of (u, v); u is unwrapped along the border, v may leave [0, 1]."""
    yaw, pitch = yaw_pitch_of(_border(view))
    clipped = np.clip(pitch, -projection.half_extent_rad, projection.half_extent_rad)
    return np.stack([u_of_yaw(np.unwrap(yaw), width_px), projection.v_of_pitch(clipped)], -1)


def leaves_cylinder(view: Viewport, projection: Projection) -> bool:
    """Whether the view shows anything above or below the cylinder: then its border does, or a pole lies inside."""
    steepest = float(np.abs(yaw_pitch_of(_border(view))[1]).max())
    slack_rad = 1e-3  # the border is sampled
    return steepest > projection.half_extent_rad - slack_rad or view.shows_pole(1) or view.shows_pole(-1)


def fits(look: Look, grid: PatchGrid, projection: Projection, *, level: int, within: Area) -> bool:
    """Whether all that the look samples of a level lies within an area that is as wide to both sides of its middle."""
    fine = grid.at_level(level)
    plane = _Plane(fine, projection, grid.width_px, within, caps=False)
    borders = [yaw_pitch_of(_border(eye)) for eye in look.eyes]
    rows = plane.y(np.concatenate([pitch for _, pitch in borders])) / fine.patch_px
    rim = RIM_TEXELS / fine.patch_px
    if within.top > max(rows.min() - rim, 0) or within.top + within.rows < min(rows.max() + rim, fine.rows):
        return False
    if within.columns == fine.columns:
        return True
    away = np.concatenate([np.unwrap(np.append(look.yaw_rad, yaw)) for yaw, _ in borders]) - look.yaw_rad
    reach = (within.columns - 1) / 2 - rim
    return bool(np.abs(away).max() / (2 * math.pi) * fine.columns <= reach)


def _border(view: Viewport) -> Floats:
    """Directions (n, 3) once round the view's border, closed."""
    s = np.linspace(-1, 1, EDGE_STEPS + 1)
    one = np.ones(EDGE_STEPS)
    x = np.concatenate([s[:-1], one, -s[:-1], -one, [-1.0]])
    y = np.concatenate([-one, s[:-1], one, -s[:-1], [-1.0]])
    return view.directions(x, y)


def _patches_on_border(view: Viewport, plane: _Plane) -> Flags:
    """Patches that a piece of the border touches, with the filter's rim."""
    yaw, pitch = yaw_pitch_of(_border(view))
    x, y, reach = plane.x(np.unwrap(yaw)), plane.y(pitch), plane.reach(pitch) * (1 - 1 / CAP_TAPS)
    low, high = x - reach - RIM_TEXELS, x + reach + RIM_TEXELS
    edges = (
        np.minimum(y[:-1], y[1:]) - RIM_TEXELS, np.maximum(y[:-1], y[1:]) + RIM_TEXELS,
        np.minimum(low[:-1], low[1:]), np.maximum(high[:-1], high[1:]),
    )  # fmt: skip
    top, bottom, first, last = (np.floor(edge / plane.grid.patch_px).astype(int) for edge in edges)
    top, bottom = (np.clip(row, 0, plane.grid.rows - 1) for row in (top, bottom))
    side = np.sign(pitch) * (np.abs(pitch) > plane.projection.half_extent_rad)
    capped = (side[:-1] == side[1:]) & (side[1:] != 0)
    wanted = slice(None) if plane.caps else ~capped
    boxes = {*zip(*(edge[wanted].tolist() for edge in (top, bottom, first, last)), strict=True)}
    seen = plane.nothing()
    for a, b, c, d in boxes:
        for columns in plane.columns(c, d):
            seen[plane.rows(a, b), columns] = True
    return seen


def _patches_inside(view: Viewport, plane: _Plane) -> Flags:
    """Patches whose middle the border goes round: those that are known by how often it crosses their meridian above.

    From one crossing of a meridian to the next all is inside, or all outside; the view's own middle is inside.
    """
    grid, area = plane.grid, plane.area
    yaw, pitch = yaw_pitch_of(_border(view))
    own_yaw, own_pitch = (angle.ravel() for angle in yaw_pitch_of(view.directions(np.zeros(1), np.zeros(1))))
    meridians = (area.left + np.arange(area.columns) + 0.5) * grid.patch_px
    crossed, at_rad = _crossings(plane.x(np.unwrap(yaw)), pitch, np.append(meridians, plane.x(own_yaw)), grid.width_px)
    pole_inside = np.sum(at_rad[crossed == area.columns] > own_pitch) % 2 == 0
    middles_rad = plane.projection.pitch_of_v((area.top + np.arange(area.rows) + 0.5) / grid.rows)
    below = np.searchsorted(-middles_rad, -at_rad[crossed < area.columns])  # the first row that is below the crossing
    crossings = np.zeros((area.rows + 1, area.columns), int)
    np.add.at(crossings, (below, crossed[crossed < area.columns]), 1)
    inside: Flags = (crossings[:-1].cumsum(0) + pole_inside) % 2 == 1
    return inside


def _crossings(x: Floats, pitch: Floats, meridians: Floats, width_px: int) -> tuple[NDArray[np.intp], Floats]:
    """Where a closed line crosses meridians (m,), as (index of the meridian, pitch) of each crossing.

    The line's points lie at texel columns ``x`` (n,), not wrapped, and ``pitch`` (n,).
    """
    turns = np.floor((x - meridians[:, None]) / width_px)
    index, piece = np.nonzero(turns[:, :-1] != turns[:, 1:])
    place = meridians[index] + np.maximum(turns[index, piece], turns[index, piece + 1]) * width_px
    share = (place - x[piece]) / (x[piece + 1] - x[piece])
    return index, pitch[piece] + share * (pitch[piece + 1] - pitch[piece])


def _patches_of_caps(view: Viewport, plane: _Plane) -> Flags:
    """What the caps above and below reach of their border rows; all of a row round a pole."""
    seen = plane.nothing()
    if not plane.caps:
        return seen
    steps = np.linspace(-1, 1, RAYS)
    yaw, pitch = yaw_pitch_of(view.directions(steps[None], steps[:, None]))
    x, half_rad = plane.x(yaw), plane.projection.half_extent_rad
    for end, sign in ((0, 1), (-1, -1)):
        here = sign * pitch > half_rad
        seen[end] |= view.shows_pole(sign) | _columns_within_reach(x[here], plane.reach(pitch[here]), plane)
    return seen


def _columns_within_reach(x: Floats, reach: Floats, plane: _Plane) -> Flags:
    """Columns within ``reach`` texels of ``x`` on either side, as far as the outermost tap goes."""
    seen = np.zeros(plane.area.columns, bool)
    far = reach * (1 - 1 / CAP_TAPS)
    low, high = (np.floor(edge / plane.grid.patch_px).astype(int) for edge in (x - far, x + far))
    for first, last in set(zip(low.tolist(), high.tolist(), strict=True)):
        for columns in plane.columns(first, last):
            seen[columns] = True
    return seen


def _distance(look: Look, plane: _Plane, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Floats:
    """Angle-like distance of patches from the look's centre."""
    u = (columns + 0.5) / plane.grid.columns
    turn = (yaw_of_u(u, plane.origin_px) - look.yaw_rad + math.pi) % (2 * math.pi) - math.pi
    rise = plane.projection.pitch_of_v((rows + 0.5) / plane.grid.rows) - look.pitch_rad
    return np.hypot(turn, rise)
