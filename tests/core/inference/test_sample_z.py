import subprocess
import sys

import numpy as np

from cocogan_core.inference.latents import sample_z


def test_a_seed_always_gives_the_same_z_and_another_seed_another():
    z = sample_z(7, 30)
    assert (z.shape, z.dtype) == ((30,), np.float32)
    assert (z == sample_z(7, 30)).all()
    assert (z != sample_z(8, 30)).all()


def test_many_begin_with_the_one():
    many = sample_z(3, 12, count=500)
    assert many.shape == (500, 12)
    assert (many[0] == sample_z(3, 12)).all()
    assert len(np.unique(many, axis=0)) == 500


def test_entries_are_even_over_minus_one_to_one():
    z = sample_z(0, 10_000)
    counts, _ = np.histogram(z, bins=10, range=(-1, 1))
    assert counts.sum() == 10_000
    assert np.abs(counts - 1000).max() < 150


def test_drawing_z_needs_no_torch():
    code = "import sys, cocogan_core.inference.latents; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
