// Whether the graphics card makes patches faster than all of this machine's threads together. Only a measurement tells: cards,
// drivers and browsers differ by a factor of a hundred, and some draw by the CPU.

/**
 * @typedef {import("./compact_generator.js").CompactGenerator} CompactGenerator
 * @typedef {{block: import("./blocks.js").Block, z: Float32Array, pixels: Uint8ClampedArray[], ms: number}} Sample a block that WebAssembly made, and how long it took
 */

const TURNS = 3;
const HOPELESS = 20; // times as long, even if it has still to compile
const MOST_APART = 1; // of 255, as all that the page makes may be from the desktop's

/**
 * Milliseconds that the card takes for the same block; whether it makes the same, and faster than `threads` of the other do.
 * @param {CompactGenerator} gpu @param {Sample} sample @param {number} threads
 */
export async function contest(gpu, { block, z, pixels, ms }, threads) {
  gpu.setZ(z);
  let [gpuMs, same] = [Infinity, true];
  for (let turn = 0; turn < TURNS && !(gpuMs < Infinity && gpuMs > HOPELESS * ms); turn++) {
    const startMs = performance.now();
    const made = await gpu.make(block);
    gpuMs = Math.min(gpuMs, performance.now() - startMs);
    same &&= pixels.every((bytes, i) => bytes.every((byte, j) => Math.abs(byte - made[i][j]) <= MOST_APART));
  }
  return { gpuMs, same, isFaster: same && gpuMs < ms / threads };
}
