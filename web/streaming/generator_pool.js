// Several generators, each with a thread of its own. All patches within one block of level 0 go to the same one, which
// makes them together and keeps their features; neighbouring blocks go to different ones. What is under way in one is never asked
// of another. The first one also tries the graphics card, and has all to itself while it makes patches on that.

import { SIDE } from "../generator/blocks.js";

/**
 * @typedef {[number, number, number]} Patch level, row, column
 * @typedef {{revision: number, patch: Patch, pixels: Uint8ClampedArray<ArrayBuffer>, ms: number}} Made
 *
 * @typedef {object} Parts what generators start from
 * @property {ReturnType<typeof import("../state/checkpoint.js").describeCheckpoint>} description of the checkpoint, which is read once
 * @property {ArrayBuffer} checkpoint
 * @property {ArrayBuffer} kernel
 */

const MOST_WORKERS = 4;

/** How many generators this machine is good for: one thread is the page's own. */
export function workerCount(cores = globalThis.navigator?.hardwareConcurrency ?? 2) {
  return Math.min(Math.max(cores - 1, 1), MOST_WORKERS);
}

export class GeneratorPool {
  /**
   * @param {() => Worker} makeWorker
   * @param {number} count
   * @param {import("../geometry/grid.js").Grid} grid
   * @param {Parts} parts
   * @param {{made: (made: Made) => void, failed: (message: string) => void, engine: () => void}} hear
   */
  constructor(makeWorker, count, grid, parts, hear) {
    this.grid = grid;
    this.hear = hear;
    /** @type {import("../generator/engines.js").Choice} of the first */
    this.engine = { hasGpu: false, usesGpu: false, wasmMs: 0, gpuMs: 0 };
    /** @type {string[]} what each was asked for last */
    this.asked = Array.from({ length: count }, () => "");
    /** How many patches have come from each. */
    this.heard = this.asked.map(() => 0);
    this.workers = this.asked.map((_, i) => this.begin(makeWorker(), i, parts));
  }

  /** @param {Worker} worker @param {number} index @param {Parts} parts */
  begin(worker, index, { description, checkpoint, kernel }) {
    worker.onmessage = ({ data }) => {
      if (data.type === "patch") this.heard[index]++;
      if (data.type === "patch") this.hear.made(data);
      if (data.type === "engine") this.engine = data.choice;
      if (data.type === "engine") this.hear.engine();
      if (data.type === "failed") this.hear.failed(data.message);
    };
    worker.onerror = (event) => this.hear.failed(event.message || "the generator could not start");
    const isLast = index === this.asked.length - 1; // it takes the checkpoint itself, all others get copies
    worker.postMessage({ type: "start", description, checkpoint, kernel, rivals: index ? 0 : this.asked.length }, isLast ? [checkpoint] : []);
    return worker;
  }

  /** Make patches on the graphics card from now on, or do not. @param {boolean} usesGpu */
  useGpu(usesGpu) {
    this.workers[0].postMessage({ type: "engine", usesGpu });
  }

  /** Work in groups, the most urgent first; it replaces all that was wanted before. @param {number} revision @param {Float32Array} z @param {Patch[][]} groups */
  want(revision, z, groups) {
    this.workers.forEach((worker, i) => {
      const share = groups.map((group) => group.filter((patch) => this.ownerOf(patch) === i));
      const key = `${revision}:${share.map((group) => group.join(" ")).join(";")}`;
      if (key === this.asked[i]) return;
      this.asked[i] = key;
      worker.postMessage({ type: "want", revision, z, groups: share, heard: this.heard[i] });
    });
  }

  /** @param {Patch} patch */
  ownerOf([level, row, column]) {
    if (this.engine.usesGpu) return 0;
    const [down, across] = [row, column].map((one) => Math.floor((one >> level) / SIDE));
    return (down * (Math.ceil(this.grid.columns / SIDE) + 1) + across) % this.workers.length;
  }

  close() {
    for (const worker of this.workers) worker.terminate();
  }
}
