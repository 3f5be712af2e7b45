// Which objects a room has, and where they may be seen (cocogan_core/models/object_coordinates.py, object_scene.py).

/**
 * @typedef {object} Body an object that is there
 * @property {number} index among the room's objects
 * @property {boolean} isEllipsoid
 * @property {number[]} low metres from the eye to its left, lower and back side
 * @property {number[]} high to its right, upper and front side
 * @property {number[]} middle
 * @property {number[]} half
 *
 * @typedef {object} Objects of a room
 * @property {number} count
 * @property {Body[]} bodies
 * @property {number[]} looks numbers that say how they look, beside z
 * @property {number[][]} slots numbers that say how those of each slot look
 * @property {Body} window that the sun shines through
 * @property {{middle: number[], half: number[]}} glass what is within its frame
 * @property {Body[]} panes of the window, where what is not there is known to keep the sun off
 * @property {Body[]} casters what may keep it off others
 * @property {{azimuthRad: number, heightRad: number}} sun
 *
 * @typedef {import("./room_coordinates.js").Rays} Rays
 * @typedef {{lowest: number, highest: number, middle: number, half: number}} Outline pitches, and yaws on either side of a middle
 */

import { numbersOf } from "../state/derived_numbers.js";

const LEAST_HALF_M = 1e-6; // of an ellipsoid: sizes are divided by
const BESIDE_M = 0.05; // what is nearer is not seen: the eye is within it
const SLACK_CELLS = 2; // around an outline: covers reach half a cell, and those of ellipsoids up to three times as far
const STEEPEST_RAD = 1.5; // towards the poles an outline may reach all round

/**
 * The objects of a room as its eye has them.
 * @param {Float32Array} z
 * @param {import("../state/model_config.js").Model} model
 * @param {import("../state/model_config.js").RoomLatents} room
 * @param {import("../state/room_objects.js").RoomObjects} stated
 * @returns {Objects}
 */
export function objectsOf(z, model, room, stated) {
  const numbers = numbersOf(stated.derived, model.latentNames, z);
  const number = (/** @type {string} */ name) => /** @type {number} */ (numbers.get(name));
  const [right, ahead] = [3, 4].map((i) => between(room.spans[i], number(room.names[i])));
  const eye = [right, room.eyeM, ahead];
  const bodies = stated.objects.map((one, index) => bodyOf(one, index, number, eye));
  const window = bodies[stated.window], there = bodies.filter((_, i) => isThere(stated.objects[i].present, number));
  const open = new Set(stated.panes);
  const [azimuthRad, heightRad] = [stated.sunAzimuthRad, stated.sunHeightRad].map((span, i) => between(span, number(stated.sunLatents[i])));
  return {
    count: bodies.length,
    bodies: there,
    looks: stated.looks.map(number),
    slots: stated.slots.map((looks) => looks.map(number)),
    window,
    glass: { middle: window.middle, half: window.half.map((length) => length - stated.frameM) },
    panes: there.filter(({ index }) => open.has(index)),
    casters: there.filter((body) => body !== window && !open.has(body.index)),
    sun: { azimuthRad, heightRad },
  };
}

/** @param {number[]} span at −1 and 1 @param {number} value */
function between([low, high], value) {
  return low + ((high - low) * (value + 1)) / 2;
}

/** @param {string} present @param {(name: string) => number} number */
function isThere(present, number) {
  if (!present) return true;
  return present.startsWith("-") ? number(present.slice(1)) < 0 : number(present) > 0;
}

/** @param {import("../state/room_objects.js").RoomObject} stated @param {number} index @param {(name: string) => number} number @param {number[]} eye @returns {Body} */
function bodyOf({ sidesM, latents, isEllipsoid }, index, number, eye) {
  const factors = [1, ...latents.map((name, i) => (latents.lastIndexOf(name) === i ? number(name) : 0))];
  const sides = Array.from({ length: 6 }, (_, side) =>
    factors.reduce((sum, factor, i) => sum + factor * sidesM[side * factors.length + i], -eye[side % 3]),
  );
  const [low, high] = [sides.slice(0, 3), sides.slice(3)];
  const half = low.map((length, axis) => Math.max((high[axis] - length) / 2, isEllipsoid ? LEAST_HALF_M : -Infinity));
  return { index, isEllipsoid, low, high, middle: low.map((length, axis) => (length + high[axis]) / 2), half };
}

/** Areas of cells within an object's outline: top, bottom, left, right, the second and the last beyond. @param {Outline} outline @param {Rays} rays @returns {number[][]} */
export function areasOf({ lowest, highest, middle, half }, rays) {
  const turns = rays.level.some((level) => level < 0) ? [0, Math.PI] : [0]; // rows beyond the poles show the other side
  return turns.flatMap((turned) => {
    const rows = runs(rays.level.length, (row) => rays.level[row] < 0 === turned > 0 && rays.steep[row] >= lowest && rays.steep[row] <= highest);
    if (!rows.length) return [];
    const columns = runs(rays.yaws.length, (column) => Math.abs(turn(rays.yaws[column] + turned - middle)) <= half);
    return rows.flatMap(([top, bottom]) => columns.map(([left, right]) => [top, bottom, left, right]));
  });
}

/** Where something holds, from … to. @param {number} count @param {(index: number) => boolean} holds @returns {number[][]} */
function runs(count, holds) {
  /** @type {number[][]} */
  const found = [];
  for (let i = 0, before = false; i < count; i++) {
    const now = holds(i);
    if (now && !before) found.push([i, i]);
    if (now) found[found.length - 1][1] = i + 1;
    before = now;
  }
  return found;
}

/** Where a box may be seen, and some cells around. @param {Body} body @param {number} cellRad @returns {Outline} */
export function outlineOf({ low: [left, lower, back], high: [right, upper, front] }, cellRad) {
  const near = Math.hypot(Math.min(Math.max(0, left), right), Math.min(Math.max(0, back), front));
  if (near < BESIDE_M) return { lowest: -Math.PI, highest: Math.PI, middle: 0, half: Math.PI };
  const corners = [[left, back], [left, front], [right, back], [right, front]];
  const far = Math.max(...corners.map(([x, z]) => Math.hypot(x, z)));
  const lowest = Math.atan2(lower, lower > 0 ? far : near) - SLACK_CELLS * cellRad;
  const highest = Math.atan2(upper, upper > 0 ? near : far) + SLACK_CELLS * cellRad;
  const middle = Math.atan2(left + right, back + front);
  const turns = corners.map(([x, z]) => turn(Math.atan2(x, z) - middle));
  const steepest = Math.max(Math.abs(lowest), Math.abs(highest));
  const slack = steepest < STEEPEST_RAD ? (SLACK_CELLS * cellRad) / Math.cos(steepest) : Math.PI;
  return { lowest, highest, middle, half: Math.max(...turns.map(Math.abs)) + slack };
}

/** An angle in −π … π. @param {number} angleRad */
function turn(angleRad) {
  return angleRad - Math.round(angleRad / (2 * Math.PI)) * 2 * Math.PI;
}
