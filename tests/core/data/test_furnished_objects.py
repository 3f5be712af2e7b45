"""The boxes of a furnished room's objects against its plan and the scene that the renderer draws."""

import numpy as np
import pytest

from cocogan_core.data.rooms.furnished.numbers import CORNERS, FURNISHED, WALLS
from cocogan_core.data.rooms.furnished.objects import furnished_objects
from cocogan_core.data.rooms.furnished.plan import room_plan, set_upright
from cocogan_core.data.rooms.furnished.scene import build_furnished
from cocogan_core.data.rooms.primitives import Primitive

# Not one solid each: flat on walls or floor, or around several.
EDGES = ("skirting", "panelling", "cornice")
OWN = ("window", "pane", "curtain", "door", "rug", *EDGES)


def rooms(count, seed):
    rng = np.random.default_rng(seed)
    return [set_upright(rng.uniform(-1, 1, len(FURNISHED))).numbers for _ in range(count)]


def solids(groups):
    for one in groups:
        yield from [one] if isinstance(one, Primitive) else solids(one)


def boxes(z):
    """The objects that are there: their names and sides."""
    objects = furnished_objects()
    numbers = objects.numbers(FURNISHED, z)
    here = objects.presence(FURNISHED) @ numbers > 0
    sides = objects.sides(FURNISHED) @ numbers
    return [(one.name, box) for one, box, there in zip(objects.objects, sides, here, strict=True) if there]


def test_every_wall_and_corner_has_what_the_plan_says():
    for z in rooms(300, seed=1):
        plan, names = room_plan(z), [name for name, _ in boxes(z)]
        for wall, stated in zip(WALLS, plan.walls, strict=True):
            here = {name.split(".")[0] for name in names if f".{wall}." in name}
            about = {"door"} if stated.door else set()
            about |= {"rug", "pendant"} if stated.main else set()
            about |= {"window", "pane", "curtain"} if stated.windows else set()
            assert here - {"blind", *EDGES} == {stated.form, *([stated.hanging] if stated.hanging else []), *about}
            assert sum(name.startswith(f"pane.{wall}.") for name in names) == stated.windows
        things = [[name.split(".")[0] for name in names if f".{corner}." in name] for corner in CORNERS]
        assert [{*some} for some in things] == [{f"corner_{thing}"} if thing else set() for thing in plan.corners]


@pytest.mark.parametrize("seed", range(4))
def test_every_object_is_a_solid_of_the_scene(seed):
    for z in rooms(25, seed):
        known = np.array([[*(s.centre - s.half), *(s.centre + s.half)] for s in solids(build_furnished(z).groups)])
        for name, sides in boxes(z):
            assert (sides[3:] >= sides[:3] - 1e-6).all(), name
            if not name.startswith(OWN):
                assert np.abs(known - sides).max(1).min() < 1e-3, name


@pytest.mark.parametrize("seed", range(4))
def test_every_large_solid_is_an_object(seed):
    for z in rooms(25, 100 + seed):
        known = np.array([sides for _, sides in boxes(z)])
        for solid in solids(build_furnished(z).groups):
            _, wide, long = np.sort(2 * solid.half)
            sides = np.array([*(solid.centre - solid.half), *(solid.centre + solid.half)])
            within = (known[:, :3] <= sides[:3] + 1e-3).all(1) & (known[:, 3:] >= sides[3:] - 1e-3).all(1)  # folds
            assert wide < 0.1 or wide * long < 0.03 or within.any(), solid


def test_flat_things_lie_where_the_shaders_draw_them():
    for z in rooms(60, seed=2):
        shown, scene = boxes(z), build_furnished(z).uniforms
        width, _, depth = scene["room"]
        for (wall, u, middle, _), half, (count, spacing) in zip(
            scene["window_place"], scene["window_half"], scene["window_row"], strict=True
        ):
            if not wall:
                continue
            panes = [sides for name, sides in shown if name.startswith(f"pane.{WALLS[int(wall) - 1]}.")]
            places = u + (np.arange(count) - (count - 1) / 2) * spacing
            along = {1: (0, 1), 3: (0, -1), 4: (2, 1)}[int(wall)]
            middles = sorted(along[1] * (box[along[0]] + box[3 + along[0]]) / 2 for box in panes)
            assert middles == pytest.approx(places, abs=1e-4)
            for box in panes:
                size = box[3:] - box[:3]
                assert [size[along[0]], size[1]] == pytest.approx(2 * (half - 0.045), abs=1e-4)
                assert (box[1] + box[4]) / 2 == pytest.approx(middle, abs=1e-4)
        (rug,) = [sides for name, sides in shown if name.startswith("rug")]
        x, z_, half_x, half_z = scene["rug"]
        assert rug == pytest.approx([x - half_x, 0, z_ - half_z, x + half_x, 0, z_ + half_z], abs=1e-4)
        (door,) = [sides for name, sides in shown if name.startswith("door")]
        wall, right, half, high = scene["door"]
        place = {2: (width / 2, -right), 3: (-right, -depth / 2)}[int(wall)]
        assert [(door[0] + door[3]) / 2, (door[2] + door[5]) / 2] == pytest.approx(place, abs=1e-4)
        assert max(door[3:] - door[:3]) == pytest.approx(high + 0.09, abs=1e-4)
        assert sorted(door[3:] - door[:3])[1] == pytest.approx(2 * half + 0.18, abs=1e-4)


