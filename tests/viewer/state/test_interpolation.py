import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocogan_core.inference.latents import slerp
from viewer.state.interpolation import Morph
from viewer.state.latents import Latents

START = Latents.of_seed(0, 3)


@given(st.integers(0, 99), st.integers(0, 99), st.floats(0, 1))
def test_slerp_keeps_to_the_cube_and_to_the_ends(first, second, share):
    a, b = (np.asarray(Latents.of_seed(seed, 16).base) for seed in (first, second))
    assert np.abs(slerp(a, b, share)).max() <= 1
    assert slerp(a, b, 0) == pytest.approx(a)
    assert slerp(a, b, 1) == pytest.approx(b)
    assert slerp(a, b, share) == pytest.approx(slerp(b, a, 1 - share))


def test_slerp_keeps_the_length_where_a_line_would_cut_across():
    a, b = np.array([0.7, 0.0]), np.array([0.0, 0.7])
    assert np.linalg.norm(slerp(a, b, 0.5)) == pytest.approx(0.7)
    assert slerp(a, -a, 0.25) == pytest.approx(a / 2)
    assert slerp(0 * a, b, 0.5) == pytest.approx(b / 2)


@given(st.floats(0.01, 30), st.floats(0, 1))
def test_a_morph_bounces_between_its_ends(dt, share):
    morph = Morph(START, Latents.of_seed(1, 3), share).start()
    after = morph.step(dt)
    assert 0 <= after.share <= 1
    halves = morph.step(dt / 2).step(dt / 2)
    assert after.share == pytest.approx(halves.share, abs=1e-6)
    assert after.speed == pytest.approx(halves.speed) or after.share == pytest.approx(round(after.share), abs=1e-6)


def test_a_morph_that_does_not_bounce_ends_in_its_room():
    b = Latents.of_seed(1, 3).with_along(1, 2.0)
    after = Morph(START, b, bounces=False).start().step(99)
    assert after.room() == b
    assert not after.playing
    assert after.scrub(0.5).room().along == (0.0, 1.0)
    assert after.scrub(-1).room() == START
