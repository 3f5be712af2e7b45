// What cells know of a room's objects (cocogan_core/models/object_maps.py): places on the visible face, its rim, its distance, the
// ray's direction (for what is seen through windows), and how the sun falls through the front window on what is seen.

import { inverse } from "./object_coordinates.js";
import { fillWaves, NEAREST_M, WAVES } from "./room_coordinates.js";

/**
 * @typedef {object} ObjectMaps of the room's objects and, after them, its six faces
 * @property {Int16Array} which the nearest object; where there is none, the room's face
 * @property {Int16Array} behind the next object; where there is none, the room's face
 * @property {Int16Array} face of the room behind both
 * @property {Float64Array} cover how much of the cell the nearest has
 * @property {Float64Array} nextCover how much of the rest the next one has
 * @property {Float64Array} along metres on the object's visible face from its middle
 * @property {Float64Array} across
 * @property {Float64Array} lit how much of the sun falls on what is seen, 0 … 1
 *
 * @typedef {import("./object_coordinates.js").Objects} Objects
 * @typedef {import("./object_coordinates.js").Seen} Seen
 * @typedef {import("./room_coordinates.js").Rays} Rays
 * @typedef {{planes: Float32Array, stride: number, finest: number}} Features planes that are 0, and radians a metre of the longest wave
 */

const [YAW_WAVE, YAW_WAVES] = [4, 3];
const PITCH_WAVES = [16, 32];
const STEEPEST = 4;
const RIM_WIDTHS_M = [0.25, 0.05];
const RIM_CELLS = 2;
const [SUN_SOFT_M, SUN_SOFTER] = [0.015, 0.018]; // half width of its patch's edge, and how much it grows a metre
const BAR_M = 0.02; // half width of the window's bar
const BESIDE_WINDOW_M = 0.02;
const PLACE_M = 2;

const SURFACE = 6; // first of the features: six flags of the visible face, waves of the place, rims, nearness, sun, directions
const RIMS = SURFACE + 4 * WAVES;
const NEARNESS = RIMS + 3;
const SUN = NEARNESS + 1;
const LIT = SUN + 7;
const DIRECTIONS = LIT + 1;

/** Features of every cell, and what else is known of it. @param {Objects} objects @param {Seen} seen @param {{low: number[], high: number[]}} box @param {Rays} rays @param {Features} features @returns {ObjectMaps} */
export function objectMaps(objects, seen, box, rays, features) {
  const cells = seen.which.length;
  const numbers = () => new Float64Array(cells);
  const [which, behind, face] = [0, 1, 2].map(() => new Int16Array(cells));
  const maps = { which, behind, face, cover: seen.cover, nextCover: seen.nextCover, along: numbers(), across: numbers(), lit: numbers() };
  const bodies = new Map(objects.bodies.map((body) => [body.index, body]));
  const angles = { yaws: Array.from(rays.yaws, yawWaves), pitches: Array.from(rays.pitches, pitchWaves) };
  const sunlight = new Sunlight(objects, box.high[2], rays.cellRad);
  const ray = [0, 0, 0];
  for (let row = 0, cell = 0; row < rays.up.length; row++)
    for (let column = 0; column < rays.sin.length; column++, cell++) {
      ray[0] = rays.level[row] * rays.sin[column];
      ray[1] = rays.up[row];
      ray[2] = rays.level[row] * rays.cos[column];
      meetWall(ray, box);
      const body = bodies.get(seen.which[cell]);
      face[cell] = objects.count + wall.axis * 2 + (ray[wall.axis] > 0 ? 1 : 0);
      which[cell] = body ? body.index : face[cell];
      behind[cell] = seen.nextWhich[cell] >= 0 ? seen.nextWhich[cell] : face[cell];
      let { axis, distance } = wall;
      if (body) {
        axis = fillSurface(body, seen, ray, cell, maps, features, rays.cellRad);
        distance = Math.min(seen.distance[cell], distance);
        fillDirections(features, cell, seen.cover[cell], angles.yaws[column], angles.pitches[row]);
      }
      maps.lit[cell] = sunlight.fill(features, cell, ray, distance, axis);
      if (body) features.planes[LIT * features.stride + cell] = maps.lit[cell];
    }
  return maps;
}

const wall = { axis: 0, distance: 0 }; // reused: there are thousands of rays a patch

/** @param {number[]} ray @param {{low: number[], high: number[]}} box */
function meetWall(ray, { low, high }) {
  wall.distance = Infinity;
  for (let axis = 0; axis < 3; axis++) {
    const distance = (ray[axis] < 0 ? -low[axis] : high[axis]) * inverse(ray[axis]);
    if (distance >= wall.distance) continue;
    wall.distance = distance;
    wall.axis = axis;
  }
}

const place = [0, 0, 0];

