"""Objects of a room: sides as functions of numbers, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.rooms.objects import room_objects
from cocogan_core.data.rooms.parameters import PARAMETERS
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.derived import DerivedNumber
from cocogan_core.geometry.objects import RoomObject, RoomObjects, Slot, Tiling

TABLE = RoomObject(name="table", latents=("place",), sides_m=(-1, 0.5, 0, 0, 2, 0, 1, 0.5, 1, 0, 3, 0), present="-kind")
ROOM = RoomObjects(
    objects=(TABLE, RoomObject(name="window", sides_m=(-1, 1, 2, 1, 2, 2))), window="window", frame_m=0.1,
    sun_latents=("sun", "height"), sun_azimuth_rad=(-1, 1), sun_height_rad=(0.2, 0.6),
)  # fmt: skip
NAMES = ("place", "sun", "height", "kind")


def test_sides_move_with_their_numbers():
    numbers = np.array([1, 0.5, -1, 1, -0.2])
    assert (ROOM.sides(NAMES) @ numbers)[0].tolist() == [-0.75, 0, 2, 1.25, 1, 3]
    assert (ROOM.sides(NAMES) @ numbers)[1].tolist() == [-1, 1, 2, 1, 2, 2]
    assert (ROOM.presence(NAMES) @ numbers > 0).tolist() == [True, True]
    assert (ROOM.presence(NAMES) @ -numbers > 0)[0].tolist() is False
    assert (ROOM.sun(NAMES) @ numbers).tolist() == pytest.approx([-1, 0.6])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sides_m": (0, 0, 0, 1, 1)}, "6 lengths"),
        ({"sides_m": (0, 0, 0, 1, 1, float("nan"))}, "below 1000"),
        ({"sides_m": (0, 0, 0, -1, 1, 1)}, "beyond the others"),
        ({"sides_m": (0, 0, 0, 0, 1, 1), "shape": "ellipsoid"}, "beyond the others"),
        ({"sides_m": (0, 0, 0, 1, 1, 1), "front": "top"}, "front must be one of its sides"),
    ],
)
def test_what_is_no_object_is_one_line(changes, words):
    with pytest.raises(ConfigError, match=words):
        RoomObject(**{"name": "x", **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"objects": (TABLE, TABLE)}, "distinct"),
        ({"objects": ()}, "1 to 2048"),
        ({"window": "door"}, "window"),
        ({"sun_height_rad": (0.0, 1.0)}, "above the horizon"),
        ({"sun_azimuth_rad": (0.0, 2.0)}, "below 1.5"),
    ],
)
def test_what_are_no_objects_is_one_line(changes, words):
    with pytest.raises(ConfigError, match=words):
        replace(ROOM, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"unit_m": (0.1,)},
        {"unit_m": (0.1, 0.1, 0.1)},
        {"unit_m": (-0.1, 0.1)},
        {"unit_m": (0.1, float("nan"))},
        {"unit_m": (0.1, float("inf"))},
        {"units": (1,)},
        {"units": (0, 1)},
        {"units": (1, 257)},
    ],
)
def test_what_is_no_tiling_is_one_line(changes):
    with pytest.raises(ConfigError, match="tiling of 'x': unit_m are two lengths, and units 1 to 256"):
        Tiling(**{"row": "x", **changes})


def test_slots_are_numbered_and_name_derived_numbers_as_many_each():
    derived = tuple(DerivedNumber(name=f"={k}", function="positive", terms=("sun",), weights=(0.0, 1.0)) for k in "ab")
    room = replace(ROOM, derived=derived)
    for slots in ((Slot(looks=("=c",)),), (Slot(looks=("=a",)), Slot(looks=("=a", "=b")))):
        with pytest.raises(ConfigError, match="slots must name derived numbers, as many each"):
            replace(room, slots=slots)
    stands = replace(TABLE, name="chair", slot=2)
    with pytest.raises(ConfigError, match="an object's slot must be 0 or one of the 1"):
        replace(room, slots=(Slot(looks=("=a",)),), objects=(*ROOM.objects, stands))
    both = replace(room, slots=(Slot(looks=("=a",)), Slot(looks=("=b",))), objects=(*ROOM.objects, stands))
    assert replace(both, objects=(*ROOM.objects, replace(stands, shares=(0.5,))))
    for one in (replace(stands, shares=(0.5, 1.0)), replace(stands, slot=0, shares=(0.5,))):
        with pytest.raises(ConfigError, match="a share of each of its slot's looks, or none"):
            replace(both, objects=(*ROOM.objects, one))


def test_tilings_are_of_rows_with_a_front():
    shelf = replace(TABLE, name="shelf", row="books", front="front")
    room = replace(ROOM, objects=(*ROOM.objects, shelf))
    for rows in (("table",), ("shelf",), ("books", "books")):
        with pytest.raises(ConfigError, match="tilings must be of rows of objects that have a front, one each"):
            replace(room, tilings=tuple(Tiling(row=row) for row in rows))
    assert replace(room, tilings=(Tiling(row="books"),)).tilings[0].units == (1, 1)


@pytest.mark.parametrize(
    ("tilings", "words"),
    [
        (3, "tilings must be a list"),
        ([3], "expected an object of settings"),
        ([{"row": 3}], "row"),
        ([{"row": "table", "units": [1.5, 1]}], "units"),
        ([{"row": "table", "fitted": "yes"}], "fitted"),
        ([{"row": "table", "height": 1}], "height"),
    ],
)
def test_strange_tilings_in_json_are_one_line(tilings, words):
    model = ModelConfig(
        architecture="compact", z_dim=48, latent_names=PARAMETERS, room=RoomLatents(), objects=room_objects("plain")
    )
    stated = model.to_json()
    stated["objects"]["tilings"] = tilings
    with pytest.raises(ConfigError, match=words):
        ModelConfig.from_json(stated)


def test_a_model_keeps_its_objects_in_json():
    plain = room_objects("plain")
    model = ModelConfig(architecture="compact", latent_names=PARAMETERS, room=RoomLatents(), objects=plain)
    assert ModelConfig.from_json(model.to_json()) == model
    with pytest.raises(ConfigError, match="room coordinates"):
        replace(model, room=None)
    with pytest.raises(ConfigError, match=r"need the latents .*door\.place"):
        replace(model, latent_names=RoomLatents().names)
    for broken in (5, {"objects": 3}, {"objects": [4]}, {"objects": [{"name": "no sides"}]}):
        with pytest.raises(ConfigError):
            ModelConfig.from_json(model.to_json() | {"objects": broken})
