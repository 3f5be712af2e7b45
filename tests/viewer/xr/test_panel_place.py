"""Where the panel and the ray stand, against directions worked out by hand; OpenXR's frame."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.xr.panel_place import forward_of, hit, place_before, place_on_wrist, ray_place
from viewer.xr.pose import EyePose, PanelPlace, Pose

ANGLES = (-0.9, 0.9, 0.9, -0.9)
places = st.tuples(*[st.floats(-1, 1)] * 3)
orientations = st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 0.1)


def eyes(position=(0.0, 0.0, 0.0), orientation=(0.0, 0.0, 0.0, 1.0)):
    return EyePose(orientation, position, ANGLES), EyePose(orientation, position, ANGLES)


def turned(orientation, axis):
    """By the rotation matrix."""
    x, y, z, w = orientation
    matrix = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.array(matrix) @ axis


def unit(values):
    values = np.array(values, float)
    return tuple(float(value) for value in values / np.linalg.norm(values))


@given(orientation=orientations.map(unit), position=places)
@settings(deadline=None, max_examples=50, derandomize=True)
def test_before_the_eyes_it_is_upright_and_faces_them(orientation, position):
    place = place_before(eyes(position, orientation), 8 / 7)
    assert turned(place.orientation, [0, 1, 0]) == pytest.approx([0, 1, 0])
    away = np.array(place.position) - position
    assert np.linalg.norm(away) == pytest.approx(1.3)
    assert turned(place.orientation, [0, 0, 1]) @ away < 0


@given(grip=orientations.map(unit), hand=places, head=places)
@settings(deadline=None, max_examples=50, derandomize=True)
def test_over_a_wrist_it_looks_at_the_eyes_and_does_not_lean(grip, hand, head):
    place = place_on_wrist(Pose(grip, hand), eyes(head), 8 / 7)
    assert place.position == pytest.approx((hand[0], hand[1] + 0.16, hand[2]))
    to_eyes = np.array(head) - place.position
    if np.linalg.norm(to_eyes) > 0.01:
        face = turned(place.orientation, [0, 0, 1])
        assert face == pytest.approx(to_eyes / np.linalg.norm(to_eyes), abs=1e-6)
    assert turned(place.orientation, [1, 0, 0])[1] == pytest.approx(0, abs=1e-9)


@given(aim=orientations.map(unit), hand=places, head=places)
@settings(deadline=None, max_examples=100, derandomize=True)
def test_the_ray_lies_along_the_aim_shows_its_face_and_ends_on_the_panel(aim, hand, head):
    panel = PanelPlace((0.0, 0.0, 0.0, 1.0), (0.0, 0.0, -1.5), (0.8, 0.7))
    ray, along = Pose(aim, hand), forward_of(aim)
    place = ray_place(ray, panel, eyes(head))
    width, length = place.size_m
    assert turned(place.orientation, [0, 1, 0]) == pytest.approx(along, abs=1e-6)
    assert np.array(place.position) - along * length / 2 == pytest.approx(hand, abs=1e-6)
    to_eyes = np.array(head) - place.position
    across = to_eyes - along * (along @ to_eyes)
    if np.linalg.norm(across) > 0.01:
        face = turned(place.orientation, [0, 0, 1])
        assert face == pytest.approx(across / np.linalg.norm(across), abs=1e-6)
    met = hit(panel, ray)
    if met is None:
        assert length == pytest.approx(2)
    else:
        x, y = (met[0] - 0.5) * 0.8, (0.5 - met[1]) * 0.7
        assert np.array(hand) + along * length == pytest.approx([x, y, -1.5], abs=1e-6)
    assert width < 0.01


def test_a_panel_is_met_from_before_only():
    panel = PanelPlace((0.0, 0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (1.0, 1.0))
    ahead, back = (0.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 0.0)
    assert hit(panel, Pose(ahead, (0.25, 0.25, 0.0))) == pytest.approx((0.75, 0.25))
    assert hit(panel, Pose(ahead, (0.6, 0.0, 0.0))) is None
    assert hit(panel, Pose(back, (0.0, 0.0, 0.0))) is None
    assert hit(panel, Pose(back, (0.0, 0.0, -2.0))) is None
    assert hit(panel, Pose(ahead, (0.0, 0.0, -2.0))) is None
    side = (0.0, math.sin(math.pi / 4), 0.0, math.cos(math.pi / 4))
    assert hit(panel, Pose(side, (0.0, 0.0, 0.0))) is None
