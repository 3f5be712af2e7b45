// Convolutions with their weights in the kernel's memory. One of a single cell is a linear layer.

import { GROUP, strideOf } from "./memory.js";

/**
 * @typedef {object} Map2d a feature map in the kernel's memory
 * @property {number} at
 * @property {number} stride floats from plane to plane
 * @property {number} height in cells
 * @property {number} width
 *
 * @typedef {import("../state/tensors.js").Tensor} Tensor
 * @typedef {import("./memory.js").Weights} Weights
 */

const BLOCK = 64; // kernel.ts

export class Convolution {
  /**
   * @param {import("./memory.js").Store} memory
   * @param {Weights} weights (outputs, channels, k, k)
   * @param {Weights | null} bias
   * @param {{outputs: number, channels: number, k: number}} shape
   */
  constructor(memory, weights, bias, { outputs, channels, k }) {
    this.outputs = Math.ceil(outputs / GROUP) * GROUP;
    this.channels = channels;
    this.k = k;
    this.weights = memory.putWeights(weights, outputs);
    this.bias = memory.put(bias, this.outputs);
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
 * One of single cells in place of two whose inputs lie one behind the other, and whose outputs are summed.
 * @param {import("./memory.js").Store} memory
 * @param {Tensor} first weights
 * @param {Tensor | undefined} second if there is one
 */
export function joined(memory, { shape: [outputs, before], data }, second) {
  if (!second) return new Convolution(memory, data, null, { outputs, channels: before, k: 1 });
  const after = second.shape[1], channels = before + after;
  const both = new Float32Array(outputs * channels);
  const [left, right] = [data, second.data].map((weights) => memory.maths.floatsOf(weights));
  for (let row = 0; row < outputs; row++) {
    both.set(left.subarray(row * before, (row + 1) * before), row * channels);
    both.set(right.subarray(row * after, (row + 1) * after), row * channels + before);
  }
  return new Convolution(memory, both, null, { outputs, channels, k: 1 });
}

/**
 * Nearest ×2 and a 3×3 convolution (`Up` in compact.py) as one 2×2 convolution to four phases (dy, dx), whose pixels
 * are then shuffled: output (2y + dy, 2x + dx), its outer ring left out, reads cells (y … y + 1, x … x + 1) only.
 * @param {import("./memory.js").Memory} maths
 * @param {Tensor} weight (channels, outputs, 3, 3), a transposed convolution's
 * @returns {Float32Array<ArrayBuffer>} (4 · outputs, channels, 2, 2)
 */
export function phaseWeights(maths, { shape: [channels, outputs], data }) {
  const [taken, made] = [strideOf(data.length), 16 * channels * outputs];
  const from = maths.scratch(taken + made);
  const to = from + 4 * taken;
  maths.write(data, from);
  maths.loops.phases(from, channels, outputs, to);
  return maths.view(to, made).slice();
}
