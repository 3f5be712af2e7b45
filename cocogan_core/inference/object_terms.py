"""What z says of a room's objects, as ONNX nodes: the numbers derived from it, where objects are, and the sun."""

from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np

from cocogan_core.geometry.derived import Function
from cocogan_core.geometry.objects import Matrix
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.models.object_scene import ObjectScene

__all__ = ["RoomTerms", "derived_numbers", "room_numbers", "slot_numbers", "told_numbers"]


class RoomTerms(NamedTuple):
    """Of the room.

    Attributes:
        scene: what its objects are.
        sides: (T, 6) of them, in metres from the eye.
        present: (T,) flags of those that are there.
        walls: the box's six distances from the eye, each (1, 1, 1).
        sun: azimuth and height, each (1, 1, 1), in radians.
        towards_sun: the unit direction of the sun along X, Y and Z, each (1, 1, 1).
        window: left, lower, back, right, upper and front side of that which the sun shines through, each (1, 1, 1).
    """

    scene: ObjectScene
    sides: Term
    present: Term
    walls: list[Term]
    sun: list[Term]
    towards_sun: list[Term]
    window: list[Term]

    @classmethod
    def of(cls, scene: ObjectScene, known: Mapping[str, Term], walls: list[Term]) -> Self:
        """What is ``known`` is that of :func:`room_numbers`."""
        sides, presence, sun = (known[name] for name in ("sides", "presence", "sun"))
        azimuth, height = (angle.reshape(1, 1, 1) for angle in sun.parts(0, [1, 1]))
        flat = height.apply("Cos")
        towards = [azimuth.apply("Sin") * flat, height.apply("Sin"), azimuth.apply("Cos") * flat]
        window = sides.part(0, scene.window, scene.window + 1).reshape(6, 1, 1).parts(0, [1] * 6)
        return cls(scene, sides, presence > 0.0, walls, [azimuth, height], towards, window)


def room_numbers(scene: ObjectScene, numbers: Term) -> dict[str, Term]:
    """From numbers (…, N) of :func:`derived_numbers` to sides (T, 6), presence (T,) and sun (2,) as of the scene."""
    rows = [scene.sides.reshape(-1, scene.sides.shape[-1]), scene.presence, scene.sun]
    sides, presence, sun = (_sums(numbers.reshape(1, -1), row) for row in rows)
    return {"sides": sides.reshape(-1, 6), "presence": presence.reshape(-1), "sun": sun.reshape(-1)}


def derived_numbers(scene: ObjectScene, z: Term) -> Term:
    """z (…, z_dim) → (…, z_dim + D) with the numbers derived from it."""
    for function, row in scene.steps:
        z = z.joined(_derived(function, _sums(z, row)), axis=-1)
    return z


def told_numbers(scene: ObjectScene, z: Term, numbers: Term) -> Term:
    """z (…, z_dim) and those of its :func:`derived_numbers` that say how objects look."""
    looks = np.array(scene.looks, np.int64) - 1  # of the numbers without the 1 before them
    return z.joined(numbers.apply("Gather", looks, axis=-1), axis=-1) if len(looks) else z


def slot_numbers(scene: ObjectScene, numbers: Term) -> Term:
    """Those (slots, n) of :func:`derived_numbers` that say how objects of each slot look."""
    return numbers.reshape(-1).apply("Gather", np.array(scene.slots, np.int64) - 1, axis=0)


def _sums(numbers: Term, rows: Matrix) -> Term:
    """(1, rows) weighted sums of 1 and numbers (1, N), each of the few that it has weights for.

    As one product with all zeros it would be 34 MB of furnished rooms' graph, which had to be read at every start.
    """
    weights = rows[:, 1:]
    most = max(1, int((weights != 0).sum(1).max()))
    which = np.argsort(weights == 0, axis=1, kind="stable")[:, :most]  # those with weights first, in their order
    few = np.take_along_axis(weights, which, 1).astype(np.float32)
    found = numbers.apply("Gather", which.astype(np.int64), axis=-1) * few
    return found.apply("ReduceSum", np.array([-1]), keepdims=0) + rows[:, 0].astype(np.float32)


def _derived(function: Function, sums: Term) -> Term:
    if function == "positive":
        return sums.max(0.0)
    return (sums > 0.0).floats() if function == "above" else sums * sums
