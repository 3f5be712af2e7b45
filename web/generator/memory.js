// The kernel's memory: numbers are put one behind the other and never freed, since all sizes are known at the start.

const PAGE_BYTES = 65536;
const VECTOR = 8; // floats that a kernel writes at a time

/**
 * @typedef {object} Kernel
 * @property {(x: number, stride: number, channels: number, height: number, width: number, k: number, weights: number, bias: number, outputs: number, y: number, outStride: number, columns: number) => void} convolve
 * @property {(x: number, n: number) => void} activate
 * @property {(x: number, y: number, n: number) => void} add
 * @property {(x: number, stride: number, channels: number, h: number, w: number, y: number, outStride: number) => void} shuffle
 * @property {(x: number, v: number, scale: number, shift: number, channels: number, n: number, accumulate: number) => void} modulate
 */

/** Floats of a plane of so many cells: whole vectors. @param {number} cells */
export function strideOf(cells) {
  return Math.ceil(cells / VECTOR) * VECTOR;
}

export class Memory {
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 1 });
    this.end = 64;
  }

  /** @param {BufferSource} code @returns {Promise<Kernel>} */
  async start(code) {
    const { instance } = await WebAssembly.instantiate(code, { env: { memory: this.memory } });
    return /** @type {any} */ (instance.exports);
  }

  /** Address of room for so many floats and a vector to spare. @param {number} floats */
  allocate(floats) {
    const address = this.end;
    this.end += Math.ceil((floats + VECTOR) / 16) * 64;
    const missing = this.end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE_BYTES));
    return address;
  }

  /** Address of a copy of numbers. @param {ArrayLike<number>} numbers */
  put(numbers) {
    const address = this.allocate(numbers.length);
    this.view(address, numbers.length).set(numbers);
    return address;
  }

  /** The floats at an address; for use at once, since growing the memory detaches them. @param {number} address @param {number} floats */
  view(address, floats) {
    return new Float32Array(this.memory.buffer, address, floats);
  }
}
