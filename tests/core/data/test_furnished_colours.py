"""The numbers that say what colours a furnished room has, against the palette that it is painted from."""

import numpy as np
import pytest

from cocogan_core.data.rooms.furnished.colours import Colours, dusk
from cocogan_core.data.rooms.furnished.lights import dusk_at
from cocogan_core.data.rooms.furnished.numbers import FURNISHED
from cocogan_core.data.rooms.furnished.objects import furnished_objects
from cocogan_core.data.rooms.furnished.palette import STRENGTH, Palette
from cocogan_core.data.rooms.furnished.sums import Derivation, number
from cocogan_core.data.rooms.parameters import RoomParameters
from cocogan_core.geometry.derived import steps_of, with_derived

ROOMS = np.random.default_rng(5).uniform(-1, 1, (400, len(FURNISHED)))


@pytest.fixture(scope="module")
def derivation():
    return Derivation()


@pytest.fixture(scope="module")
def values(derivation):
    """Of sums, of every room, once all are derived."""

    def of(*sums):
        derived = derivation.derived
        names = [*FURNISHED, *(one.name for one in derived)]
        known = with_derived(steps_of(derived, FURNISHED), np.c_[np.ones(len(ROOMS)), ROOMS])
        columns = {name: known[:, 1 + k] for k, name in enumerate(names)}
        return np.stack([x.constant + sum(w * columns[name] for name, w in x.weights.items()) for x in sums], -1)

    return of


def test_hues_are_the_palettes(derivation, values):
    colours = Colours.of(derivation)
    expected = [Palette.of(RoomParameters(z)) for z in ROOMS]
    for pair, hues in ((colours.first, [p.first for p in expected]), (colours.second, [p.second for p in expected])):
        assert values(*pair) == pytest.approx(np.array(hues) / STRENGTH[1], abs=0.01)


@pytest.mark.parametrize("thing", ["front.tone", "rug.tone", "paint.accent"])
def test_a_tone_chooses_between_them(derivation, values, thing):
    chroma = Colours.of(derivation).chroma(number(thing))
    expected = []
    for z in ROOMS:
        palette, tone = Palette.of(RoomParameters(z)), z[FURNISHED.index(thing)]
        expected.append(abs(tone) * (palette.first if tone > 0 else palette.second) / STRENGTH[1])
    assert values(*chroma) == pytest.approx(np.array(expected), abs=0.01)


def chroma_of(palette, tone):
    return abs(tone) * (palette.first if tone > 0 else palette.second) / STRENGTH[1]


@pytest.mark.parametrize(("slot", "tone"), [(1, "front.tone"), (4, "left.tone"), (5, "-rug.tone")])
def test_a_slot_is_told_of_its_own_colours_and_those_of_small_things(slot, tone):
    objects = furnished_objects()
    names, sign = [one.name for one in objects.derived], -1 if tone.startswith("-") else 1
    columns = [1 + len(FURNISHED) + names.index(name) for name in objects.slots[slot - 1].looks]
    for z in ROOMS[:100]:
        palette, value = Palette.of(RoomParameters(z)), sign * z[FURNISHED.index(tone.removeprefix("-"))]
        own, accent = chroma_of(palette, value), chroma_of(palette, 0.9 - 1.8 * max(value, 0))
        told = objects.numbers(FURNISHED, z)[columns]
        assert told == pytest.approx([*(own + 1), abs(value), *(accent + 1)], abs=0.01)
    assert {one.slot for one in objects.objects if one.name.startswith(("armchairs.front.", "sofa.left."))} == {1, 4}
    assert {one.slot for one in objects.objects if one.name.startswith(("corner_", "rug."))} == {0, 5}


def test_pieces_have_their_shares_of_colours():
    """As their builders mix them: a sofa is of its own colour, its cushions of the other, a wardrobe painted paler."""
    shares = {one.name: one.shares for one in furnished_objects().objects}
    own, other = (1.0, 1.0, 1.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0, 1.0)
    sofa = [shares[name] for name in shares if name.startswith("sofa.left.")]
    assert own in sofa
    assert other in sofa
    wardrobe = {shares[name] for name in shares if name.startswith("wardrobe.left.")}
    assert (0.65, 0.65, 0.65, 0.0, 0.0) in wardrobe
    assert {shares[name] for name in shares if name.startswith(("window.", "rug.", "picture."))} == {()}


def test_dusk_is_that_of_the_lights(derivation, values):
    sums = values(dusk(derivation))[:, 0]
    assert sums == pytest.approx([dusk_at(z[FURNISHED.index("light.hour")]) for z in ROOMS], abs=0.05)


def test_no_two_rooms_have_the_same_looks_and_none_is_below_zero():
    objects = furnished_objects()
    known = np.stack([objects.numbers(FURNISHED, z) for z in ROOMS])
    names = [one.name for one in objects.derived]
    looks = known[:, [1 + len(FURNISHED) + names.index(name) for name in objects.looks]]
    assert looks.min() >= 0
    assert len(np.unique(looks.round(6), axis=0)) == len(ROOMS)
    assert (looks.std(0) > 0).all()
