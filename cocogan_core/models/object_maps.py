"""What pixels know of a room's objects, from where their rays meet them (``object_coordinates``).

Places on the visible face, its rim, its distance, the ray's direction (for what is seen through windows), and how the
sun falls through the front window on what is seen. Knows no parameters of its own.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from cocogan_core.models.dimensions import (
    NEAREST_M,
    OBJECT_PLACE_M,
    OBJECT_RIM_M,
    OBJECT_WAVES,
    ROOM_WAVES,
    first_octave,
)
from cocogan_core.models.object_coordinates import Objects, Rays, Seen
from cocogan_core.models.object_scene import (
    BAR_M,
    BESIDE_WINDOW_M,
    LEAST_HALF_M,
    PITCH_WAVES,
    RIM_CELLS,
    RIM_WIDTHS_M,
    STEEPEST,
    SUN_SOFT_M,
    SUN_SOFTER,
    YAW_WAVE,
)
from cocogan_core.models.room_coordinates import octave_waves
from cocogan_core.models.sun_shadows import SunShadows
from cocogan_core.models.tile_textures import TilePlaces

__all__ = ["FacePlaces", "ObjectMaps", "object_maps"]

FARTHEST_M = 100  # where nothing is seen a place means nothing, but is to stay a number
Pair = tuple[Tensor, Tensor]


class FacePlaces(NamedTuple):
    """Where cells lie on the visible faces of objects.

    Attributes:
        relative: (B, 3, h, w) along and across the face, and from its edge inward up to OBJECT_RIM_M; each −1 … 1.
        cell: (B, 3, h, w) a cell's width in the same units.
    """

    relative: Tensor
    cell: Tensor


class ObjectMaps(NamedTuple):
    """Of T objects and, after them, the room's six faces.

    Attributes:
        features: (B, OBJECT_FEATURES, h, w) that mean the same on all of them.
        which, behind, face: (B, h, w) of the nearest object, the next one and the room's face behind both; where there
            are none, the face's.
        cover, next_cover: (B, h, w) how much the nearest has of the pixel, 0 … 1, and the next one of the rest.
        along, across: (B, h, w) metres on the object's visible face from its middle.
        lit: (B, h, w) how much of the sun falls on what is seen, 0 … 1.
        places: on objects' faces.
        tiles: on the tiles of their fronts, if there are any.
    """

    features: Tensor
    which: Tensor
    behind: Tensor
    face: Tensor
    cover: Tensor
    next_cover: Tensor
    along: Tensor
    across: Tensor
    lit: Tensor
    places: FacePlaces
    tiles: TilePlaces | None = None


def object_maps(
    objects: Objects, seen: Seen, room: Tensor, rays: Rays, stage: int, *, shadows: SunShadows | None = None,
    rates: Tensor | None = None,
) -> ObjectMaps:  # fmt: skip
    """Maps of a stage's cells in a ``room`` (B, 6) of ``room_of``; ``rates`` are those of tiles, where it has any."""
    here, which = seen.which >= 0, seen.which.clamp(min=0)
    reach, wall = _reach(room, rays).min(1)
    axis, place, half = _place(objects.sides, which, seen.distance, rays.directions)
    along, across = (part * here for part in _on_face(axis, place))
    way = F.one_hot(axis * 2 + (_along(rays.directions, axis) < 0), 6).movedim(-1, 1)  # it looks back along the ray
    waves = octave_waves(torch.stack([along, across], 1) * first_octave(stage), ROOM_WAVES)
    near = 1 / seen.distance.clamp(min=NEAREST_M)[:, None]
    met = torch.where(here, torch.minimum(seen.distance, reach), reach)
    sun, lit = _sun(objects, room, rays, met, torch.where(here, axis, wall), shadows=shadows)
    cover = seen.cover[:, None]
    on_object, beyond = torch.cat([way, waves, _rims(seen, rays.cell_rad), near], 1), _directions(rays)
    face = wall * 2 + (_along(rays.directions, wall) > 0) + objects.sides.shape[1]
    behind = torch.where(seen.next_which >= 0, seen.next_which, face)
    return ObjectMaps(
        torch.cat([on_object * cover, sun, (lit * here)[:, None], beyond * cover], 1),
        torch.where(here, which, face), behind, face, seen.cover, seen.next_cover,
        along.clamp(-OBJECT_PLACE_M, OBJECT_PLACE_M), across.clamp(-OBJECT_PLACE_M, OBJECT_PLACE_M), lit,
        _face_places(seen, (along, across), _on_face(axis, half), rays.cell_rad),
        None if rates is None else _on_tiles(
            objects, rates, which, axis=axis, place=(along, across), distance=seen.distance, cell_rad=rays.cell_rad
        ),
    )  # fmt: skip


def _on_tiles(
    objects: Objects, rates: Tensor, which: Tensor, *, axis: Tensor, place: Pair, distance: Tensor, cell_rad: float
) -> TilePlaces:
    assert objects.scene.tiles is not None
    cell_m = distance.clamp(max=FARTHEST_M) * cell_rad
    return TilePlaces.of(objects.scene.tiles, rates, which, axis=axis, place=torch.stack(place, 1), cell_m=cell_m)


