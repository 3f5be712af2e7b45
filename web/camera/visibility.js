// Which micro patches a view samples (viewer/camera/visibility.py, whose opening explains the method).

import { atLevel, modulo, widthPx } from "../geometry/grid.js";
import { pitchOfV, yawOfU } from "../geometry/projection.js";
import { yawPitchOf } from "./view.js";
import { wrapped } from "./view_projection.js";
import { Plane } from "./panorama_plane.js";

/**
 * @typedef {import("./view.js").Look} Look
 * @typedef {import("../geometry/grid.js").Grid} Grid
 * @typedef {import("../geometry/projection.js").Projection} Projection
 * @typedef {{top: number, left: number, rows: number, columns: number}} Area patches; `left` is not wrapped
 * @typedef {[number, number]} Cell row and column
 */

const CAP_TAPS = 24;
const EDGE_STEPS = 96;
const RIM_TEXELS = 2;
const RAYS = 24;
const MOST_RAYS = 384;

/**
 * All (row, column) of a level whose texels the view samples, from the view's centre outward.
 * @param {Look} view
 * @param {Grid} grid
 * @param {Projection} projection
 * @param {{level?: number, within?: Area}} [where]
 * @returns {Cell[]}
 */
export function visiblePatches(view, grid, projection, { level = 0, within } = {}) {
  const fine = atLevel(grid, level);
  const area = within ?? { top: 0, left: 0, rows: fine.rows, columns: fine.columns };
  const plane = new Plane(fine, projection, widthPx(grid), area, !level);
  markBorder(view, plane);
  markInside(view, plane);
  const found = plane.marked().map((cell) => ({ cell, far: distance(view, plane, cell) }));
  return found.sort((a, b) => a.far - b.far).map(({ cell }) => cell);
}

/** Whether the view shows anything above or below the cylinder. @param {Look} view @param {Projection} projection */
export function leavesCylinder(view, projection) {
  const steepest = Math.max(...border(view).pitch.map(Math.abs));
  return steepest > projection.halfExtentRad - 1e-3 || view.showsPole(1) || view.showsPole(-1);
}

/**
 * Whether all that the view samples of a level lies within an area that is as wide to both sides of its middle.
 * @param {Look} view @param {Grid} grid @param {Projection} projection @param {number} level @param {Area} within
 */
export function fits(view, grid, projection, level, within) {
  const fine = atLevel(grid, level);
  const plane = new Plane(fine, projection, widthPx(grid), within, false);
  const { yaw, pitch } = border(view);
  const rows = pitch.map((angle) => plane.y(angle) / fine.patchPx);
  const rim = RIM_TEXELS / fine.patchPx;
  if (within.top > Math.max(Math.min(...rows) - rim, 0)) return false;
  if (within.top + within.rows < Math.min(Math.max(...rows) + rim, fine.rows)) return false;
  if (within.columns === fine.columns) return true;
  const away = unwrapped([view.yawRad, ...yaw]).map((angle) => Math.abs(angle - view.yawRad));
  return (Math.max(...away) / (2 * Math.PI)) * fine.columns <= (within.columns - 1) / 2 - rim;
}

/** Yaw and pitch once round the view's border, closed. @param {Look} view */
function border(view) {
  const steps = Array.from({ length: EDGE_STEPS }, (_, i) => -1 + (2 * i) / EDGE_STEPS);
  const places = [
    ...steps.map((s) => [s, -1]), ...steps.map((s) => [1, s]),
    ...steps.map((s) => [-s, 1]), ...steps.map((s) => [-1, -s]), [-1, -1],
  ];
  const angles = places.map(([x, y]) => yawPitchOf(view.direction(x, y)));
  return { yaw: angles.map(([yaw]) => yaw), pitch: angles.map(([, pitch]) => pitch) };
}

/** Angles without jumps, as numpy's `unwrap`. @param {number[]} angles */
function unwrapped(angles) {
  let shift = 0;
  return angles.map((angle, i) => {
    if (i) {
      const step = angle - angles[i - 1];
      let short = wrapped(step);
      if (short === -Math.PI && step > 0) short = Math.PI;
      if (Math.abs(step) >= Math.PI) shift += short - step;
    }
    return angle + shift;
  });
}

/** Mark patches that a piece of the border touches, with the filter's rim. @param {Look} view @param {Plane} plane */
function markBorder(view, plane) {
  const { yaw, pitch } = border(view);
  const x = unwrapped(yaw).map((angle) => plane.x(angle));
  const y = pitch.map((angle) => plane.y(angle));
  const reach = pitch.map((angle) => plane.reach(angle) * (1 - 1 / CAP_TAPS) + RIM_TEXELS);
  const side = pitch.map((angle) => (Math.abs(angle) > plane.projection.halfExtentRad ? Math.sign(angle) : 0));
  for (let i = 0; i + 1 < x.length; i++) {
    const capped = side[i] === side[i + 1] && side[i] !== 0;
    if (capped && !plane.caps) continue;
    plane.markBox(
      Math.min(y[i], y[i + 1]) - RIM_TEXELS, Math.max(y[i], y[i + 1]) + RIM_TEXELS,
      Math.min(x[i] - reach[i], x[i + 1] - reach[i + 1]), Math.max(x[i] + reach[i], x[i + 1] + reach[i + 1]),
    );
  }
}

