"""The boxes of a plain room's objects against the scene that the renderer draws."""

import numpy as np
import pytest

from cocogan_core.data.rooms.objects import room_objects
from cocogan_core.data.rooms.parameters import PARAMETERS
from cocogan_core.data.rooms.primitives import Primitive
from cocogan_core.data.rooms.scene import build_scene

# Not one solid: flat on walls or floor, or around several.
FLAT = {"window.front", "window.side", "door", "rug"}
SEVERAL = {"curtain.left", "curtain.right", "sofa.seat", "bed.mattress"}


def solids(groups):
    for one in groups:
        yield from [one] if isinstance(one, Primitive) else solids(one)


@pytest.mark.parametrize("seed", range(8))
def test_every_object_is_a_solid_of_the_scene(seed):
    z = np.random.default_rng(seed).uniform(-1, 1, len(PARAMETERS))
    scene, objects, numbers = build_scene(z), room_objects("plain"), np.concatenate([[1], z])
    known = np.array([[*(s.centre - s.half), *(s.centre + s.half)] for s in solids(scene.groups)])
    present = objects.presence(PARAMETERS) @ numbers > 0
    every = dict(zip([one.name for one in objects.objects], objects.sides(PARAMETERS) @ numbers, strict=True))
    for (name, sides), here in zip(every.items(), present, strict=True):
        if here and name not in FLAT | SEVERAL:
            assert np.abs(known - sides).max(1).min() < 0.006, name  # apart from what keeps two sides out of one plane
    u, middle = scene.uniforms["window_place"][0][1:3]
    wide, high = scene.uniforms["window_half"][0]
    window = every["window.front"]
    assert window[[0, 1, 3, 4]] == pytest.approx(
        [u - wide - 0.07, middle - high - 0.07, u + wide + 0.07, middle + high + 0.07]
    )
    assert window[[2, 5]] == pytest.approx([scene.uniforms["room"][2] / 2] * 2)
    x, z_, half_x, half_z = scene.uniforms["rug"]
    assert every["rug"] == pytest.approx([x - half_x, 0, z_ - half_z, x + half_x, 0, z_ + half_z])
    place, half, high, _ = scene.uniforms["door"]
    assert every["door"][[1, 2, 4, 5]] == pytest.approx([0, -place - half - 0.09, high + 0.09, -place + half + 0.09])


def test_curtains_hold_their_folds():
    z = np.zeros(len(PARAMETERS))
    objects, scene = room_objects("plain"), build_scene(z)
    left = objects.sides(PARAMETERS)[2, :, 0]
    folds = [s for s in solids(scene.groups) if s.centre[2] > 2.1 and s.centre[0] < -0.5 and 0.5 < s.centre[1] < 1.2]
    assert len(folds) == 3
    assert left[0] == pytest.approx(min(s.centre[0] - s.half[0] for s in folds))
    assert left[3] == pytest.approx(max(s.centre[0] + s.half[0] for s in folds))


def test_rooms_whose_plans_differ_have_none_unless_they_stand_upright():
    assert len(room_objects("furnished", upright=True).objects) > 500
    assert room_objects("furnished") is None
    assert room_objects("varied") is None
