"""Rooms turned and mirrored: as numbers, as patches, and what is no symmetry of a room."""

from dataclasses import replace

import numpy as np
import pytest

from cocogan_core.data.rooms.furnished.numbers import FURNISHED, FURNISHED_SYMMETRY
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.symmetry import RoomSymmetry, upright_rooms

NAMES = ("f", "r", "b", "l", "x", "z", "hue")
SQUARE = RoomSymmetry(
    quarter_turn=("f=l", "r=f", "b=r", "l=b", "x=z", "z=-x"),
    mirror=("r=l", "l=r", "x=-x"),
    openness=("f", "r", "b", "l"),
)


def test_a_turn_and_a_mirroring():
    room = np.array([1, 2, 3, 4, 5, 6, 7, 8])
    assert SQUARE.turned(room, NAMES).tolist() == [4, 1, 2, 3, 6, -5, 7, 8]
    assert SQUARE.mirrored(room, NAMES).tolist() == [1, 4, 3, 2, -5, 6, 7, 8]
    assert SQUARE.turned(room, NAMES, times=4).tolist() == room.tolist()


def test_upright_rooms_are_the_same_for_all_eight_images_and_lead_back():
    rng = np.random.default_rng(0)
    for room in rng.uniform(-1, 1, (50, 9)).astype(np.float32):
        upright = SQUARE.upright(room, NAMES)
        front, right, back, left = upright.numbers[:4]
        assert front == max(front, right, back, left)
        least, second = sorted([front, right, back, left])[:2]
        assert right == (second if back == least else least)
        again = SQUARE.mirrored(upright.numbers, NAMES) if upright.mirrored else upright.numbers
        assert SQUARE.turned(again, NAMES, times=upright.turns).tobytes() == room.tobytes()
        for start in (room, SQUARE.mirrored(room, NAMES)):
            for times in range(4):
                image = SQUARE.turned(start, NAMES, times=times)
                assert SQUARE.upright(image, NAMES).numbers.tobytes() == upright.numbers.tobytes()


def test_many_rooms_at_once():
    rooms = np.random.default_rng(1).uniform(-1, 1, (5, 9)).astype(np.float32)
    together = upright_rooms(rooms, NAMES, SQUARE)
    assert together.tobytes() == np.stack([SQUARE.upright(room, NAMES).numbers for room in rooms]).tobytes()
    assert upright_rooms(rooms[:0], NAMES, SQUARE).shape == (0, 9)


def test_what_all_images_share():
    room = np.array([1, 2, 3, 6, 5, 6, 7, 8], np.float32)
    assert SQUARE.shared(room, NAMES).tolist() == [3, 3, 3, 3, 0, 0, 7, 8]


@pytest.mark.parametrize("room", np.random.default_rng(2).uniform(-1, 1, (16, 7)), ids=lambda room: f"{room[0]:.2f}")
def test_cells_and_patches_are_those_of_the_turned_panorama(room):
    """A panorama of distinct pixels, cut into 2 × 8 patches."""
    upright = SQUARE.upright(room, NAMES)
    picture = np.arange(8 * 32, dtype=np.uint8).reshape(8, 32, 1).repeat(3, -1)
    patches = picture.reshape(2, 4, 8, 4, 3).transpose(0, 2, 1, 3, 4)
    ids = [(row, column) for row in range(2) for column in range(-3, 5)]
    cells = upright.cells(ids, 8)
    moved = upright.undo(np.stack([patches[row, column] for row, column in cells]))
    expected = np.roll(picture[:, ::-1] if upright.mirrored else picture, 8 * upright.turns, 1)
    for (row, column), patch in zip(ids, moved, strict=True):
        left = column % 8 * 4
        np.testing.assert_array_equal(patch, expected[row * 4 : row * 4 + 4, left : left + 4])


def test_furnished_rooms_have_the_symmetries_of_a_square():
    FURNISHED_SYMMETRY.require_fit(FURNISHED)
    FURNISHED_SYMMETRY.require_fit((*FURNISHED, "view.zoom"))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"quarter_turn": ("f=l", "r=f", "b=r", "l=b", "x=z", "z=x")}, "not those of a room"),
        ({"quarter_turn": ("f=r", "r=b", "b=l", "l=f", "x=z", "z=-x")}, "not those of a room"),
        ({"quarter_turn": ()}, "not those of a room"),
        ({"mirror": ("r=l", "x=-x")}, "not those of a room"),
        ({"mirror": ("r=l", "l=r", "x=-x", "hue=-colour")}, "colour"),
        ({"mirror": ("nonsense",)}, "nonsense"),
        ({"openness": ("f", "r", "b", "b")}, "four walls"),
        ({"openness": ("f", "l", "b", "r")}, "not those of a room"),
        ({"openness": ("f", "r", "b", "left")}, "left"),
    ],
)
def test_what_is_no_symmetry_is_refused(change, word):
    with pytest.raises(ConfigError, match=word):
        replace(SQUARE, **change).require_fit(NAMES)
