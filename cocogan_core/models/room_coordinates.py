"""Where the rays of a panorama's pixels meet a box-shaped room: the coordinate condition in the room's own frame.

The paper conditions patches on their place in the picture (§2), and notes that other surfaces have other coordinate
systems (Fig. 15b: a cube). A room is nearly a box, and where its data name the box's size and the viewer's place, every
pixel has a place on a wall, the floor or the ceiling. Given that, edges of walls come straight by construction.
Knows no parameters of its own.
"""

import math
from typing import NamedTuple, Self

import torch
from torch import Tensor
from torch.nn import functional as F

from cocogan_core.config import RoomLatents
from cocogan_core.models.dimensions import FACE_M, LEAST_SLOPE, NEAREST_M, ROOM_WAVES, first_octave

__all__ = ["WallPlaces", "octave_waves", "room_features", "room_of", "view_pitches", "view_rays", "view_yaws"]


FLOOR = 2  # of the six faces


def room_of(z: Tensor, names: tuple[str, ...], box: RoomLatents) -> Tensor:
    """The box around the viewer (B, 6): metres from his eye to the left, right, floor, ceiling, back and front.

    ``z`` is (B, z_dim); its entries named as in ``box`` say how large the room is and where he stands.
    """
    entries = (z[:, names.index(name)] for name in box.names)
    spans = (box.width_m, box.depth_m, box.height_m, box.viewer_right_m, box.viewer_forward_m)
    width, depth, height, right, forward = (
        low + (high - low) * (entry + 1) / 2 for (low, high), entry in zip(spans, entries, strict=True)
    )
    eye = torch.full_like(right, box.eye_m)
    return torch.stack(
        [width / 2 + right, width / 2 - right, eye, height - eye, depth / 2 + forward, depth / 2 - forward], 1
    )


def view_rays(ys: Tensor, xs: Tensor, box: RoomLatents) -> Tensor:
    """Unit directions (B, 3, h, w), X right, Y up, Z at yaw 0, of rows ``ys`` (B, h) and columns ``xs`` (B, w).

    Both are shares of the whole panorama, from its upper and left edge.
    """
    yaw_rad = view_yaws(xs, box)
    if box.projection.kind == "mercator":
        ordinate = _ordinates(ys, box)
        up, level = torch.tanh(ordinate), 1 / torch.cosh(ordinate)
    else:
        pitch_rad = view_pitches(ys, box)
        up, level = torch.sin(pitch_rad), torch.cos(pitch_rad)
    right, ahead = level[:, :, None] * yaw_rad.sin()[:, None], level[:, :, None] * yaw_rad.cos()[:, None]
    return torch.stack([right, up[:, :, None].expand_as(right), ahead], 1)


def view_yaws(xs: Tensor, box: RoomLatents) -> Tensor:
    """Yaws in radians of shares of the panorama's width."""
    return (xs - box.front_share) * (2 * math.pi)


def view_pitches(ys: Tensor, box: RoomLatents) -> Tensor:
    """Pitches in radians of shares of the panorama's height."""
    if box.projection.kind == "mercator":
        return torch.atan(torch.sinh(_ordinates(ys, box)))
    return (0.5 - ys) * 2 * box.projection.half_extent_rad


def _ordinates(ys: Tensor, box: RoomLatents) -> Tensor:
    return (0.5 - ys) * 2 * math.asinh(math.tan(box.projection.half_extent_rad))


class WallPlaces(NamedTuple):
    """Where rays meet the room's faces, each (B, 1, h, w).

    Attributes:
        face: which (B, h, w): left, right, floor, ceiling, back, front.
        distance: metres along the ray.
        along, across: metres on the face from its middle, so that its left and right half are alike.
        facing: the sine of the angle between ray and face.
    """

    face: Tensor
    distance: Tensor
    along: Tensor
    across: Tensor
    facing: Tensor

    @classmethod
    def of(cls, room: Tensor, rays: Tensor) -> Self:
        """Of ``rays`` (B, 3, h, w) in the box ``room`` (B, 6) of :func:`room_of`."""
        low, high = room[:, 0::2, None, None], room[:, 1::2, None, None]
        distances = torch.where(rays > 0, high / rays.clamp(min=LEAST_SLOPE), low / -rays.clamp(max=-LEAST_SLOPE))
        distance, axis = distances.min(1)
        place = rays * distance[:, None] + (low - high) / 2
        along = torch.where(axis == 0, place[:, 2], place[:, 0])[:, None]
        across = torch.where(axis == 1, place[:, 2], place[:, 1])[:, None]
        ahead = rays.expand_as(place).gather(1, axis[:, None])
        return cls(axis * 2 + (ahead[:, 0] > 0), distance[:, None], along, across, ahead.abs())

    @property
    def upright(self) -> Tensor:
        """Whether it is a wall (B, 1, h, w)."""
        return ((self.face < FLOOR) | (self.face > FLOOR + 1))[:, None]

    @property
    def floor(self) -> Tensor:
        """Whether it is the floor."""
        return (self.face == FLOOR)[:, None]


def room_features(places: WallPlaces, stage: int) -> Tensor:
    """Features (B, ROOM_FEATURES, h, w) of places on the walls.

    The face as six flags, alone and times the place on it in metres, waves of that place (finer at later ``stage``\\ s,
    as its pixels can show), and one over the distance.
    """
    face = F.one_hot(places.face, 6).permute(0, 3, 1, 2).to(places.along)
    waves = octave_waves(torch.cat([places.along, places.across], 1) * first_octave(stage), ROOM_WAVES)
    scaled = [face * (part / FACE_M) for part in (places.along, places.across)]
    return torch.cat([face, *scaled, waves, 1 / places.distance.clamp(min=NEAREST_M)], 1)


def octave_waves(angles: Tensor, octaves: int) -> Tensor:
    """Sines, then cosines (B, 2·octaves·n, h, w) of angles (B, n, h, w) and of their doubles.

    By doubling the angle, which costs less than another sine.
    """
    sines, cosines = [angles.sin()], [angles.cos()]
    for _ in range(octaves - 1):
        sine, cosine = sines[-1], cosines[-1]
        sines.append(2 * sine * cosine)
        cosines.append(1 - 2 * sine * sine)
    return torch.cat(sines + cosines, 1)
