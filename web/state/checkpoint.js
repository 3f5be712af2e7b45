// The checkpoint file (cocogan_core/checkpoint.py): safetensors whose metadata key `cocogan` holds one JSON object.
// The header is checked against the file's size before anything else is read.

import { parseJson } from "./json_text.js";
import { leastWeights, readModel, readProjection } from "./model_config.js";
import { Problem, require } from "./problem.js";
import { asObject, finite, readFields, whole, word } from "./settings_reader.js";
import { GENERATOR, readTensors } from "./tensors.js";

/**
 * @typedef {object} Checkpoint
 * @property {import("./model_config.js").Model} model
 * @property {import("../geometry/projection.js").Projection} projection
 * @property {Record<string, unknown>} provenance
 * @property {Map<string, Tensor>} generator weights by name
 *
 * @typedef {import("./tensors.js").Tensor} Tensor
 * @typedef {import("./tensors.js").Entry} Entry
 */

const FORMAT = 1;
const KEY = "cocogan";
/** @type {Record<string, number>} */
const ITEM_BYTES = { F32: 4, F16: 2, I8: 1, I64: 8 };
const MOST_HEADER_BYTES = 8 << 20;
const MOST_AXES = 8;
const NETWORKS = [GENERATOR, "discriminator."];
/** How other files begin. @type {[string, string][]} */
const STRANGERS = [
  ["<", "an HTML or XML page; the download may have failed"],
  ["PK", "a zip archive; only .safetensors checkpoints are read"],
  ["\x80", "a Python pickle; pickles can run code and are never read"],
  ["version https://git-lfs", "a Git LFS pointer; run `git lfs pull`"],
];

/**
 * What a checkpoint says of itself; no tensor is read, but all of their sizes are checked.
 * @param {ArrayBuffer} file
 * @throws {Problem} it is none of ours, or is broken
 */
export function describeCheckpoint(file) {
  const { header, bodyStart } = readHeader(file);
  const stated = header["__metadata__"];
  delete header["__metadata__"];
  const text = isObject(stated) && Object.hasOwn(stated, KEY) ? stated[KEY] : null;
  if (typeof text !== "string") throw new Problem(`the file is no COCO-GAN checkpoint: it has no '${KEY}' metadata`);
  const entries = Object.entries(header).map(([name, entry]) => readEntry(name, entry, file.byteLength - bodyStart));
  requireNoGaps(entries, file.byteLength - bodyStart);
  const metadata = readMetadata(text);
  requireTensors(metadata.model, entries);
  return { ...metadata, entries, bodyStart };
}

/**
 * Read a whole checkpoint for making patches. Whether its weights are finite is for the kernel to find, which is quicker.
 * @param {ArrayBuffer} file whose bytes the weights are, as far as they lie well for it
 * @returns {Checkpoint}
 * @throws {Problem} it is none of ours, or is broken
 */
export function readCheckpoint(file) {
  const { entries, bodyStart, ...description } = describeCheckpoint(file);
  return { ...description, generator: readTensors(file, bodyStart, entries) };
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {ArrayBuffer} file @returns {{header: Record<string, unknown>, bodyStart: number}} */
function readHeader(file) {
  require(file.byteLength, "the checkpoint is empty; the download may have failed");
  recognise(new Uint8Array(file, 0, Math.min(32, file.byteLength)));
  require(file.byteLength >= 10, `the checkpoint is too short (${file.byteLength} bytes)`);
  const length = Number(new DataView(file).getBigUint64(0, true));
  const fits = length <= Math.min(MOST_HEADER_BYTES, file.byteLength - 8);
  require(fits, "the file is not a safetensors file, or is truncated: its header ends beyond it");
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(file, 8, length));
    return { header: asObject(parseJson(text), "the header"), bodyStart: 8 + length };
  } catch (error) {
    throw new Problem(`the file is not a safetensors file: its header is not a JSON object (${String(error)})`);
  }
}

/** @param {Uint8Array} start */
function recognise(start) {
  if (start[8] === 0x7b) return; // "{": a header, however its length reads
  const text = Array.from(start, (byte) => String.fromCharCode(byte)).join("").trimStart();
  for (const [beginning, what] of STRANGERS) require(!text.startsWith(beginning), `the checkpoint is ${what}`);
}

/** @param {string} name @param {unknown} stated @param {number} bodyBytes @returns {Entry} */
function readEntry(name, stated, bodyBytes) {
  const broken = `the header's entry for tensor ${name} is broken`;
  require(isObject(stated), broken);
  require(NETWORKS.some((network) => name.startsWith(network)), `tensor ${name} belongs to no network of a COCO-GAN checkpoint`);
  const { dtype, shape, data_offsets: offsets } = /** @type {any} */ (stated);
  require(Array.isArray(shape) && shape.length <= MOST_AXES && Array.isArray(offsets) && offsets.length === 2, broken);
  const [start, end] = offsets;
  require([start, end, ...shape].every((number) => Number.isSafeInteger(number) && number >= 0), broken);
  require(Object.hasOwn(ITEM_BYTES, dtype), `tensor ${name} is of type ${dtype}; float32, float16 and int8 are read`);
  const bytes = shape.reduce((/** @type {number} */ product, /** @type {number} */ side) => product * side, ITEM_BYTES[dtype]);
  const held = start <= end && end <= bodyBytes && end - start === bytes;
  require(held, `tensor ${name} claims shape [${shape}], which ${bodyBytes} bytes of tensors in the file do not hold`);
  return { name, kind: dtype, shape, start, end };
}

/** @param {Entry[]} entries @param {number} bodyBytes */
function requireNoGaps(entries, bodyBytes) {
  let reached = 0;
  for (const { start, end } of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    require(start === reached, "the checkpoint is broken: its tensors overlap or leave gaps; load it again");
    reached = end;
  }
  require(reached === bodyBytes, `the checkpoint is broken: ${bodyBytes - reached} bytes follow its last tensor`);
}

/** @param {string} text */
function readMetadata(text) {
  /** @type {unknown} */
  let parsed;
  try {
    parsed = parseJson(text);
  } catch (error) {
    throw new Problem(`the checkpoint's '${KEY}' metadata is broken (${String(error)})`);
  }
  const stated = asObject(parsed, `the checkpoint's '${KEY}' metadata`);
  require(stated.format === FORMAT, `the checkpoint is of format ${stated.format}; this page reads format ${FORMAT}`);
  return { model: readModel(stated.model), projection: readProjection(stated.projection), provenance: readProvenance(stated.provenance) };
}

/** A small file cannot ask for a large network. @param {import("./model_config.js").Model} model @param {Entry[]} entries */
function requireTensors(model, entries) {
  const sizes = entries.filter(({ name }) => name.startsWith(GENERATOR)).map(({ shape }) => shape.reduce((all, side) => all * side, 1));
  const weights = sizes.reduce((sum, size) => sum + size, 0);
  require(
    weights >= leastWeights(model),
    `the checkpoint's model of width ${model.width} needs more weights than the ${weights} in the file; it is incomplete or of another model`,
  );
}

/** @type {import("./settings_reader.js").Reader} */
function figures(value, name) {
  const stated = asObject(value, name);
  return Object.fromEntries(Object.entries(stated).map(([key, figure]) => [key, finite(figure, `${name}: ${key}`)]));
}

/** @param {unknown} stated */
function readProvenance(stated) {
  return readFields(stated, "provenance", {
    data_set: [word, ""], licence: [word, ""], images_seen: [whole(0, Infinity), 0], metrics: [figures, {}],
    code_version: [word, ""], notes: [word, ""],
  });
}
