// What the WebAssembly kernel works on: numbers are put one behind the other and never freed, since all sizes are known at the
// start.

import { Problem } from "../state/problem.js";

export const GROUP = 4; // outputs that a kernel works out together
const PAGE_BYTES = 65536;
const LEAST_PAGES = 64; // to grow by: browsers take their time over each
const VECTOR = 8; // floats that a kernel writes at a time

/**
 * @typedef {object} Kernel the loops of a generator, on addresses in bytes (kernel.ts, kernel.wgsl.js)
 * @property {(x: number, stride: number, channels: number, height: number, width: number, k: number, weights: number, bias: number, outputs: number, y: number, outStride: number, columns: number) => void} convolve
 * @property {(x: number, n: number) => void} activate
 * @property {(x: number, y: number, n: number) => void} add
 * @property {(x: number, stride: number, channels: number, h: number, w: number, y: number, outStride: number) => void} shuffle
 * @property {(x: number, v: number, scale: number, shift: number, channels: number, n: number, accumulate: number) => void} modulate
 * @property {(x: number, stride: number, width: number, top: number, left: number, height: number, across: number, channels: number, y: number, outStride: number) => void} cut
 * @property {(x: number, stride: number, height: number, width: number, head: number, headStride: number, y: number, outStride: number) => void} growRgb
 * @property {(x: number, stride: number, width: number, top: number, left: number, side: number, pixels: number) => void} toBytes
 *
 * @typedef {import("../state/tensors.js").Weights} Weights
 *
 * @typedef {object} Store where they keep their numbers
 * @property {(floats: number) => number} allocate address of room for so many floats and a vector to spare
 * @property {(weights: Weights | null, floats: number) => number} put address of so many floats that never change: these, then 0
 * @property {(weights: Weights, outputs: number) => number} putWeights address of a convolution's, a row for each of its outputs, as the loops read them
 * @property {(address: number, floats: number, write: (floats: Float32Array) => void) => void} fill what `write` leaves unset is 0 or as it was
 * @property {Memory} maths the memory and kernel of WebAssembly, for what only those work out
 * @property {(address: number, floats: number, work: (to: number) => void) => void} compute numbers for an address, which `work` writes to an address in that memory
 * @property {(count: number) => number} allocatePixels address of room for so many
 * @property {(address: number, count: number) => Uint8ClampedArray | Promise<Uint8ClampedArray>} pixels for use at once; it rejects when the kernel is gone
 * @property {() => void} [close] give back what a browser would keep
 */

/** Floats of a plane of so many cells: whole vectors. @param {number} cells */
export function strideOf(cells) {
  return Math.ceil(cells / VECTOR) * VECTOR;
}

/** @implements {Store} */
export class Memory {
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 1 });
    this.end = 64;
    /** @type {any} what the kernel exports */
    this.loops = null;
    this.spare = { address: 0, floats: 0 };
  }

  /** @param {BufferSource} code @returns {Promise<Kernel>} */
  async start(code) {
    this.loops = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory: this.memory } }).exports; // small: at once
    return this.loops;
  }

  /** @param {number} floats */
  allocate(floats) {
    const address = this.end;
    this.end += Math.ceil((floats + VECTOR) / 16) * 64;
    const missing = this.end - this.memory.buffer.byteLength;
    if (missing > 0) this.grow(Math.max(Math.ceil(missing / PAGE_BYTES), LEAST_PAGES));
    return address;
  }

  /** @param {number} pages @throws {Problem} the browser has no more */
  grow(pages) {
    try {
      this.memory.grow(pages);
    } catch {
      throw new Problem("There is too little memory for the generator. Close other pages or programs, and load this one again.");
    }
  }

  /** @param {Weights | null} weights @param {number} floats */
  put(weights, floats) {
    const address = this.allocate(floats);
    if (weights) this.write(weights, address);
    return address;
  }

  /** Rows of weights, four interleaved. @param {Weights} weights @param {number} outputs */
  putWeights(weights, outputs) {
    const width = weights.length / outputs;
    const rows = Math.ceil(outputs / GROUP) * GROUP;
    const address = this.allocate(rows * width);
    this.write(weights, address);
    this.loops.pack(address, rows, width, this.scratch(GROUP * width));
    return address;
  }

  /** Address of room that is used at once, and may be used again. @param {number} floats */
  scratch(floats) {
    if (this.spare.floats < floats) this.spare = { address: this.allocate(floats), floats };
    return this.spare.address;
  }

  /** Weights as floats; float16 are first put where the upper half of theirs will be. @param {Weights} weights @param {number} address */
  write(weights, address) {
    if (weights instanceof Float32Array) return this.view(address, weights.length).set(weights);
    const count = strideOf(weights.length);
    new Uint16Array(this.memory.buffer, address + 2 * count, weights.length).set(weights);
    this.loops.widen(address + 2 * count, count, address);
  }

  /** Weights as floats of their own. @param {Weights} weights */
  floatsOf(weights) {
    const at = this.scratch(strideOf(weights.length));
    this.write(weights, at);
    return this.view(at, weights.length).slice();
  }

  /** Whether no weight is NaN or infinite. @param {Weights} weights */
  isFinite(weights) {
    const isHalf = weights instanceof Uint16Array;
    const count = strideOf(weights.length);
    const at = this.scratch(count);
    const numbers = new (isHalf ? Uint16Array : Float32Array)(this.memory.buffer, at, count);
    numbers.fill(0, weights.length);
    numbers.set(weights);
    return this.loops.isFinite(at, numbers.byteLength, isHalf ? 0x7c007c00 : 0x7f800000, isHalf ? 2 : 4) === 1;
  }

  /** @param {number} address @param {number} floats @param {(floats: Float32Array) => void} write */
  fill(address, floats, write) {
    write(this.view(address, floats));
  }

  get maths() {
    return this;
  }

  /** @param {number} address @param {number} _floats @param {(to: number) => void} work */
  compute(address, _floats, work) {
    work(address);
  }

  /** @param {number} count */
  allocatePixels(count) {
    return this.allocate(count);
  }

  /** @param {number} address @param {number} count */
  pixels(address, count) {
    return new Uint8ClampedArray(this.memory.buffer, address, 4 * count);
  }

  /** The floats at an address; for use at once, since growing the memory detaches them. @param {number} address @param {number} floats */
  view(address, floats) {
    return new Float32Array(this.memory.buffer, address, floats);
  }
}
