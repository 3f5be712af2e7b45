// Where the rays of a panorama's pixels meet a box-shaped room (cocogan_core/models/room_coordinates.py).

import { modulo } from "../geometry/grid.js";
import { mercator } from "../geometry/projection.js";

export const WAVES = 4; // of a place on a face
const MOST_OCTAVES = 6;
const FACE_M = 2.5;
export const NEAREST_M = 0.3;
const LEAST_SLOPE = 1e-4;

/**
 * The box around the viewer: metres to its low sides (left, floor, back) and high sides (right, ceiling, front).
 * @param {Float32Array} z
 * @param {import("../state/model_config.js").Model} model
 * @param {import("../state/model_config.js").RoomLatents} room
 */
export function roomOf(z, model, room) {
  const [width, depth, height, right, forward] = room.spans.map(([low, high], i) => {
    return low + ((high - low) * (z[model.latentNames.indexOf(room.names[i])] + 1)) / 2;
  });
  return {
    low: [width / 2 + right, room.eyeM, depth / 2 + forward],
    high: [width / 2 - right, height - room.eyeM, depth / 2 - forward],
  };
}

/**
 * @typedef {object} Rays directions of an area of cells
 * @property {Float64Array} yaws of its columns, in radians
 * @property {Float64Array} sin of them
 * @property {Float64Array} cos
 * @property {Float64Array} pitches of its rows; beyond the poles they go on
 * @property {Float64Array} up sine of them
 * @property {Float64Array} level cosine
 * @property {number} cellRad width of a cell at the horizon
 */

/**
 * @param {import("./kept_features.js").Area} area in cells of the panorama, which has `rows` × `columns` of them; it may go round
 * @param {{rows: number, columns: number}} counts
 * @param {import("../state/model_config.js").RoomLatents} room
 * @returns {Rays}
 */
export function directions(area, counts, room) {
  const { kind, halfExtentRad } = room.projection;
  const top = kind === "mercator" ? mercator(halfExtentRad) : halfExtentRad;
  const [yaws, sin, cos] = [0, 1, 2].map(() => new Float64Array(area.width));
  const [pitches, up, level] = [0, 1, 2].map(() => new Float64Array(area.height));
  for (let i = 0; i < area.width; i++) {
    const yawRad = ((modulo(area.left + i, counts.columns) + 0.5) / counts.columns - room.frontShare) * 2 * Math.PI;
    yaws[i] = yawRad;
    sin[i] = Math.sin(yawRad);
    cos[i] = Math.cos(yawRad);
  }
  for (let i = 0; i < area.height; i++) {
    const height = (0.5 - (area.top + i + 0.5) / counts.rows) * 2 * top;
    pitches[i] = kind === "mercator" ? Math.atan(Math.sinh(height)) : height;
    up[i] = kind === "mercator" ? Math.tanh(height) : Math.sin(height);
    level[i] = kind === "mercator" ? 1 / Math.cosh(height) : Math.cos(height);
  }
  return { yaws, sin, cos, pitches, up, level, cellRad: (2 * Math.PI) / counts.columns };
}

/** Radians a metre of a stage's longest wave. @param {number} stage */
export function firstOctave(stage) {
  return 2 ** Math.max(0, Math.min(stage, MOST_OCTAVES) - 1);
}

/**
 * Features of where the rays of an area of cells meet the room, as planes `stride` apart (ROOM_FEATURES of them).
 * @param {ReturnType<typeof roomOf>} box
 * @param {Rays} rays
 * @param {number} stage
 * @param {Float32Array} planes
 * @param {number} stride
 */
export function fillRoomFeatures(box, { sin, cos, up, level }, stage, planes, stride) {
  const finest = firstOctave(stage);
  const ray = [0, 0, 0];
  planes.fill(0);
  for (let y = 0, cell = 0; y < up.length; y++)
    for (let x = 0; x < sin.length; x++, cell++) {
      ray[0] = level[y] * sin[x];
      ray[1] = up[y];
      ray[2] = level[y] * cos[x];
      const { distance, axis } = nearestFace(ray, box);
      const face = axis * 2 + (ray[axis] > 0 ? 1 : 0);
      const alongAxis = axis === 0 ? 2 : 0;
      const acrossAxis = axis === 1 ? 2 : 1;
      const along = ray[alongAxis] * distance + (box.low[alongAxis] - box.high[alongAxis]) / 2;
      const across = ray[acrossAxis] * distance + (box.low[acrossAxis] - box.high[acrossAxis]) / 2;
      planes[face * stride + cell] = 1;
      planes[(6 + face) * stride + cell] = along / FACE_M;
      planes[(12 + face) * stride + cell] = across / FACE_M;
      fillWaves(planes, 18 * stride + cell, stride, along * finest);
      fillWaves(planes, 19 * stride + cell, stride, across * finest);
      planes[(18 + 4 * WAVES) * stride + cell] = 1 / Math.max(distance, NEAREST_M);
    }
}

const hit = { distance: 0, axis: 0 }; // reused: there are thousands of rays a patch

/** @param {number[]} ray @param {ReturnType<typeof roomOf>} box */
function nearestFace(ray, box) {
  hit.distance = Infinity;
  for (let axis = 0; axis < 3; axis++) {
    const towards = ray[axis];
    const distance =
      towards > 0 ? box.high[axis] / Math.max(towards, LEAST_SLOPE) : box.low[axis] / -Math.min(towards, -LEAST_SLOPE);
    if (distance < hit.distance) {
      hit.distance = distance;
      hit.axis = axis;
    }
  }
  return hit;
}

/** Sines of WAVES octaves, then cosines, two planes apart; by doubling the angle. @param {Float32Array} planes @param {number} at @param {number} stride @param {number} angle @param {number} [size] of the waves */
export function fillWaves(planes, at, stride, angle, size = 1) {
  let sine = Math.sin(angle);
  let cosine = Math.cos(angle);
  for (let wave = 0; wave < WAVES; wave++) {
    planes[at + 2 * wave * stride] = sine * size;
    planes[at + 2 * (WAVES + wave) * stride] = cosine * size;
    const doubled = 2 * sine * cosine;
    cosine = 1 - 2 * sine * sine;
    sine = doubled;
  }
}
