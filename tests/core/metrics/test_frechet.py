"""Fréchet and kernel distances against closed forms."""

import numpy as np
import pytest

from cocogan_core.errors import DataError
from cocogan_core.metrics.frechet import Moments, frechet_distance, kernel_distance, moments_of


def gaussian(mean, covariance):
    factor = np.linalg.cholesky(np.asarray(covariance, float)).T
    return Moments(mean=np.asarray(mean, float), factor=factor, count=1000)


def test_frechet_of_commuting_covariances_is_the_closed_form():
    # diagonal covariances: |Δμ|² + Σ (σ₁ − σ₂)²
    a = gaussian([0, 1, 2], np.diag([1.0, 4.0, 9.0]))
    b = gaussian([1, 1, 0], np.diag([4.0, 4.0, 1.0]))
    assert frechet_distance(a, b) == pytest.approx(5 + (1 + 0 + 4))


def test_frechet_of_full_covariances_agrees_with_the_general_matrix_root():
    from scipy import linalg

    rng = np.random.default_rng(0)
    a, b = (moments_of((rng.normal(size=(400, 12)) @ rng.normal(size=(12, 12))).astype(np.float32)) for _ in range(2))
    root = linalg.sqrtm(a.covariance @ b.covariance).real
    expected = np.square(a.mean - b.mean).sum() + np.trace(a.covariance + b.covariance - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


def test_moments_are_mean_and_covariance_of_few_and_many_vectors():
    for count in (5, 40):
        x = np.random.default_rng(count).normal(size=(count, 8)).astype(np.float32)
        found = moments_of(x)
        assert np.allclose(found.mean, x.mean(0))
        assert np.allclose(found.covariance, np.cov(x.T))
        assert found.factor.shape == (min(count, 8), 8)


def test_frechet_is_symmetric_zero_on_itself_and_blind_to_rotation():
    rng = np.random.default_rng(1)
    x, y = (rng.normal(size=(300, 8)) * scale + shift for scale, shift in ((1.0, 0.0), (2.0, 0.5)))
    turn, _ = np.linalg.qr(rng.normal(size=(8, 8)))
    a, b, a2, b2 = (moments_of(v.astype(np.float32)) for v in (x, y, x @ turn, y @ turn))
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a2, b2) == pytest.approx(frechet_distance(a, b), rel=1e-4)


def test_frechet_holds_for_fewer_pictures_than_features():
    rng = np.random.default_rng(2)
    a = moments_of(rng.normal(size=(10, 50)).astype(np.float32))
    moved = Moments(mean=a.mean + 1, factor=a.factor, count=a.count)
    assert frechet_distance(a, moved) == pytest.approx(50, rel=1e-5)


def test_frechet_is_biased_at_small_counts_and_the_kernel_distance_is_not():
    rng = np.random.default_rng(3)
    draws = [[rng.normal(size=(40, 16)).astype(np.float32) for _ in range(2)] for _ in range(60)]
    frechet = [frechet_distance(moments_of(a), moments_of(b)) for a, b in draws]
    kernel = np.array([kernel_distance(a, b).value for a, b in draws])
    assert np.mean(frechet) > 3 * np.std(frechet)
    assert abs(kernel.mean()) < 4 * kernel.std() / np.sqrt(len(kernel))


def test_kernel_distance_of_shifted_points_is_the_closed_form():
    # all points equal within a set: k(x, x) + k(y, y) − 2 k(x, y) with k = (x·y/d + 1)³
    a, b = np.tile(np.float32([1, 1]), (5, 1)), np.tile(np.float32([3, 1]), (7, 1))
    assert kernel_distance(a, b).value == pytest.approx(2**3 + 6**3 - 2 * 3**3)


def test_kernel_distance_tells_its_error_from_a_second_block_on():
    rng = np.random.default_rng(4)
    x, y = (rng.normal(size=(2000, 4)).astype(np.float32) for _ in range(2))
    assert kernel_distance(x[:1999], y).standard_error is None
    assert kernel_distance(x, y).standard_error > 0


@pytest.mark.parametrize("features", [np.zeros((1, 4)), np.full((3, 4), np.nan)])
def test_useless_features_are_refused(features):
    with pytest.raises(DataError):
        moments_of(features.astype(np.float32))


def test_features_of_different_networks_are_refused():
    with pytest.raises(DataError, match="same network"):
        frechet_distance(gaussian([0], [[1]]), gaussian([0, 0], np.eye(2)))


@pytest.mark.parametrize(
    "changed",
    [
        {"factor": np.full((4, 4), np.nan)},  # found by fuzzing: the largest of 0 and NaN is 0
        {"mean": np.full(4, np.nan)}, {"mean": np.full(4, 1e300)}, {"mean": np.zeros(3)},
        {"mean": np.zeros(4, np.int64)},
        {"factor": np.eye(4)[0]}, {"factor": np.zeros((5, 4))}, {"count": np.array(1)},
    ],
)  # fmt: skip
def test_kept_moments_that_make_no_sense_are_worked_out_again(tmp_path, changed):
    from safetensors.numpy import save_file

    from cocogan_core.metrics.frechet import _read_moments

    sound = {"mean": np.zeros(4), "factor": np.eye(4), "count": np.array(8)}
    save_file(sound, tmp_path / "sound.safetensors")
    assert _read_moments(tmp_path / "sound.safetensors") is not None
    save_file(sound | changed, tmp_path / "x.safetensors")
    assert _read_moments(tmp_path / "x.safetensors") is None
