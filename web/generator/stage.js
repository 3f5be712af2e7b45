// One up-sampling stage of the compact generator, and its RGB head (compact.py, `Stage`).

import { Convolution, joined, phaseWeights } from "./convolution.js";
import { strideOf } from "./memory.js";
import { TEXTURED_FROM } from "./shapes.js";

/** @typedef {import("./convolution.js").Map2d} Map2d */

export class Head {
  /** @param {import("./memory.js").Store} memory @param {Map<string, import("../state/tensors.js").Tensor>} tensors @param {number} index of the stage, 0 for the lattice */
  constructor(memory, tensors, index) {
    const weight = tensor(tensors, `rgb.${index}.weight`);
    this.rgb = new Convolution(memory, weight.data, tensor(tensors, `rgb.${index}.bias`).data, { outputs: 3, channels: weight.shape[1], k: 1 });
    const walls = tensors.get(`walls.${index}.weight`);
    this.walls = walls ? joined(memory, walls, tensors.get(`surfaces.mix.${index - TEXTURED_FROM}.weight`)) : null;
  }
}

export class Stage extends Head {
  /** @param {import("./memory.js").Store} memory @param {Map<string, import("../state/tensors.js").Tensor>} tensors @param {number} index from 1 on */
  constructor(memory, tensors, index) {
    super(memory, tensors, index);
    const up = tensor(tensors, `levels.${index - 1}.up.weight`);
    const bias = tensor(tensors, `levels.${index - 1}.up.bias`).data;
    const refine = tensor(tensors, `levels.${index - 1}.refine.weight`);
    this.channels = up.shape[0];
    this.outputs = up.shape[1];
    const shape = { outputs: 4 * this.outputs, channels: this.channels, k: 2 };
    this.up = new Convolution(memory, phaseWeights(memory.maths, up), repeated(bias, 4), shape);
    this.refine = new Convolution(memory, refine.data, tensor(tensors, `levels.${index - 1}.refine.bias`).data, { outputs: this.outputs, channels: this.outputs, k: 3 });
  }

  /** Floats that its maps and columns need for an input of so many cells. @param {number} height @param {number} width */
  needs(height, width) {
    const wide = strideOf((2 * height - 2) * (2 * width - 2)) * this.outputs;
    const columns = Math.max(...[this.up, this.refine, this.rgb].map((layer) => layer.columnFloats));
    return { phases: Math.max(this.up.outputFloats(height, width), wide), map: wide, columns };
  }

  /**
   * Twice the cells: features with a margin of MARGIN cells and one more, before the refining convolution.
   * @param {import("./memory.js").Kernel} kernel
   * @param {Map2d} x activated in place
   * @param {{phases: number, wide: number, columns: number}} scratch addresses
   * @returns {Map2d}
   */
  double(kernel, x, scratch) {
    kernel.activate(x.at, this.channels * x.stride);
    const phases = this.up.run(kernel, x, scratch.phases, scratch.columns);
    const [height, width] = [2 * phases.height, 2 * phases.width];
    const wide = { at: scratch.wide, stride: strideOf(height * width), height, width };
    kernel.shuffle(phases.at, phases.stride, this.outputs, phases.height, phases.width, wide.at, wide.stride);
    return wide;
  }

  /** @param {import("./memory.js").Kernel} kernel @param {Map2d} wide activated in place @param {number} out address @param {number} columns address */
  finish(kernel, wide, out, columns) {
    kernel.activate(wide.at, this.outputs * wide.stride);
    return this.refine.run(kernel, wide, out, columns);
  }
}

/** Numbers of any kind, so many times. @template {import("./memory.js").Weights} Kind @param {Kind} numbers @param {number} times @returns {Kind} */
function repeated(numbers, times) {
  const all = new /** @type {any} */ (numbers).constructor(times * numbers.length);
  for (let i = 0; i < times; i++) all.set(numbers, i * numbers.length);
  return all;
}

/** @param {Map<string, import("../state/tensors.js").Tensor>} tensors @param {string} name */
function tensor(tensors, name) {
  return /** @type {import("../state/tensors.js").Tensor} */ (tensors.get(name));
}
