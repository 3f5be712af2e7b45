"""Objects of a room: sides as functions of numbers, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.rooms.objects import room_objects
from cocogan_core.data.rooms.parameters import PARAMETERS
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.objects import RoomObject, RoomObjects

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
