// The compact generator (cocogan_core/models/compact.py, inference/graph.py) in WebAssembly, a patch at a time.
//
// A level-0 patch leaves its last features behind, margin included, and finer patches go on from those of the level-0
// patch that they lie in. So a patch does not depend on what else was made.

import { modulo } from "../geometry/grid.js";
import { Field } from "./field.js";
import { Memory, strideOf } from "./memory.js";
import { cutPlane, cutRgb, grownRgb, toBytes } from "./rgb.js";
import { fillRoomFeatures, roomOf } from "./room_coordinates.js";
import { BASE, MARGIN, ROOM_FEATURES, baseStages, requireShapes, stageWidths } from "./shapes.js";
import { Head, Stage } from "./stage.js";

/**
 * @typedef {import("./convolution.js").Map2d} Map2d
 * @typedef {{x: Map2d, rgb: import("./rgb.js").Rgb}} Grown features and RGB with a margin of MARGIN cells
 * @typedef {{planes: Float32Array[], rgb: import("./rgb.js").Rgb}} Kept those of a level-0 patch
 * @typedef {{top: number, left: number}} Corner in cells of a stage
 */

const MOST_KEPT = 64; // level-0 patches whose features finer levels go on from; a large one is half a megabyte

export class CompactGenerator {
  /**
   * @param {import("../state/checkpoint.js").Checkpoint} checkpoint
   * @param {BufferSource} code kernel.wasm
   * @throws {import("../state/problem.js").Problem} its tensors do not fit its model
   */
  static async load(checkpoint, code) {
    requireShapes(checkpoint);
    const memory = new Memory();
    return new CompactGenerator(checkpoint, memory, await memory.start(code));
  }

  /** @param {import("../state/checkpoint.js").Checkpoint} checkpoint @param {Memory} memory @param {import("./memory.js").Kernel} kernel */
  constructor(checkpoint, memory, kernel) {
    this.model = checkpoint.model;
    this.memory = memory;
    this.kernel = kernel;
    this.field = new Field(memory, kernel, checkpoint);
    this.widths = stageWidths(this.model);
    this.head = new Head(memory, checkpoint.generator, 0);
    this.stages = this.widths.slice(1).map((_, i) => new Stage(memory, checkpoint.generator, i + 1));
    this.scratch = this.allocateScratch();
    this.z = new Float32Array(0);
    /** @type {import("../geometry/symmetry.js").Upright | null} */
    this.upright = null;
    /** @type {ReturnType<typeof roomOf> | null} */
    this.box = null;
    /** @type {Map<number, Kept>} */
    this.kept = new Map();
  }

  /** Show another room from now on. @param {Float32Array} z */
  setZ(z) {
    if (z.length === this.z.length && z.every((value, i) => value === this.z[i])) return;
    this.z = z.slice();
    this.upright = this.model.symmetry?.upright(z) ?? null;
    const own = this.upright?.numbers ?? z; // of the room as the network knows it
    this.field.setZ(own);
    this.box = this.model.room ? roomOf(own, this.model, this.model.room) : null;
    this.kept.clear();
  }

  /**
   * One micro patch of the room: RGBA bytes, row by row.
   * @param {number} level
   * @param {number} row
   * @param {number} column wraps round
   */
  patch(level, row, column) {
    const { grid } = this.model;
    const across = modulo(column, grid.columns << level);
    const [ownRow, ownColumn] = this.upright?.cell([row, across], grid.columns << level) ?? [row, across];
    const grown = level ? this.finePatch(level, ownRow, ownColumn) : this.basePatch(ownRow, ownColumn);
    const pixels = toBytes(grown.rgb, grown.x.side, MARGIN);
    return this.upright?.undo(pixels, grid.patchPx) ?? pixels;
  }

  /** @param {number} row @param {number} column @returns {Grown} */
  basePatch(row, column) {
    const { grid } = this.model;
    const grown = this.grow(this.lattice(row, column), 1, baseStages(grid), { top: row * BASE * 2, left: column * BASE * 2 });
    if (grid.levels > 1) this.keep(row * grid.columns + column, grown);
    return grown;
  }

  /** @param {number} level @param {number} row @param {number} column @returns {Grown} */
  finePatch(level, row, column) {
    const s = this.model.grid.patchPx;
    const [parentRow, parentColumn] = [row >> level, column >> level];
    const kept = this.required(parentRow, parentColumn);
    const corner = { top: (row * s) >> level, left: (column * s) >> level }; // in pixels of level 0
    const area = { top: corner.top - parentRow * s, left: corner.left - parentColumn * s, side: (s >> level) + 2 * MARGIN };
    const side = s + 2 * MARGIN;
    const x = { at: this.scratch.even, stride: strideOf(area.side ** 2), side: area.side };
    kept.planes.forEach((plane, c) => this.memory.view(x.at + c * x.stride * 4, area.side ** 2).set(cutPlane(plane, side, area)));
    const start = { x, rgb: cutRgb(kept.rgb, side, area) };
    const first = baseStages(this.model.grid) + 1;
    return this.grow(start, first, first + level - 1, { top: corner.top * 2, left: corner.left * 2 });
  }

