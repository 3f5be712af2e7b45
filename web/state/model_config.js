// What a checkpoint says of its model and projection (cocogan_core/config.py), as strict as Python.

import { RoomSymmetry } from "../geometry/symmetry.js";
import { Problem, require } from "./problem.js";
import { readObjects } from "./room_objects.js";
import { asObject, finite, flag, oneOf, readFields, span, whole, words } from "./settings_reader.js";

/**
 * @typedef {object} RoomLatents which entries of z say how large the room is and where the viewer stands
 * @property {string[]} names
 * @property {[number, number][]} spans metres at −1 and 1 of width, depth, height, and the offsets right and ahead
 * @property {number} eyeM
 * @property {import("../geometry/projection.js").Projection} projection
 * @property {number} frontShare where yaw 0 lies, as a share of the panorama's width from its left edge
 *
 * @typedef {object} Model
 * @property {import("../geometry/grid.js").Grid} grid
 * @property {number} zDim
 * @property {string[]} latentNames
 * @property {number} width channels of the lattice
 * @property {number} fieldWidth units of each layer of the field network
 * @property {number} taper channels of each stage, as a share of those of the one before
 * @property {number} paintRank numbers by which z says how an object looks, of which each stage has a layer; 0: each has its own from z
 * @property {RoomLatents | null} room
 * @property {import("./room_objects.js").RoomObjects | null} objects
 * @property {boolean} surfaceTextures whether it has learned textures on the room's faces
 * @property {number} mixedTextures features of each of them, of which z says how much is shown; 0: there are two, always shown
 * @property {boolean} objectTextures whether it has learned textures on the room's objects
 * @property {import("../geometry/symmetry.js").Stated | null} symmetry where the generator knows upright rooms only
 */

const GRID = {
  system: [oneOf("cylindrical", "planar"), "cylindrical"],
  rows: [whole(1, 65536), 4],
  columns: [whole(1, 65536), 12],
  macro_rows: [whole(1, 65536), 2],
  macro_columns: [whole(1, 65536), 2],
  patch_px: [whole(4, 1024), 64],
  levels: [whole(1, 12), 1],
  beyond: [whole(0, 65536), 0],
};
const MODEL = {
  grid: [asObject, {}],
  z_dim: [whole(1, 65536), 128],
  latent_names: [words, []],
  architecture: [oneOf("paper", "compact"), "paper"],
  generator_width: [whole(1, 4096), 64],
  generator_taper: [finite, 0.6],
  discriminator_width: [whole(1, 4096), 64],
  field_width: [whole(1, 4096), 384],
  paint_rank: [whole(0, 96), 0],
  spatial_head: [oneOf("full", "vertical"), "full"],
  content_head: [flag, false],
  conditioning: [oneOf("mlp", "linear"), "linear"],
  generator: [oneOf("micro", "full", "multiple"), "micro"],
  room: [(/** @type {unknown} */ value) => value, null],
  objects: [(/** @type {unknown} */ value) => value, null],
  surface_textures: [flag, false],
  mixed_textures: [whole(0, 8), 0],
  object_textures: [flag, false],
  symmetry: [(/** @type {unknown} */ value) => value, null],
};
const ROOM_NAMES = ["room.width", "room.depth", "room.height", "room.viewer_right", "room.viewer_forward"];
const ROOM = {
  names: [words, ROOM_NAMES],
  width_m: [span, [4.2, 5.6]],
  depth_m: [span, [4.0, 5.2]],
  height_m: [span, [2.45, 2.95]],
  viewer_right_m: [span, [-0.1, 0.6]],
  viewer_forward_m: [span, [-0.5, 0.5]],
  eye_m: [finite, 1.5],
  projection: [(/** @type {unknown} */ value) => value, {}],
  width_px: [whole(1, 1 << 24), 768],
  front: [oneOf("pixel", "edge"), "pixel"],
};
const SYMMETRY = { quarter_turn: [words, null], mirror: [words, null], openness: [words, null] };
const PROJECTION = { kind: [oneOf("mercator", "equirectangular"), "mercator"], half_extent_rad: [finite, 0.8957] };
const FIELD_GROUP = 16; // units of the field network
const [MOST_PATCHES, MOST_PIXELS, LONGEST_SIDE_PX] = [4096, 1 << 25, 16384]; // of level 0
const MERCATOR_LIMIT_RAD = (89 / 180) * Math.PI;

/** @param {unknown} stated @returns {import("../geometry/projection.js").Projection} */
export function readProjection(stated) {
  require(stated !== null, "this model makes flat pictures; the page shows panoramas");
  const { kind, half_extent_rad: extent } = readFields(stated, "projection", fields(PROJECTION));
  const limit = kind === "mercator" ? MERCATOR_LIMIT_RAD : Math.PI / 2;
  require(extent > 0 && extent <= limit, `projection: half extent ${extent} rad is outside (0, ${limit.toFixed(4)}]`);
  return { kind, halfExtentRad: extent };
}

