// Which level of detail a view needs, and how many of its patches a screen can show (viewer/camera/detail.py).

import { widthPx } from "../geometry/grid.js";

const HYSTERESIS = 0.2;
const MOST_TEXELS = 2 ** (1 + HYSTERESIS);
const RIM_SHARE = 0.25;
const RIM_SLOTS = 2;

/** How many columns of level 0 a pixel at the middle of the view spans. @param {number} pixelRad how wide the pixel is @param {number} pitchRad @param {import("../geometry/grid.js").Grid} grid @param {import("../geometry/projection.js").Projection} projection */
export function texelsPerPixel(pixelRad, pitchRad, grid, projection) {
  const limit = projection.halfExtentRad;
  const pitch = Math.min(Math.max(pitchRad, -limit), limit);
  const stretch = projection.kind === "mercator" ? Math.cos(pitch) : 1;
  return ((widthPx(grid) / (2 * Math.PI)) * pixelRad) / stretch;
}

/** The coarsest level with a texel in each pixel; `present` stays a little longer. @param {number} texels of level 0 in a pixel @param {import("../geometry/grid.js").Grid} grid @param {number} present */
export function chooseLevel(texels, grid, present = 0) {
  const needed = Math.min(Math.max(Math.ceil(-Math.log2(texels)), 0), grid.levels - 1);
  return needed === present - 1 && texels * 2 ** present < MOST_TEXELS ? present : needed;
}

/** Rows and columns of patches that a screen can show of a level. @param {[number, number]} screenPx width and height @param {import("../geometry/grid.js").Grid} grid the level's @returns {[number, number]} */
export function slotsNeeded([width, height], grid) {
  const slots = (/** @type {number} */ pixels, /** @type {number} */ most) =>
    Math.min(most, Math.ceil((pixels * MOST_TEXELS * (1 + RIM_SHARE)) / grid.patchPx) + RIM_SLOTS);
  return [slots(height, grid.rows), slots(width, grid.columns)];
}
