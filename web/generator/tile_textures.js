// Learned patterns on the fronts of a room's objects (cocogan_core/models/tile_textures.py), as the kernel reads them (tile_kernel.ts): tables,
// where they lie on which front, and what z says of how they look.

import { linear, SINGLE } from "./convolution.js";
import { TILED_FROM, TILE_TEXELS, stageWidths } from "./shapes.js";
import { SIDE_NAMES } from "../state/tilings.js";

/**
 * @typedef {import("../state/tilings.js").Tiling} Tiling
 * @typedef {{index: number, side: number, table: number, tiling: Tiling, texels: [number, number]}} Front of an object, by its number, with texels
 *   along and up its tile
 */

const WORDS = 8; // of each object
const NO_FRONT = -1; // for an axis
const LEAST_HALF_M = 1e-6; // lengths are divided by
const [WIDE, WIDE_COLUMNS, COLUMNS] = [32, 128, 64]; // units from which on a tile has more texels along than others
const RIGHT_HAND = [-1, 1, 1, 1, 1, -1]; // which way is to the right of one who looks at a side

export class TileTextures {
  /** @param {import("./memory.js").Memory} maths @param {import("../state/checkpoint.js").Checkpoint} checkpoint of any model */
  constructor(maths, { model, generator }) {
    const texture = generator.get("objects.tiles.texture");
    this.maths = maths;
    this.tables = texture ? maths.put(texture.data, texture.data.length) : 0;
    this.fronts = texture && model.objects ? frontsOf(model.objects) : [];
    const layerOf = (/** @type {number} */ stage) => `objects.tiles.mix.${stage - TILED_FROM}`;
    this.stages = stageWidths(model).flatMap((_, stage) => (generator.has(`${layerOf(stage)}.weight`) ? [stage] : []));
    this.layers = this.stages.map((stage) => linear(maths, generator, layerOf(stage)));
    /** @type {number[]} by stage: addresses of how much each feature adds to each channel */
    this.mixes = [];
    this.stages.forEach((stage, i) => (this.mixes[stage] = maths.allocate(this.layers[i].outputs)));
    this.words = this.allocateWords(model.objects?.objects.length ?? 0);
  }

  /** Address of what the kernel has to know of each object, but for what {@link setBodies} says. @param {number} count */
  allocateWords(count) {
    const address = this.maths.allocate(WORDS * count), words = new Int32Array(this.maths.memory.buffer, address, WORDS * count);
    for (let at = 4; at < words.length; at += WORDS) words[at] = NO_FRONT;
    for (const { index, side, table, texels } of this.fronts) words.set([side % 3, table * TILE_TEXELS, ...texels], WORDS * index + 4);
    return address;
  }

  /** Show another room from now on. @param {import("./object_coordinates.js").Body[]} bodies that are there */
  setBodies(bodies) {
    const halves = new Map(bodies.map(({ index, half }) => [index, half]));
    for (const front of this.fronts) {
      const half = halves.get(front.index);
      if (half) this.maths.view(this.words + 4 * WORDS * front.index, 4).set(ratesOf(front, half));
    }
  }

  /** What z says of how tiles look, on every stage. @param {number} hidden address of what it says of objects @param {number} columns address of scratch memory */
  mix(hidden, columns) {
    this.stages.forEach((stage, i) => this.layers[i].run(this.maths.loops, { ...SINGLE, at: hidden }, this.mixes[stage], columns));
  }

  /** What the kernel wants to know of a stage's. @param {number} stage */
  of(stage) {
    return this.mixes[stage] ? [this.words, this.tables] : [0, 0];
  }
}

/** @param {import("../state/room_objects.js").RoomObjects} objects @returns {Front[]} */
function frontsOf({ objects, tilings }) {
  const tables = new Map(tilings.map(({ row }, table) => [row, table]));
  return objects.flatMap(({ name, row, front }, index) => {
    const table = tables.get(row || name);
    if (!front || table === undefined) return [];
    const columns = tilings[table].units[0] >= WIDE ? WIDE_COLUMNS : COLUMNS;
    return [{ index, side: SIDE_NAMES.indexOf(front), table, tiling: tilings[table], texels: [columns, TILE_TEXELS / columns] }];
  });
}

/** Texels a metre along and up a front, and which are at its middle. @param {Front} front @param {number[]} half its object's size */
export function ratesOf({ side, tiling: { unitM, units, isFitted }, texels }, half) {
  const axes = [[2, 1], [0, 2], [0, 1]][side % 3], signs = [RIGHT_HAND[side], 1];
  const ways = axes.map((axis, i) => {
    const length = 2 * Math.max(half[axis], LEAST_HALF_M), isCounted = unitM[i] > 0 && !isFitted;
    const fit = length / Math.max(1, Math.floor(length / Math.max(unitM[i], LEAST_HALF_M)));
    const rate = texels[i] / (units[i] * (unitM[i] > 0 ? (isFitted ? fit : unitM[i]) : length));
    return { rate: rate * signs[i], first: (isCounted ? 0 : (rate * length) / 2) - 0.5 };
  });
  return [...ways.map(({ rate }) => rate), ...ways.map(({ first }) => first)];
}
