"""Where the rays of a panorama's pixels meet a room's objects: the coordinate condition in each object's own frame.

As room coordinates for the walls (``room_coordinates``): where named numbers say where a door, a bed or a rug lies,
each pixel has a place on what it shows (object coordinates, as NOCS: Wang et al., CVPR 2019), and edges come straight
and sharp on every level of detail by construction. The nearest object along a ray is seen; at its outline its cover
falls from 1 to 0 within a pixel, and the next one has the rest. Knows no parameters of its own, and passes no gradient.
"""

import math
from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cocogan_core.geometry.derived import Function
from cocogan_core.geometry.objects import Matrix
from cocogan_core.models.dimensions import LEAST_SLOPE
from cocogan_core.models.object_scene import BESIDE_M, FAR_M, LEAST_HALF_M, NOTHING, ObjectScene

__all__ = ["Objects", "Rays", "Seen", "nearest_objects", "slots_of", "told_of"]


Array = NDArray[Any]
TILE = 96  # cells along a tile: a crop of 64 pixels and its margin are one
SLACK_CELLS = 2  # by which cover reaches beyond an outline, at most 1.5 of an ellipsoid


class Objects(NamedTuple):
    """Of a batch of rooms.

    Attributes:
        sides: (B, T, 6) metres from the eye: left, lower, back, right, upper, front.
        present: (B, T) bool.
        sun: (B, 2) azimuth and height in radians.
        scene: what holds for every room.
    """

    sides: Tensor
    present: Tensor
    sun: Tensor
    scene: ObjectScene

    @classmethod
    def of(cls, scene: ObjectScene, z: Tensor) -> Self:
        """Of z (B, z_dim)."""
        numbers = _derived(scene, z.detach())
        with torch.autocast(z.device.type, enabled=False):
            sides, presence, sun = (_sums(numbers, rows) for rows in (scene.sides, scene.presence, scene.sun))
        return cls(sides.view(len(z), *scene.sides.shape[:2]), presence > 0, sun, scene)


def told_of(scene: ObjectScene, z: Tensor) -> Tensor:
    """z (B, z_dim) and the numbers derived from it that say how objects look: (B, z_dim + L).

    Passes gradients, so that a search for z can change a colour; a flag has none.
    """
    return torch.cat([z, _derived(scene, z)[:, list(scene.looks)].to(z)], 1)


def slots_of(scene: ObjectScene, z: Tensor) -> Tensor:
    """(B, slots, n) the numbers that are told of each slot. Passes gradients."""
    derived = _derived(scene, z).to(z)
    return torch.stack([derived[:, list(slot)] for slot in scene.slots], 1)


def _derived(scene: ObjectScene, z: Tensor) -> Tensor:
    """(B, 1 + z_dim + D) 1, z and all numbers derived from it."""
    numbers = torch.cat([torch.ones_like(z[:, :1]), z], 1).float()
    with torch.autocast(z.device.type, enabled=False):  # half a number's digits would move things by centimetres
        for function, rows in scene.steps:
            numbers = torch.cat([numbers, FUNCTIONS[function](_sums(numbers, rows))], 1)
    return numbers


FUNCTIONS: dict[Function, Callable[[Tensor], Tensor]] = {
    "positive": torch.relu,
    "above": lambda sums: (sums > 0).float(),
    "square": torch.square,
}


def _sums(numbers: Tensor, rows: Matrix) -> Tensor:
    """(B, N) numbers and weights (..., N) → (B, all rows)."""
    return numbers @ torch.as_tensor(rows, dtype=torch.float32, device=numbers.device).flatten(0, -2).T


class Rays(NamedTuple):
    """Of an area's cells: unit directions (B, 3, h, w), yaws (B, w), pitches (B, h), and a cell's angle in radians."""

    directions: Tensor
    yaws: Tensor
    pitches: Tensor
    cell_rad: float

    @property
    def inverse(self) -> Tensor:
        """One over the directions; of rays along a wall, over a least slope."""
        d = self.directions
        least = torch.where(d < 0, -LEAST_SLOPE, LEAST_SLOPE)
        return 1 / torch.where(d.abs() < LEAST_SLOPE, least.to(d), d)


