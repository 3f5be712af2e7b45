"""Where the sun falls through a room's window, past what stands in its way: a shadow map (Williams, SIGGRAPH 1978).

The map lies in the window. It says of each of its places how open it is, as panes are and what is between them is not,
and how far a ray of the sun comes from there until it meets an object. It belongs to a room, not to a patch, and is
small, since the sun's edges are soft. Knows no parameters of its own, and passes no gradient.
"""

from typing import NamedTuple, Self

import torch
from torch import Tensor

from cocogan_core.models.dimensions import LEAST_SLOPE
from cocogan_core.models.object_coordinates import Objects
from cocogan_core.models.object_scene import (
    BAR_DARK,
    BAR_M,
    FAR_M,
    LEAST_HALF_M,
    SHADOW_BESIDE_M,
    SHADOW_MAP,
    SHADOW_SOFT_M,
    THINNEST_M,
)

__all__ = ["SunShadows"]


class SunShadows(NamedTuple):
    """Of a batch of rooms.

    Attributes:
        window: (B, 4) left, lower, right and upper side in metres from the eye.
        known: (B, SHADOW_MAP rows · columns, 2) metres that the sun comes, and how open the place is, 0 … 1; rows rise.
    """

    window: Tensor
    known: Tensor

    @classmethod
    def of(cls, objects: Objects, front_m: Tensor) -> Self:
        """Of rooms whose front walls are ``front_m`` (B,) ahead of the eye."""
        window = objects.sides[:, objects.scene.window][:, [0, 1, 3, 4]]
        maps = [
            _map(objects, i, sides, float(ahead)) for i, (sides, ahead) in enumerate(zip(window, front_m, strict=True))
        ]
        return cls(window, torch.stack(maps))

    def lit(self, right: Tensor, up: Tensor, way: Tensor) -> Tensor:
        """How much of the sun gets to places (B, h, w) whose rays to it cross the window's plane at ``right``, ``up``.

        All in metres; ``way`` is how far from there.
        """
        batch, (rows, columns) = len(right), SHADOW_MAP
        left, lower, far, upper = (side[:, None, None] for side in self.window.unbind(1))
        x = ((right - left) / (far - left).clamp(min=LEAST_SLOPE) * columns - 0.5).clamp(0, columns - 1)
        y = ((up - lower) / (upper - lower).clamp(min=LEAST_SLOPE) * rows - 0.5).clamp(0, rows - 1)
        x0, y0 = x.floor(), y.floor()
        shares = torch.stack(
            [(1 - x + x0) * (1 - y + y0), (x - x0) * (1 - y + y0), (1 - x + x0) * (y - y0), (x - x0) * (y - y0)], 1
        )
        x1, y1 = (x0 + 1).clamp(max=columns - 1), (y0 + 1).clamp(max=rows - 1)
        places = torch.stack([y0 * columns + x0, y0 * columns + x1, y1 * columns + x0, y1 * columns + x1], 1).long()
        found = self.known.gather(1, places.view(batch, -1, 1).expand(-1, -1, 2)).view(*places.shape, 2)
        near, far_m = SHADOW_BESIDE_M
        reached = ((found[..., 0] + far_m - way[:, None]) / (far_m - near)).clamp(0, 1)
        return (shares * reached * found[..., 1]).sum(1)


def _map(objects: Objects, i: int, window: Tensor, front_m: float) -> Tensor:
    """(rows · columns, 2) of one room."""
    rows, columns = SHADOW_MAP
    left, lower, right, upper = window.tolist()
    across = left + (right - left) * (torch.arange(columns).to(window) + 0.5) / columns
    up = lower + (upper - lower) * (torch.arange(rows).to(window) + 0.5) / rows
    places = torch.stack(
        [across.expand(rows, -1), up[:, None].expand(-1, columns), torch.full((rows, columns), front_m).to(window)]
    )
    return torch.stack([_reach(objects, i, places.flatten(1)), _open(objects, i, places.flatten(1))], 1)


def _open(objects: Objects, i: int, places: Tensor) -> Tensor:
    """(N,) how much of the sun the panes let through at places (3, N)."""
    panes = [k for k in objects.scene.panes if objects.present[i, k]]
    if not panes:
        return torch.zeros_like(places[0])
    sides = objects.sides[i, panes][:, :, None]
    aside, over = ((places[axis] - (sides[:, axis] + sides[:, 3 + axis]) / 2).abs() for axis in (0, 1))
    half = [(sides[:, 3 + axis] - sides[:, axis]) / 2 for axis in (0, 1)]
    inside = [(0.5 + (h - a) / (2 * SHADOW_SOFT_M)).clamp(0, 1) for h, a in zip(half, (aside, over), strict=True)]
    bar = 1 - BAR_DARK * (1 - (aside / (BAR_M + SHADOW_SOFT_M)).clamp(0, 1))
    return (inside[0] * inside[1] * bar).amax(0)


def _reach(objects: Objects, i: int, places: Tensor) -> Tensor:
    """(N,) metres from places (3, N) along the sun's rays to the first object."""
    azimuth, height = objects.sun[i]
    way = -torch.stack([azimuth.sin() * height.cos(), height.sin(), azimuth.cos() * height.cos()])
    casters = objects.present[i] & torch.from_numpy(objects.scene.casters).to(places.device)
    round_ = torch.tensor(objects.scene.ellipsoids, device=places.device)
    sides = objects.sides[i]
    boxes, ellipsoids = (
        _to_boxes(sides[casters & ~round_], places, way),
        _to_ellipsoids(sides[casters & round_], places, way),
    )
    far = torch.full_like(places[:1], FAR_M)
    return torch.cat([boxes, ellipsoids, far]).amin(0)


def _to_boxes(sides: Tensor, places: Tensor, way: Tensor) -> Tensor:
    """(K, N) metres to boxes of sides (K, 6)."""
    inverse = 1 / torch.where(way.abs() < LEAST_SLOPE, -LEAST_SLOPE, way)
    one, other = ((part[:, :, None] - places) * inverse[:, None] for part in torch.split(sides, 3, 1))
    entry, leaves = torch.minimum(one, other).amax(1), torch.maximum(one, other).amin(1)
    return torch.where((leaves > entry + THINNEST_M) & (leaves > 0), entry.clamp(min=0), FAR_M)


def _to_ellipsoids(sides: Tensor, places: Tensor, way: Tensor) -> Tensor:
    """(K, N) metres to ellipsoids of sides (K, 6)."""
    low, high = torch.split(sides[:, :, None], 3, 1)
    half = ((high - low) / 2).clamp(min=LEAST_HALF_M)
    to_middle, ray = ((low + high) / 2 - places) / half, way[:, None] / half
    square = (ray * ray).sum(1)
    along = (to_middle * ray).sum(1) / square
    miss = ((to_middle - ray * along[:, None]) ** 2).sum(1)
    entry = along - (1 - miss).clamp(min=0).sqrt() / square.sqrt()
    return torch.where((miss < 1) & (along > 0), entry.clamp(min=0), FAR_M)
