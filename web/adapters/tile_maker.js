// Makes tiles of rooms with the page's generator, and keeps the newest patches.

import { cover, patchesOf } from "../generator/blocks.js";
import { sampleZ } from "../state/random.js";
import { patchesUnder, sampled, texelsOf } from "./tile.js";

const MOST_KEPT = 1024; // patches: 16 MB of 64 × 64 pixels

export class TileMaker {
  /** @param {import("../generator/compact_generator.js").CompactGenerator} generator @param {import("../geometry/projection.js").Projection} projection */
  constructor(generator, projection) {
    this.generator = generator;
    this.projection = projection;
    /** @type {Map<string, Uint8ClampedArray<ArrayBuffer>>} the one that was used longest ago first */
    this.kept = new Map();
    /** @type {Promise<unknown>} */
    this.former = Promise.resolve();
  }

  /** RGBA of a tile, after those that were asked for before: the generator makes one room at a time. @param {import("./tile.js").Tile} tile */
  make(tile) {
    const made = this.former.then(() => this.makeNow(tile));
    this.former = made.catch(() => {});
    return made;
  }

  /** @param {import("./tile.js").Tile} tile */
  async makeNow(tile) {
    const { grid } = this.generator.model;
    const texels = texelsOf(tile, grid, this.projection);
    const patches = await this.patches(tile.seed, patchesUnder(texels, grid));
    return sampled(texels, grid, (row, column) => patches.get(`${texels.level},${row},${column}`) ?? NOTHING);
  }

  /** @param {number} seed @param {import("../streaming/generator_pool.js").Patch[]} wanted */
  async patches(seed, wanted) {
    /** @type {Map<string, Uint8ClampedArray<ArrayBuffer>>} */
    const found = new Map();
    for (const patch of wanted) {
      const known = this.kept.get(`${seed}:${patch}`);
      if (known) found.set(String(patch), known);
    }
    this.generator.setZ(sampleZ(seed, this.generator.model.zDim));
    for (const block of cover(wanted.filter((patch) => !found.has(String(patch))))) {
      const made = await this.generator.make(block);
      patchesOf(block).forEach((patch, i) => found.set(String(patch), made[i]));
    }
    for (const [patch, pixels] of found) this.keep(`${seed}:${patch}`, pixels);
    return found;
  }

  /** @param {string} name @param {Uint8ClampedArray<ArrayBuffer>} pixels */
  keep(name, pixels) {
    this.kept.delete(name); // to the end
    this.kept.set(name, pixels);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value ?? "");
  }
}

const NOTHING = new Uint8ClampedArray(0);
