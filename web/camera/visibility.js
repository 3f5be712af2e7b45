// Which micro patches a view samples (viewer/camera/visibility.py, whose opening explains the method).

import { atLevel, widthPx } from "../geometry/grid.js";
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
  markCaps(view, plane);
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

/** @type {WeakMap<Look, {yaw: number[], pitch: number[]}>} looks never change, and are asked for theirs several times a frame */
const borders = new WeakMap();

/** Yaw and pitch once round the view's border, closed. @param {Look} view */
function border(view) {
  const found = borders.get(view) ?? walkBorder(view);
  borders.set(view, found);
  return found;
}

/** @param {Look} view */
function walkBorder(view) {
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

/** Mark patches whose middle the border goes round: those are known by how often it crosses their meridian above. @param {Look} view @param {Plane} plane */
function markInside(view, plane) {
  const { grid, area } = plane;
  const { yaw, pitch } = border(view);
  const x = unwrapped(yaw).map((angle) => plane.x(angle));
  const [ownYaw, ownPitch] = yawPitchOf(view.direction(0, 0)); // the view's own middle is inside
  const above = crossings(x, pitch, plane.x(ownYaw), widthPx(grid)).filter((at) => at > ownPitch);
  const middles = Array.from({ length: area.rows }, (_, row) => pitchOfV(plane.projection, (area.top + row + 0.5) / grid.rows));
  for (let column = 0; column < area.columns; column++) {
    const crossed = crossings(x, pitch, (area.left + column + 0.5) * grid.patchPx, widthPx(grid));
    middles.forEach((middle, row) => {
      const passed = crossed.filter((at) => at >= middle).length + (above.length % 2 === 0 ? 1 : 0);
      if (passed % 2 === 1) plane.mark(area.top + row, column);
    });
  }
}

/** Pitches where a closed line crosses a meridian. @param {number[]} x its texel columns, not wrapped @param {number[]} pitch @param {number} meridian @param {number} width of the panorama */
function crossings(x, pitch, meridian, width) {
  const found = [];
  for (let i = 0; i + 1 < x.length; i++) {
    const before = Math.floor((x[i] - meridian) / width);
    const after = Math.floor((x[i + 1] - meridian) / width);
    if (before === after) continue;
    const share = (meridian + Math.max(before, after) * width - x[i]) / (x[i + 1] - x[i]);
    found.push(pitch[i] + share * (pitch[i + 1] - pitch[i]));
  }
  return found;
}

/** Mark what the caps above and below reach of their border rows; all of a row round a pole. @param {Look} view @param {Plane} plane */
function markCaps(view, plane) {
  if (!plane.caps) return;
  const ends = [[0, 1], [plane.grid.rows - 1, -1]];
  for (const [row, sign] of ends) if (view.showsPole(sign)) plane.markRow(row);
  if (plane.projection.halfExtentRad >= Math.PI / 2) return; // there is nothing beyond
  for (let i = 0; i < RAYS * RAYS; i++) {
    const [across, down] = [i % RAYS, Math.floor(i / RAYS)].map((step) => -1 + (2 * step) / (RAYS - 1));
    const [yaw, pitch] = yawPitchOf(view.direction(across, down));
    const far = plane.reach(pitch) * (1 - 1 / CAP_TAPS);
    for (const [row, sign] of ends)
      if (sign * pitch > plane.projection.halfExtentRad) plane.markColumns(row, plane.x(yaw) - far, plane.x(yaw) + far);
  }
}

/** Angle-like distance of a patch from the view's centre. @param {Look} view @param {Plane} plane @param {Cell} cell */
function distance(view, plane, [row, column]) {
  const turn = wrapped(yawOfU((column + 0.5) / plane.grid.columns, plane.originPx) - view.yawRad);
  return Math.hypot(turn, pitchOfV(plane.projection, (row + 0.5) / plane.grid.rows) - view.pitchRad);
}

