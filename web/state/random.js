// NumPy's default_rng, bit for bit, so that a seed is the same room as on the desktop: SeedSequence, then PCG64
// (XSL RR 128/64; O'Neill 2014). numpy/random/bit_generator.pyx and src/pcg64 name the constants.

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const MASK_64 = (1n << 64n) - 1n;
const MASK_128 = (1n << 128n) - 1n;
const POOL = 4;

/** The random numbers of one seed, a whole number of at least 0. */
export class Random {
  /** @param {number | bigint} seed */
  constructor(seed) {
    const [high, low, streamHigh, streamLow] = seedWords(BigInt(seed));
    this.increment = (((streamHigh << 64n) | streamLow) << 1n | 1n) & MASK_128;
    this.state = 0n;
    this.advance();
    this.state = (this.state + ((high << 64n) | low)) & MASK_128;
    this.advance();
    /** @type {number | null} the upper half of the last 64 bits, which numpy hands out next */
    this.half = null;
  }

  /** `default_rng(seed).uniform(low, high, count)`. @param {number} count @returns {number[]} */
  uniform(count, low = -1, high = 1) {
    return Array.from({ length: count }, () => low + (high - low) * (Number(this.next64() >> 11n) / 2 ** 53));
  }

  /** `default_rng(seed).integers(bound)` for a bound below 2³² (Lemire 2019). @param {number} bound */
  integer(bound) {
    const wide = BigInt(bound);
    const threshold = (1n << 32n) % wide;
    for (;;) {
      const product = BigInt(this.next32()) * wide;
      if ((product & 0xffffffffn) >= threshold) return Number(product >> 32n);
    }
  }

  advance() {
    this.state = (this.state * MULTIPLIER + this.increment) & MASK_128;
  }

  next64() {
    this.advance();
    const folded = ((this.state >> 64n) ^ this.state) & MASK_64;
    const turn = this.state >> 122n;
    return ((folded >> turn) | (folded << ((64n - turn) & 63n))) & MASK_64;
  }

  next32() {
    const kept = this.half;
    if (kept !== null) {
      this.half = null;
      return kept;
    }
    const both = this.next64();
    this.half = Number(both >> 32n);
    return Number(both & 0xffffffffn);
  }
}

/**
 * z ~ U[−1, 1] of a seed (paper §4), as `cocogan_core.sample_z`.
 * @param {number} seed
 * @param {number} zDim
 */
export function sampleZ(seed, zDim) {
  return Float32Array.from(new Random(seed).uniform(zDim));
}

/** A seed's 32-bit words, the lowest first. @param {bigint} seed */
function entropy(seed) {
  const words = [];
  for (let rest = seed; rest > 0n || !words.length; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  return words;
}

/** SeedSequence(seed).generate_state(4, uint64). @param {bigint} seed */
function seedWords(seed) {
  const pool = mixedPool(entropy(seed));
  let factor = 0x8b51f9dd;
  const words = Array.from({ length: 2 * POOL }, (_, i) => {
    const value = pool[i % POOL] ^ factor;
    factor = Math.imul(factor, 0x58f38ded);
    return BigInt(fold(Math.imul(value, factor)));
  });
  return [0, 2, 4, 6].map((i) => words[i] | (words[i + 1] << 32n));
}

/** @param {number[]} words */
function mixedPool(words) {
  let factor = 0x43b0d7e5;
  /** @param {number} value */
  const hash = (value) => {
    const mixed = value ^ factor;
    factor = Math.imul(factor, 0x931e8875);
    return fold(Math.imul(mixed, factor));
  };
  const pool = Array.from({ length: POOL }, (_, i) => hash(words[i] ?? 0));
  for (let from = 0; from < POOL; from++)
    for (let to = 0; to < POOL; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
  for (const word of words.slice(POOL)) for (let to = 0; to < POOL; to++) pool[to] = mix(pool[to], hash(word));
  return pool;
}

/** @param {number} x @param {number} y */
function mix(x, y) {
  return fold(Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y));
}

/** @param {number} value */
function fold(value) {
  const bits = value >>> 0;
  return (bits ^ (bits >>> 16)) >>> 0;
}
