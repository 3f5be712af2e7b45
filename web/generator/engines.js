// What a worker makes patches with: WebAssembly, or the graphics card (WebGPU) where that has proved faster. Whatever becomes of
// the card, patches go on coming.

import { CompactGenerator } from "./compact_generator.js";
import { contest } from "./contest.js";

/**
 * @typedef {object} Choice
 * @property {boolean} hasGpu whether there is a card that makes the right patches
 * @property {boolean} usesGpu
 * @property {number} wasmMs for the block that both have made; 0 before
 * @property {number} gpuMs
 */

export class Engines {
  /** @param {CompactGenerator} wasm */
  constructor(wasm) {
    this.wasm = wasm;
    /** @type {CompactGenerator | null} */
    this.gpu = null;
    /** @type {Choice} */
    this.choice = { hasGpu: false, usesGpu: false, wasmMs: 0, gpuMs: 0 };
    /** The largest block so far, made fastest; null when it is of no more use. @type {import("./contest.js").Sample | null} */
    this.sample = { block: { level: 0, row: 0, column: 0, rows: 0, columns: 0 }, z: new Float32Array(0), pixels: [], ms: Infinity };
  }

  /** Use the card if there is one, and it is faster than so many threads. Patches can be made meanwhile. @param {import("../state/checkpoint.js").Checkpoint} checkpoint @param {BufferSource} code @param {number} threads */
  async consider(checkpoint, code, threads) {
    const { sample } = this;
    this.sample = null;
    const gpu = await CompactGenerator.onGpu(checkpoint, code).catch(() => null);
    if (!gpu || !sample) return;
    const found = await contest(gpu, sample, threads).catch(() => null);
    if (!found?.same) return gpu.memory.close?.();
    this.gpu = gpu;
    this.choice = { hasGpu: true, usesGpu: found.isFaster, wasmMs: sample.ms, gpuMs: found.gpuMs };
  }

  /** Use the card, if there is one, or do not. @param {boolean} usesGpu */
  choose(usesGpu) {
    this.choice = { ...this.choice, usesGpu: usesGpu && this.gpu !== null };
  }

  /** @param {import("./blocks.js").Block} block @param {Float32Array} z */
  async make(block, z) {
    if (this.gpu && this.choice.usesGpu) {
      try {
        this.gpu.setZ(z);
        return await this.gpu.make(block);
      } catch {
        this.gpu = null; // lost: the driver was reset, or another program needs its memory
        this.choice = { ...this.choice, hasGpu: false, usesGpu: false };
      }
    }
    const startMs = performance.now();
    this.wasm.setZ(z);
    const pixels = await this.wasm.make(block);
    if (!block.level) this.note({ block, z, pixels, ms: performance.now() - startMs });
    return pixels;
  }

  /** @param {import("./contest.js").Sample} made */
  note(made) {
    if (!this.sample || made.pixels.length < this.sample.pixels.length) return;
    if (made.pixels.length === this.sample.pixels.length && made.ms >= this.sample.ms) return;
    this.sample = { ...made, pixels: made.pixels.map((pixels) => pixels.slice()) };
  }
}
