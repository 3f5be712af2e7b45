// Where the rays of a panorama's pixels meet a box-shaped room (cocogan_core/models/room_coordinates.py).

import { modulo } from "../geometry/grid.js";
import { mercator } from "../geometry/projection.js";

const MOST_OCTAVES = 6;

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
 * @property {Float64Array} steep how far above the horizon they look, 90° at most
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
  const [pitches, up, level, steep] = [0, 1, 2, 3].map(() => new Float64Array(area.height));
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
    steep[i] = Math.atan2(up[i], Math.abs(level[i]));
  }
  return { yaws, sin, cos, pitches, up, level, steep, cellRad: (2 * Math.PI) / counts.columns };
}

/** Radians a metre of a stage's longest wave. @param {number} stage */
export function firstOctave(stage) {
  return 2 ** Math.max(0, Math.min(stage, MOST_OCTAVES) - 1);
}
