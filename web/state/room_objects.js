// Boxes of a room's objects as functions of its named numbers (cocogan_core/geometry/objects.py), read as strictly as in Python.

import { isDerived, readDerived } from "./derived_numbers.js";
import { require } from "./problem.js";
import { finite, list, oneOf, readFields, whole, word, words } from "./settings_reader.js";
import { SIDE_NAMES, readTilings, requireFronts } from "./tilings.js";

/**
 * @typedef {object} RoomObject a box, or the ellipsoid within it
 * @property {string} name
 * @property {number[]} sidesM of each side, left, lower, back, right, upper, front, where it lies at 0, and metres that it moves as
 *   each of `latents` goes from 0 to 1
 * @property {string[]} latents or derived numbers
 * @property {boolean} isEllipsoid
 * @property {string} present the number that has to be above 0 for it to be there, or with a "-" before it, below; "": always
 * @property {string} row what it looks like is learned in one with others of this name; "": by itself
 * @property {string} front the side that tiles of its row lie on; "": it has none
 * @property {number} slot which of the slots, from 1 on, also say how it looks; 0: none
 * @property {number[]} shares how much of each of the slot's looks it has; none: nothing
 *
 * @typedef {object} RoomObjects
 * @property {RoomObject[]} objects
 * @property {number} window which of them the sun shines through
 * @property {number} frameM how far its panes lie inside it
 * @property {number[]} panes which objects within it the sun shines through, where what is around them, and what stands between them and a
 *   place, keeps it off; none: it shines through all of the window but its frame, and nothing casts a shadow
 * @property {string[]} sunLatents numbers of the sun's azimuth and height
 * @property {number[]} sunAzimuthRad at −1 and at 1
 * @property {number[]} sunHeightRad
 * @property {import("./derived_numbers.js").DerivedNumber[]} derived numbers worked out from the named ones, in order
 * @property {string[]} looks which of those say something of how objects look, beside z
 * @property {number[]} rows of each object, the row in which its looks are learned
 * @property {number} rowCount
 * @property {string[][]} slots derived numbers that say how objects of each place look
 * @property {import("./tilings.js").Tiling[]} tilings of the rows that have a pattern on their fronts
 */

const [MOST_OBJECTS, MOST_LATENTS, FARTHEST_M, SIDES, LARGEST_ANGLE_RAD] = [2048, 16, 1000, 6, 1.5];
/** @type {Record<string, [import("./settings_reader.js").Reader, unknown]>} */
const OBJECT = {
  name: [word, null], sides_m: [numbers, null], latents: [words, []], shape: [oneOf("box", "ellipsoid"), "box"], present: [word, ""], row: [word, ""],
  front: [word, ""], slot: [whole(0, Infinity), 0], shares: [numbers, []],
};
/** @type {Record<string, [import("./settings_reader.js").Reader, unknown]>} */
const OBJECTS = {
  objects: [list, null], window: [word, null], frame_m: [finite, null], sun_latents: [words, null],
  sun_azimuth_rad: [numbers, null], sun_height_rad: [numbers, null], derived: [readDerived, []], looks: [words, []], panes: [words, []],
  tilings: [readTilings, []], slots: [readSlots, []],
};

/** @param {unknown} stated @param {string[]} latentNames @returns {RoomObjects} */
export function readObjects(stated, latentNames) {
  const values = readFields(stated, "RoomObjects", OBJECTS);
  for (const [name, value] of Object.entries(values)) require(value !== null, `RoomObjects: ${name} is needed`);
  const objects = values.objects.map(readObject);
  const names = objects.map((/** @type {RoomObject} */ one) => one.name);
  require(
    objects.length >= 1 && objects.length <= MOST_OBJECTS && new Set(names).size === objects.length,
    `objects: ${objects.length} of them; 1 to ${MOST_OBJECTS} with distinct names can be known`,
  );
  const window = names.indexOf(values.window);
  require(window >= 0 && values.frame_m >= 0 && values.frame_m < FARTHEST_M, "objects: window must name one of them, and its frame_m be a length");
  const { panes } = values;
  require(
    panes.every((/** @type {string} */ name) => names.includes(name)) && new Set(panes).size === panes.length,
    "objects: panes must name some of them, each once",
  );
  requireSun(values);
  const derived = values.derived.map((/** @type {import("./derived_numbers.js").DerivedNumber} */ one) => one.name);
  const needed = [...objects.flatMap(needs), ...values.sun_latents];
  require(needed.every((name) => !isDerived(name) || derived.includes(name)), "objects: no such derived number");
  const { looks } = values;
  require(
    looks.every((/** @type {string} */ name) => derived.includes(name)) && new Set(looks).size === looks.length,
    "objects: looks must name derived numbers, each once",
  );
  requireFronts(values.tilings, objects);
  requireSlots(values.slots, derived, objects);
  const terms = values.derived.flatMap((/** @type {import("./derived_numbers.js").DerivedNumber} */ one) => one.terms);
  const missing = [...needed, ...terms].filter((name) => !isDerived(name) && !latentNames.includes(name));
  require(!missing.length, `model: object coordinates need the latents ${JSON.stringify(missing).slice(0, 100)}`);
  return {
    objects, window, frameM: values.frame_m, panes: panes.map((/** @type {string} */ name) => names.indexOf(name)), sunLatents: values.sun_latents,
    sunAzimuthRad: values.sun_azimuth_rad, sunHeightRad: values.sun_height_rad, derived: values.derived, looks, tilings: values.tilings,
    slots: values.slots,
    ...rowsOf(objects),
  };
}

