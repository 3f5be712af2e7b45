// What the lattice and each stage add of a room's objects (cocogan_core/models/object_layers.py): learned for each object and each of
// the room's faces, and coloured by z.

import { Convolution } from "./convolution.js";
import { nearestObjects, objectsOf } from "./object_coordinates.js";
import { objectMaps } from "./object_maps.js";
import { firstOctave } from "./room_coordinates.js";
import { FACES, OBJECT_FEATURES, PAINTED_FROM } from "./shapes.js";

/**
 * @typedef {object} Rows what objects and faces add to each of a stage's channels: row after row of one channel, then the next
 * @property {Float32Array} flags
 * @property {Float32Array} right a metre along the visible face
 * @property {Float32Array} up a metre across
 * @property {Float32Array} sunny where the sun falls, one for each channel
 *
 * @typedef {import("./convolution.js").Map2d} Map2d
 * @typedef {import("./object_maps.js").ObjectMaps} ObjectMaps
 */

const SLOPE = 0.2;

export class ObjectLayers {
  /** Of a model that knows objects. @param {import("./memory.js").Store} memory @param {import("../state/checkpoint.js").Checkpoint} checkpoint @param {number[]} widths of its stages */
  constructor(memory, { model, generator }, widths) {
    this.model = model;
    this.tensors = generator;
    this.stated = /** @type {import("../state/room_objects.js").RoomObjects} */ (model.objects);
    this.rowCount = this.stated.objects.length + FACES;
    this.mix = widths.map((width, i) => new Convolution(memory, this.data(`mix.${i}.weight`), null, { outputs: width, channels: OBJECT_FEATURES, k: 1 }));
    this.tables = widths.map((width, i) => this.rowsOf(this.data(`table.${i}`), width));
    this.widths = widths;
    /** @type {Rows[]} */
    this.rows = [];
    /** @type {import("./object_coordinates.js").Objects | null} */
    this.objects = null;
  }

  /** @param {string} name */
  data(name) {
    return /** @type {import("../state/checkpoint.js").Tensor} */ (this.tensors.get(`objects.${name}`)).data;
  }

  /** @param {Float32Array} table (rows, 3 · width) @param {number} width @returns {Rows} */
  rowsOf(table, width) {
    const [flags, right, up] = [0, width, 2 * width].map((first) => columns(table, this.rowCount, 3 * width, first, width));
    return { flags, right, up, sunny: new Float32Array(width) };
  }

  /** Show another room from now on. @param {Float32Array} z of the room as the network knows it */
  setZ(z) {
    const room = /** @type {import("../state/model_config.js").RoomLatents} */ (this.model.room);
    this.objects = objectsOf(z, this.model, room, this.stated);
    const first = dense(this.data("hidden.0.weight"), this.data("hidden.0.bias"), z, true);
    const hidden = dense(this.data("hidden.2.weight"), this.data("hidden.2.bias"), first, true);
    this.rows = this.tables.map((table, stage) => (stage < PAINTED_FROM ? table : this.painted(table, stage, hidden)));
  }

  /** Rows with what z says of them. @param {Rows} table @param {number} stage @param {Float32Array} hidden @returns {Rows} */
  painted(table, stage, hidden) {
    const layer = `paint.${stage - PAINTED_FROM}`;
    const width = this.widths[stage];
    const paint = dense(this.data(`${layer}.weight`), this.data(`${layer}.bias`), hidden, false);
    const own = columns(paint, this.rowCount, width, 0, width);
    return { ...table, flags: table.flags.map((flag, i) => flag + own[i]), sunny: paint.subarray(this.rowCount * width) };
  }

  /**
   * Add to a stage's features.
   * @param {{memory: import("./memory.js").Store, kernel: import("./memory.js").Kernel, scratch: {features: number, phases: number, columns: number}}} where
   * @param {Map2d} x
   * @param {number} stage
   * @param {{low: number[], high: number[]}} box around the viewer
   * @param {import("./room_coordinates.js").Rays} rays of the cells
   */
  add({ memory, kernel, scratch }, x, stage, box, rays) {
    const objects = /** @type {import("./object_coordinates.js").Objects} */ (this.objects);
    const { stride } = x;
    const floats = this.widths[stage] * stride;
    const seen = nearestObjects(objects, rays);
    /** @type {ObjectMaps | null} */
    let maps = null;
    memory.fill(scratch.features, OBJECT_FEATURES * stride, (planes) => {
      maps = objectMaps(objects, seen, box, rays, { planes: planes.fill(0), stride, finest: firstOctave(stage) });
    });
    const mixed = this.mix[stage].run(kernel, { ...x, at: scratch.features }, scratch.phases, scratch.columns);
    kernel.add(x.at, mixed.at, floats);
    memory.fill(scratch.phases, floats, (planes) => paint(/** @type {ObjectMaps} */ (maps), this.rows[stage], this.rowCount, planes, stride));
    kernel.add(x.at, scratch.phases, floats);
  }
}

/** A linear layer, here since its outputs are needed in JavaScript. @param {Float32Array} weight @param {Float32Array} bias @param {Float32Array} x @param {boolean} activated */
function dense(weight, bias, x, activated) {
  const y = new Float32Array(bias.length);
  for (let m = 0; m < y.length; m++) {
    let sum = bias[m];
    for (let k = 0, at = m * x.length; k < x.length; k++) sum += weight[at + k] * x[k];
    y[m] = activated && sum < 0 ? sum * SLOPE : sum;
  }
  return y;
}

/** Columns `first` … of a matrix, one behind the other. @param {Float32Array} matrix @param {number} rows @param {number} across floats from row to row @param {number} first @param {number} count */
function columns(matrix, rows, across, first, count) {
  const result = new Float32Array(rows * count);
  for (let c = 0; c < count; c++) for (let row = 0; row < rows; row++) result[c * rows + row] = matrix[row * across + first + c];
  return result;
}

/** Rows of what is seen and of what lies behind it, as planes. @param {ObjectMaps} maps @param {Rows} rows @param {number} count of rows @param {Float32Array} planes @param {number} stride */
function paint(maps, { flags, right, up, sunny }, count, planes, stride) {
  const { which, behind, face, cover, nextCover, along, across, lit } = maps;
  for (let c = 0; c < sunny.length; c++) {
    const first = c * count;
    for (let cell = 0; cell < which.length; cell++) {
      const own = first + which[cell];
      const front = flags[own] + along[cell] * right[own] + across[cell] * up[own];
      const rest = nextCover[cell] * flags[first + behind[cell]] + (1 - nextCover[cell]) * flags[first + face[cell]];
      planes[c * stride + cell] = cover[cell] * front + (1 - cover[cell]) * rest + lit[cell] * sunny[c];
    }
  }
}
