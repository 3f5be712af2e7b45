"""Where in the panorama each object of a room shows: what its entries of z change, found by making the room both ways.

Of a family of rooms the answer is much the same for every room, so that each object is tried once in a session.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from viewer.rendering.thumbnails import thumbnail
from viewer.state.latents import Latents
from viewer.ui.latent_texts import group_of

__all__ = ["ObjectFinder"]

WAYS = (-0.8, 0.8)  # what an object's entries are set to
LOCAL = 2.0  # a place belongs to an object that changes it so many times as much as the panorama on the whole

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]


class ObjectFinder:
    """Of one model. The rooms of :meth:`wanted` are to be made, and given to :meth:`add`."""

    def __init__(self, grid: PatchGrid, names: Sequence[str]) -> None:
        """Nothing is known yet."""
        self._grid, self._names = grid, tuple(names)
        self._groups = tuple(dict.fromkeys(map(group_of, names)))
        self._trials: dict[Latents, tuple[str, int]] = {}
        self._made: dict[tuple[str, int], Floats] = {}
        self._changes: dict[str, Floats] = {}  # (h, w) of each object, over its mean

    def wanted(self, room: Latents, first: str = "") -> list[Latents]:
        """What is to be made of a room to know the rest; ``first`` the object that is asked for."""
        missing = [group for group in self._groups if group not in self._changes]
        wanted = []
        for group in sorted(missing, key=lambda group: group != first):
            for way, value in enumerate(WAYS):
                if (group, way) not in self._made:
                    trial = self._varied(room, group, value)
                    self._trials[trial] = (group, way)
                    wanted.append(trial)
        return wanted

    def add(self, room: Latents, patches: Mapping[tuple[int, int], Pixels]) -> bool:
        """A room was made; whether it was one of ours."""
        trial = self._trials.pop(room, None)
        if trial is None:
            return False
        group, way = trial
        self._made[trial] = thumbnail(patches, self._grid).astype(float)
        if (group, 1 - way) in self._made:
            change = np.abs(self._made[group, 0] - self._made[group, 1]).mean(-1)
            self._changes[group] = change / max(float(change.mean()), 1e-6)
        return True

    def place(self, group: str) -> tuple[float, float] | None:
        """Where an object shows most, as (u, v) in 0 … 1 of the panorama; None if that is not known yet."""
        change = self._changes.get(group)
        if change is None:
            return None
        strong = np.where(change >= np.quantile(change, 0.9), change, 0.0)
        height, width = change.shape
        turns = np.exp(2j * np.pi * (np.arange(width) + 0.5) / width)
        u = float(np.angle((strong.sum(0) * turns).sum()) / (2 * math.pi)) % 1.0
        v = float((strong.sum(1) * (np.arange(height) + 0.5)).sum() / strong.sum() / height)
        return u, v

    def object_at(self, u: float, v: float) -> str | None:
        """The object that changes that place of the panorama most, measured by its own mean; None if none is known."""
        best, strength = None, LOCAL
        for group, change in self._changes.items():
            height, width = change.shape
            here = float(change[min(int(v * height), height - 1), int(u * width) % width])
            if here > strength:
                best, strength = group, here
        return best

    def _varied(self, room: Latents, group: str, value: float) -> Latents:
        base = [value if group_of(name) == group else old for name, old in zip(self._names, room.base, strict=False)]
        return replace(room, base=(*base, *room.base[len(base) :]))
