// Convolutions with their weights in the kernel's memory. One of a single cell is a linear layer.

import { GROUP, strideOf } from "./memory.js";

/**
 * @typedef {object} Map2d a feature map in the kernel's memory
 * @property {number} at
 * @property {number} stride floats from plane to plane
 * @property {number} height in cells
 * @property {number} width
 *
 * @typedef {import("../state/checkpoint.js").Tensor} Tensor
 */

const BLOCK = 64; // kernel.ts

export class Convolution {
  /**
   * @param {import("./memory.js").Store} memory
   * @param {Float32Array} weights (outputs, channels, k, k)
   * @param {ArrayLike<number> | null} bias
   * @param {{outputs: number, channels: number, k: number}} shape
   */
  constructor(memory, weights, bias, { outputs, channels, k }) {
    this.outputs = Math.ceil(outputs / GROUP) * GROUP;
    this.channels = channels;
    this.k = k;
    this.weights = memory.putWeights(weights, outputs);
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
    const stride = height * width === 1 ? 1 : strideOf(height * width); // single cells lie side by side
    const [down, across] = this.k === 1 ? [1, x.height * x.width] : [x.height, x.width]; // one long row is quicker
    kernel.convolve(x.at, x.stride, this.channels, down, across, this.k, this.weights, this.bias, this.outputs, y, stride, columns);
    return { at: y, stride, height, width };
  }
}

/** The map of numbers that have no place, but for its address. */
export const SINGLE = { stride: 1, height: 1, width: 1 };

/** A linear layer. @param {import("./memory.js").Store} memory @param {Map<string, Tensor>} tensors @param {string} name */
export function linear(memory, tensors, name) {
  const { data, shape: [outputs, channels] } = /** @type {Tensor} */ (tensors.get(`${name}.weight`));
  return new Convolution(memory, data, tensors.get(`${name}.bias`)?.data ?? null, { outputs, channels, k: 1 });
}

/**
 * Nearest ×2 and a 3×3 convolution (`Up` in compact.py) as one 2×2 convolution to four phases (dy, dx), whose pixels
 * are then shuffled: output (2y + dy, 2x + dx), its outer ring left out, reads cells (y … y + 1, x … x + 1) only.
 * @param {Tensor} weight (channels, outputs, 3, 3), a transposed convolution's
 * @returns {Float32Array} (4 · outputs, channels, 2, 2)
 */
export function phaseWeights({ shape: [channels, outputs], data }) {
  const phase = outputs * channels * 4;
  const phases = new Float32Array(4 * phase);
  for (let at = 0, channel = 0; channel < channels; channel++)
    for (let output = 0; output < outputs; output++, at += 9) addPhases(phases, (output * channels + channel) * 4, phase, data, at);
  return phases;
}

/** What the 3×3 weights are on doubled cells, in plain steps, since it runs once. @param {Float32Array} phases @param {number} to @param {number} phase @param {Float32Array} data @param {number} at */
function addPhases(phases, to, phase, data, at) {
  const a = data[at], b = data[at + 1], c = data[at + 2];
  const d = data[at + 3], e = data[at + 4], f = data[at + 5];
  const g = data[at + 6], h = data[at + 7], i = data[at + 8];
  phases[to] = e + f + h + i;
  phases[to + 1] = d + g;
  phases[to + 2] = b + c;
  phases[to + 3] = a;
  to += phase;
  phases[to] = f + i;
  phases[to + 1] = d + e + g + h;
  phases[to + 2] = c;
  phases[to + 3] = a + b;
  to += phase;
  phases[to] = h + i;
  phases[to + 1] = g;
  phases[to + 2] = b + c + e + f;
  phases[to + 3] = a + d;
  to += phase;
  phases[to] = i;
  phases[to + 1] = g + h;
  phases[to + 2] = c + f;
  phases[to + 3] = a + b + d + e;
}
