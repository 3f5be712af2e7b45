"""Visited rooms, with a pipeline that only says what it has made."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from cocogan_core.geometry.grid import PatchGrid
from viewer.rendering.thumbnails import MOST_ROOMS, Filmstrip, thumbnail, thumbnail_size
from viewer.session.visits import Visits
from viewer.state.latents import Latents

GRID = PatchGrid(patch_px=16)


class Sheet:
    """A texture in memory."""

    glo = 1

    def __init__(self, size):
        self.pixels = np.zeros((size[1], size[0], 3), np.uint8)

    def write(self, data, viewport, *, alignment=1):
        left, top, width, height = viewport
        self.pixels[top : top + height, left : left + width] = np.frombuffer(data, np.uint8).reshape(height, width, 3)


@dataclass
class Made:
    """What a pipeline tells."""

    generation: int = 0
    complete: bool = True
    share: float = 1.0
    colour: int = 0
    patches: dict = field(default_factory=dict)

    def pixels(self):
        return {(r, c): np.full((16, 16, 3), self.colour, np.uint8) for r in range(4) for c in range(12)}


def room(seed):
    return Latents.of_seed(seed, 3)


@pytest.fixture
def strip():
    return Filmstrip(Sheet(Filmstrip.texture_size(GRID)), GRID)


@pytest.fixture
def visits(strip):
    return Visits(strip, room(0))


def shown(strip, index):
    top, bottom = (round(edge * len(strip.texture.pixels)) for edge in strip.rows(index))
    return strip.texture.pixels[top:bottom]


def test_a_thumbnail_is_the_mean_of_its_patches_and_guesses_the_rest(rng):
    patch = rng.integers(0, 255, (16, 16, 3)).astype(np.uint8)
    small = thumbnail({(1, 2): patch}, GRID)
    assert small.shape == (*thumbnail_size(GRID)[::-1], 3) == (32, 96, 3)
    assert small[8:16, 16:24].mean() == pytest.approx(patch.mean(), abs=0.5)
    assert small[0, 0] == pytest.approx(patch.mean((0, 1)), abs=1)


def test_a_film_keeps_the_last_rooms_each_with_its_own_picture(strip):
    for seed in range(MOST_ROOMS + 5):
        strip.show(room(seed), Made(colour=seed).pixels())
    assert strip.rooms == [room(seed) for seed in range(5, MOST_ROOMS + 5)]
    for index in range(MOST_ROOMS):
        assert (shown(strip, index) == index + 5).all()
    strip.show(room(7), Made(colour=200).pixels())
    assert len(strip.rooms) == MOST_ROOMS
    assert (shown(strip, 2) == 200).all()


def test_a_drag_leaves_one_step_and_one_picture(visits):
    made = Made()
    visits.follow(room(0), made, held=False)
    for seed in (1, 2, 3):
        visits.follow(room(seed), made, held=True)
    made.generation = 3
    assert visits.follow(room(3), made, held=False)
    assert visits.filmstrip.rooms == [room(0), room(3)]
    assert visits.undo() == room(0)
    assert visits.redo() == room(3)


def test_a_room_left_before_it_was_complete_keeps_what_was_made_of_it(visits):
    made = Made(share=0.2, colour=10)
    visits.follow(room(0), made, held=False)
    made.colour = 20  # more has come meanwhile
    visits.follow(room(1), made, held=False)
    assert (shown(visits.filmstrip, 0) == 20).all()


def test_a_way_waits_for_each_room_to_be_seen(visits):
    made = Made()
    for seed in (0, 1):
        made.generation = seed
        visits.follow(room(seed), made, held=False)
    visits.aim(0)
    assert visits.target == 0
    visits.play(10.0)
    first = visits.move(10.1, made)
    assert first not in (None, room(0), room(1))
    made.complete = False
    assert visits.move(10.2, made) is None
    made.complete = True
    second = visits.move(99.0, made)  # a stall is not made up for in a leap
    assert visits.morph.share < 0.2
    for moved in (first, second):
        visits.follow(moved, made, held=False)
    assert visits.undo() == room(1)  # the whole way is one step
    assert not visits.morph.playing


def test_a_way_to_the_present_room_is_none(visits):
    visits.follow(room(0), Made(), held=False)
    visits.aim(0)
    assert visits.morph is None
    visits.play(0.0)
    assert visits.move(1.0, Made()) is None