  /** Features of the level-0 patch that a finer one lies in. @param {number} row @param {number} column @returns {Kept} */
  required(row, column) {
    const index = row * this.model.grid.columns + column;
    if (!this.kept.has(index)) this.basePatch(row, column);
    const kept = /** @type {Kept} */ (this.kept.get(index));
    this.kept.delete(index); // to the end: the first of a Map is the one that was used longest ago
    this.kept.set(index, kept);
    return kept;
  }

  /** @param {number} index @param {Grown} grown */
  keep(index, { x, rgb }) {
    if (this.kept.has(index)) return;
    const width = this.widths[baseStages(this.model.grid)];
    const planes = Array.from({ length: width }, (_, c) => this.memory.view(x.at + c * x.stride * 4, x.side ** 2).slice());
    this.kept.set(index, { planes, rgb });
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value ?? 0);
  }

  /** The lattice's features and RGB. @param {number} row @param {number} column @returns {Grown} */
  lattice(row, column) {
    const { even, head, columns } = this.scratch;
    const x = this.field.run(row, column, even, columns);
    this.addRoom(x, this.head, 0, { top: row * BASE - MARGIN, left: column * BASE - MARGIN });
    const rgb = this.head.rgb.run(this.kernel, x, head, columns);
    return { x, rgb: [0, 1, 2].map((c) => this.memory.view(rgb.at + c * rgb.stride * 4, rgb.side ** 2).slice()) };
  }

  /**
   * Through stages `first` to `last`; `corner` is the block's in cells of the first of them.
   * @param {Grown} grown @param {number} first @param {number} last @param {Corner} corner
   */
  grow(grown, first, last, corner) {
    const out = [this.scratch.odd, this.scratch.even];
    for (let index = first; index <= last; index++) {
      const scale = 2 ** (index - first);
      const area = { top: corner.top * scale - MARGIN - 1, left: corner.left * scale - MARGIN - 1 };
      grown = this.growOnce(grown, index, area, out[(index - first) & 1]);
    }
    return grown;
  }

  /** @param {Grown} grown @param {number} index @param {Corner} area @param {number} out address @returns {Grown} */
  growOnce(grown, index, area, out) {
    const stage = this.stages[index - 1];
    const wide = stage.double(this.kernel, grown.x, this.scratch);
    this.addRoom(wide, stage, index, area);
    const x = stage.finish(this.kernel, wide, out, this.scratch.columns);
    const head = stage.rgb.run(this.kernel, x, this.scratch.head, this.scratch.columns);
    const values = this.memory.view(head.at, 3 * head.stride);
    return { x, rgb: grownRgb(grown.rgb, grown.x.side, values, head.stride) };
  }

  /** Add what is known of the room's walls to features. @param {Map2d} x @param {Head} head @param {number} index @param {Corner} corner */
  addRoom(x, head, index, corner) {
    const { room, grid } = this.model;
    if (!room || !this.box || !head.walls) return;
    const { features, phases, columns } = this.scratch;
    const cells = BASE * 2 ** index; // along a patch
    const beyond = grid.beyond ?? 0;
    const counts = { rows: (grid.rows - 2 * beyond) * cells, columns: grid.columns * cells };
    const area = { top: corner.top - beyond * cells, left: corner.left, side: x.side };
    const planes = this.memory.view(features, ROOM_FEATURES * x.stride);
    fillRoomFeatures(this.box, area, counts, index, room, planes, x.stride);
    const mixed = head.walls.run(this.kernel, { ...x, at: features }, phases, columns);
    this.kernel.add(x.at, mixed.at, this.widths[index] * x.stride);
  }

  /** Addresses of what a patch is worked out in, large enough for every stage. */
  allocateScratch() {
    const lattice = this.head.rgb.channels * strideOf((BASE + 2 * MARGIN) ** 2);
    const most = { phases: lattice, map: lattice, columns: this.field.columnFloats };
    const widest = this.model.grid.patchPx / 2 + 2 * MARGIN; // the largest input that a stage can have
    this.stages.forEach((stage, i) => {
      const needs = stage.needs(Math.min(BASE * 2 ** i + 2 * MARGIN, widest));
      for (const part of /** @type {const} */ (["phases", "map", "columns"])) most[part] = Math.max(most[part], needs[part]);
    });
    const { memory } = this;
    const maps = [0, 1, 2].map(() => memory.allocate(most.map));
    const plane = strideOf((2 * widest - 2) ** 2);
    return {
      even: maps[0], odd: maps[1], wide: maps[2], phases: memory.allocate(most.phases), columns: memory.allocate(most.columns),
      head: memory.allocate(4 * plane), features: memory.allocate(ROOM_FEATURES * plane),
    };
  }
}
