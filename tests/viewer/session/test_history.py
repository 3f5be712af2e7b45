"""Undo, visited rooms and the way between two, with a streamer that only says what it has made."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocogan_core.geometry.grid import PatchGrid
from viewer.rendering.thumbnails import MOST_ROOMS, Filmstrip, thumbnail, thumbnail_size
from viewer.session.history import MOST_STEPS, RoomHistory, UndoStack
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
    """What a streamer tells."""

    revision: int = 0
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
def history(strip):
    return RoomHistory(strip, room(0))


def shown(strip, index):
    top, bottom = (round(edge * len(strip.texture.pixels)) for edge in strip.edges(index))
    return strip.texture.pixels[top:bottom]


def test_a_thumbnail_is_the_mean_of_its_patches_and_guesses_the_rest(rng):
    patch = rng.integers(0, 255, (16, 16, 3)).astype(np.uint8)
    small = thumbnail({(1, 2): patch}, GRID)
    assert small.shape == (*thumbnail_size(GRID)[::-1], 3) == (32, 96, 3)
    assert small[8:16, 16:24].mean() == pytest.approx(patch.mean(), abs=0.5)
    assert small[0, 0] == pytest.approx(patch.mean((0, 1)), abs=1)


def test_a_film_keeps_the_last_rooms_each_with_its_own_picture(strip):
    for seed in range(MOST_ROOMS + 5):
        strip.add(room(seed), Made(colour=seed).pixels())
    assert strip.rooms == [room(seed) for seed in range(5, MOST_ROOMS + 5)]
    for index in range(MOST_ROOMS):
        assert (shown(strip, index) == index + 5).all()
    strip.add(room(7), Made(colour=200).pixels())
    assert len(strip.rooms) == MOST_ROOMS
    assert (shown(strip, 2) == 200).all()


def test_a_drag_leaves_one_step_and_one_picture(history):
    made = Made()
    history.follow(room(0), made, dragging=False)
    for seed in (1, 2, 3):
        history.follow(room(seed), made, dragging=True)
    made.revision = 3
    history.follow(room(3), made, dragging=False)
    assert history.filmstrip.rooms == [room(0), room(3)]
    assert history.undo() == room(0)
    assert history.redo() == room(3)


def test_a_room_left_before_it_was_complete_keeps_what_was_made_of_it(history):
    made = Made(share=0.2, colour=10)
    history.follow(room(0), made, dragging=False)
    made.colour = 20  # more has come meanwhile
    history.follow(room(1), made, dragging=False)
    assert (shown(history.filmstrip, 0) == 20).all()


def test_a_way_waits_for_each_room_to_be_seen(history):
    made = Made()
    for seed in (0, 1):
        made.revision = seed
        history.follow(room(seed), made, dragging=False)
    history.morph_to(0)
    assert history.target == 0
    history.toggle_morph(10.0)
    first = history.next_morph_room(10.1, made)
    assert first not in (None, room(0), room(1))
    made.complete = False
    assert history.next_morph_room(10.2, made) is None
    made.complete = True
    second = history.next_morph_room(99.0, made)  # a stall is not made up for in a leap
    assert history.morph.share < 0.2
    for moved in (first, second):
        history.follow(moved, made, dragging=False)
    assert history.undo() == room(1)  # the whole way is one step
    assert not history.morph.playing


def test_a_way_to_the_present_room_is_none(history):
    history.follow(room(0), Made(), dragging=False)
    history.morph_to(0)
    assert history.morph is None
    history.toggle_morph(0.0)
    assert history.next_morph_room(1.0, Made()) is None


START = Latents.of_seed(0, 3)
rooms = st.integers(0, 5).map(lambda seed: Latents.of_seed(seed, 3))
steps = st.lists(st.tuples(rooms, st.integers(0, 2)), max_size=12)


def walked(steps):
    history = UndoStack((START,))
    for room, gesture in steps:
        history = history.push(room, gesture)
    return history


@given(steps)
def test_undo_goes_back_to_the_start_and_redo_to_the_end(steps):
    history = end = walked(steps)
    seen = [history.present]
    while history.can_undo:
        history = history.undo()
        seen.append(history.present)
    assert history.present == START
    assert history.undo().present == START
    for room in reversed(seen):
        assert history.present == room
        history = history.redo()
    assert history.present == end.present


@given(steps, rooms)
def test_a_new_room_forgets_what_was_undone(steps, room):
    history = walked(steps).undo()
    after = history.push(room, 0)
    assert after.present == room
    if room != history.present:
        assert not after.can_redo
        assert after.undo().present == history.present


def test_a_drag_is_one_step_and_two_drags_are_two():
    a, b, c, d = (Latents.of_seed(seed, 3) for seed in (1, 2, 3, 4))
    history = walked([(a, 1), (b, 1), (c, 1), (d, 2)])
    assert history.undo().present == c
    assert history.undo().undo().present == START


def test_a_step_after_undo_never_swallows_the_room_before():
    a, b = Latents.of_seed(1, 3), Latents.of_seed(2, 3)
    history = walked([(a, 1)]).undo().push(b, 1)
    assert history.undo().present == START


def test_a_history_is_bounded():
    history = UndoStack((Latents(0, (0.0,)),))
    for seed in range(1, MOST_STEPS + 50):
        history = history.push(Latents(seed, (0.0,)), 0)
    assert len(history.rooms) == MOST_STEPS
    assert history.present.seed == MOST_STEPS + 49
