// How a flat viewport shows the sphere (viewer/camera/view_projection.py; shaders/view.frag has the same maps).

import { gudermannian, mercator } from "../geometry/projection.js";

/** @typedef {"rectilinear" | "panini" | "stereographic" | "cylindrical"} ViewProjection */
/** @typedef {[number, number, number]} Direction X right, Y up, Z forward */

/** @type {ViewProjection[]} */
export const VIEW_PROJECTIONS = ["rectilinear", "panini", "stereographic", "cylindrical"];
const DEGREE = Math.PI / 180;
/** @type {Record<ViewProjection, number>} */
export const WIDEST_RAD = { rectilinear: 120 * DEGREE, panini: 210 * DEGREE, stereographic: 300 * DEGREE, cylindrical: 360 * DEGREE };

/** Plane coordinate of the right edge. @param {ViewProjection} lens @param {number} fovRad */
export function halfWidth(lens, fovRad) {
  const fov = Math.min(fovRad, WIDEST_RAD[lens]);
  if (lens === "rectilinear") return Math.tan(fov / 2);
  return lens === "cylindrical" ? fov / 2 : 2 * Math.tan(fov / 4);
}

/** Direction, not normalised, of plane coordinates at a view's pitch. @param {ViewProjection} lens @param {number} x @param {number} y @param {number} pitchRad @returns {Direction} */
export function ray(lens, x, y, pitchRad) {
  if (lens === "cylindrical") {
    const pitch = gudermannian(mercator(pitchRad) + y);
    return [Math.sin(x) * Math.cos(pitch), Math.sin(pitch), Math.cos(x) * Math.cos(pitch)];
  }
  const [right, up, forward] = local(lens, x, y);
  const c = Math.cos(pitchRad);
  const s = Math.sin(pitchRad);
  return [right, c * up + s * forward, c * forward - s * up];
}

/** The pitch, nearest to `nearRad`, at which the ray under (x, y) rises by `height` (a sine). @param {ViewProjection} lens @param {number} x @param {number} y @param {number} height @param {number} nearRad */
export function pitchThrough(lens, x, y, height, nearRad) {
  if (lens === "cylindrical") {
    const limit = Math.PI / 2 - 1e-6;
    return gudermannian(mercator(Math.min(Math.max(Math.asin(height), -limit), limit)) - y);
  }
  const [right, up, forward] = local(lens, x, y);
  const reach = Math.hypot(up, forward) / Math.hypot(right, up, forward);
  const phase = Math.atan2(up, forward);
  const rise = Math.asin(Math.min(Math.max(height / Math.max(reach, 1e-12), -1), 1));
  const [near, far] = [rise, Math.PI - rise].map((way) => wrapped(way - phase - nearRad));
  return nearRad + (Math.abs(far) < Math.abs(near) ? far : near);
}

/** An angle in [−π, π). @param {number} angle */
export function wrapped(angle) {
  const turn = 2 * Math.PI;
  return ((((angle + Math.PI) % turn) + turn) % turn) - Math.PI;
}

/** Right, up, forward in the camera's frame. @param {ViewProjection} lens @param {number} x @param {number} y @returns {Direction} */
function local(lens, x, y) {
  if (lens === "stereographic") return [x, y, 1 - (x * x + y * y) / 4];
  if (lens === "panini") {
    const angle = 2 * Math.atan(x / 2);
    return [Math.sin(angle), (y * (1 + Math.cos(angle))) / 2, Math.cos(angle)];
  }
  return [x, y, 1];
}