def test_every_wall_has_the_panels_that_are_rendered():
    some = 0
    for z in rooms(60, seed=6):
        shown, scene = dict(boxes(z)), build_furnished(z).uniforms
        (width, _, depth), high = scene["room"], scene["panel"][3]
        for k, wall in enumerate(WALLS):
            parts = [shown[f"panelling.{wall}.{part}"] for part in (0, 1) if f"panelling.{wall}.{part}" in shown]
            assert bool(parts) == (high > 0.15)
            some += len(parts)
            spans = ((0.10, high - 0.05, 0.012), (high - 0.05, high, 0.008))
            for part, (*span, deep) in zip(parts, spans, strict=False):
                along, size, across = (0, width, depth) if k % 2 == 0 else (2, depth, width)
                assert part[[1, 4]] == pytest.approx(span, abs=1e-4)
                assert part[3 + along] - part[along] == pytest.approx(size, abs=1e-4)
                assert abs(part[2 - along]) == pytest.approx(across / 2 + deep, abs=1e-4)
    assert some > 100


def test_every_wall_has_a_skirting_board_and_a_cornice_up_to_where_the_ceiling_slopes():
    slopes = 0
    for z in rooms(100, seed=5):
        shown, scene = dict(boxes(z)), build_furnished(z).uniforms
        (width, height, depth), roof = scene["room"], np.array(scene["roof"])
        for k, wall in enumerate(WALLS):
            assert shown[f"skirting.{wall}.0"][[1, 4]] == pytest.approx([0, 0.10])
            along, size = (0, width) if k % 2 == 0 else (2, depth)
            corners = [(x, height, z_) for x in (-width / 2, width / 2) for z_ in (-depth / 2, depth / 2)]
            mine = [c for c in corners if c[2 - along] * (1 if k < 2 else -1) > 0]
            below = [[roof[j, :3] @ c <= roof[j, 3] + 1e-6 for c in mine] for j in range(2)]
            cornice = shown.get(f"cornice.{wall}.0")
            assert (cornice is None) == any(not any(both) for both in below), wall
            if cornice is None:
                continue
            assert cornice[[1, 4]] == pytest.approx([height - 0.06, height])
            ends = np.array([mine[0]] * 2)
            ends[:, along] = cornice[[along, 3 + along]]
            over = ends @ roof[:, :3].T - roof[:, 3]
            cut = size - (cornice[3 + along] - cornice[along])
            slopes += cut > 1e-3
            assert over.max() < 1e-4, wall
            assert cut < 1e-3 or over.max() > -1e-4, wall  # it ends where the slope begins
    assert slopes > 20


def test_the_sun_stands_where_it_is_drawn_while_it_shines():
    objects = furnished_objects()
    for z in rooms(200, seed=3):
        scene = build_furnished(z).uniforms
        if not np.any(scene["sun_light"]):
            continue
        azimuth, height = objects.sun(FURNISHED) @ objects.numbers(FURNISHED, z)
        x, y, ahead = scene["sun_direction"]
        assert azimuth == pytest.approx(np.arctan2(x, ahead), abs=1e-6)
        assert height == pytest.approx(np.arcsin(y), abs=0.02)


def test_parts_that_look_alike_share_a_row():
    objects = furnished_objects()
    rows = dict(zip([one.name for one in objects.objects], objects.rows, strict=True))
    assert rows["bed.left.0"] == rows["bed.back.0"] == rows["bed.right.0"]
    assert len({*objects.rows}) < len(objects.objects) / 3


def test_networks_are_told_how_strong_the_main_walls_paper_is_of_that_wall_alone():
    objects, strong = furnished_objects(), 0
    names = [*FURNISHED, *(one.name for one in objects.derived)]
    looks = [1 + names.index(name) for name in objects.looks[-3:]]  # of the walls to the right, behind, to the left
    for z in rooms(60, seed=7):
        scene = build_furnished(z).uniforms
        expected = [scene["paper"] / 0.16 * (scene["main_wall"] == wall) for wall in (2, 3, 4)]
        assert objects.numbers(FURNISHED, z)[looks] == pytest.approx(expected, abs=1e-4)
        strong += max(expected) > 0.2
    assert strong > 10
