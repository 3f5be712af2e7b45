"""Patterns of furniture as drawn: where tilings say that they repeat, and each variant its own."""

import numpy as np
import pytest

from cocogan_core.data.rooms import renderer as module
from cocogan_core.data.rooms.furnished.frame import Frame
from cocogan_core.data.rooms.furnished.hanging import hanging
from cocogan_core.data.rooms.furnished.patterns import OF_GROUP, OF_MATERIAL, tiling_of
from cocogan_core.data.rooms.furnished.slot import Finish
from cocogan_core.data.rooms.primitives import BLIND, BOOKS, BOX, BRICK, DOORS, FACINGS, PICTURE, PLAIN, Scene
from cocogan_core.data.rooms.renderer import RoomRenderer, room_parameters
from cocogan_core.data.rooms.view import height_px
from cocogan_core.geometry.projection import Projection

SPHERE = Projection.of_aspect("equirectangular", 2)
WIDTH, EYE_M, ROWS, AHEAD_M = 4096, 1.4, 4, 0.9
COLOUR = np.array([0.5, 0.4, 0.3])
ROOM = room_parameters(3, 1, "furnished")


@pytest.fixture(scope="module")
def renderer():
    with RoomRenderer(WIDTH, samples=4, style="furnished", projection=SPHERE) as made:
        yield made


@pytest.fixture
def drawn(renderer, monkeypatch):
    """(n, 3) looks along a row across a box ahead, at ``shares`` of its length from its left end."""
    bare = module.build_furnished(ROOM).uniforms

    def draw(material, length, shares, *, variant=0, up=0.0, before=()):
        eye = np.array([0.0, EYE_M, 0.0])
        frame = Frame(0.0, AHEAD_M, 1)
        one = frame.solid(
            (0.0, -0.1, EYE_M + 0.06 - up), (length / 2, 0.1, 0.15), COLOUR, material, BOX, 0.002, variant
        )
        scene = Scene((*before, (one,)), bare | {"camera": eye}, turn_rad=0.0, handedness=1)
        monkeypatch.setattr(module, "build_furnished", lambda _: scene)
        wide = int(np.arctan(length / 2 / AHEAD_M) / (2 * np.pi) * WIDTH) + 2
        made = renderer.crop(
            ROOM, width_px=WIDTH, top_px=height_px(SPHERE, WIDTH) // 2 - ROWS // 2, left_px=-wide, height_px=ROWS,
            crop_width_px=2 * wide + 1,
        )  # fmt: skip
        metres = np.tan(np.arange(-wide, wide + 1) * 2 * np.pi / WIDTH) * AHEAD_M
        row = made.astype(float).mean(0)
        return np.stack([np.interp((np.asarray(shares) - 0.5) * length, metres, part) for part in row.T], 1)

    return draw


def alike(one, other):
    """1 where looks change alike along a row."""
    return np.corrcoef(*(np.diff(row, axis=0).ravel() for row in (one, other)))[0, 1]  # without slow changes of light


def test_a_longer_shelf_has_the_same_books_first_and_more_of_them(drawn):
    unit_m = OF_MATERIAL[BOOKS].unit_m[0]
    middles = np.arange(25)[:, None] + np.array([0.25, 0.5, 0.75])
    rows = {}
    for length, books in ((1.0, 25), (1.03, 25), (1.19, 29)):
        assert int(length / unit_m) == books
        rows[length] = drawn(BOOKS, length, (middles / books).ravel())
    assert rows[1.0].std() > 5
    for length in (1.03, 1.19):
        assert alike(rows[1.0], rows[length]) > 0.9
    assert alike(rows[1.0][3:], rows[1.03][:-3]) < 0.7, "another book's look"


def test_books_go_by_their_variant_and_not_by_what_else_there_is(drawn):
    shares = np.linspace(0.01, 0.99, 150)
    first, second = (drawn(BOOKS, 1.0, shares, variant=variant) for variant in (0, 3))
    assert alike(first, second) < 0.6
    behind = Frame(0.0, -1.0, 3).solid((0.0, -0.1, 0.5), (0.3, 0.1, 0.3), COLOUR, PLAIN)
    assert alike(second, drawn(BOOKS, 1.0, shares, variant=3, before=((behind,), (behind,)))) > 0.98


def test_bricks_are_counted_from_the_middle(drawn):
    metres = np.linspace(-0.45, 0.45, 200)
    narrow, wide = (drawn(BRICK, length, 0.5 + metres / length) for length in (0.96, 1.3))
    assert narrow.std() > 1
    assert alike(narrow, wide) > 0.9
    assert alike(narrow, drawn(BRICK, 0.96, 0.5 + (metres + 0.1) / 0.96)) < 0.5


def test_doors_come_in_pairs_as_wide_as_fit(drawn):
    unit_m = OF_MATERIAL[DOORS].unit_m[0]
    assert [int(length / unit_m) for length in (0.86, 1.66, 1.72)] == [1, 1, 2]
    shares = np.linspace(0.03, 0.97, 300)
    one, two = drawn(DOORS, 0.86, shares), drawn(DOORS, 1.72, np.concatenate([shares, shares + 1]) / 2)
    assert one.std() > 1
    assert alike(one, two[:300]) > 0.8
    assert alike(one, two[300:]) > 0.8
    wider = drawn(DOORS, 1.66, np.concatenate([shares, shares + 1]) / 2)
    assert alike(wider[:300], wider[300:]) < 0.7, "one pair, whose halves are each other's mirror images"


def test_shaders_have_the_tilings_numbers():
    """Those of which no row across a box says anything."""
    text = module.resource("shaders/furnished_surface.glsl").read_text()
    assert OF_MATERIAL[BRICK].unit_m == (0.24, 0.08)
    assert "Cells(vec2(0.24, 0.08), -0.5" in text, "every other row is shifted by half a brick"
    assert OF_GROUP["rug"].unit_m == (0.17, 0.17)
    assert "abs(p.xz - rug.xy) / 0.17" in text
    assert OF_MATERIAL[BLIND].unit_m[1] == 0.045
    assert "Cells(vec2(99.0, 0.045), 0.0" in text


def test_each_picture_of_a_group_is_another_and_variants_reach_the_shader():
    finish, seen = Finish(COLOUR, COLOUR, COLOUR), []
    for kind in ("picture", "pair", "group"):
        for solid in hanging(kind, Frame(0.0, 1.0, 1), finish, size=0.5, lowest=1.2):
            row = module._row(solid)
            assert int(row[-1]) % FACINGS == PICTURE
            assert int(row[-1]) // FACINGS % 8 == 1
            seen.append(int(row[-1]) // module.VARIANTS)
    assert len({*seen}) == len(seen) == 8


def test_what_has_no_pattern_has_no_tiling():
    assert tiling_of("sofa.1", "sofa", PLAIN) is None
    assert tiling_of("shelves.3", "shelves", BOOKS).row == "shelves.3"
