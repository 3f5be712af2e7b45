// Which tensors the compact generator has (cocogan_core/models/compact.py), and whether a checkpoint has just those.

import { require } from "../state/problem.js";
import { roundHalfEven } from "../geometry/grid.js";

export const BASE = 2; // lattice cells along a micro patch
export const MARGIN = 2; // cells around a block
export const HARMONICS = 8;
export const FIELD_DEPTH = 3;
export const ROOM_FEATURES = 35; // room_kernel.ts
export const OBJECT_FEATURES = 45; // room_kernel.ts
export const PAINTED_FROM = 2; // the first stage at which z gives objects features
export const FACES = 6; // of the room
export const TEXTURE_FEATURES = 2; // texture_kernel.ts
export const TEXTURED_FROM = 3; // the first stage that sees a texture on the room's faces
const FACE_KINDS = 2; // that have textures of their own: the floor, and walls and ceiling
const LARGEST_TEXTURE = 256;
const PAINT_WIDTH = 96;
const NARROWEST = 16;

/** Stages from the lattice to level 0's pixels. @param {import("../geometry/grid.js").Grid} grid */
export function baseStages(grid) {
  return Math.log2(grid.patchPx / BASE);
}

/** Channels of the lattice and of each stage. @param {import("../state/model_config.js").Model} model */
export function stageWidths(model) {
  const stages = baseStages(model.grid) + model.grid.levels - 1;
  const eighths = (/** @type {number} */ stage) => roundHalfEven((model.width * 0.6 ** stage) / 8);
  return Array.from({ length: stages + 1 }, (_, stage) => Math.max(NARROWEST, eighths(stage) * 8));
}

/** Width in metres of a texel of a stage's texture. @param {number} stage */
export function texelM(stage) {
  return 0.64 / 2 ** stage;
}

/** Texels along a side of a stage's texture. @param {number} stage */
export function textureSide(stage) {
  return Math.min(LARGEST_TEXTURE, 8 * 2 ** stage);
}

/**
 * @param {import("../state/checkpoint.js").Checkpoint} checkpoint
 * @throws {import("../state/problem.js").Problem} a tensor is missing, misshapen or unknown
 */
export function requireShapes({ model, generator }) {
  const expected = expectedShapes(model);
  for (const [name, shape] of expected) {
    const tensor = generator.get(name);
    require(tensor, `the checkpoint has no tensor generator.${name}`);
    const same = tensor.shape.length === shape.length && tensor.shape.every((side, i) => side === shape[i]);
    require(same, `tensor generator.${name} has shape [${tensor.shape}]; the model needs [${shape}]`);
  }
  for (const name of generator.keys()) require(expected.has(name), `tensor generator.${name} is unknown to this page`);
}

/** @param {import("../state/model_config.js").Model} model @returns {Map<string, number[]>} */
function expectedShapes(model) {
  const F = model.fieldWidth;
  const widths = stageWidths(model);
  /** @type {Map<string, number[]>} */
  const shapes = new Map();
  const layer = (/** @type {string} */ name, /** @type {number[]} */ shape) => {
    shapes.set(`${name}.weight`, shape).set(`${name}.bias`, [shape[0]]);
  };
  layer("place", [F, 4 * HARMONICS + 1]);
  layer("style.0", [F, model.zDim + (model.objects?.looks.length ?? 0)]);
  layer("style.2", [F, F]);
  layer("style.4", [2 * F * (FIELD_DEPTH + 1), F]);
  for (let i = 0; i < FIELD_DEPTH; i++) layer(`field.${i}`, [F, F]);
  layer("lattice", [widths[0], F]);
  widths.forEach((width, i) => {
    layer(`rgb.${i}`, [3, width, 1, 1]);
    if (model.room) shapes.set(`walls.${i}.weight`, [width, ROOM_FEATURES, 1, 1]);
    if (!i) return;
    shapes.set(`levels.${i - 1}.up.weight`, [widths[i - 1], width, 3, 3]).set(`levels.${i - 1}.up.bias`, [width]);
    layer(`levels.${i - 1}.refine`, [width, width, 3, 3]);
  });
  const ofTextures = model.surfaceTextures ? textureShapes(widths) : [];
  return new Map([...shapes, ...ofTextures, ...(model.objects ? objectShapes(model, model.objects, widths) : [])]);
}

/** @param {number[]} widths @returns {[string, number[]][]} */
function textureShapes(widths) {
  return widths.slice(TEXTURED_FROM).flatMap((width, i) => {
    const side = textureSide(TEXTURED_FROM + i);
    return /** @type {[string, number[]][]} */ ([
      [`surfaces.texture.${i}`, [FACE_KINDS * TEXTURE_FEATURES, side, side]], [`surfaces.mix.${i}.weight`, [width, TEXTURE_FEATURES, 1, 1]],
    ]);
  });
}

/** @param {import("../state/model_config.js").Model} model @param {import("../state/room_objects.js").RoomObjects} objects @param {number[]} widths @returns {[string, number[]][]} */
function objectShapes({ zDim, paintRank }, { rowCount, looks }, widths) {
  const rows = rowCount + FACES; // of tables
  const layer = (/** @type {string} */ name, /** @type {number[]} */ shape) => [[`${name}.weight`, shape], [`${name}.bias`, [shape[0]]]];
  return /** @type {[string, number[]][]} */ ([
    ...layer("objects.hidden.0", [PAINT_WIDTH, zDim + looks.length]), ...layer("objects.hidden.2", [PAINT_WIDTH, PAINT_WIDTH]),
    ...widths.flatMap((width, i) => [[`objects.mix.${i}.weight`, [width, OBJECT_FEATURES, 1, 1]], [`objects.table.${i}`, [rows, 3 * width]]]),
    ...(paintRank ? layer("objects.codes", [(rows + 1) * paintRank, PAINT_WIDTH]) : []),
    ...widths.slice(PAINTED_FROM).flatMap((width, i) => {
      return paintRank ? [[`objects.paint.${i}.weight`, [width, paintRank]]] : layer(`objects.paint.${i}`, [(rows + 1) * width, PAINT_WIDTH]);
    }),
  ]);
}
