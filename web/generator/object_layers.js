// What the lattice and each stage add of a room's objects (cocogan_core/models/object_layers.py): learned for each object, or
// several that look alike, and each of the room's faces, and coloured by z. The kernel has a row for each object and face.

import { joined, linear, SINGLE } from "./convolution.js";
import { FACES, PAINTED_FROM, TEXTURED_FROM } from "./shapes.js";
import { floatsOf } from "../state/tensors.js";

const SLOT_GAIN = 32; // weights are so many times what is stored

/**
 * @typedef {import("./convolution.js").Map2d} Map2d
 * @typedef {import("./room_maps.js").RoomMaps} RoomMaps
 *
 * @typedef {object} Rows addresses of what objects and faces add to a stage's channels: row after row
 * @property {number} table there, a metre along the visible face, a metre across
 * @property {number} known what is the same in all rooms: there, and a row of 0
 * @property {number} flags there, with what z says of it
 * @property {number} sunny where the sun falls: one row, or one for each
 * @property {number} sunnyStep floats from one to the next, 0 for one
 * @property {number} channels
 */

export class ObjectLayers {
  /** Of a model that knows objects. @param {import("./memory.js").Store} memory @param {import("../state/checkpoint.js").Checkpoint} checkpoint @param {number[]} widths of its stages @param {RoomMaps} maps */
  constructor(memory, { model, generator }, widths, maps) {
    const { maths } = maps;
    this.maps = maps;
    this.maths = maths;
    const { objects, rows, rowCount, looks, panes, slots } = /** @type {import("../state/room_objects.js").RoomObjects} */ (model.objects);
    this.shared = [...rows, ...Array.from({ length: FACES + 1 }, (_, face) => rowCount + face)]; // of objects, faces and the sun
    this.isShared = rowCount < rows.length;
    this.codesOf = rowCount + FACES + 1; // codes of a slot
    const painted = [...rows.map((row, i) => row + objects[i].slot * this.codesOf), ...this.shared.slice(rows.length)];
    this.codeRows = [...new Set(painted)]; // of codes, those that are used: of each slot others, the sun's is the last
    this.painted = painted.map((row) => this.codeRows.indexOf(row));
    this.count = rows.length + FACES;
    const tensor = (/** @type {string} */ name) => /** @type {import("../state/tensors.js").Tensor} */ (generator.get(`objects.${name}`));
    const data = (/** @type {string} */ name) => tensor(name).data;
    this.mix = widths.map((_, i) => joined(memory, tensor(`mix.${i}.weight`), generator.get(`objects.textures.mix.${i - TEXTURED_FROM}.weight`)));
    this.hidden = [0, 2].map((i) => linear(maths, generator, `objects.hidden.${i}`));
    const stages = widths.slice(PAINTED_FROM);
    this.codes = model.paintRank ? linear(maths, generator, "objects.codes") : null;
    this.paints = this.codes ? [this.codes] : stages.map((_, i) => linear(maths, generator, `objects.paint.${i}`));
    this.mixes = this.codes ? stages.map((_, i) => floatsOf(data(`paint.${i}.weight`))) : [];
    this.sunlit = this.codes && panes.length ? stages.map((_, i) => floatsOf(data(`sunlit.${i}.weight`))) : [];
    this.rows = widths.map((width, i) => this.rowsOf(data(`table.${i}`), width, i >= PAINTED_FROM && this.sunlit.length > 0));
    this.told = maths.allocate(model.zDim + looks.length);
    this.learned = this.isShared || this.codes ? maths.allocate(Math.max(...this.paints.map(({ outputs }) => outputs)) * (this.codes ? 1 + slots.length : 1)) : 0;
    this.answers = this.hidden.map(({ outputs }) => maths.allocate(outputs));
    this.shares = new Map(rows.map((row, i) => [row, objects[i].shares])); // of rows
    this.slot = this.codes && slots.length ? floatsOf(data("slot.weight")) : null;
    this.scratch = maths.allocate(Math.max(...[...this.hidden, ...this.paints, ...maps.tiles.layers].map(({ columnFloats }) => columnFloats)));
  }

  /** @param {import("./memory.js").Weights} table (rows, 3 · channels) @param {number} channels @param {boolean} isSunlit each differently @returns {Rows} */
  rowsOf(table, channels, isSunlit) {
    const { maths, count } = this, every = this.spread(table, 3 * channels);
    const floats = (count + 1) * channels;
    const there = every.slice(0, floats); // of its kind; the last row stays 0
    for (let row = 0; row < count; row++) there.set(every.subarray(3 * row * channels, (3 * row + 1) * channels), row * channels);
    there.fill(0, count * channels);
    const flags = maths.put(there, floats);
    const sun = isSunlit ? { sunny: maths.allocate(count * channels), sunnyStep: channels } : { sunny: flags + 4 * count * channels, sunnyStep: 0 };
    return { table: maths.put(every, every.length), known: maths.put(there, floats), flags, ...sun, channels };
  }

