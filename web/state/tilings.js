// How learned patterns repeat on the fronts of a room's objects (cocogan_core/geometry/objects.py), read as strictly as in Python.

import { require } from "./problem.js";
import { finite, flag, list, readFields, whole, word } from "./settings_reader.js";

/**
 * @typedef {object} Tiling along a front and up it
 * @property {string} row of the objects that have it
 * @property {[number, number]} unitM metres of what repeats; 0: the face itself is one tile
 * @property {[number, number]} units so many of them make a tile
 * @property {boolean} isFitted as many whole units lie side by side as a face holds, from its edge on, at least one; else they are counted
 *   from its middle
 */

/** A box's. */
export const SIDE_NAMES = ["left", "lower", "back", "right", "upper", "front"];
const [FARTHEST_M, MOST_UNITS] = [1000, 256];
/** @type {Record<string, [import("./settings_reader.js").Reader, unknown]>} */
const TILING = { row: [word, null], unit_m: [numbers(finite), [0, 0]], units: [numbers(whole(-Infinity, Infinity)), [1, 1]], fitted: [flag, false] };

/** @type {import("./settings_reader.js").Reader} */
export function readTilings(value, name) {
  return list(value, name).map(readOne);
}

/** @param {unknown} stated @param {number} index @returns {Tiling} */
function readOne(stated, index) {
  const { row, unit_m: unitM, units, fitted } = readFields(stated, `Tiling ${index}`, TILING);
  require(row !== null, `Tiling ${index}: row is needed`);
  const isSound = unitM.length === 2 && units.length === 2 && unitM.every((/** @type {number} */ unit) => unit >= 0 && unit < FARTHEST_M);
  require(
    isSound && units.every((/** @type {number} */ count) => count >= 1 && count <= MOST_UNITS),
    `tiling ${index}: unit_m are two lengths, and units 1 to ${MOST_UNITS} each`,
  );
  return { row, unitM, units, isFitted: fitted };
}

/** Each row has a front, and one tiling. @param {Tiling[]} tilings @param {import("./room_objects.js").RoomObject[]} objects */
export function requireFronts(tilings, objects) {
  const tiled = new Set(tilings.map(({ row }) => row)), fronts = new Set(objects.filter(({ front }) => front).map(({ name, row }) => row || name));
  require(
    [...tiled].every((row) => fronts.has(row)) && tiled.size === tilings.length,
    "objects: tilings must be of rows of objects that have a front, one each",
  );
}

/** A list of them. @param {import("./settings_reader.js").Reader} read @returns {import("./settings_reader.js").Reader} */
function numbers(read) {
  return (value, name) => list(value, name).map((/** @type {unknown} */ one) => read(one, name));
}
