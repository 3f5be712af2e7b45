// Tiles as stock viewers ask for them, sampled from patches: of the whole sphere as an equirectangular picture
// (Photo Sphere Viewer), or of a cube's faces (Pannellum, Marzipano). Yaw 0 is the picture's middle, and the front face's.
//
//   tiles/SEED/equirect/WIDTH/COLSxROWS/COL_ROW.jpg        COLS × ROWS tiles of a picture WIDTH × WIDTH / 2
//   tiles/SEED/cube/TILE/LEVEL/FACE/Y_X.jpg                tiles of TILE pixels; a face has TILE · 2^(LEVEL − 1); f r b l u d

import { chooseLevel, texelsPerPixel } from "../camera/detail.js";
import { atLevel, heightPx, modulo, widthPx } from "../geometry/grid.js";
import { uOfYaw, vOfPitch } from "../geometry/projection.js";
import { Problem, require } from "../state/problem.js";
import { LARGEST_SEED } from "../state/room.js";

/**
 * @typedef {import("../geometry/grid.js").Grid} Grid
 * @typedef {import("../geometry/projection.js").Projection} Projection
 * @typedef {import("../streaming/generator_pool.js").Patch} Patch
 * @typedef {[number, number]} YawPitch
 *
 * @typedef {object} Tile
 * @property {number} seed
 * @property {number} width in pixels
 * @property {number} height
 * @property {number} pixelRad how wide the picture's pixels are at its middle
 * @property {(x: number, y: number) => YawPitch} look through a place of the tile, in pixels
 * @property {"image/jpeg" | "image/png"} type
 *
 * @typedef {{level: number, width: number, height: number, x: Float32Array, y: Float32Array}} Texels where each pixel of a tile lies, in a level's texels from the middle of the first
 */

const EQUIRECT = /\/tiles\/(\d{1,10})\/equirect\/(\d{1,5})\/(\d{1,3})x(\d{1,3})\/(\d{1,3})_(\d{1,3})\.(jpg|png)$/;
const CUBE = /\/tiles\/(\d{1,10})\/cube\/(\d{1,4})\/(\d{1,2})\/([frblud])\/(\d{1,3})_(\d{1,3})\.(jpg|png)$/;
const [WIDEST_PX, LARGEST_TILE_PX, MOST_LEVEL] = [16384, 2048, 7];

/** Directions through a face, whose middle looks along it; a to the right, b up. @type {Record<string, (a: number, b: number) => [number, number, number]>} */
const FACES = {
  f: (a, b) => [a, b, 1], r: (a, b) => [1, b, -a], b: (a, b) => [-a, b, -1], l: (a, b) => [-1, b, a],
  u: (a, b) => [a, 1, -b], d: (a, b) => [a, -1, b],
};

/** What an address asks for. @param {string} path @returns {Tile} @throws {Problem} it is none of the above */
export function readTile(path) {
  const [equirect, cube] = [EQUIRECT.exec(path), CUBE.exec(path)];
  const found = equirect ?? cube;
  if (!found) throw new Problem(`there is no tile ${path}`);
  require(Number(found[1]) <= LARGEST_SEED, `seeds end at ${LARGEST_SEED}`);
  const tile = equirect ? equirectTile(equirect.slice(2, 7).map(Number)) : cubeTile(found[4], [2, 3, 5, 6].map((i) => Number(found[i])));
  require(tile.width >= 1 && tile.width <= LARGEST_TILE_PX && tile.height <= LARGEST_TILE_PX, `a tile has at most ${LARGEST_TILE_PX} pixels a side`);
  return { ...tile, seed: Number(found[1]), type: found[7] === "png" ? "image/png" : "image/jpeg" };
}

/** @param {number[]} numbers */
function equirectTile([whole, columns, rows, column, row]) {
  require(whole <= WIDEST_PX && column < columns && row < rows, "the tile lies outside the picture");
  const [width, height] = [whole / columns, whole / 2 / rows];
  require(Number.isInteger(width) && Number.isInteger(height), "the picture is not cut into whole pixels");
  const look = (/** @type {number} */ x, /** @type {number} */ y) =>
    /** @type {YawPitch} */ ([((column * width + x) / whole - 0.5) * 2 * Math.PI, (0.5 - (row * height + y) / (whole / 2)) * Math.PI]);
  return { width, height, pixelRad: (2 * Math.PI) / whole, look };
}

