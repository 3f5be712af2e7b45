// Which tensors the compact generator has (cocogan_core/models/compact.py), and whether a checkpoint has just those.

import { require } from "../state/problem.js";
import { roundHalfEven } from "../geometry/grid.js";

export const BASE = 2; // lattice cells along a micro patch
export const MARGIN = 2; // cells around a block
export const HARMONICS = 8;
export const FIELD_DEPTH = 3;
const ROOM_FEATURES = 35; // room_kernel.ts
const OBJECT_FEATURES = 45; // room_kernel.ts
export const PAINTED_FROM = 2; // the first stage at which z gives objects features
export const FACES = 6; // of the room
const TEXTURE_FEATURES = 2;
export const TEXTURED_FROM = 3; // the first stage that sees a texture on the room's faces
const FACE_KINDS = 2; // that have textures of their own: the floor, and walls and ceiling
const OBJECT_TEXTURE_FEATURES = 4; // object_texture_kernel.ts
const OBJECT_TEXTURED_TO = 6; // the last stage that sees textures on objects
const TILE_FEATURES = 4; // tile_kernel.ts
export const TILE_TEXELS = 4096; // of a tile
export const TILED_FROM = 4; // the first stage that sees tiles on fronts
const TILED_TO = 7; // the last one
const OBJECT_AXES = 3; // along and up a face, and inward from its edge
const LARGEST_TEXTURE = 256;
const [LARGEST_FINE, FINE_FROM] = [128, 6]; // of mixed textures, whose tables are more: at stages of so many
const PAINT_WIDTH = 96;
const NARROWEST = 16;

/** Stages from the lattice to level 0's pixels. @param {import("../geometry/grid.js").Grid} grid */
export function baseStages(grid) {
  return Math.log2(grid.patchPx / BASE);
}

/** Channels of the lattice and of each stage. @param {import("../state/model_config.js").Model} model */
export function stageWidths(model) {
  const stages = baseStages(model.grid) + model.grid.levels - 1;
  const eighths = (/** @type {number} */ stage) => roundHalfEven((model.width * model.taper ** stage) / 8);
  return Array.from({ length: stages + 1 }, (_, stage) => Math.max(NARROWEST, eighths(stage) * 8));
}

/** Width in metres of a texel of a stage's texture. @param {number} stage */
export function texelM(stage) {
  return 0.64 / 2 ** stage;
}

/** Texels along a side of a stage's texture. @param {number} stage @param {import("../state/model_config.js").Model} model */
export function textureSide(stage, { mixedTextures }) {
  return Math.min(mixedTextures && stage >= FINE_FROM ? LARGEST_FINE : LARGEST_TEXTURE, 8 * 2 ** stage);
}

/** Features of each kind of face's textures. @param {import("../state/model_config.js").Model} model */
export function textureFeatures({ mixedTextures }) {
  return mixedTextures || TEXTURE_FEATURES;
}

/** The most that a stage is told of walls or of objects. @param {import("../state/model_config.js").Model} model */
export function roomFeatures(model) {
  return Math.max(ROOM_FEATURES + textureFeatures(model), OBJECT_FEATURES + (model.objectTextures ? OBJECT_TEXTURE_FEATURES : 0));
}

/** Texels of a stage's textures on objects, from one end of a face to the other. @param {number} stage */
export function objectTexels(stage) {
  return 2 * 2 ** stage;
}

/** How many numbers say how a room looks: z, and what is derived from it of objects. @param {import("../state/model_config.js").Model} model */
function toldCount({ zDim, objects }) {
  return zDim + (objects?.looks.length ?? 0);
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
    for (const [key, sides] of layerShapes(name, shape)) shapes.set(key, sides);
  };
  layer("place", [F, 4 * HARMONICS + 1]);
  layer("style.0", [F, toldCount(model)]);
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
  const ofTextures = model.surfaceTextures ? textureShapes(model, widths) : [];
  return new Map([...shapes, ...ofTextures, ...(model.objects ? objectShapes(model, model.objects, widths) : [])]);
}

