// Features of level-0 patches, margin included, from which the patches of finer levels go on; those used last are kept.

import { strideOf } from "./memory.js";
import { MARGIN } from "./shapes.js";

/**
 * @typedef {import("./convolution.js").Map2d} Map2d
 * @typedef {import("./compact_generator.js").Grown} Grown
 * @typedef {{top: number, left: number, height: number, width: number}} Area in cells of a plane
 */

const MOST_KEPT = 64; // a large one is half a megabyte

export class KeptFeatures {
  /** @param {import("./memory.js").Store} memory @param {import("./memory.js").Kernel} kernel @param {number} channels @param {number} patchPx */
  constructor(memory, kernel, channels, patchPx) {
    this.memory = memory;
    this.kernel = kernel;
    this.channels = channels;
    this.side = patchPx + 2 * MARGIN;
    this.stride = strideOf(this.side ** 2);
    /** Addresses without an owner. @type {number[]} */
    this.free = [];
    /** @type {Map<number, number>} addresses by patch, the one that was used longest ago first */
    this.addresses = new Map();
  }

  /** Take all memory now; else it is taken as patches come, since a browser takes its time over 30 megabytes. */
  reserve() {
    while (this.taken < MOST_KEPT) this.free.push(this.allocate());
  }

  get taken() {
    return this.free.length + this.addresses.size;
  }

  allocate() {
    return this.memory.allocate((this.channels + 3) * this.stride);
  }

  clear() {
    this.free.push(...this.addresses.values());
    this.addresses.clear();
  }

  /** @param {number} patch */
  has(patch) {
    return this.addresses.has(patch);
  }

  /** Keep a patch's part of a block. @param {number} patch @param {Grown} grown @param {Area} area of the patch, without its margin */
  keep(patch, { x, rgb }, area) {
    if (this.has(patch)) return;
    const at = this.free.pop() ?? (this.taken < MOST_KEPT ? this.allocate() : this.leastUsed());
    const [top, left] = [area.top - MARGIN, area.left - MARGIN];
    this.kernel.cut(x.at, x.stride, x.width, top, left, this.side, this.side, this.channels, at, this.stride);
    this.kernel.cut(rgb.at, rgb.stride, rgb.width, top, left, this.side, this.side, 3, at + this.channels * this.stride * 4, this.stride);
    this.addresses.set(patch, at);
  }

  leastUsed() {
    const [[patch, address]] = this.addresses;
    this.addresses.delete(patch);
    return address;
  }

  /** Copy an area of a patch that is kept. @param {number} patch @param {Area} area @param {number} x address @param {number} rgb address @returns {Grown} */
  cut(patch, { top, left, height, width }, x, rgb) {
    const at = /** @type {number} */ (this.addresses.get(patch));
    this.addresses.delete(patch); // to the end
    this.addresses.set(patch, at);
    const stride = strideOf(height * width);
    this.kernel.cut(at, this.stride, this.side, top, left, height, width, this.channels, x, stride);
    this.kernel.cut(at + this.channels * this.stride * 4, this.stride, this.side, top, left, height, width, 3, rgb, stride);
    return { x: { at: x, stride, height, width }, rgb: { at: rgb, stride, height, width } };
  }
}
