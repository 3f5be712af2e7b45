import math

import pytest

from viewer.camera.camera import Camera, View
from viewer.camera.prediction import AHEAD_S, ViewPredictor

CAMERA = Camera(View(0.5, 0.1, math.radians(90)), 0.9)


def follow(predictor, camera, start_s, seconds, notches=0.0):
    """So many seconds of frames, in each of which the wheel goes on a little; the last prediction and camera."""
    seen = None
    for frame in range(round(seconds * 60)):
        camera = camera.zoom(notches)
        seen = predictor.follow(camera, start_s + frame / 60)
    return seen, camera


def test_at_rest_there_is_nothing_to_foresee():
    assert follow(ViewPredictor(), CAMERA, 0.0, 1.0)[0] is None


def test_a_zoom_goes_on_at_its_pace_and_then_is_forgotten():
    predictor = ViewPredictor()
    seen, camera = follow(predictor, CAMERA, 0.0, 0.6, notches=0.1)
    _, later = follow(ViewPredictor(), camera, 0.0, AHEAD_S, notches=0.1)
    assert seen.fov_rad == pytest.approx(later.view.fov_rad, rel=0.01)
    assert seen.yaw_rad == camera.view.yaw_rad
    assert follow(predictor, camera, 0.6, AHEAD_S + 0.1)[0] is None


def test_zooming_out_too_and_within_the_limits():
    seen, camera = follow(ViewPredictor(), CAMERA, 0.0, 0.4, notches=-0.1)
    assert camera.view.fov_rad < seen.fov_rad <= math.radians(120.01)


def test_inertia_and_flights_go_on():
    thrown = Camera(CAMERA.view, 0.9, yaw_rad_s=1.0)
    seen, camera = follow(ViewPredictor(), thrown, 0.0, 0.1)
    assert seen == camera.ahead(AHEAD_S)
    flying = CAMERA.through("panini")
    assert ViewPredictor().follow(flying, 0.0) == flying.ahead(AHEAD_S)
