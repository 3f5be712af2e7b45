// The compact generator (cocogan_core/models/compact.py, inference/graph.py), whoever runs its loops: WebAssembly or WebGPU.
//
// Neighbours are made together (blocks.js). A level-0 patch leaves its last features behind, margin included, and finer patches
// go on from those of the level-0 patch that they lie in. So a patch does not depend on what else was made.

import { modulo } from "../geometry/grid.js";
import { RoomSymmetry } from "../geometry/symmetry.js";
import { require } from "../state/problem.js";
import { Field } from "./field.js";
import { GpuKernel } from "./gpu_kernel.js";
import { KeptFeatures } from "./kept_features.js";
import { Memory, strideOf } from "./memory.js";
import { patchesOf, SIDE } from "./blocks.js";
import { ObjectLayers } from "./object_layers.js";
import { RoomMaps } from "./room_maps.js";
import { BASE, MARGIN, baseStages, requireShapes, roomFeatures, stageWidths } from "./shapes.js";
import { Head, Stage } from "./stage.js";

/**
 * @typedef {import("./convolution.js").Map2d} Map2d
 * @typedef {{x: Map2d, rgb: Map2d}} Grown features and RGB with a margin of MARGIN cells
 * @typedef {import("./blocks.js").Block} Block
 * @typedef {import("./kept_features.js").Area} Area
 * @typedef {{top: number, left: number}} Corner in cells of a stage
 */

export class CompactGenerator {
  /**
   * @param {import("../state/checkpoint.js").Checkpoint} checkpoint
   * @param {BufferSource} code kernel.wasm
   * @throws {import("../state/problem.js").Problem} its tensors do not fit its model, or hold NaN or infinity
   */
  static async load(checkpoint, code) {
    requireShapes(checkpoint);
    const memory = new Memory();
    const kernel = await memory.start(code);
    for (const [name, { data }] of checkpoint.generator) require(memory.isFinite(data), `tensor ${name} holds NaN or infinity`);
    return new CompactGenerator(checkpoint, memory, kernel);
  }

  /** The same on a graphics card; null where there is none to be had. @param {import("../state/checkpoint.js").Checkpoint} checkpoint @param {BufferSource} code */
  static async onGpu(checkpoint, code) {
    const maths = new Memory();
    await maths.start(code);
    const kernel = await GpuKernel.open(maths);
    if (!kernel) return null;
    const generator = new CompactGenerator(checkpoint, kernel, kernel);
    generator.kept?.reserve();
    kernel.start(); // from here on there is no more memory
    return generator;
  }

  /** @param {import("../state/checkpoint.js").Checkpoint} checkpoint @param {import("./memory.js").Store} memory @param {import("./memory.js").Kernel} kernel */
  constructor(checkpoint, memory, kernel) {
    this.model = checkpoint.model;
    this.memory = memory;
    this.kernel = kernel;
    this.field = new Field(memory, kernel, checkpoint);
    this.widths = stageWidths(this.model);
    this.head = new Head(memory, checkpoint.generator, 0);
    this.stages = this.widths.slice(1).map((_, i) => new Stage(memory, checkpoint.generator, i + 1));
    this.widest = (SIDE * this.model.grid.patchPx) / 2 + 2 * MARGIN; // the largest input that a stage can have
    this.maps = this.model.room ? new RoomMaps(memory.maths, checkpoint, 2 * this.widest - 2) : null;
    this.objects = this.maps && this.model.objects ? new ObjectLayers(memory, checkpoint, this.widths, this.maps) : null;
    this.scratch = this.allocateScratch();
    this.z = new Float32Array(0);
    const { symmetry, latentNames } = this.model;
    this.symmetry = symmetry && new RoomSymmetry(symmetry, latentNames);
    /** @type {import("../geometry/symmetry.js").Upright | null} */
    this.upright = null;
    const { levels, patchPx } = this.model.grid;
    this.kept = levels > 1 ? new KeptFeatures(memory, kernel, this.widths[baseStages(this.model.grid)], patchPx) : null;
  }

