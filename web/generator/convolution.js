// Convolutions with their weights in the kernel's memory, packed for it.

import { strideOf } from "./memory.js";

/**
 * @typedef {object} Map2d a feature map in the kernel's memory
 * @property {number} at
 * @property {number} stride floats from plane to plane
 * @property {number} height in cells
 * @property {number} width
 *
 * @typedef {import("../state/checkpoint.js").Tensor} Tensor
 */

const GROUP = 4; // outputs that the kernel works out together
const BLOCK = 64; // kernel.ts

export class Convolution {
  /**
   * @param {import("./memory.js").Store} memory
   * @param {ArrayLike<number>} weights (outputs, channels, k, k)
   * @param {ArrayLike<number> | null} bias
   * @param {{outputs: number, channels: number, k: number}} shape
   */
  constructor(memory, weights, bias, { outputs, channels, k }) {
    this.outputs = Math.ceil(outputs / GROUP) * GROUP;
    this.channels = channels;
    this.k = k;
    this.weights = memory.put(packed(weights, outputs, channels * k * k));
    const padded = new Float32Array(this.outputs);
    if (bias) padded.set(bias);
    this.bias = memory.put(padded);
  }

  /** Floats that its output needs for an input of so many cells. @param {number} height @param {number} width */
  outputFloats(height, width) {
    return this.outputs * strideOf((height - this.k + 1) * (width - this.k + 1));
  }

  /** Floats of `columns` for {@link run}. */
  get columnFloats() {
    return this.channels * this.k ** 2 * BLOCK;
  }

  /**
   * @param {import("./memory.js").Kernel} kernel
   * @param {Map2d} x
   * @param {number} y address
   * @param {number} columns address of scratch memory
   * @returns {Map2d}
   */
  run(kernel, x, y, columns) {
    const [height, width] = [x.height - this.k + 1, x.width - this.k + 1];
    const stride = strideOf(height * width);
    const [down, across] = this.k === 1 ? [1, x.height * x.width] : [x.height, x.width]; // one long row is quicker
    kernel.convolve(x.at, x.stride, this.channels, down, across, this.k, this.weights, this.bias, this.outputs, y, stride, columns);
    return { at: y, stride, height, width };
  }
}

/** Rows of weights, four interleaved. @param {ArrayLike<number>} weights @param {number} outputs @param {number} K */
function packed(weights, outputs, K) {
  const result = new Float32Array(Math.ceil(outputs / GROUP) * GROUP * K);
  for (let m = 0; m < outputs; m++)
    for (let k = 0; k < K; k++) result[(Math.floor(m / GROUP) * K + k) * GROUP + (m % GROUP)] = weights[m * K + k];
  return result;
}

/**
 * Nearest ×2 and a 3×3 convolution (`Up` in compact.py) as one 2×2 convolution to four phases (dy, dx), whose pixels
 * are then shuffled: output (2y + dy, 2x + dx), its outer ring left out, reads cells (y … y + 1, x … x + 1) only.
 * @param {Tensor} weight (channels, outputs, 3, 3), a transposed convolution's
 * @returns {Float32Array} (4 · outputs, channels, 2, 2)
 */
export function phaseWeights({ shape: [channels, outputs], data }) {
  const phases = new Float32Array(4 * outputs * channels * 4);
  for (let tap = 0; tap < 16; tap++) {
    const [dy, dx, ky, kx] = [tap >> 3, (tap >> 2) & 1, (tap >> 1) & 1, tap & 1];
    const parts = [...partsOf(ky ? dy : dy + 2, kx ? dx : dx + 2)];
    for (const part of parts) addPart(phases, data, { part, channels, outputs, first: (dy * 2 + dx) * outputs * channels * 4 + ky * 2 + kx });
  }
  return phases;
}

/** Which of the 3×3 weights meet at a place of the 4×4 that they become on doubled pixels. @param {number} y @param {number} x */
function* partsOf(y, x) {
  for (let row = Math.max(y - 1, 0); row <= Math.min(y, 2); row++)
    for (let column = Math.max(x - 1, 0); column <= Math.min(x, 2); column++) yield row * 3 + column;
}

/** @param {Float32Array} phases @param {Float32Array} data @param {{part: number, channels: number, outputs: number, first: number}} where */
function addPart(phases, data, { part, channels, outputs, first }) {
  for (let c = 0; c < channels; c++)
    for (let o = 0; o < outputs; o++) phases[first + (o * channels + c) * 4] += data[(c * outputs + o) * 9 + part];
}