/** @param {string} face @param {number[]} numbers */
function cubeTile(face, [side, level, row, column]) {
  const count = 2 ** (level - 1);
  const whole = side * count;
  require(level >= 1 && level <= MOST_LEVEL && Math.max(row, column) < count, "the tile lies outside the face");
  const look = (/** @type {number} */ x, /** @type {number} */ y) => {
    const [right, up, forward] = FACES[face]((2 * (column * side + x)) / whole - 1, 1 - (2 * (row * side + y)) / whole);
    return /** @type {YawPitch} */ ([Math.atan2(right, forward), Math.atan2(up, Math.hypot(right, forward))]);
  };
  return { width: side, height: side, pixelRad: 2 / whole, look };
}

/** @param {Tile} tile @param {Grid} grid @param {Projection} projection @returns {Texels} */
export function texelsOf({ width, height, pixelRad, look }, grid, projection) {
  const level = chooseLevel(texelsPerPixel(pixelRad, 0, grid, projection), grid);
  const fine = atLevel(grid, level);
  const [x, y] = [new Float32Array(width * height), new Float32Array(width * height)];
  const limit = projection.halfExtentRad;
  for (let i = 0; i < x.length; i++) {
    const [yawRad, pitchRad] = look((i % width) + 0.5, Math.floor(i / width) + 0.5);
    x[i] = modulo(uOfYaw(yawRad, widthPx(grid)) * widthPx(fine) - 0.5, widthPx(fine));
    const row = vOfPitch(projection, Math.min(Math.max(pitchRad, -limit), limit)) * heightPx(fine) - 0.5;
    y[i] = Math.min(Math.max(row, 0), heightPx(fine) - 1); // beyond what the model knows its border row goes on
  }
  return { level, width, height, x, y };
}

/** Every patch that texels lie in. @param {Texels} texels @param {Grid} grid @returns {Patch[]} */
export function patchesUnder({ level, x, y }, grid) {
  const { patchPx: side, columns, rows } = atLevel(grid, level);
  const seen = new Uint8Array(rows * columns);
  for (let i = 0; i < x.length; i++)
    for (const row of [Math.floor(y[i] / side), Math.min(Math.floor((y[i] + 1) / side), rows - 1)])
      for (const column of [Math.floor(x[i] / side) % columns, Math.floor((x[i] + 1) / side) % columns]) seen[row * columns + column] = 1;
  return [...seen.keys()].filter((i) => seen[i]).map((i) => [level, Math.floor(i / columns), i % columns]);
}

/** The tile's RGBA, bilinear. @param {Texels} texels @param {Grid} grid @param {(row: number, column: number) => Uint8ClampedArray} patch pixels of the level's patches */
export function sampled({ level, width, height, x, y }, grid, patch) {
  const fine = atLevel(grid, level);
  const [side, wide, high] = [fine.patchPx, widthPx(fine), heightPx(fine)];
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  const corners = [0, 0, 0, 0].map(() => ({ from: patch(0, 0), at: 0, share: 0 }));
  for (let i = 0; i < x.length; i++) {
    const [left, top] = [Math.floor(x[i]), Math.floor(y[i])];
    corners.forEach((corner, k) => {
      const [column, row] = [(left + (k & 1)) % wide, Math.min(top + (k >> 1), high - 1)];
      corner.from = patch(Math.floor(row / side), Math.floor(column / side));
      corner.at = ((row % side) * side + (column % side)) * 4;
      corner.share = Math.abs(1 - (k & 1) - (x[i] - left)) * Math.abs(1 - (k >> 1) - (y[i] - top));
    });
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = corners.reduce((sum, { from, at, share }) => sum + share * from[at + c], 0);
  }
  return pixels;
}
