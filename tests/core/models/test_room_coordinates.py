import math

import pytest
import torch

from cocogan_core.config import RoomLatents
from cocogan_core.models.dimensions import ROOM_FEATURES
from cocogan_core.models.room_coordinates import WallPlaces, room_features, room_of, view_rays

BOX = RoomLatents()


def at(yaw_rad, y=0.5):
    """Features of one ray in a room of 5 × 4 × 2.8 m, the viewer in its middle."""
    u = yaw_rad / (2 * math.pi) + 0.5 / BOX.width_px
    rays = view_rays(torch.tensor([[y]]), torch.tensor([[u]]), BOX)
    room = torch.tensor([[2.5, 2.5, 1.5, 1.3, 2.0, 2.0]])
    return room_features(WallPlaces.of(room, rays), 0)[0, :, 0, 0]


def test_the_box_of_named_numbers():
    z = torch.tensor([[0.0, 1.0, -1.0, 1.0, 0.0, 0.3]])
    names = ("other", *BOX.names)
    left, right, floor, ceiling, back, front = room_of(z, names, BOX)[0].tolist()
    assert left + right == pytest.approx(5.6)  # room.width at 1
    assert back + front == pytest.approx(4.0)  # room.depth at −1
    assert (floor, floor + ceiling) == (1.5, pytest.approx(2.95))
    assert left - right == pytest.approx(2 * 0.25)  # the viewer a quarter of a metre to the right
    assert back - front == pytest.approx(2 * 0.15)


@pytest.mark.parametrize(
    ("yaw_rad", "face", "along_m", "distance_m"),
    [
        (0.0, 5, 0.0, 2.0),  # ahead: the front wall's middle
        (math.pi / 2, 1, 0.0, 2.5),  # the right wall
        (math.pi, 4, 0.0, 2.0),
        (-math.pi / 2, 0, 0.0, 2.5),
        (math.atan(0.5), 5, 1.0, 2.0 / math.cos(math.atan(0.5))),  # a metre to the right on the front wall
    ],
)
def test_where_level_rays_meet_the_walls(yaw_rad, face, along_m, distance_m):
    features = at(yaw_rad)
    assert len(features) == ROOM_FEATURES
    assert features[:6].tolist() == [float(i == face) for i in range(6)]
    assert features[6 + face].item() * 2.5 == pytest.approx(along_m, abs=1e-4)
    assert 1 / features[-1].item() == pytest.approx(distance_m, rel=1e-4)


def test_steep_rays_meet_ceiling_and_floor():
    assert at(0.3, y=0.0)[3] == 1
    assert at(0.3, y=1.0)[2] == 1


def test_mercator_rows_are_those_of_the_projection():
    ys = torch.linspace(0, 1, 9, dtype=torch.float64)[None]
    rays = view_rays(ys, torch.tensor([[0.1]], dtype=torch.float64), BOX)
    pitch = torch.asin(rays[0, 1, :, 0]).numpy()
    assert pitch == pytest.approx(BOX.projection.pitch_of_v(ys[0].numpy()), abs=1e-6)


def test_waves_are_sines_of_the_place():
    angle = math.atan(0.5)
    features = at(angle)
    waves = features[18:-1].reshape(2, 4, 2)
    for octave in range(4):
        assert waves[0, octave, 0].item() == pytest.approx(math.sin(2**octave * 1.0), abs=1e-4)
        assert waves[1, octave, 0].item() == pytest.approx(math.cos(2**octave * 1.0), abs=1e-4)