  /** Learned rows as a row for each object and face. @template {import("./memory.js").Weights} T @param {T} learned @param {number} floats of a row @returns {T} */
  spread(learned, floats) {
    if (!this.isShared) return learned;
    const rows = this.shared.filter((row) => row < learned.length / floats); // tables have none of the sun
    const every = /** @type {T} */ (learned instanceof Float32Array ? new Float32Array(rows.length * floats) : new Uint16Array(rows.length * floats));
    rows.forEach((row, i) => every.set(learned.subarray(row * floats, (row + 1) * floats), i * floats));
    return every;
  }

  /** As {@link spread}, of rows of codes. @param {Float32Array} rows @param {number} channels */
  spreadCodes(rows, channels) {
    const every = new Float32Array(this.painted.length * channels);
    this.painted.forEach((row, i) => every.set(rows.subarray(row * channels, (row + 1) * channels), i * channels));
    return every;
  }

  /**
   * Show another room from now on, which the maps show too.
   * @param {number[]} told z of the room as the network knows it, and what is derived from it of how objects look
   * @param {number[][]} slots what is derived of how those of each slot look
   */
  setZ(told, slots) {
    const { maths, hidden, answers, scratch } = this;
    maths.view(this.told, told.length).set(told);
    hidden.forEach((layer, i) => {
      layer.run(maths.loops, { ...SINGLE, at: i ? answers[0] : this.told }, answers[i], scratch);
      maths.loops.activate(answers[i], layer.outputs);
    });
    this.maps.tiles.mix(answers[1], scratch);
    this.codes?.run(maths.loops, { ...SINGLE, at: answers[1] }, this.learned, scratch);
    if (this.slot) this.addSlots(this.slot, slots);
    this.rows.slice(PAINTED_FROM).forEach((rows, i) => this.paintRows(rows, i));
  }

  /** Codes of each slot, behind those of all. @param {Float32Array} weights (rank, looks) @param {number[][]} slots */
  addSlots(weights, slots) {
    const rank = weights.length / slots[0].length, floats = this.codesOf * rank; // a layer's outputs are rounded up
    const codes = this.maths.view(this.learned, floats * (1 + slots.length)), own = codes.slice(0, floats);
    slots.forEach((looks, slot) => {
      codes.set(own, floats * (1 + slot));
      this.shares.forEach((shares, row) => {
        for (let k = 0, at = floats * (1 + slot) + row * rank; k < rank; k++, at++)
          shares.forEach((share, i) => (codes[at] += SLOT_GAIN * share * (looks[i] - 1) * weights[k * looks.length + i]));
      });
    });
  }

  /** What z says of a stage's rows. @param {Rows} rows @param {number} i of the painted stages */
  paintRows({ flags, known, sunny, sunnyStep, channels }, i) {
    const { maths, answers, scratch, learned } = this;
    const floats = this.shared.length * channels;
    if (this.codes) {
      const rows = this.mixRows(this.mixes[i], channels);
      maths.view(flags, floats).set(this.spreadCodes(rows, channels));
      if (sunnyStep) maths.view(sunny, this.count * channels).set(this.sunnyRows(i, channels, rows.subarray(-channels)));
    } else {
      this.paints[i].run(maths.loops, { ...SINGLE, at: answers[1] }, learned || flags, scratch);
      if (this.isShared) maths.view(flags, floats).set(this.spread(maths.view(learned, this.paints[i].outputs), channels));
    }
    maths.loops.add(flags, known, floats);
  }

  /** What z says of each learned row, and the sun's at last. @param {Float32Array} mix (channels, rank) @param {number} channels */
  mixRows(mix, channels) {
    const rank = mix.length / channels, { codeRows } = this;
    const codes = this.maths.view(this.learned, (Math.max(...codeRows) + 1) * rank), rows = new Float32Array(codeRows.length * channels);
    codeRows.forEach((code, row) => {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let k = 0; k < rank; k++) sum += codes[code * rank + k] * mix[channel * rank + k];
        rows[row * channels + channel] = sum;
      }
    });
    return rows;
  }

  /** What sunlight adds to each object and face. @param {number} i of the painted stages @param {number} channels @param {Float32Array} all what it adds to all of them */
  sunnyRows(i, channels, all) {
    const rows = this.mixRows(this.sunlit[i], channels);
    for (let at = 0; at < rows.length; at++) rows[at] += all[at % channels];
    return this.spreadCodes(rows, channels).subarray(0, this.count * channels);
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
    memory.compute(scratch.features, this.mix[stage].channels * x.stride, (to) => this.maps.look(stage, to, x.stride));
    const mixed = this.mix[stage].run(kernel, { ...x, at: scratch.features }, scratch.phases, scratch.columns);
    kernel.add(x.at, mixed.at, floats);
    memory.compute(scratch.phases, floats, (to) => {
      this.maps.paint(rows, to, x.stride);
      this.maps.addTiles(stage, rows.channels, to, x.stride);
    });
    kernel.add(x.at, scratch.phases, floats);
  }
}