class Seen(NamedTuple):
    """What each ray meets, all (B, h, w); NOTHING at FAR_M, with a cover of 0, where there is no object.

    Attributes:
        which: object is the nearest.
        distance: metres to it.
        inside: metres from the nearest edge of its visible face, negative outside.
        cover: how much of the pixel it covers.
        next_which, next_distance, next_cover: the same of the next object behind it.
    """

    which: Tensor
    distance: Tensor
    inside: Tensor
    cover: Tensor
    next_which: Tensor
    next_distance: Tensor
    next_cover: Tensor

    @classmethod
    def nothing(cls, rays: Tensor) -> Self:
        """By ``rays`` (B, 3, h, w)."""
        zero = rays[:, 0] * 0
        none, far = torch.full_like(zero, NOTHING, dtype=torch.long), zero + FAR_M
        return cls(none, far, zero, zero.clone(), none.clone(), far.clone(), zero.clone())


@torch.compiler.disable  # type: ignore[untyped-decorator]
def nearest_objects(objects: Objects, rays: Rays) -> Seen:
    """The objects that each ray meets first; tile by tile, since most objects can be seen in few of them."""
    inverse, seen = rays.inverse, Seen.nothing(rays.directions)
    yaws, pitches = rays.yaws.tolist(), rays.pitches.tolist()
    for i, (boxes, present) in enumerate(zip(_on_cpu(objects.sides), _on_cpu(objects.present), strict=True)):
        there = np.flatnonzero(present)
        outlines = _Outlines.of(boxes[there].astype(float), rays.cell_rad)
        for rows, columns in product(_tiles(len(pitches[i])), _tiles(len(yaws[i]))):
            known = there[outlines.overlaps(pitches[i][rows], yaws[i][columns])].tolist()
            if known:
                tile = i, slice(None), rows, columns
                met = _meet(objects, i, known, rays.directions[tile], inverse[tile])
                _put([each[i, rows, columns] for each in seen], known, *met, rays.cell_rad)
    return seen


class _Outlines(NamedTuple):
    """Where boxes can be seen, and some cells around: pitches, and yaws from ``first`` on, in radians; all (K,)."""

    lowest: Array
    highest: Array
    first: Array
    span: Array

    @classmethod
    def of(cls, boxes: Array, cell_rad: float) -> Self:
        """Of sides (K, 6) in metres from the eye."""
        left, lower, back, right, upper, front = boxes.T
        near = np.hypot(np.maximum(0.0, left).clip(max=right), np.maximum(0.0, back).clip(max=front))
        x, z = np.stack([left, left, right, right]), np.stack([back, front, back, front])
        far, middle = np.hypot(x, z).max(0), np.arctan2(left + right, back + front)
        slack = SLACK_CELLS * cell_rad
        highest = np.arctan2(upper, np.where(upper > 0, near, far)) + slack
        lowest = np.arctan2(lower, np.where(lower > 0, far, near)) - slack
        turns = (np.arctan2(x, z) - middle + math.pi) % (2 * math.pi) - math.pi
        level = np.cos(np.minimum(np.maximum(-lowest, highest), math.pi / 2))  # a circle is so much smaller there
        aside = np.minimum(slack / np.maximum(level, LEAST_SLOPE), math.pi)
        beside = near < BESIDE_M  # or around the eye: anywhere
        first, span = middle + turns.min(0) - aside, np.ptp(turns, 0) + 2 * aside
        ends = ((lowest, -math.pi), (highest, math.pi), (first, 0.0), (span, 2 * math.pi))
        return cls(*(np.where(beside, anywhere, end) for end, anywhere in ends))

    def overlaps(self, pitches: list[float], yaws: list[float]) -> NDArray[np.bool_]:
        """(K,) which can be seen in a tile, of which these are the rows, falling, and the columns, rising."""
        if max(pitches[0], -pitches[-1]) > math.pi / 2:  # beyond a pole rows go on at the other side
            return np.ones(len(self.first), bool)
        into = (yaws[0] - self.first) % (2 * math.pi)
        among = (into <= self.span) | (into + yaws[-1] - yaws[0] >= 2 * math.pi)
        return among & (pitches[0] >= self.lowest) & (pitches[-1] <= self.highest)