def _face_places(seen: Seen, place: Pair, half: Pair, cell_rad: float) -> FacePlaces:
    reach = torch.full_like(seen.inside, OBJECT_RIM_M / 2)
    sizes = torch.stack([*(size.clamp(min=LEAST_HALF_M) for size in half), reach], 1)
    relative = torch.stack([*place, seen.inside - OBJECT_RIM_M / 2], 1) / sizes
    return FacePlaces(relative.clamp(-1, 1), (seen.distance.clamp(max=FARTHEST_M) * cell_rad)[:, None] / sizes)


def _on_face(axis: Tensor, vectors: Tensor) -> Pair:
    """Parts (B, h, w) of vectors (B, 3, h, w) along and across faces that lie across an axis (B, h, w)."""
    return (
        torch.where(axis == 0, vectors[:, 2], vectors[:, 0]),
        torch.where(axis == 1, vectors[:, 2], vectors[:, 1]),
    )


def _reach(room: Tensor, rays: Rays) -> Tensor:
    """Distances (B, 3, h, w) to the walls across X, Y and Z that rays go towards."""
    low, high = room[:, 0::2, None, None], room[:, 1::2, None, None]
    return torch.where(rays.directions < 0, -low, high) * rays.inverse


def _place(sides: Tensor, which: Tensor, distance: Tensor, rays: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The axis (B, h, w) that the object's visible face lies across, and of the object the place (B, 3, h, w) from its
    middle, and half its size.
    """
    batch, height, width = which.shape
    every = which.view(batch, -1, 1).expand(-1, -1, 6)
    box = torch.gather(sides, 1, every).view(batch, height, width, 6).movedim(-1, 1)
    low, high = box.chunk(2, 1)
    place, half = rays * distance.clamp(max=FARTHEST_M)[:, None] - (low + high) / 2, (high - low) / 2
    return (place.abs() - half).argmax(1), place, half


def _along(x: Tensor, axis: Tensor) -> Tensor:
    """The entry (B, h, w) of vectors (B, 3, h, w) along an axis (B, h, w)."""
    return x.gather(1, axis[:, None])[:, 0]


def _rims(seen: Seen, cell_rad: float) -> Tensor:
    """How far inside of its face's edge a pixel is (B, 3, h, w): of wide and narrow rims, and in cells."""
    rims = [(seen.inside / width).clamp(-1, 1) for width in RIM_WIDTHS_M]
    return torch.stack([*rims, (seen.inside / (seen.distance * cell_rad)).clamp(-RIM_CELLS, RIM_CELLS)], 1)


def _directions(rays: Rays) -> Tensor:
    """(B, 11, h, w) of the rays' yaw and pitch."""
    shape = (rays.directions.shape[0], 1, *rays.directions.shape[2:])
    yaw, pitch = rays.yaws[:, None, None].expand(shape), rays.pitches[:, None, :, None].expand(shape)
    steep = [(pitch * STEEPEST).clamp(-1, 1)]
    for waves in PITCH_WAVES:
        steep += [(pitch * waves).sin(), (pitch * waves).cos()]
    return torch.cat([octave_waves(yaw * YAW_WAVE, OBJECT_WAVES), *steep], 1)


def _sun(
    objects: Objects, room: Tensor, rays: Rays, distance: Tensor, axis: Tensor, *, shadows: SunShadows | None
) -> tuple[Tensor, Tensor]:
    """What the sun is like (B, 7, h, w) where rays meet a face across an ``axis``, and how much of it falls there."""
    azimuth, height = (angle[:, None, None] for angle in objects.sun.unbind(1))
    place = rays.directions * distance[:, None]
    way = (room[:, 5, None, None] - place[:, 2]) / (azimuth.cos() * height.cos())
    window = objects.sides[:, objects.scene.window, :, None, None]
    middle, half = (window[:, :3] + window[:, 3:]) / 2, (window[:, 3:] - window[:, :3]) / 2 - objects.scene.frame_m
    across, up = place[:, 0] + azimuth.sin() * height.cos() * way, place[:, 1] + height.sin() * way
    aside, over = (across - middle[:, 0]).abs(), (up - middle[:, 1]).abs()
    inside, through = torch.minimum(half[:, 0] - aside, half[:, 1] - over), way > BESIDE_WINDOW_M
    soft = SUN_SOFT_M + SUN_SOFTER * way + distance * rays.cell_rad / 2
    facing = (axis != 1) | (place[:, 1] < 0)  # not the ceiling, nor what is seen from below
    lit = (0.5 + inside / (2 * soft)).clamp(0, 1) * through * facing
    if shadows is not None:
        lit = lit * shadows.lit(across, up, way)
    bar = lit * (1 - (aside / (BAR_M + soft)).clamp(0, 1))
    on_faces = [lit * (axis == across) for across in (1, 2, 0)]
    edge = (inside * 2).clamp(-1, 1) * through
    return torch.stack([lit, bar, *on_faces, lit * height, edge], 1), lit