/**
 * Features of the visible face, and the axis that it lies across.
 * @param {import("./object_coordinates.js").Body} body @param {Seen} seen @param {number[]} ray @param {number} cell
 * @param {ObjectMaps} maps @param {Features} features @param {number} cellRad
 */
function fillSurface({ middle, half }, seen, ray, cell, maps, { planes, stride, finest }, cellRad) {
  const [distance, inside, cover] = [seen.distance[cell], seen.inside[cell], seen.cover[cell]];
  let axis = 0;
  for (let i = 0; i < 3; i++) {
    place[i] = ray[i] * Math.min(distance, 100) - middle[i];
    if (Math.abs(place[i]) - half[i] > Math.abs(place[axis]) - half[axis]) axis = i;
  }
  const along = axis === 0 ? place[2] : place[0];
  const across = axis === 1 ? place[2] : place[1];
  planes[(axis * 2 + (ray[axis] < 0 ? 1 : 0)) * stride + cell] = cover;
  fillWaves(planes, SURFACE * stride + cell, stride, along * finest, cover);
  fillWaves(planes, (SURFACE + 1) * stride + cell, stride, across * finest, cover);
  RIM_WIDTHS_M.forEach((width, i) => (planes[(RIMS + i) * stride + cell] = clamp(inside / width, -1, 1) * cover));
  planes[(RIMS + 2) * stride + cell] = clamp(inside / (distance * cellRad), -RIM_CELLS, RIM_CELLS) * cover;
  planes[NEARNESS * stride + cell] = cover / Math.max(distance, NEAREST_M);
  maps.along[cell] = clamp(along, -PLACE_M, PLACE_M);
  maps.across[cell] = clamp(across, -PLACE_M, PLACE_M);
  return axis;
}

/** @param {Features} features @param {number} cell @param {number} cover @param {number[]} yaw @param {number[]} pitch */
function fillDirections({ planes, stride }, cell, cover, yaw, pitch) {
  let at = DIRECTIONS * stride + cell;
  for (let i = 0; i < yaw.length; i++, at += stride) planes[at] = yaw[i] * cover;
  for (let i = 0; i < pitch.length; i++, at += stride) planes[at] = pitch[i] * cover;
}

/** @param {number} yawRad */
function yawWaves(yawRad) {
  const angles = Array.from({ length: YAW_WAVES }, (_, i) => yawRad * YAW_WAVE * 2 ** i);
  return [...angles.map(Math.sin), ...angles.map(Math.cos)];
}

/** @param {number} pitchRad */
function pitchWaves(pitchRad) {
  return [clamp(pitchRad * STEEPEST, -1, 1), ...PITCH_WAVES.flatMap((waves) => [Math.sin(pitchRad * waves), Math.cos(pitchRad * waves)])];
}

/** The sun through the panes of a window in the front wall. */
class Sunlight {
  /** @param {Objects} objects @param {number} front metres to that wall @param {number} cellRad */
  constructor({ sun, panes }, front, cellRad) {
    this.towards = [Math.sin(sun.azimuthRad) * Math.cos(sun.heightRad), Math.sin(sun.heightRad), Math.cos(sun.azimuthRad) * Math.cos(sun.heightRad)];
    this.heightRad = sun.heightRad;
    this.panes = panes;
    this.front = front;
    this.cellRad = cellRad;
  }

  /** What the sun is like where a ray meets a face across an axis; how much of it falls there. @param {Features} features @param {number} cell @param {number[]} ray @param {number} distance @param {number} axis */
  fill({ planes, stride }, cell, ray, distance, axis) {
    const [right, up, ahead] = this.towards;
    const way = (this.front - ray[2] * distance) / ahead;
    if (!(way > BESIDE_WINDOW_M)) return 0;
    const { middle, half } = this.panes;
    const aside = Math.abs(ray[0] * distance + right * way - middle[0]);
    const over = Math.abs(ray[1] * distance + up * way - middle[1]);
    const inside = Math.min(half[0] - aside, half[1] - over);
    planes[(SUN + 6) * stride + cell] = clamp(inside * 2, -1, 1);
    const soft = SUN_SOFT_M + SUN_SOFTER * way + (distance * this.cellRad) / 2;
    const isFacing = axis !== 1 || ray[1] < 0; // not the ceiling, nor what is seen from below
    const lit = isFacing ? clamp(0.5 + inside / (2 * soft), 0, 1) : 0;
    if (!lit) return 0;
    planes[SUN * stride + cell] = lit;
    planes[(SUN + 1) * stride + cell] = lit * (1 - clamp(aside / (BAR_M + soft), 0, 1));
    planes[(SUN + 2 + [2, 0, 1][axis]) * stride + cell] = lit; // faces across Y, Z and X
    planes[(SUN + 5) * stride + cell] = lit * this.heightRad;
    return lit;
  }
}

/** @param {number} value @param {number} low @param {number} high */
function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
