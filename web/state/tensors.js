// The weights in a checkpoint file, once its header has been read (checkpoint.js).

import { require } from "./problem.js";

/**
 * @typedef {Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>} Weights as the file has them, float16 as bits
 * @typedef {{shape: number[], data: Weights}} Tensor
 * @typedef {{name: string, kind: string, shape: number[], start: number, end: number}} Entry
 */

export const GENERATOR = "generator.";

/**
 * The generator's weights by name.
 * @param {ArrayBuffer} file whose bytes they are, as far as they lie well for it
 * @param {number} bodyStart
 * @param {Entry[]} entries
 * @returns {Map<string, Tensor>}
 * @throws {import("./problem.js").Problem} one holds whole numbers
 */
export function readTensors(file, bodyStart, entries) {
  const ours = entries.filter(({ name }) => name.startsWith(GENERATOR));
  return new Map(ours.map((entry) => [entry.name.slice(GENERATOR.length), readTensor(file, bodyStart, entry)]));
}

const BYTE_SHARES = 127; // what a byte holds of textures are 127ths

/** @param {ArrayBuffer} file @param {number} bodyStart @param {Entry} entry @returns {Tensor} */
function readTensor(file, bodyStart, { name, kind, shape, start, end }) {
  if (kind === "I8") return { shape, data: sharesOf(new Int8Array(file, bodyStart + start, end - start)) };
  require(kind !== "I64", `tensor ${name} holds whole numbers, which the compact generator has none of`);
  const Kind = kind === "F32" ? Float32Array : Uint16Array;
  const from = bodyStart + start;
  const isAligned = from % Kind.BYTES_PER_ELEMENT === 0;
  return { shape, data: isAligned ? new Kind(file, from, (end - start) / Kind.BYTES_PER_ELEMENT) : new Kind(file.slice(from, bodyStart + end)) };
}

/** In a plain loop: `from` goes through an iterator, and takes 0.1 s for the shipped room's textures. @param {Int8Array} bytes @returns {Float32Array<ArrayBuffer>} */
function sharesOf(bytes) {
  const floats = new Float32Array(bytes.length);
  for (let i = 0; i < floats.length; i++) floats[i] = bytes[i] / BYTE_SHARES;
  return floats;
}

/** @type {Float32Array | null} value by bits, for browsers without Float16Array */
let everyHalf = null;

/** As float32. @param {Weights} weights @returns {Float32Array<ArrayBuffer>} */
export function floatsOf(weights) {
  if (weights instanceof Float32Array) return weights;
  const { Float16Array } = /** @type {any} */ (globalThis); // browsers of 2025 and later
  if (Float16Array) return new Float32Array(new Float16Array(weights.buffer, weights.byteOffset, weights.length));
  const known = (everyHalf ??= Float32Array.from({ length: 65536 }, (_, bits) => valueOf(bits)));
  const floats = new Float32Array(weights.length);
  for (let i = 0; i < floats.length; i++) floats[i] = known[weights[i]];
  return floats;
}

/** @param {number} bits of a float16 */
function valueOf(bits) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction ? NaN : Infinity) : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}
