// Neighbouring patches that are made in one pass and share their margins (cocogan_core/inference/blocks.py).

/**
 * @typedef {import("../streaming/generator_pool.js").Patch} Patch
 * @typedef {{level: number, row: number, column: number, rows: number, columns: number}} Block
 */

export const SIDE = 2; // patches: larger blocks cost a little less each, and news of what is wanted waits longer
/** Largest first; a block's corner is a multiple of its shape. @type {[number, number][]} */
const SHAPES = [[SIDE, SIDE], [SIDE, 1], [1, SIDE], [1, 1]];

/** Every patch of a block, row by row. @param {Block} block @returns {Patch[]} */
export function patchesOf({ level, row, column, rows, columns }) {
  return Array.from({ length: rows * columns }, (_, i) => [level, row + Math.floor(i / columns), column + (i % columns)]);
}

/** Blocks of just these patches, which are all different, in the order of each block's first. @param {Patch[]} patches @returns {Block[]} */
export function cover(patches) {
  const left = new Map(patches.map((patch, place) => [String(patch), place]));
  /** @type {{block: Block, place: number}[]} */
  const found = [];
  for (const [rows, columns] of SHAPES)
    for (const [level, row, column] of patches) {
      const block = { level, row, column, rows, columns };
      const members = patchesOf(block).map(String);
      if (row % rows || column % columns || !members.every((one) => left.has(one))) continue;
      found.push({ block, place: Math.min(...members.map((one) => left.get(one) ?? 0)) });
      for (const one of members) left.delete(one);
    }
  return found.sort((a, b) => a.place - b.place).map(({ block }) => block);
}
