import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocogan_core.geometry.projection import direction_of, yaw_pitch_of
from viewer.camera.camera import NARROWEST_RAD, Camera, View
from viewer.camera.view_projection import VIEW_PROJECTIONS, WIDEST_RAD

angles = st.floats(-0.6, 0.6)
device = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


def camera(**changes):
    return Camera(View(**changes), math.radians(85))


def test_the_view_looks_where_it_says():
    view = View(0.7, 0.3)
    for lens in VIEW_PROJECTIONS:
        ahead = View(0.7, 0.3, lens=lens).directions(np.array(0.0), np.array(0.0))
        assert ahead == pytest.approx(direction_of(0.7, 0.3))
    assert view.directions(np.array(1.0), np.array(0.0)) @ direction_of(0.7 + math.pi / 2, 0) > 0


@given(lens=st.sampled_from(VIEW_PROJECTIONS), yaw=st.floats(-9, 9), pitch=angles, start=device, end=device)
@settings(deadline=None)
def test_the_point_under_the_cursor_stays_under_it(lens, yaw, pitch, start, end):
    before = camera(yaw_rad=yaw, pitch_rad=pitch, fov_rad=1.2, lens=lens)
    after = before.drag(start, end, 0.016)
    limit = after.half_extent_rad - after.view.pitch_room_rad
    if abs(after.view.pitch_rad) > limit - 1e-9:
        return  # at the end of the cylinder the pitch has to let go
    held = before.view.directions(np.array(start[0]), np.array(start[1]))
    now = after.view.directions(np.array(end[0]), np.array(end[1]))
    assert held / np.linalg.norm(held) == pytest.approx(now / np.linalg.norm(now), abs=1e-6)


@given(lens=st.sampled_from(VIEW_PROJECTIONS), pitch=angles, at=device, notches=st.floats(-4, 4))
@settings(deadline=None)
def test_zooming_about_a_point_keeps_it_there(lens, pitch, at, notches):
    before = camera(yaw_rad=3.0, pitch_rad=pitch, fov_rad=1.2, lens=lens)
    after = before.zoom(notches, at)
    assert after.view.fov_rad == pytest.approx(before.zoom(notches).view.fov_rad)
    if abs(after.view.pitch_rad) > after.half_extent_rad - after.view.pitch_room_rad - 1e-9:
        return  # see above
    held, now = (c.view.directions(np.array(at[0]), np.array(at[1])) for c in (before, after))
    assert held / np.linalg.norm(held) == pytest.approx(now / np.linalg.norm(now), abs=1e-6)


@given(parts=st.lists(st.floats(-1, 1), max_size=8))
def test_parts_of_a_notch_add_up(parts):
    seen = before = camera(fov_rad=1.4)
    for part in parts:
        seen = seen.zoom(part / 8)
    assert seen.view.fov_rad == pytest.approx(before.zoom(sum(parts) / 8).view.fov_rad)


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
    assert NARROWEST_RAD <= seen.fov_rad <= WIDEST_RAD["rectilinear"]
    assert abs(seen.pitch_rad) <= max(0, 0.9 - seen.pitch_room_rad) + 1e-12


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


@pytest.mark.parametrize("lens", VIEW_PROJECTIONS)
def test_a_lens_and_its_field_of_view_agree(lens):
    view = View(fov_rad=1.9, lens=lens)
    left, right = (yaw_pitch_of(view.directions(np.array(x), np.array(0.0)))[0] for x in (-1.0, 1.0))
    assert right - left == pytest.approx(1.9)
    near = View(fov_rad=1e-3, lens=lens).directions(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    first, second = near / np.linalg.norm(near, axis=-1, keepdims=True)
    assert np.linalg.norm(second - first) == pytest.approx(0.5e-3 * math.hypot(1, 9 / 16), rel=1e-3)  # conformal there


def test_a_flight_to_the_little_planet_and_back_is_smooth():
    before = Camera(View(0.3, 0.1), 0.9).look()
    above = before.through("stereographic")
    seen = [above := above.step(0.05) for _ in range(20)]
    assert not above.moving
    assert above.view.pitch_rad == pytest.approx(-math.pi / 2)
    corners = np.array([one.view.directions(np.array(0.5), np.array(0.5)) for one in [before, *seen]])
    corners /= np.linalg.norm(corners, axis=-1, keepdims=True)
    assert np.linalg.norm(np.diff(corners, axis=0), axis=-1).max() < 0.6
    back = above.through("rectilinear", seconds=0)
    assert abs(back.view.pitch_rad) < 0.9
    assert back.view.lens == back.view.former == "rectilinear"
