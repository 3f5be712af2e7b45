"""Furnished rooms: numbers → plan → scene, turned and mirrored rooms, and plans that differ."""

import numpy as np
import pytest

from cocogan_core.data.rooms.furnished.numbers import CORNERS, FURNISHED, WALLS, mirror, quarter_turn
from cocogan_core.data.rooms.furnished.plan import FLOORS, FORMS, HANGINGS, SISTERS, room_plan, set_upright
from cocogan_core.data.rooms.furnished.scene import build_furnished
from cocogan_core.data.rooms.parameters import room_box, style_named, style_of
from cocogan_core.data.rooms.primitives import Primitive
from cocogan_core.data.rooms.renderer import MOST_SOLIDS, room_parameters


def vectors(count=60):
    rng = np.random.default_rng(0)
    yield from rng.choice([-1.0, 1.0], (count, len(FURNISHED)))
    yield from rng.uniform(-1, 1, (count, len(FURNISHED)))
    yield np.zeros(len(FURNISHED))


def flattened(group):
    for one in group:
        yield from [one] if isinstance(one, Primitive) else flattened(one)


def groups_in(group):
    return 1 + sum(groups_in(one) for one in group if isinstance(one, tuple))


def solids(scene):
    return list(flattened(scene.groups))


def flat(vector):
    scene = build_furnished(vector)
    numbers = [np.ravel(np.asarray(scene.uniforms[name], float)) for name in sorted(scene.uniforms)]
    for solid in solids(scene):
        numbers += [solid.centre, solid.half, solid.colour]
    return np.concatenate([*numbers, [scene.turn_rad, scene.handedness]])


def plan_of(vector):
    return room_plan(set_upright(vector).numbers)


def random_rooms(count, seed=0):
    return [room_parameters(seed, index, "furnished") for index in range(count)]


def test_names_are_unique_grouped_and_known_by_their_number():
    assert len(set(FURNISHED)) == len(FURNISHED)
    assert all(name.count(".") == 1 and name == name.lower() for name in FURNISHED)
    assert style_of(len(FURNISHED)) == style_named(FURNISHED) == "furnished"


@pytest.mark.parametrize("room", random_rooms(8), ids=str)
def test_turns_and_mirrorings_are_those_of_a_square(room):
    def turned(times, numbers):
        return numbers if not times else turned(times - 1, quarter_turn(numbers))

    images = [turned(times, start) for start in (room, mirror(room)) for times in range(4)]
    assert len({image.tobytes() for image in images}) == 8
    np.testing.assert_array_equal(turned(4, room), room)
    np.testing.assert_array_equal(mirror(mirror(room)), room)
    np.testing.assert_array_equal(mirror(quarter_turn(room)), turned(3, mirror(room)))
    sorted_by_size = [np.sort(np.abs(image)).tolist() for image in images]
    assert sorted_by_size == sorted_by_size[:1] * 8


def test_further_numbers_and_further_axes_are_kept():
    rooms = np.random.default_rng(1).uniform(-1, 1, (3, 2, len(FURNISHED) + 2)).astype(np.float32)
    for moved in (quarter_turn, mirror):
        after = moved(rooms)
        assert after.dtype == np.float32
        np.testing.assert_array_equal(after[..., -2:], rooms[..., -2:])
        np.testing.assert_array_equal(after[1, 1], moved(rooms[1, 1]))


def test_upright_rooms_have_windows_in_front_and_lead_back():
    for room in random_rooms(100):
        upright = set_upright(room)
        plan = room_plan(upright.numbers)
        assert plan.walls[0].windows
        assert plan.walls[1].door or (plan.walls[2].door and plan.walls[1].main)
        back = mirror(upright.numbers) if upright.mirrored else upright.numbers
        for _ in range(upright.turns):
            back = quarter_turn(back)
        np.testing.assert_array_equal(back, room)
        for image in (mirror(room), quarter_turn(room), mirror(quarter_turn(quarter_turn(room)))):
            np.testing.assert_array_equal(set_upright(image).numbers, upright.numbers)