/** @type {import("./settings_reader.js").Reader} */
function readSlots(value, name) {
  return list(value, name).map((/** @type {unknown} */ one, /** @type {number} */ index) => readFields(one, `Slot ${index}`, { looks: [words, []] }).looks);
}

/** @param {string[][]} slots @param {string[]} derived @param {RoomObject[]} objects */
function requireSlots(slots, derived, objects) {
  require(
    slots.every((looks) => looks.length === slots[0].length && looks.every((name) => derived.includes(name))),
    "objects: slots must name derived numbers, as many each",
  );
  require(objects.every(({ slot }) => slot <= slots.length), `objects: an object's slot must be 0 or one of the ${slots.length}`);
  const most = (/** @type {RoomObject} */ { slot }) => (slot ? slots[slot - 1].length : 0);
  require(objects.every((one) => [0, most(one)].includes(one.shares.length)), "objects: an object has a share of each of its slot's looks, or none");
}

/** @param {RoomObject[]} objects */
function rowsOf(objects) {
  const names = objects.map(({ name, row }) => row || name);
  const distinct = [...new Set(names)];
  return { rows: names.map((name) => distinct.indexOf(name)), rowCount: distinct.length };
}

/** @param {Record<string, any>} values */
function requireSun({ sun_azimuth_rad: azimuth, sun_height_rad: height, sun_latents: latents }) {
  const right = [azimuth, height].every((span) => span.length === 2 && span.every((/** @type {number} */ angle) => Math.abs(angle) < LARGEST_ANGLE_RAD));
  require(right, `objects: angles of the sun are two each, below ${LARGEST_ANGLE_RAD} rad`);
  require(latents.length === 2 && Math.min(...height) > 0, "objects: the sun has two numbers and stands above the horizon");
}

/** Latents that an object is made of. @param {RoomObject} object */
function needs({ latents, present }) {
  return present ? [...latents, present.replace(/^-/, "")] : latents;
}

/** @param {unknown} stated @param {number} index @returns {RoomObject} */
function readObject(stated, index) {
  const { name, sides_m: sidesM, latents, shape, present, row, front, slot, shares } = readFields(stated, `RoomObject ${index}`, OBJECT);
  require(name !== null && sidesM !== null, `RoomObject ${index}: name and sides_m are needed`);
  const across = 1 + latents.length;
  require(
    latents.length <= MOST_LATENTS && sidesM.length === SIDES * across,
    `object ${index}: sides_m needs 6 lengths, and 6 more for each of its latents, at most ${MOST_LATENTS}`,
  );
  require(sidesM.every((/** @type {number} */ length) => Math.abs(length) < FARTHEST_M), `object ${index}: every length must be below ${FARTHEST_M} m`);
  require(!front || SIDE_NAMES.includes(front), `object ${index}: its front must be one of its sides, ${SIDE_NAMES.join(", ")}`);
  const least = shape === "ellipsoid" ? 1e-6 : -1e-6;
  // those of derived numbers are what only the room's own make of a box
  const isOpen = latents.some(isDerived) || [0, 1, 2].every((axis) => leastSize(sidesM, across, axis) >= least);
  require(isOpen, `object ${index}: its right, upper and front sides must lie beyond the others for every room`);
  return { name, sidesM, latents, isEllipsoid: shape === "ellipsoid", present, row, front, slot, shares };
}

/** Metres from one side to the one opposite, in the room where that is least. @param {number[]} sidesM @param {number} across @param {number} axis */
function leastSize(sidesM, across, axis) {
  const sizes = Array.from({ length: across }, (_, i) => sidesM[(axis + 3) * across + i] - sidesM[axis * across + i]);
  return sizes.slice(1).reduce((least, size) => least - Math.abs(size), sizes[0]);
}

/** @type {import("./settings_reader.js").Reader} */
function numbers(value, name) {
  return list(value, name).map((/** @type {unknown} */ one) => finite(one, name));
}