  /** Show another room from now on. @param {Float32Array} z */
  setZ(z) {
    if (z.length === this.z.length && z.every((value, i) => value === this.z[i])) return;
    this.z = z.slice();
    this.upright = this.symmetry?.upright(z) ?? null;
    const own = this.upright?.numbers ?? z; // of the room as the network knows it
    const told = this.maps?.setZ(own) ?? [...own];
    this.field.setZ(told);
    this.objects?.setZ(told, this.maps?.objects?.slots ?? []);
    this.kept?.clear();
  }

  /** One micro patch of the room: RGBA bytes, row by row; columns wrap round. @param {number} level @param {number} row @param {number} column */
  async patch(level, row, column) {
    const [pixels] = await this.make({ level, row, column: modulo(column, this.model.grid.columns << level), rows: 1, columns: 1 });
    return pixels;
  }

  /** RGBA of every patch of a block, row by row (blocks.js); one call after the other. @param {Block} block */
  async make(block) {
    const { patchPx } = this.model.grid;
    const count = block.rows * block.columns;
    const own = this.upright?.block(block, this.model.grid.columns << block.level) ?? block;
    this.draw(own);
    const bytes = await this.memory.pixels(this.scratch.pixels, count * patchPx ** 2);
    const pixels = Array.from({ length: count }, (_, i) => bytes.slice(i * 4 * patchPx ** 2, (i + 1) * 4 * patchPx ** 2));
    return this.upright?.undo(pixels, block.columns, patchPx) ?? pixels;
  }

  /** A block's patches as bytes, one behind the other. @param {Block} block */
  draw(block) {
    const { patchPx } = this.model.grid;
    const { rgb } = block.level ? this.fineBlock(block) : this.baseBlock(block);
    for (let i = 0; i < block.rows * block.columns; i++) {
      const { top, left } = areaOf(block, i, patchPx);
      this.kernel.toBytes(rgb.at, rgb.stride, rgb.width, top, left, patchPx, this.scratch.pixels + i * 4 * patchPx ** 2);
    }
  }

  /** @param {Block} block which may go round @returns {Grown} */
  baseBlock(block) {
    const { grid } = this.model;
    const grown = this.grow(this.lattice(block), 1, baseStages(grid), { top: block.row * BASE * 2, left: block.column * BASE * 2 });
    patchesOf(block).forEach(([, row, column], i) => this.kept?.keep(this.indexOf(row, column), grown, areaOf(block, i, grid.patchPx)));
    return grown;
  }

  /** @param {Block} block within one patch of level 0 @returns {Grown} */
  fineBlock({ level, row, column, rows, columns }) {
    const s = this.model.grid.patchPx;
    const [parentRow, parentColumn] = [row >> level, column >> level];
    const corner = { top: (row * s) >> level, left: (column * s) >> level }; // in pixels of level 0
    const area = {
      top: corner.top - parentRow * s, left: corner.left - parentColumn * s,
      height: ((rows * s) >> level) + 2 * MARGIN, width: ((columns * s) >> level) + 2 * MARGIN,
    };
    const start = this.required(parentRow, parentColumn).cut(this.indexOf(parentRow, parentColumn), area, this.scratch.even, this.scratch.rgb[0]);
    const first = baseStages(this.model.grid) + 1;
    return this.grow(start, first, first + level - 1, { top: corner.top * 2, left: corner.left * 2 });
  }

  /** @param {number} row @param {number} column of level 0 */
  indexOf(row, column) {
    const { columns } = this.model.grid;
    return row * columns + modulo(column, columns);
  }

  /** What finer patches go on from, with a level-0 patch in it. @param {number} row @param {number} column */
  required(row, column) {
    const kept = /** @type {KeptFeatures} */ (this.kept);
    if (!kept.has(this.indexOf(row, column))) this.baseBlock({ level: 0, row, column, rows: 1, columns: 1 });
    return kept;
  }

  /** The lattice's features and RGB. @param {Block} block @returns {Grown} */
  lattice(block) {
    const { even, rgb, columns } = this.scratch;
    const x = this.field.run(block, even, columns);
    this.addRoom(x, this.head, 0, { top: block.row * BASE - MARGIN, left: block.column * BASE - MARGIN });
    return { x, rgb: this.head.rgb.run(this.kernel, x, rgb[0], columns) };
  }

