// The field network: (z, position) → features on the lattice of a level-0 patch (compact.py, `features`).

import { SIDE } from "./blocks.js";
import { strideOf } from "./memory.js";
import { BASE, FIELD_DEPTH, FIELD_WIDTH, HARMONICS, MARGIN } from "./shapes.js";
import { modulo } from "../geometry/grid.js";
import { Convolution } from "./convolution.js";

const LINES = SIDE * BASE + 2 * MARGIN; // cells of the largest block and its margin, down and across
const MOST_CELLS = strideOf(LINES * LINES);
const SLOPE = 0.2;

export class Field {
  /**
   * @param {import("./memory.js").Store} memory
   * @param {import("./memory.js").Kernel} kernel
   * @param {import("../state/checkpoint.js").Checkpoint} checkpoint
   */
  constructor(memory, kernel, { model, generator }) {
    this.memory = memory;
    this.kernel = kernel;
    this.tensors = generator;
    const width = FIELD_WIDTH;
    const square = { outputs: width, channels: width, k: 1 };
    this.layers = Array.from({ length: FIELD_DEPTH }, (_, i) => new Convolution(memory, this.data(`field.${i}.weight`), this.data(`field.${i}.bias`), square));
    const lattice = this.data("lattice.bias");
    this.lattice = new Convolution(memory, this.data("lattice.weight"), lattice, { ...square, outputs: lattice.length });
    const waves = 2 * HARMONICS;
    const { rows, columns, beyond = 0 } = model.grid;
    this.rows = this.placedLines(rows, MARGIN, beyond, Math.PI, true, 0);
    this.columns = this.placedLines(columns, 0, 0, 2 * Math.PI, false, waves + 1); // these go round
    this.place = memory.allocate(width * MOST_CELLS);
    this.x = memory.allocate(width * MOST_CELLS);
    this.branch = memory.allocate(width * MOST_CELLS);
    this.styles = memory.allocate(2 * (FIELD_DEPTH + 1) * width);
  }

  /** @param {string} name */
  data(name) {
    return /** @type {import("../state/checkpoint.js").Tensor} */ (this.tensors.get(name)).data;
  }

  /** Floats of scratch memory that {@link run} needs. */
  get columnFloats() {
    return this.lattice.columnFloats;
  }

  /** Work out every scale and shift of a room. @param {Float32Array} z */
  setZ(z) {
    const first = dense(this.data("style.0.weight"), this.data("style.0.bias"), z, true);
    const second = dense(this.data("style.2.weight"), this.data("style.2.bias"), first, true);
    const styles = dense(this.data("style.4.weight"), this.data("style.4.bias"), second, false);
    this.memory.fill(this.styles, styles.length, (floats) => floats.set(styles));
  }

  /**
   * Features of the lattice of a block of level 0.
   * @param {import("./blocks.js").Block} block
   * @param {number} out address
   * @param {number} scratch address
   * @returns {import("./convolution.js").Map2d}
   */
  run(block, out, scratch) {
    const [height, width] = [block.rows * BASE + 2 * MARGIN, block.columns * BASE + 2 * MARGIN];
    const map = { at: this.x, stride: strideOf(height * width), height, width };
    this.memory.fill(this.place, FIELD_WIDTH * map.stride, (place) => this.fillPlace(block, map, place));
    this.modulate(this.place, 0, map.stride);
    this.layers.forEach((layer, i) => {
      layer.run(this.kernel, map, this.branch, scratch);
      this.modulate(this.branch, i + 1, map.stride);
    });
    return this.lattice.run(this.kernel, map, out, scratch);
  }

  /** @param {number} values address @param {number} layer @param {number} stride of both */
  modulate(values, layer, stride) {
    const scale = this.styles + layer * FIELD_WIDTH * 4;
    const shift = scale + (FIELD_DEPTH + 1) * FIELD_WIDTH * 4;
    this.kernel.modulate(this.x, values, scale, shift, FIELD_WIDTH, stride, layer ? 1 : 0);
  }

  /** Placed positions: a row's part and a column's. @param {import("./blocks.js").Block} block @param {import("./convolution.js").Map2d} map @param {Float32Array} place */
  fillPlace({ row, column }, { stride, height, width }, place) {
    const bias = this.data("place.bias");
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const down = this.rows[row * BASE + y];
        const right = this.columns[modulo(column * BASE + x - MARGIN, this.columns.length)];
        for (let c = 0; c < FIELD_WIDTH; c++) place[c * stride + y * width + x] = down[c] + right[c] + bias[c];
      }
  }

  /**
   * What the place layer makes of the waves of every lattice line.
   * @param {number} patches along the axis
   * @param {number} margin of lines on either side
   * @param {number} beyond how many of them, on either side, lie outside the trained image
   * @param {number} turn angle of the trained image's axis
   * @param {boolean} linear whether the angle itself is a feature
   * @param {number} from the axis's first input of the layer
   */
  placedLines(patches, margin, beyond, turn, linear, from) {
    const weight = this.data("place.weight");
    const inputs = weight.length / FIELD_WIDTH;
    return Array.from({ length: patches * BASE + 2 * margin }, (_, i) => {
      const waves = positionWaves(((i - margin + 0.5 - beyond * BASE) / ((patches - 2 * beyond) * BASE)) * turn, linear);
      const placed = (/** @type {unknown} */ _cell, /** @type {number} */ c) =>
        waves.reduce((sum, wave, k) => sum + weight[c * inputs + from + k] * wave, 0);
      return Float64Array.from({ length: FIELD_WIDTH }, placed);
    });
  }
}

/** @param {number} angle @param {boolean} linear */
function positionWaves(angle, linear) {
  const multiples = Array.from({ length: HARMONICS }, (_, i) => angle * (i + 1));
  const waves = [...multiples.map(Math.sin), ...multiples.map(Math.cos)];
  return linear ? [...waves, (angle * 2) / Math.PI - 1] : waves;
}

/** A linear layer. @param {Float32Array} weight @param {Float32Array} bias @param {Float32Array} x @param {boolean} activated */
function dense(weight, bias, x, activated) {
  const y = new Float32Array(bias.length);
  for (let m = 0; m < y.length; m++) {
    let sum = bias[m];
    for (let k = 0, at = m * x.length; k < x.length; k++) sum += weight[at + k] * x[k];
    y[m] = activated && sum < 0 ? sum * SLOPE : sum;
  }
  return y;
}
