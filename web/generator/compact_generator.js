// The compact generator (cocogan_core/models/compact.py, inference/graph.py) in WebAssembly.
//
// Neighbours are made together (blocks.js). A level-0 patch leaves its last features behind, margin included, and finer patches go on from those of the level-0
// patch that they lie in. So a patch does not depend on what else was made.

import { modulo } from "../geometry/grid.js";
import { Field } from "./field.js";
import { Memory, strideOf } from "./memory.js";
import { patchesOf, SIDE } from "./blocks.js";
import { cutPlane, grownRgb, toBytes } from "./rgb.js";
import { fillRoomFeatures, roomOf } from "./room_coordinates.js";
import { BASE, MARGIN, ROOM_FEATURES, baseStages, requireShapes, stageWidths } from "./shapes.js";
import { Head, Stage } from "./stage.js";

/**
 * @typedef {import("./convolution.js").Map2d} Map2d
 * @typedef {{x: Map2d, rgb: import("./rgb.js").Rgb}} Grown features and RGB with a margin of MARGIN cells
 * @typedef {{planes: Float32Array[], rgb: import("./rgb.js").Rgb}} Kept those of a level-0 patch
 * @typedef {import("./blocks.js").Block} Block
 * @typedef {import("./rgb.js").Area} Area
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

  /** One micro patch of the room: RGBA bytes, row by row; columns wrap round. @param {number} level @param {number} row @param {number} column */
  patch(level, row, column) {
    return this.make({ level, row, column: modulo(column, this.model.grid.columns << level), rows: 1, columns: 1 })[0];
  }

  /** RGBA of every patch of a block, row by row (blocks.js). @param {Block} block */
  make(block) {
    const { patchPx } = this.model.grid;
    const own = this.upright?.block(block, this.model.grid.columns << block.level) ?? block;
    const { rgb, x } = own.level ? this.fineBlock(own) : this.baseBlock(own);
    const pixels = patchesOf(own).map((_, i) => toBytes(rgb, x.width, areaOf(own, i, patchPx)));
    return this.upright?.undo(pixels, block.columns, patchPx) ?? pixels;
  }

  /** @param {Block} block which may go round @returns {Grown} */
  baseBlock(block) {
    const { grid } = this.model;
    const grown = this.grow(this.lattice(block), 1, baseStages(grid), { top: block.row * BASE * 2, left: block.column * BASE * 2 });
    if (grid.levels > 1) patchesOf(block).forEach(([, row, column], i) => this.keep(this.indexOf(row, column), grown, areaOf(block, i, grid.patchPx)));
    return grown;
  }

  /** @param {Block} block within one patch of level 0 @returns {Grown} */
  fineBlock({ level, row, column, rows, columns }) {
    const s = this.model.grid.patchPx;
    const [parentRow, parentColumn] = [row >> level, column >> level];
    const kept = this.required(parentRow, parentColumn);
    const corner = { top: (row * s) >> level, left: (column * s) >> level }; // in pixels of level 0
    const area = {
      top: corner.top - parentRow * s, left: corner.left - parentColumn * s,
      height: ((rows * s) >> level) + 2 * MARGIN, width: ((columns * s) >> level) + 2 * MARGIN,
    };
    const cells = area.height * area.width;
    const x = { at: this.scratch.even, stride: strideOf(cells), height: area.height, width: area.width };
    const wide = s + 2 * MARGIN;
    kept.planes.forEach((plane, c) => this.memory.view(x.at + c * x.stride * 4, cells).set(cutPlane(plane, wide, area)));
    const start = { x, rgb: kept.rgb.map((plane) => cutPlane(plane, wide, area)) };
    const first = baseStages(this.model.grid) + 1;
    return this.grow(start, first, first + level - 1, { top: corner.top * 2, left: corner.left * 2 });
  }

  /** @param {number} row @param {number} column of level 0 */
  indexOf(row, column) {
    const { columns } = this.model.grid;
    return row * columns + modulo(column, columns);
  }

  /** Features of the level-0 patch that finer ones lie in. @param {number} row @param {number} column @returns {Kept} */
  required(row, column) {
    const index = this.indexOf(row, column);
    if (!this.kept.has(index)) this.baseBlock({ level: 0, row, column, rows: 1, columns: 1 });
    const kept = /** @type {Kept} */ (this.kept.get(index));
    this.kept.delete(index); // to the end: the first of a Map is the one that was used longest ago
    this.kept.set(index, kept);
    return kept;
  }

  /** @param {number} index @param {Grown} grown @param {Area} area of the patch, without its margin */
  keep(index, { x, rgb }, area) {
    if (this.kept.has(index)) return;
    const width = this.widths[baseStages(this.model.grid)];
    const held = { top: area.top - MARGIN, left: area.left - MARGIN, height: area.height + 2 * MARGIN, width: area.width + 2 * MARGIN };
    const planes = Array.from({ length: width }, (_, c) => cutPlane(this.memory.view(x.at + c * x.stride * 4, x.height * x.width), x.width, held));
    this.kept.set(index, { planes, rgb: rgb.map((plane) => cutPlane(plane, x.width, held)) });
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value ?? 0);
  }

  /** The lattice's features and RGB. @param {Block} block @returns {Grown} */
  lattice(block) {
    const { even, head, columns } = this.scratch;
    const x = this.field.run(block, even, columns);
    this.addRoom(x, this.head, 0, { top: block.row * BASE - MARGIN, left: block.column * BASE - MARGIN });
    const rgb = this.head.rgb.run(this.kernel, x, head, columns);
    return { x, rgb: [0, 1, 2].map((c) => this.memory.view(rgb.at + c * rgb.stride * 4, rgb.height * rgb.width).slice()) };
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
    return { x, rgb: grownRgb(grown.rgb, grown.x, values, head.stride) };
  }

  /** Add what is known of the room's walls to features. @param {Map2d} x @param {Head} head @param {number} index @param {Corner} corner */
  addRoom(x, head, index, corner) {
    const { room, grid } = this.model;
    if (!room || !this.box || !head.walls) return;
    const { features, phases, columns } = this.scratch;
    const cells = BASE * 2 ** index; // along a patch
    const beyond = grid.beyond ?? 0;
    const counts = { rows: (grid.rows - 2 * beyond) * cells, columns: grid.columns * cells };
    const area = { top: corner.top - beyond * cells, left: corner.left, height: x.height, width: x.width };
    const planes = this.memory.view(features, ROOM_FEATURES * x.stride);
    fillRoomFeatures(this.box, area, counts, index, room, planes, x.stride);
    const mixed = head.walls.run(this.kernel, { ...x, at: features }, phases, columns);
    this.kernel.add(x.at, mixed.at, this.widths[index] * x.stride);
  }

  /** Addresses of what a block is worked out in, large enough for every stage of the largest. */
  allocateScratch() {
    const lattice = this.head.rgb.channels * strideOf((SIDE * BASE + 2 * MARGIN) ** 2);
    const most = { phases: lattice, map: lattice, columns: this.field.columnFloats };
    const widest = (SIDE * this.model.grid.patchPx) / 2 + 2 * MARGIN; // the largest input that a stage can have
    this.stages.forEach((stage, i) => {
      const side = Math.min(SIDE * BASE * 2 ** i + 2 * MARGIN, widest);
      const needs = stage.needs(side, side);
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

/** Where a block's patch number `i` lies in the block with its margin, in pixels. @param {Block} block @param {number} i @param {number} side @returns {Area} */
function areaOf({ columns }, i, side) {
  return { top: MARGIN + Math.floor(i / columns) * side, left: MARGIN + (i % columns) * side, height: side, width: side };
}