  /**
   * Through stages `first` to `last`; `corner` is the block's in cells of the first of them.
   * @param {Grown} grown @param {number} first @param {number} last @param {Corner} corner
   */
  grow(grown, first, last, corner) {
    const { odd, even, rgb } = this.scratch;
    const out = [{ x: odd, rgb: rgb[1] }, { x: even, rgb: rgb[0] }];
    for (let index = first; index <= last; index++) {
      const scale = 2 ** (index - first);
      const area = { top: corner.top * scale - MARGIN - 1, left: corner.left * scale - MARGIN - 1 };
      grown = this.growOnce(grown, index, area, out[(index - first) & 1]);
    }
    return grown;
  }

  /** @param {Grown} grown @param {number} index @param {Corner} area @param {{x: number, rgb: number}} out addresses @returns {Grown} */
  growOnce(grown, index, area, out) {
    const stage = this.stages[index - 1];
    const wide = stage.double(this.kernel, grown.x, this.scratch);
    this.addRoom(wide, stage, index, area);
    const x = stage.finish(this.kernel, wide, out.x, this.scratch.columns);
    const head = stage.rgb.run(this.kernel, x, this.scratch.head, this.scratch.columns);
    const { at, stride, height, width } = grown.rgb;
    this.kernel.growRgb(at, stride, height, width, head.at, head.stride, out.rgb, x.stride);
    return { x, rgb: { ...x, at: out.rgb } };
  }

  /** Add what is known of the room's walls and objects to features. @param {Map2d} x @param {Head} head @param {number} index @param {Corner} corner */
  addRoom(x, head, index, corner) {
    const { maps, model: { grid } } = this;
    if (!maps || !head.walls) return;
    const { features, phases, columns } = this.scratch;
    const cells = BASE * 2 ** index; // along a patch
    const beyond = grid.beyond ?? 0;
    const counts = { rows: (grid.rows - 2 * beyond) * cells, columns: grid.columns * cells };
    const area = { top: corner.top - beyond * cells, left: corner.left, height: x.height, width: x.width };
    maps.aim(area, counts);
    this.objects?.add(this, x, index);
    this.memory.compute(features, head.walls.channels * x.stride, (to) => maps.walls(index, to, x.stride));
    const mixed = head.walls.run(this.kernel, { ...x, at: features }, phases, columns);
    this.kernel.add(x.at, mixed.at, this.widths[index] * x.stride);
  }

  /** Addresses of what a block is worked out in, large enough for every stage of the largest. */
  allocateScratch() {
    const lattice = this.head.rgb.channels * strideOf((SIDE * BASE + 2 * MARGIN) ** 2);
    const most = { phases: lattice, map: lattice, columns: this.field.columnFloats };
    const { memory, widest } = this;
    this.stages.forEach((stage, i) => {
      const side = Math.min(SIDE * BASE * 2 ** i + 2 * MARGIN, widest);
      const needs = stage.needs(side, side);
      for (const part of /** @type {const} */ (["phases", "map", "columns"])) most[part] = Math.max(most[part], needs[part]);
    });
    const maps = [0, 1, 2].map(() => memory.allocate(most.map));
    const plane = strideOf((2 * widest - 2) ** 2);
    return {
      even: maps[0], odd: maps[1], wide: maps[2], phases: memory.allocate(most.phases), columns: memory.allocate(most.columns),
      head: memory.allocate(4 * plane), features: memory.allocate(roomFeatures(this.model) * plane),
      rgb: [0, 1].map(() => memory.allocate(4 * plane)), pixels: memory.allocatePixels((SIDE * this.model.grid.patchPx) ** 2),
    };
  }
}

/** Where a block's patch number `i` lies in the block with its margin, in pixels. @param {Block} block @param {number} i @param {number} side @returns {Area} */
function areaOf({ columns }, i, side) {
  return { top: MARGIN + Math.floor(i / columns) * side, left: MARGIN + (i % columns) * side, height: side, width: side };
}
