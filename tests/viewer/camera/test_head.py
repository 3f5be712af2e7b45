"""Both eyes of a headset: poses as OpenXR has them, and the patches that either eye samples, against brute force."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_visibility import GRIDS, sampled

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection, u_of_yaw, yaw_pitch_of
from viewer.camera.camera import View
from viewer.camera.detail import texels_per_pixel
from viewer.camera.head import Eye, Head
from viewer.camera.head_motion import HeadMotion
from viewer.camera.prediction import AHEAD_S
from viewer.camera.visibility import Area, fits, leaves_cylinder, visible_patches

# Quest 2's frusta in radians: left, right, up, down.
LEFT = (-0.9425, 0.6981, 0.7679, -0.9599)
RIGHT = (-0.6981, 0.9425, 0.7679, -0.9599)


def quaternion(yaw, pitch=0.0, roll=0.0):
    """OpenXR's (x, y, z, w) of a head that turns to the right, then up, then leans to the left."""

    def about(axis, angle):
        return np.array([*(math.sin(angle / 2) * np.array(axis)), math.cos(angle / 2)])

    def times(a, b):
        return np.array([*(a[3] * b[:3] + b[3] * a[:3] + np.cross(a[:3], b[:3])), a[3] * b[3] - a[:3] @ b[:3]])

    turned = times(about((0, 1, 0), -yaw), about((1, 0, 0), pitch))
    return tuple(times(turned, about((0, 0, 1), roll)).tolist())


def head(yaw=0.0, pitch=0.0, roll=0.0, **counted):
    turned = quaternion(yaw, pitch, roll)
    return Head(Eye.of_pose(turned, LEFT, **counted), Eye.of_pose(turned, RIGHT, **counted))


heads = st.builds(head, st.floats(-3.2, 3.2), st.floats(-1.57, 1.57), st.floats(-3.2, 3.2))


def test_an_eye_looks_where_its_pose_says():
    for yaw, pitch in ((0.0, 0.0), (1.0, 0.4), (-2.0, -1.0)):
        looked = head(yaw, pitch)
        assert (looked.yaw_rad, looked.pitch_rad) == pytest.approx((yaw, pitch))
        left, right = (float(yaw_pitch_of(looked.left.directions(np.array(x), np.array(0.0)))[0]) for x in (-1, 1))
        if not pitch:
            assert (left, right) == pytest.approx((yaw + LEFT[0], yaw + LEFT[1]))
    down, up = (float(yaw_pitch_of(head().left.directions(np.array(0.0), np.array(y)))[1]) for y in (-1, 1))
    assert down < 0 < up
    assert -down > up, "a Quest shows more below than above"
    leaning = head(roll=math.pi / 2).left.directions(np.array(0.0), np.array(1.0))
    assert float(yaw_pitch_of(leaning)[0]) < -0.5, "who leans to the left has the picture's top there"


def test_the_front_is_where_it_was_turned_to_and_yaw_goes_on_counting():
    assert head(0.3, turn_rad=0.5).yaw_rad == pytest.approx(0.8)
    assert head(-0.1, near_rad=2 * math.pi).yaw_rad == pytest.approx(2 * math.pi - 0.1)


def test_a_symmetric_eye_is_a_view():
    view = View(0.7, 0.2, 1.4, 1.5)
    angles = (-0.7, 0.7, math.atan(view.half_height), -math.atan(view.half_height))
    eye = Eye.of_pose(quaternion(0.7, 0.2), angles)
    x, y = np.random.default_rng(0).uniform(-1, 1, (2, 50))
    assert eye.directions(x, y) == pytest.approx(view.directions(x, y))
    one = Head(eye, eye)
    for grid, projection in GRIDS:
        assert visible_patches(one, grid, projection) == visible_patches(view, grid, projection)
        assert leaves_cylinder(eye, projection) == leaves_cylinder(view, projection)
        assert texels_per_pixel(one, (640, 480), 768, projection) == pytest.approx(
            texels_per_pixel(view, (640, 480), 768, projection)
        )


@given(head=heads, setting=st.sampled_from(GRIDS))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_no_patch_of_either_eye_is_missing(head, setting):
    brute = sampled(head.left, *setting, rim=0) | sampled(head.right, *setting, rim=0)
    assert brute - set(visible_patches(head, *setting)) == set()


@given(head=heads, setting=st.sampled_from(GRIDS))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_none_is_too_many_beyond_the_rim(head, setting):
    if abs(head.pitch_rad) > 1.0 or head.left.shows_pole(1) or head.left.shows_pole(-1):
        return  # so near a pole neighbouring rays of the brute force are many texels apart
    if head.right.shows_pole(1) or head.right.shows_pole(-1):
        return
    brute = sampled(head.left, *setting, rim=3) | sampled(head.right, *setting, rim=3)
    assert set(visible_patches(head, *setting)) - brute == set()


@given(head=heads)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_what_fits_a_window_is_all_in_it(head):
    grid, projection = PatchGrid(patch_px=16, levels=3), Projection.of_aspect("mercator", 3)
    fine = grid.at_level(2)
    middle = round(float(u_of_yaw(head.yaw_rad, grid.width_px)) * fine.columns)
    area = Area(0, middle - 10, fine.rows, 20)
    everything = set(visible_patches(head, grid, projection, level=2))
    if fits(head, grid, projection, level=2, within=area):
        assert everything == set(visible_patches(head, grid, projection, level=2, within=area))


def test_the_middle_between_the_eyes_comes_first():
    grid, projection = GRIDS[1]
    first, *_ = visible_patches(head(math.pi / 2 + 0.05, 0.1), grid, projection)
    assert first == (3, 6)


def test_a_turning_head_is_foreseen_and_a_resting_one_is_not():
    motion = HeadMotion()
    for frame in range(40):
        seen = motion.follow(head(2.0 * frame / 90, near_rad=2.0 * frame / 90), frame / 90)
    assert seen.soon is not None
    assert seen.soon.yaw_rad == pytest.approx(2.0 * (39 / 90 + AHEAD_S), abs=0.02)
    for frame in range(40, 80):
        seen = motion.follow(head(2.0 * 39 / 90), frame / 90)
    assert seen.soon is None


def test_a_nod_is_foreseen_as_a_nod():
    motion = HeadMotion()
    for frame in range(40):
        seen = motion.follow(head(0.7, -frame / 90), frame / 90)
    assert seen.soon is not None
    assert (seen.soon.yaw_rad, seen.soon.pitch_rad) == pytest.approx((0.7, -39 / 90 - AHEAD_S), abs=0.02)
