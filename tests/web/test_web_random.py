"""A seed is the same room in the browser as on the desktop."""

import numpy as np
from javascript import javascript

from cocogan_core.inference.latents import sample_z

SEEDS = [0, 1, 7, 12345, 2**31 - 1, 2**32, 2**53 - 1]

DRAW = """
async function main() {
  const { Random, sampleZ } = await load("state/random.js");
  return data.map((seed) => {
    const [doubles, shuffled] = [new Random(BigInt(seed)).uniform(5), new Random(seed).integer(2147483647)];
    return [[...sampleZ(seed, 130)], doubles, shuffled];
  });
}
"""


def test_numbers_are_numpys_to_the_bit():
    for seed, (z, doubles, shuffled) in zip(SEEDS, javascript(DRAW, SEEDS), strict=True):
        assert z == sample_z(seed, 130).tolist()
        assert doubles == np.random.default_rng(seed).uniform(-1, 1, 5).tolist()
        assert shuffled == int(np.random.default_rng(seed).integers(2**31 - 1))


MANY = """
async function main() {
  const { Random } = await load("state/random.js");
  return Array.from({ length: data }, (_, seed) => {
    const random = new Random(seed);
    return Array.from({ length: 6 }, () => random.integer(3000000000));
  });
}
"""


def test_rejected_numbers_are_drawn_again_as_numpy_does():
    """A bound of 3·10⁹ rejects three of ten draws, so that both halves of a 64-bit number are used."""
    expected = [np.random.default_rng(seed).integers(3_000_000_000, size=6).tolist() for seed in range(200)]
    assert javascript(MANY, 200) == expected
