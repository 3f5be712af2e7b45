import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocogan_core.errors import ConfigError
from cocogan_core.geometry.projection import (
    Projection,
    direction_of,
    gudermannian,
    mercator,
    u_of_yaw,
    yaw_of_u,
    yaw_pitch_of,
)


@pytest.mark.parametrize("kind", ["mercator", "equirectangular"])
@given(v=st.floats(-0.2, 1.2))
def test_rows_and_pitches_are_inverse(kind, v):
    projection = Projection.of_aspect(kind, 3)
    assert projection.v_of_pitch(projection.pitch_of_v(v)) == pytest.approx(v, abs=1e-9)


def test_the_papers_extent():
    assert np.degrees(Projection.of_aspect("mercator", 3).half_extent_rad) == pytest.approx(51.3, abs=0.05)
    assert Projection.of_aspect("equirectangular", 2).half_extent_rad == pytest.approx(np.pi / 2)


@given(yaw=st.floats(-3.1, 3.1), pitch=st.floats(-1.5, 1.5))
def test_directions_and_angles_are_inverse(yaw, pitch):
    assert yaw_pitch_of(direction_of(yaw, pitch)) == pytest.approx((yaw, pitch), abs=1e-9)


def test_axes():
    assert direction_of(0, 0) == pytest.approx([0, 0, 1])
    assert direction_of(np.pi / 2, 0) == pytest.approx([1, 0, 0])
    assert direction_of(0, np.pi / 2) == pytest.approx([0, 1, 0])


def test_yaw_zero_is_the_middle_of_the_first_column():
    assert u_of_yaw(0, 768) == pytest.approx(0.5 / 768)
    assert yaw_of_u(u_of_yaw(1.3, 768), 768) == pytest.approx(1.3)


@pytest.mark.parametrize("extent", [0.0, -1.0, 2.0, float("nan")])
def test_impossible_extents_are_refused(extent):
    with pytest.raises(ConfigError, match="half extent"):
        Projection(half_extent_rad=extent)


@given(pitch=st.floats(-1.5, 1.5))
def test_mercator_is_the_textbooks_and_the_gudermannian_its_inverse(pitch):
    assert mercator(pitch) == pytest.approx(np.log(np.tan(np.pi / 4 + pitch / 2)), abs=1e-9)
    assert gudermannian(mercator(pitch)) == pytest.approx(pitch, abs=1e-9)
    assert gudermannian(mercator(pitch)) == pytest.approx(np.arctan(np.sinh(mercator(pitch))), abs=1e-12)
