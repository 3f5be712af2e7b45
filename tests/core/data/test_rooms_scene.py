"""Named numbers → scene: complete, bounded, smooth, inside the room."""

import numpy as np
import pytest

from cocogan_core.data.rooms.parameters import room_box
from cocogan_core.data.rooms.renderer import MOST_SOLIDS
from cocogan_core.data.rooms.scene import PARAMETERS, VARIED, build_scene

KINDS = ("seat.kind", "shelf.kind")


def vectors():
    rng = np.random.default_rng(0)
    for names in (PARAMETERS, VARIED):
        yield from rng.choice([-1.0, 1.0], (40, len(names)))
        yield from rng.uniform(-1, 1, (40, len(names)))
        yield np.zeros(len(names))


def solids(vector):
    return [solid for group in build_scene(vector).groups for solid in group]


def flat(vector):
    scene = build_scene(vector)
    numbers = [np.ravel(np.asarray(scene.uniforms[name])) for name in sorted(scene.uniforms)]
    for solid in solids(vector):
        numbers += [solid.centre, solid.half, solid.colour]
    return np.concatenate(numbers).astype(float)


def test_names_are_unique_and_grouped():
    assert len(set(VARIED)) == len(VARIED)
    assert all(name.count(".") == 1 and name == name.lower() for name in VARIED)


def test_a_varied_room_is_the_plain_one_until_its_numbers_say_otherwise():
    for vector in list(vectors())[:81]:
        more = [0 if name.startswith("panel") else -0.5 for name in VARIED[len(PARAMETERS) :]]
        neutral = np.append(vector, more)
        np.testing.assert_array_equal(flat(vector), flat(neutral))


def test_any_room_fits_the_shader_and_itself():
    for vector in vectors():
        scene = build_scene(vector)
        half = np.asarray(scene.uniforms["room"]) / 2
        lamps = 2  # their shades are groups of their own
        assert len(solids(vector)) + len(scene.groups) + lamps <= MOST_SOLIDS["plain"]
        for solid in solids(vector):
            assert np.all(np.abs(solid.centre - [0, half[1], 0]) < half), f"{solid} lies outside the room"
            assert np.all(solid.half > 0)
            assert np.all((solid.colour >= 0) & (solid.colour <= 1.2))


def test_the_camera_stands_free():
    for vector in vectors():
        camera = np.asarray(build_scene(vector).uniforms["camera"])
        assert all(np.any(np.abs(camera - solid.centre) > solid.half + 0.05) for solid in solids(vector))


def test_every_number_is_finite():
    assert all(np.isfinite(flat(vector)).all() for vector in vectors())


@pytest.mark.parametrize("name", [name for name in PARAMETERS if name not in KINDS])
def test_numbers_enter_continuously(name):
    vector = np.random.default_rng(1).uniform(0.1, 0.9, len(PARAMETERS))
    if name == "shelf.height":
        vector[PARAMETERS.index("shelf.kind")] = 0.5
    near = vector.copy()
    near[PARAMETERS.index(name)] += 1e-4
    assert 0 < np.abs(flat(vector) - flat(near)).max() < 0.01


def test_values_outside_are_clipped():
    vector = np.full(len(PARAMETERS), 1.0)
    np.testing.assert_array_equal(flat(vector), flat(3 * vector))


def test_boxes_of_many_rooms_are_those_of_each():
    plain = np.random.default_rng(2).uniform(-1.2, 1.2, (5, 7, len(PARAMETERS)))
    varied = np.random.default_rng(3).uniform(-1.2, 1.2, (35, len(VARIED)))
    for vectors_, many in ((plain.reshape(35, -1), room_box(plain)), (varied, room_box(varied))):
        sizes, viewers = many.size_m.reshape(35, 3), many.viewer_m.reshape(35, 3)
        for vector, size, viewer in zip(vectors_, sizes, viewers, strict=True):
            uniforms = build_scene(vector).uniforms
            np.testing.assert_array_equal(size, uniforms["room"])
            np.testing.assert_array_equal(viewer, uniforms["camera"])


def test_a_box_ignores_how_the_view_is_turned():
    vector = np.random.default_rng(2).uniform(-1, 1, len(PARAMETERS))
    np.testing.assert_array_equal(room_box(vector).size_m, room_box(np.append(vector, [0.6, 0.8, 1.0])).size_m)