def test_any_room_fits_the_shader_and_itself():
    for vector in vectors():
        scene = build_furnished(vector)
        half = np.asarray(scene.uniforms["room"]) / 2
        lamps = 2  # their shades are groups of their own
        groups = sum(groups_in(group) for group in scene.groups)
        assert len(solids(scene)) + groups + lamps <= MOST_SOLIDS["furnished"]
        for solid in solids(scene):
            assert np.all(np.abs(solid.centre - [0, half[1], 0]) < half), f"{solid} lies outside the room"
            assert np.all(solid.half > 0)
            assert np.all((solid.colour >= 0) & (solid.colour <= 1.2))


def test_the_camera_stands_free():
    for vector in vectors():
        scene = build_furnished(vector)
        camera = np.asarray(scene.uniforms["camera"])
        assert all(np.any(np.abs(camera - solid.centre) > solid.half + 0.05) for solid in solids(scene))


def test_values_outside_are_clipped():
    vector = np.random.default_rng(3).choice([-1.0, 1.0], len(FURNISHED))
    np.testing.assert_array_equal(flat(vector), flat(3 * vector))


@pytest.mark.parametrize("name", FURNISHED)
def test_numbers_enter_continuously_but_at_switches(name):
    """A tiny step moves no solid and no uniform far, and does move something, unless all that it does is to switch."""
    moved = []
    for room in random_rooms(24, seed=4):
        here = np.asarray(room, float)
        there = here.copy()
        there[FURNISHED.index(name)] += 1e-4
        assert plan_of(here) == plan_of(there)
        moved.append(np.abs(flat(here) - flat(there)).max())
    assert max(moved) < 0.01
    switches = name.endswith((".open", ".form_x", ".form_y", ".hang", ".kind_x", ".kind_y")) and name != "curtain.open"
    assert (max(moved) == 0) == switches


def test_every_kind_appears_within_200_rooms():
    plans = [plan_of(room) for room in random_rooms(200)]
    walls = [wall for plan in plans for wall in plan.walls]
    assert {wall.form for wall in walls} == {*FORMS, *SISTERS, *SISTERS.values()}
    assert {wall.hanging for wall in walls} == {"", *HANGINGS}
    assert {wall.windows for wall in walls} == {0, 1, 2, 3}
    assert {wall.door for wall in walls} == {-1, 0, 1}
    assert {thing for plan in plans for thing in plan.corners} == {"", "lamp", "plant", "table", "armchair"}
    assert {plan.floor for plan in plans} == set(FLOORS.values())


def test_no_two_of_24_rooms_share_a_plan():
    assert len({plan_of(room).walls for room in random_rooms(24)}) == 24


def test_each_room_has_a_door_and_windows_and_furniture_of_different_kinds():
    for room in random_rooms(200):
        plan = plan_of(room)
        assert sum(wall.door != 0 for wall in plan.walls) == 1
        assert sum(wall.main for wall in plan.walls) == 1
        assert not any(wall.door and wall.windows for wall in plan.walls)
        assert len({wall.form for wall in plan.walls}) >= 3
        assert plan.corners.count("") == plan.corners.count("lamp") == 1


def test_boxes_are_those_of_the_room_as_it_is_turned():
    for room in random_rooms(20):
        box, turned, mirrored = room_box(room), room_box(quarter_turn(room)), room_box(mirror(room))
        width, height, depth = box.size_m
        right, eye, forward = box.viewer_m
        np.testing.assert_allclose(turned.size_m, [depth, height, width])
        np.testing.assert_allclose(turned.viewer_m, [forward, eye, -right])
        np.testing.assert_allclose(mirrored.size_m, box.size_m)
        np.testing.assert_allclose(mirrored.viewer_m, [-right, eye, forward])


def test_walls_and_corners_follow_to_the_right():
    numbers = np.arange(len(FURNISHED), dtype=float)
    after = dict(zip(FURNISHED, quarter_turn(numbers), strict=True))
    before = dict(zip(FURNISHED, numbers, strict=True))
    for names in (WALLS, CORNERS):
        for place, one in enumerate(names):
            further = names[(place + 1) % 4]
            pairs = (
                [(f"{one}.form_x", f"{further}.form_x")] if names is WALLS else [(f"corner.{one}", f"corner.{further}")]
            )
            assert all(after[later] == before[earlier] for earlier, later in pairs)
