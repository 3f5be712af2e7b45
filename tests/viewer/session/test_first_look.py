"""Where a room is looked at first."""

import math
from dataclasses import replace

import numpy as np
import pytest

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.rooms.furnished.numbers import FURNISHED, FURNISHED_SYMMETRY, mirror, quarter_turn
from cocogan_core.data.rooms.furnished.plan import set_upright
from cocogan_core.data.rooms.furnished.scene import build_furnished
from cocogan_core.data.rooms.objects import room_objects
from cocogan_core.data.rooms.parameters import PARAMETERS, room_spans
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.session.first_look import SEAT_YAW_RAD, first_look

SPANS = {f"{name.removeprefix('room.')}_m": span for name, span in room_spans("furnished").items()}
FURNISHED_MODEL = ModelConfig(
    architecture="compact", grid=PatchGrid(rows=6, columns=12), latent_names=FURNISHED, symmetry=FURNISHED_SYMMETRY,
    room=RoomLatents(projection=Projection.of_aspect("equirectangular", 2), front="edge", **SPANS),
    objects=room_objects("furnished", upright=True),
)  # fmt: skip
ROOMS = np.random.default_rng(4).uniform(-1, 1, (40, 128))


def turn(a, b):
    return math.remainder(a - b, 2 * math.pi)


def test_a_furnished_room_is_looked_at_before_its_main_wall():
    for z in ROOMS:
        upright = set_upright(z[: len(FURNISHED)])
        look = first_look(FURNISHED_MODEL, np.r_[upright.numbers, z[len(FURNISHED) :]])
        scene = build_furnished(upright.numbers).uniforms
        (x, ahead, *_), (right, _, forward) = scene["rug"], scene["camera"]
        assert turn(look.yaw_rad, math.atan2(x - right, ahead - forward)) == pytest.approx(0, abs=1e-6)


def test_a_turned_or_mirrored_room_is_looked_at_from_there():
    for z in ROOMS:
        yaw_rad = first_look(FURNISHED_MODEL, z).yaw_rad
        assert turn(first_look(FURNISHED_MODEL, quarter_turn(z)).yaw_rad, yaw_rad) == pytest.approx(math.pi / 2)
        assert turn(first_look(FURNISHED_MODEL, mirror(z)).yaw_rad, -yaw_rad) == pytest.approx(0)


def test_plain_rooms_have_their_seats_at_one_wall_and_others_are_looked_at_ahead():
    plain = replace(FURNISHED_MODEL, latent_names=PARAMETERS, objects=None, symmetry=None)
    assert first_look(plain, ROOMS[0]).yaw_rad == SEAT_YAW_RAD
    nothing = ModelConfig()
    assert first_look(nothing, ROOMS[0]).yaw_rad == 0
    assert first_look(nothing, ROOMS[0]).pitch_rad == 0
