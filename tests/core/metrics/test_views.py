"""Flat views against the world that the panorama was painted from."""

import numpy as np
import pytest

from cocogan_core.geometry.projection import Projection, direction_of, yaw_of_u
from cocogan_core.metrics.views import views_of

WIDTH, HEIGHT = 384, 128


def world(direction):
    """A smooth colour for each direction (..., 3)."""
    return 127.5 + 100 * np.stack([direction[..., 0], direction[..., 1], direction[..., 2]], -1)


def painted(projection):
    yaw = yaw_of_u((np.arange(WIDTH) + 0.5) / WIDTH, WIDTH)
    pitch = projection.pitch_of_v((np.arange(HEIGHT) + 0.5) / HEIGHT)
    return np.rint(world(direction_of(yaw[None, :], pitch[:, None]))).astype(np.uint8)


@pytest.mark.parametrize("kind", ["mercator", "equirectangular"])
def test_views_look_where_they_should(kind):
    projection = Projection.of_aspect("mercator", 3) if kind == "mercator" else Projection(kind=kind, half_extent_rad=1)
    size = 64
    found = views_of(painted(projection), projection, count=4, size_px=size, first_yaw_rad=0.3)
    reach = (np.arange(size) + 0.5) / size * 2 - 1
    right, down = np.meshgrid(reach, reach)
    for view, yaw in zip(found, 0.3 + np.pi / 2 * np.arange(4), strict=True):
        x, z = right * np.cos(yaw) + np.sin(yaw), np.cos(yaw) - right * np.sin(yaw)
        direction = np.stack([x, -down, z], -1) / np.sqrt(1 + right**2 + down**2)[..., None]
        assert np.abs(view - world(direction)).max() < 2.5


def test_a_low_panorama_narrows_the_view():
    projection = Projection(half_extent_rad=np.pi / 8)
    view = views_of(painted(projection), projection, count=1, size_px=64)[0]
    top = world(direction_of(0.0, np.pi / 8))
    assert np.abs(view[0, 31] - top).max() < 5