def _on_cpu(x: Tensor) -> Array:
    return x.detach().cpu().numpy()


def _tiles(cells: int) -> list[slice]:
    return [slice(first, first + TILE) for first in range(0, cells, TILE)]


def _meet(objects: Objects, i: int, known: list[int], rays: Tensor, inverse: Tensor) -> tuple[Tensor, Tensor]:
    """Distance (K, h, w) to where rays (3, h, w) meet objects, and metres inside of their edges there."""
    sides = objects.sides[i, known]
    low, high = sides[:, :3, None, None], sides[:, 3:, None, None]
    middle, half = (low + high) / 2, (high - low) / 2
    boxes, round_ = _meet_boxes(low, high, rays, inverse), torch.tensor([objects.scene.ellipsoids[k] for k in known])
    if not round_.any():
        return boxes
    ellipsoids = _meet_ellipsoids(middle, half.clamp(min=LEAST_HALF_M), rays)
    both = (torch.where(round_.to(rays.device)[:, None, None], a, b) for a, b in zip(ellipsoids, boxes, strict=True))
    distance, inside = both
    return distance, inside


def _meet_boxes(low: Tensor, high: Tensor, rays: Tensor, inverse: Tensor) -> tuple[Tensor, Tensor]:
    entries = torch.minimum(low * inverse, high * inverse)
    distance = entries.amax(1)
    # of the face that the ray enters by no edge is near but its own four
    insets = (high - low) / 2 - (rays * distance[:, None] - (low + high) / 2).abs()
    return distance, torch.where(entries >= distance[:, None], FAR_M, insets).amin(1)


def _meet_ellipsoids(middle: Tensor, half: Tensor, rays: Tensor) -> tuple[Tensor, Tensor]:
    to_middle, ray = middle / half, rays / half
    square = (ray * ray).sum(1)
    along = (to_middle * ray).sum(1) / square
    miss = ((to_middle - ray * along[:, None]) ** 2).sum(1)
    return along - (1 - miss).clamp(min=0).sqrt() / square.sqrt(), (1 - miss.sqrt()) * half.mean(1)


def _put(seen: list[Tensor], known: list[int], distance: Tensor, inside: Tensor, cell_rad: float) -> None:
    """Write the nearest of what is met (K, h, w), and the next, to a tile's maps."""
    cover = (0.5 + inside / (distance * cell_rad)).clamp(0, 1) * (distance > BESIDE_M)
    near, numbers = torch.where(cover > 0, distance, FAR_M), torch.tensor(known, device=cover.device)
    which, far, within, covered, next_which, next_far, next_covered = seen
    first = near.argmin(0, keepdim=True)
    least = near.gather(0, first)
    here = least < FAR_M
    which.copy_(torch.where(here, numbers[first], NOTHING)[0])
    far.copy_(least[0])
    within.copy_(torch.where(here, inside.gather(0, first), 0.0)[0])
    covered.copy_(torch.where(here, cover.gather(0, first), 0.0)[0])
    if len(known) == 1:
        return
    near.scatter_(0, first, FAR_M)
    second = near.argmin(0, keepdim=True)
    least = near.gather(0, second)
    next_which.copy_(torch.where(least < FAR_M, numbers[second], NOTHING)[0])
    next_far.copy_(least[0])
    next_covered.copy_(torch.where(least < FAR_M, cover.gather(0, second), 0.0)[0])