/** @param {import("../state/model_config.js").Model} model @param {number[]} widths @returns {[string, number[]][]} */
function textureShapes(model, widths) {
  const features = textureFeatures(model);
  const ofStages = widths.slice(TEXTURED_FROM).flatMap((width, i) => {
    const side = textureSide(TEXTURED_FROM + i, model);
    return [[`surfaces.texture.${i}`, [FACE_KINDS * features, side, side]], [`surfaces.mix.${i}.weight`, [width, features, 1, 1]]];
  });
  return /** @type {[string, number[]][]} */ ([...ofStages, ...(model.mixedTextures ? layerShapes("surfaces.amounts", [FACES * features, toldCount(model)]) : [])]);
}

/** Of a layer's weights, and of its biases. @param {string} name @param {number[]} shape @returns {[string, number[]][]} */
function layerShapes(name, shape) {
  return [[`${name}.weight`, shape], [`${name}.bias`, [shape[0]]]];
}

/** @param {import("../state/model_config.js").Model} model @param {import("../state/room_objects.js").RoomObjects} objects @param {number[]} widths @returns {[string, number[]][]} */
function objectShapes(model, { rowCount, panes, tilings, slots }, widths) {
  const { paintRank } = model, rows = rowCount + FACES; // of tables
  const ranked = (/** @type {string} */ name) => widths.slice(PAINTED_FROM).map((width, i) => [`objects.${name}.${i}.weight`, [width, paintRank]]);
  return /** @type {[string, number[]][]} */ ([
    ...layerShapes("objects.hidden.0", [PAINT_WIDTH, toldCount(model)]), ...layerShapes("objects.hidden.2", [PAINT_WIDTH, PAINT_WIDTH]),
    ...widths.flatMap((width, i) => [[`objects.mix.${i}.weight`, [width, OBJECT_FEATURES, 1, 1]], [`objects.table.${i}`, [rows, 3 * width]]]),
    ...(paintRank ? [...layerShapes("objects.codes", [(rows + 1) * paintRank, PAINT_WIDTH]), ...ranked("paint")] : []),
    ...(paintRank && panes.length ? ranked("sunlit") : []),
    ...(paintRank && slots.length ? [["objects.slot.weight", [paintRank, slots[0].length]]] : []),
    ...(paintRank ? [] : widths.slice(PAINTED_FROM).flatMap((width, i) => layerShapes(`objects.paint.${i}`, [(rows + 1) * width, PAINT_WIDTH]))),
    ...(model.objectTextures ? objectTextureShapes(rowCount, widths) : []),
    ...(model.objectTextures && tilings.length ? tileShapes(tilings.length, widths) : []),
  ]);
}

/** @param {number} rows of objects @param {number[]} widths @returns {[string, number[]][]} */
function objectTextureShapes(rows, widths) {
  return widths.slice(TEXTURED_FROM, OBJECT_TEXTURED_TO + 1).flatMap((width, i) => {
    const texels = rows * OBJECT_AXES * objectTexels(TEXTURED_FROM + i);
    return /** @type {[string, number[]][]} */ ([
      [`objects.textures.texture.${i}`, [texels, OBJECT_TEXTURE_FEATURES]], [`objects.textures.mix.${i}.weight`, [width, OBJECT_TEXTURE_FEATURES, 1, 1]],
    ]);
  });
}

/** @param {number} tables @param {number[]} widths @returns {[string, number[]][]} */
function tileShapes(tables, widths) {
  const ofStages = widths.slice(TILED_FROM, TILED_TO + 1).flatMap((width, i) => layerShapes(`objects.tiles.mix.${i}`, [TILE_FEATURES * width, PAINT_WIDTH]));
  return [["objects.tiles.texture", [tables * TILE_TEXELS, TILE_FEATURES]], ...ofStages];
}