/** Mark patches that a grid of rays meets, what the cap reaches from them, and whole border rows round a pole. @param {Look} view @param {Plane} plane */
function markInside(view, plane) {
  const poles = [view.showsPole(1), view.showsPole(-1)];
  let rays = castRays(view, plane, poles, RAYS);
  for (let count = RAYS; count < MOST_RAYS && widestGap(rays, plane) >= plane.grid.patchPx; )
    rays = castRays(view, plane, poles, (count *= 2));
  for (let i = 0; i < rays.x.length; i++)
    if (rays.held[i] && (plane.caps || !rays.capped[i])) plane.mark(rays.row[i], rays.column[i]);
  if (!plane.caps) return;
  [0, plane.grid.rows - 1].forEach((row, end) => {
    if (poles[end]) plane.markRow(row);
    for (let i = 0; i < rays.x.length; i++) {
      const far = plane.reach(rays.pitch[i]) * (1 - 1 / CAP_TAPS);
      if (rays.capped[i] && rays.row[i] === row) plane.markColumns(row, rays.x[i] - far, rays.x[i] + far);
    }
  });
}

/**
 * @typedef {ReturnType<typeof castRays>} Rays
 * @param {Look} view @param {Plane} plane @param {boolean[]} poles @param {number} count across and down
 */
function castRays(view, plane, poles, count) {
  const { grid, area } = plane;
  const n = count * count;
  const rays = {
    count, x: new Float64Array(n), y: new Float64Array(n), pitch: new Float64Array(n),
    row: new Int32Array(n), column: new Int32Array(n),
    held: new Uint8Array(n), capped: new Uint8Array(n), known: new Uint8Array(n),
  };
  for (let i = 0; i < n; i++) {
    const place = [i % count, Math.floor(i / count)].map((step) => -1 + (2 * step) / (count - 1));
    const [yaw, pitch] = yawPitchOf(view.direction(place[0], place[1]));
    rays.pitch[i] = pitch;
    rays.x[i] = plane.x(yaw);
    rays.y[i] = plane.y(pitch);
    const row = Math.floor(Math.min(Math.max(rays.y[i] / grid.patchPx, 0), grid.rows - 1));
    const column = modulo(Math.floor(rays.x[i] / grid.patchPx) - area.left, grid.columns);
    rays.row[i] = row;
    rays.column[i] = column;
    rays.held[i] = row >= area.top && row < area.top + area.rows && column < area.columns ? 1 : 0;
    rays.capped[i] = Math.abs(pitch) > plane.projection.halfExtentRad ? 1 : 0;
    const atPole = plane.caps && ((row === 0 && poles[0]) || (row === grid.rows - 1 && poles[1]));
    rays.known[i] = rays.capped[i] || atPole ? 1 : 0;
  }
  return rays;
}

/** Side in texels of the largest square that can lie between neighbouring rays, where it matters. @param {Rays} rays @param {Plane} plane */
function widestGap({ count, x, y, known, held }, plane) {
  let widest = 0;
  for (let j = 0; j + 1 < count; j++)
    for (let i = 0; i + 1 < count; i++) {
      const corners = [j * count + i, (j + 1) * count + i, j * count + i + 1, (j + 1) * count + i + 1];
      const settled = plane.caps ? corners.some((k) => known[k]) : corners.every((k) => known[k]);
      if (settled || !corners.some((k) => held[k])) continue;
      widest = Math.max(widest, bothSteps(x, corners, widthPx(plane.grid)), bothSteps(y, corners, Infinity));
    }
  return widest;
}

/** The longer step to the right and the longer one down together. @param {Float64Array} values @param {number[]} corners @param {number} wrapsAt */
function bothSteps(values, [upperLeft, lowerLeft, upperRight, lowerRight], wrapsAt) {
  const step = (/** @type {number} */ from, /** @type {number} */ to) => {
    const straight = Math.abs(values[to] - values[from]);
    return wrapsAt === Infinity ? straight : Math.abs(modulo(straight + wrapsAt / 2, wrapsAt) - wrapsAt / 2);
  };
  return (
    Math.max(step(upperLeft, upperRight), step(lowerLeft, lowerRight)) +
    Math.max(step(upperLeft, lowerLeft), step(upperRight, lowerRight))
  );
}

/** Angle-like distance of a patch from the view's centre. @param {Look} view @param {Plane} plane @param {Cell} cell */
function distance(view, plane, [row, column]) {
  const turn = wrapped(yawOfU((column + 0.5) / plane.grid.columns, plane.originPx) - view.yawRad);
  return Math.hypot(turn, pitchOfV(plane.projection, (row + 0.5) / plane.grid.rows) - view.pitchRad);
}