/** @param {unknown} stated @returns {Model} */
export function readModel(stated) {
  const values = readFields(stated, "model", fields(MODEL));
  const grid = readGrid(values.grid);
  const names = values.latent_names;
  require(names.every(isVisible), "model: latent names must be 1 to 100 characters that can be seen");
  require(
    names.length <= values.z_dim && new Set(names).size === names.length,
    `model: ${names.length} latent names must be distinct and at most z_dim=${values.z_dim}`,
  );
  require(
    values.architecture === "compact" && values.generator === "micro",
    `model: this page runs the compact generator, and the file holds another (${values.architecture}, ` +
      `${values.generator}); open it on the desktop`,
  );
  require(values.field_width % FIELD_GROUP === 0, `model: field_width is ${values.field_width}; it must be a multiple of ${FIELD_GROUP}`);
  const most = Math.log2(grid.patchPx) + 1;
  require(grid.levels <= most, `model: ${grid.levels} levels; this one has at most ${most}`);
  const room = values.room === null ? null : readRoom(values.room, names);
  requirePitches(room, grid);
  require(room || values.objects === null, "model: object coordinates need room coordinates");
  const objects = values.objects === null ? null : readObjects(values.objects, names);
  require(room || !values.surface_textures, "model: surface textures need room coordinates");
  require(objects || !values.object_textures, "model: object textures need object coordinates");
  require(values.generator_taper >= 0.6 && values.generator_taper <= 1, `model: generator_taper is ${values.generator_taper}; it must be between 0.6 and 1`);
  require(values.mixed_textures % 2 === 0, `model: mixed_textures is ${values.mixed_textures}; it must be even`);
  const symmetry = values.symmetry === null ? null : readSymmetry(values.symmetry, names);
  if (symmetry) {
    require(grid.columns % 4 === 0, `symmetry: needs cylindrical pictures of 4, 8, 12 … patches, not ${grid.columns}`);
    require(!room || room.frontShare === 0, "symmetry: the room's front must lie at the panorama's left edge");
  }
  return {
    grid, zDim: values.z_dim, latentNames: names, width: values.generator_width, taper: values.generator_taper, fieldWidth: values.field_width,
    paintRank: values.paint_rank, room, objects, surfaceTextures: values.surface_textures, mixedTextures: values.mixed_textures,
    objectTextures: values.object_textures, symmetry,
  };
}

/** No controls, and none that turn the direction of writing. Browsers take milliseconds to know all letters there are. @param {string} name */
function isVisible(name) {
  return /^[ -~]{1,100}$/.test(name) || /^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u.test(name);
}

/** Rows beyond the trained image have a direction. @param {RoomLatents | null} room @param {import("../geometry/grid.js").Grid} grid */
function requirePitches(room, { rows, beyond = 0 }) {
  if (room?.projection.kind !== "equirectangular") return;
  const top = (room.projection.halfExtentRad * rows) / (rows - 2 * beyond);
  require(top <= Math.PI / 2 + 1e-9, `model: ${beyond} rows beyond the image lie beyond the poles; beyond is too large`);
}

/** @param {unknown} stated @param {string[]} latentNames @returns {import("../geometry/symmetry.js").Stated} */
function readSymmetry(stated, latentNames) {
  const { quarter_turn: quarterTurn, mirror, openness } = readFields(stated, "RoomSymmetry", fields(SYMMETRY));
  require(quarterTurn && mirror && openness, "RoomSymmetry: quarter_turn, mirror and openness are needed");
  const symmetry = { quarterTurn, mirror, openness };
  new RoomSymmetry(symmetry, latentNames); // which throws
  return symmetry;
}

/** How many numbers the generator has at the very least. @param {Model} model */
export function leastWeights({ width }) {
  return 4 * width ** 2; // a 3×3 kernel from the base's channels to 0.6 times as many
}

/** @param {unknown} stated @returns {import("../geometry/grid.js").Grid} */
function readGrid(stated) {
  const grid = readFields(stated, "PatchGrid", fields(GRID));
  require(grid.system === "cylindrical", "this model makes flat pictures; the page shows panoramas");
  require(grid.macro_rows <= grid.rows && grid.macro_columns <= grid.columns, "patch grid: the macro patch does not fit");
  require(Number.isInteger(Math.log2(grid.patch_px)), `model: patch_px is ${grid.patch_px}; it must be a power of two`);
  const [patches, height, width] = [grid.rows * grid.columns, grid.rows * grid.patch_px, grid.columns * grid.patch_px];
  require(patches <= MOST_PATCHES, `model: ${grid.rows}×${grid.columns} micro patches; at most ${MOST_PATCHES} are made`);
  require(
    Math.max(height, width) <= LONGEST_SIDE_PX && height * width <= MOST_PIXELS,
    `model: ${width}×${height} pixels; at most ${LONGEST_SIDE_PX} a side and ${MOST_PIXELS} in all are made`,
  );
  require(grid.rows > 2 * grid.beyond, `patch grid: beyond is ${grid.beyond}; it must leave rows`);
  return { rows: grid.rows, columns: grid.columns, patchPx: grid.patch_px, levels: grid.levels, beyond: grid.beyond };
}

/** @param {unknown} stated @param {string[]} latentNames @returns {RoomLatents} */
function readRoom(stated, latentNames) {
  const room = readFields(stated, "RoomLatents", fields(ROOM));
  const spans = [room.width_m, room.depth_m, room.height_m, room.viewer_right_m, room.viewer_forward_m];
  const roomy = [[0, 3], [1, 4]].every(([size, offset]) => Math.min(...spans[size]) / 2 > Math.max(...spans[offset].map(Math.abs)));
  if (!roomy || !(room.eye_m > 0 && room.eye_m < Math.min(...room.height_m)) || room.names.length !== spans.length)
    throw new Problem("room: the viewer must stand between the walls, floor and ceiling, and have five numbers");
  const missing = room.names.filter((/** @type {string} */ name) => !latentNames.includes(name));
  require(!missing.length, `model: room coordinates need the latents ${missing.join(", ")}, and the data do not name them`);
  const frontShare = room.front === "edge" ? 0 : 0.5 / room.width_px;
  return { names: room.names, spans, eyeM: room.eye_m, projection: readProjection(room.projection), frontShare };
}

/** @param {object} table @returns {Record<string, [import("./settings_reader.js").Reader, unknown]>} */
function fields(table) {
  return /** @type {any} */ (table);
}
