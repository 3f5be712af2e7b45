// What the lattice and each stage add of a room's objects (cocogan_core/models/object_layers.py): learned for each object and each of
// the room's faces, and coloured by z.

import { Convolution, linear, SINGLE } from "./convolution.js";
import { FACES, OBJECT_FEATURES, PAINTED_FROM } from "./shapes.js";

/**
 * @typedef {import("./convolution.js").Map2d} Map2d
 * @typedef {import("./room_maps.js").RoomMaps} RoomMaps
 *
 * @typedef {object} Rows addresses of what objects and faces add to a stage's channels: row after row
 * @property {number} table there, a metre along the visible face, a metre across
 * @property {number} known what is the same in all rooms: there, and a row of 0
 * @property {number} flags there, with what z says of it
 * @property {number} sunny one row, where the sun falls
 * @property {number} channels
 */

export class ObjectLayers {
  /** Of a model that knows objects. @param {import("./memory.js").Store} memory @param {import("../state/checkpoint.js").Checkpoint} checkpoint @param {number[]} widths of its stages @param {RoomMaps} maps */
  constructor(memory, { model, generator }, widths, maps) {
    const { maths } = maps;
    this.maps = maps;
    this.maths = maths;
    this.count = /** @type {import("../state/room_objects.js").RoomObjects} */ (model.objects).objects.length + FACES;
    const data = (/** @type {string} */ name) => /** @type {import("../state/checkpoint.js").Tensor} */ (generator.get(`objects.${name}`)).data;
    this.mix = widths.map((width, i) => new Convolution(memory, data(`mix.${i}.weight`), null, { outputs: width, channels: OBJECT_FEATURES, k: 1 }));
    this.hidden = [0, 2].map((i) => linear(maths, generator, `objects.hidden.${i}`));
    this.paints = widths.slice(PAINTED_FROM).map((_, i) => linear(maths, generator, `objects.paint.${i}`));
    this.rows = widths.map((width, i) => this.rowsOf(data(`table.${i}`), width));
    this.z = maths.allocate(model.zDim);
    this.answers = this.hidden.map(({ outputs }) => maths.allocate(outputs));
    this.scratch = maths.allocate(Math.max(...[...this.hidden, ...this.paints].map(({ columnFloats }) => columnFloats)));
  }

  /** @param {import("./memory.js").Weights} table (rows, 3 · channels) @param {number} channels @returns {Rows} */
  rowsOf(table, channels) {
    const { maths, count } = this;
    const floats = (count + 1) * channels;
    const there = table.slice(0, floats); // of its kind; the last row stays 0
    for (let row = 0; row < count; row++) there.set(table.subarray(3 * row * channels, (3 * row + 1) * channels), row * channels);
    there.fill(0, count * channels);
    const flags = maths.put(there, floats);
    return { table: maths.put(table, table.length), known: maths.put(there, floats), flags, sunny: flags + 4 * count * channels, channels };
  }

  /** Show another room from now on. @param {Float32Array} z of the room as the network knows it */
  setZ(z) {
    const { maths, hidden, answers, scratch } = this;
    maths.view(this.z, z.length).set(z);
    hidden.forEach((layer, i) => {
      layer.run(maths.loops, { ...SINGLE, at: i ? answers[0] : this.z }, answers[i], scratch);
      maths.loops.activate(answers[i], layer.outputs);
    });
    this.paints.forEach((layer, i) => {
      const { flags, known } = this.rows[PAINTED_FROM + i];
      layer.run(maths.loops, { ...SINGLE, at: answers[1] }, flags, scratch);
      maths.loops.add(flags, known, layer.outputs);
    });
  }

  /**
   * Add to a stage's features of the area that the maps look at.
   * @param {{memory: import("./memory.js").Store, kernel: import("./memory.js").Kernel, scratch: {features: number, phases: number, columns: number}}} where
   * @param {Map2d} x
   * @param {number} stage
   */
  add({ memory, kernel, scratch }, x, stage) {
    const rows = this.rows[stage];
    const floats = rows.channels * x.stride;
    memory.compute(scratch.features, OBJECT_FEATURES * x.stride, (to) => this.maps.look(stage, to, x.stride));
    const mixed = this.mix[stage].run(kernel, { ...x, at: scratch.features }, scratch.phases, scratch.columns);
    kernel.add(x.at, mixed.at, floats);
    memory.compute(scratch.phases, floats, (to) => this.maps.paint(rows, to, x.stride));
    kernel.add(x.at, scratch.phases, floats);
  }
}
