// The field network: (z, position) → features on the lattice of a level-0 patch (compact.py, `features`).

import { SIDE } from "./blocks.js";
import { strideOf } from "./memory.js";
import { BASE, FIELD_DEPTH, HARMONICS, MARGIN } from "./shapes.js";
import { modulo } from "../geometry/grid.js";
import { linear, SINGLE } from "./convolution.js";

/**
 * @typedef {import("./convolution.js").Map2d} Map2d
 */

const LINES = SIDE * BASE + 2 * MARGIN; // cells of the largest block and its margin, down and across
const MOST_CELLS = strideOf(LINES * LINES);
const WAVES = 4 * HARMONICS + 1; // of a position: sines and cosines of both its angles, and the row's itself

export class Field {
  /**
   * @param {import("./memory.js").Store} memory
   * @param {import("./memory.js").Kernel} kernel
   * @param {import("../state/checkpoint.js").Checkpoint} checkpoint
   */
  constructor(memory, kernel, { model, generator }) {
    this.memory = memory;
    this.kernel = kernel;
    this.units = model.fieldWidth;
    this.style = [0, 2, 4].map((i) => linear(memory, generator, `style.${i}`));
    this.place = linear(memory, generator, "place");
    this.layers = Array.from({ length: FIELD_DEPTH }, (_, i) => linear(memory, generator, `field.${i}`));
    this.lattice = linear(memory, generator, "lattice");
    const { rows, columns, beyond = 0 } = model.grid;
    this.rows = Array.from({ length: rows * BASE + 2 * MARGIN }, (_, i) => rowWaves(((i - MARGIN + 0.5 - beyond * BASE) / ((rows - 2 * beyond) * BASE)) * Math.PI));
    this.columns = Array.from({ length: columns * BASE }, (_, i) => columnWaves(((i + 0.5) / (columns * BASE)) * 2 * Math.PI));
    this.waves = memory.allocate(WAVES * MOST_CELLS);
    this.x = memory.allocate(this.units * MOST_CELLS);
    this.branch = memory.allocate(this.units * MOST_CELLS);
    this.told = memory.allocate(this.style[0].channels);
    this.hidden = [0, 1].map(() => memory.allocate(this.units));
    this.styles = memory.allocate(2 * (FIELD_DEPTH + 1) * this.units);
    this.scratch = memory.allocate(Math.max(...this.style.map((layer) => layer.columnFloats)));
  }

  /** Floats of scratch memory that {@link run} needs. */
  get columnFloats() {
    return this.lattice.columnFloats;
  }

  /** Work out every scale and shift of a room. @param {number[]} told z, and what is derived from it of how objects look */
  setZ(told) {
    this.memory.fill(this.told, told.length, (floats) => floats.set(told));
    const [first, second, last] = this.style;
    this.linear(first, this.told, this.hidden[0]);
    this.kernel.activate(this.hidden[0], this.units);
    this.linear(second, this.hidden[0], this.hidden[1]);
    this.kernel.activate(this.hidden[1], this.units);
    this.linear(last, this.hidden[1], this.styles);
  }

  /** A layer of numbers that have no place. @param {import("./convolution.js").Convolution} layer @param {number} x address @param {number} y address */
  linear(layer, x, y) {
    layer.run(this.kernel, { ...SINGLE, at: x }, y, this.scratch);
  }

  /**
   * Features of the lattice of a block of level 0.
   * @param {import("./blocks.js").Block} block
   * @param {number} out address
   * @param {number} scratch address
   * @returns {Map2d}
   */
  run(block, out, scratch) {
    const [height, width] = [block.rows * BASE + 2 * MARGIN, block.columns * BASE + 2 * MARGIN];
    const map = { at: this.x, stride: strideOf(height * width), height, width };
    this.memory.fill(this.waves, WAVES * map.stride, (waves) => this.fillWaves(block, map, waves));
    [this.place, ...this.layers].forEach((layer, i) => {
      layer.run(this.kernel, i ? map : { ...map, at: this.waves }, this.branch, scratch);
      this.modulate(this.branch, i, map.stride);
    });
    return this.lattice.run(this.kernel, map, out, scratch);
  }

  /** @param {number} values address @param {number} layer @param {number} stride of both */
  modulate(values, layer, stride) {
    const scale = this.styles + layer * this.units * 4;
    const shift = scale + (FIELD_DEPTH + 1) * this.units * 4;
    this.kernel.modulate(this.x, values, scale, shift, this.units, stride, layer ? 1 : 0);
  }

  /** @param {import("./blocks.js").Block} block @param {Map2d} map @param {Float32Array} waves a plane for each */
  fillWaves({ row, column }, { stride, height, width }, waves) {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const right = this.columns[modulo(column * BASE + x - MARGIN, this.columns.length)];
        [...this.rows[row * BASE + y], ...right].forEach((wave, i) => (waves[i * stride + y * width + x] = wave));
      }
  }
}

/** @param {number} angle */
function columnWaves(angle) {
  const multiples = Array.from({ length: HARMONICS }, (_, i) => angle * (i + 1));
  return [...multiples.map(Math.sin), ...multiples.map(Math.cos)];
}

/** @param {number} angle */
function rowWaves(angle) {
  return [...columnWaves(angle), (angle * 2) / Math.PI - 1];
}
