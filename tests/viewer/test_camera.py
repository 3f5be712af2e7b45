import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocogan_core.projection import direction_of, yaw_pitch_of
from viewer.camera import NARROWEST_RAD, WIDEST_RAD, Camera, View

angles = st.floats(-0.6, 0.6)
device = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


def camera(**changes):
    return Camera(View(**changes), math.radians(85))


def test_the_view_looks_where_it_says():
    view = View(0.7, 0.3)
    assert view.world_from_camera[:, 2] == pytest.approx(direction_of(0.7, 0.3))
    assert np.linalg.det(view.world_from_camera) == pytest.approx(1)
    assert view.directions(np.array(1.0), np.array(0.0)) @ direction_of(0.7 + math.pi / 2, 0) > 0


@given(yaw=st.floats(-9, 9), pitch=angles, start=device, end=device)
@settings(deadline=None)
def test_the_point_under_the_cursor_stays_under_it(yaw, pitch, start, end):
    before = camera(yaw_rad=yaw, pitch_rad=pitch, fov_rad=1.2)
    after = before.drag(start, end, 0.016)
    limit = after.half_extent_rad - after.view.vertical_fov_rad / 2
    if abs(after.view.pitch_rad) > limit - 1e-9:
        return  # at the end of the cylinder the pitch has to let go
    held = before.view.directions(np.array(start[0]), np.array(start[1]))
    now = after.view.directions(np.array(end[0]), np.array(end[1]))
    assert held / np.linalg.norm(held) == pytest.approx(now / np.linalg.norm(now), abs=1e-6)


@given(start=device, end=st.tuples(st.floats(-1, 1), st.floats(-1, -0.7)))
@settings(deadline=None)
def test_at_the_end_of_the_cylinder_the_point_keeps_its_yaw(start, end):
    before = Camera(View(fov_rad=1.2), 0.9).look(pitch_rad=9.0)
    end = (end[0], min(end[1], start[1]))
    after = before.drag(start, end, 0.016)
    held = yaw_pitch_of(before.view.directions(np.array(start[0]), np.array(start[1])))[0]
    now = yaw_pitch_of(after.view.directions(np.array(end[0]), np.array(end[1])))[0]
    assert np.cos(held - now) == pytest.approx(1, abs=1e-12)


@given(fov=st.floats(0.01, 4), pitch=st.floats(-3, 3), aspect=st.floats(0.3, 4))
def test_pitch_and_zoom_stop_at_their_limits(fov, pitch, aspect):
    seen = Camera(View(aspect=aspect), 0.9).look(fov_rad=fov, pitch_rad=pitch).view
    assert NARROWEST_RAD <= seen.fov_rad <= WIDEST_RAD
    assert abs(seen.pitch_rad) <= max(0, 0.9 - seen.vertical_fov_rad / 2) + 1e-12


def test_inertia_does_not_depend_on_the_frame_rate_and_ends():
    flung = Camera(View(), 1.4, yaw_rad_s=2.0, pitch_rad_s=-0.2)
    whole, halves = flung.step(0.1), flung.step(0.05).step(0.05)
    assert whole.view.yaw_rad == pytest.approx(halves.view.yaw_rad)
    assert whole.yaw_rad_s == pytest.approx(halves.yaw_rad_s)
    assert not flung.step(3).step(0.1).moving


def test_yaw_goes_on_for_ever():
    turned = camera()
    for _ in range(100):
        turned = turned.nudge(0.5, 0)
    assert turned.view.yaw_rad == pytest.approx(50)
