// From looks to patches on the screen: what is visible is planned, made, kept and uploaded (viewer/streaming/streamer.py).

import { fits, visiblePatches } from "../camera/visibility.js";
import { FADE_S } from "../rendering/level_atlas.js";
import { Clipmap } from "./clipmap.js";

/**
 * @typedef {import("../camera/view.js").Look} Look
 * @typedef {import("./generator_pool.js").Patch} Patch
 * @typedef {import("./generator_pool.js").Made} Made
 *
 * @typedef {object} Scene what is looked at in one frame
 * @property {Look[]} looks of the screen, or of both eyes
 * @property {Look[]} soon where the motion leads
 * @property {number} texels of level 0 in a pixel at the middle
 * @property {[number, number]} screenPx
 * @property {boolean} moving
 */

const MOST_KEPT = 4096; // patches of this room; 64 MB at 64 × 64 pixels
const TEXELS_A_FRAME = 1 << 16; // that are uploaded: 16 patches of 64 × 64

export class Streamer {
  /**
   * @param {{want: (revision: number, z: Float32Array, groups: Patch[][]) => void}} pool
   * @param {import("../rendering/renderer.js").Renderer} renderer
   * @param {import("../geometry/grid.js").Grid} grid
   */
  constructor(pool, renderer, grid) {
    this.pool = pool;
    this.projection = renderer.projection;
    this.grid = grid;
    this.levels = new Clipmap(renderer, grid);
    this.revision = -1;
    /** @type {Float32Array} */
    this.z = new Float32Array(0);
    /** @type {Map<string, {pixels: Uint8ClampedArray<ArrayBuffer>, arrivedS: number}>} made for this z */
    this.made = new Map();
    /** @type {Patch[]} */
    this.visible = [];
    /** @type {WeakMap<Look, Map<string, import("../camera/visibility.js").Cell[]>>} what looks sample; looks never change */
    this.looks = new WeakMap();
    /** Whether all of the visible is on the screen, and whether the coarse room is. */
    this.complete = false;
    this.coarse = false;
    this.fades = true;
    this.onlyVisible = false;
    this.lastChangeS = -FADE_S;
    this.statistics = { made: 0, rooms: 0, ms: 0 };
  }

  /** Show another room from now on. @param {Float32Array} z */
  show(z) {
    this.z = z;
    this.revision++;
    this.made.clear();
    this.complete = this.coarse = false;
  }

  /** A generator has made a patch. @param {Made} message @param {number} nowS */
  take({ revision, patch, pixels, ms }, nowS) {
    const seen = this.statistics;
    seen.made++;
    seen.ms = seen.ms ? 0.8 * seen.ms + 0.2 * ms : ms;
    if (revision !== this.revision) return;
    if (!this.made.size) seen.rooms++;
    this.made.set(patch.join(), { pixels, arrivedS: nowS });
    this.lastChangeS = nowS;
  }

  /** Whether all that is looked at of level 0 has been made. */
  get coarseIsMade() {
    return this.visible.length > 0 && this.visible.every((patch) => patch[0] || this.made.has(patch.join()));
  }

  /** Whether the picture still changes by itself. @param {number} nowS */
  busy(nowS) {
    return nowS < this.lastChangeS + FADE_S;
  }

  /** Plan for what is looked at, and upload what has come. @param {Scene} scene @param {number} nowS */
  step(scene, nowS) {
    const [middle] = scene.looks;
    this.levels.follow(middle, scene.texels, scene.screenPx);
    this.visible = this.seenBy(scene.looks);
    const soon = this.onlyVisible ? [] : this.seenBy(scene.soon);
    const rest = this.onlyVisible || scene.moving || !this.complete ? [] : this.levels.base.window.cells().map(([row, column]) => /** @type {Patch} */ ([0, row, column]));
    const groups = [...this.byUrgency(), soon, rest];
    this.forget();
    this.pool.want(this.revision, this.z, this.missing(groups));
    this.upload(groups.flat(), nowS);
    this.settle(scene.looks, nowS);
  }

  /** What looks sample, of level 0 and of the level that they need. @param {Look[]} looks @returns {Patch[]} */
  seenBy(looks) {
    const { base, fine } = this.levels;
    const levels = fine ? [base, fine] : [base];
    /** @type {Map<string, Patch>} */
    const seen = new Map();
    for (const held of levels)
      for (const look of looks) {
        for (const cell of this.sampled(look, held.level, held.level ? held.area : undefined)) if (held.window.holds(cell)) seen.set(`${held.level},${cell}`, [held.level, ...cell]);
      }
    return [...seen.values()];
  }

  /** What one look samples of a level, worked out once: frames follow that show patches which have come. @param {Look} look @param {number} level @param {import("../camera/visibility.js").Area} [within] */
  sampled(look, level, within) {
    const known = this.looks.get(look) ?? new Map();
    this.looks.set(look, known);
    const key = [level, within?.top, within?.left, within?.rows, within?.columns].join();
    if (!known.has(key)) known.set(key, visiblePatches(look, this.grid, this.projection, { level, within }));
    return /** @type {import("../camera/visibility.js").Cell[]} */ (known.get(key));
  }

  /** The visible: what shows nothing first, then what shows an older room, then the fine level. @returns {Patch[][]} */
  byUrgency() {
    const coarse = this.visible.filter(([level]) => !level);
    const isEmpty = (/** @type {Patch} */ patch) => this.revisionOf(patch) < 0;
    return [coarse.filter(isEmpty), coarse.filter((patch) => !isEmpty(patch)), this.visible.filter(([level]) => level)];
  }

  /** Not made yet, each once. @param {Patch[][]} groups */
  missing(groups) {
    const seen = new Set(this.made.keys());
    const isNews = (/** @type {Patch} */ patch) => !seen.has(patch.join()) && seen.add(patch.join());
    return groups.map((group) => group.filter(isNews));
  }

  /** Let go of what has been kept longest, but not of what is seen. */
  forget() {
    if (this.made.size <= MOST_KEPT) return;
    const seen = new Set(this.visible.map((patch) => patch.join()));
    for (const key of [...this.made.keys()].slice(0, this.made.size - MOST_KEPT)) if (!seen.has(key)) this.made.delete(key);
  }

  /** The revision on the screen, −1 for none. @param {Patch} patch */
  revisionOf(patch) {
    return this.levels.holderOf(patch)?.revisionOf([patch[1], patch[2]]) ?? -1;
  }

  /** Bring made patches to their slots, a few a frame. @param {Patch[]} order @param {number} nowS */
  upload(order, nowS) {
    let left = Math.ceil(TEXELS_A_FRAME / this.grid.patchPx ** 2);
    for (const patch of order) {
      const held = this.levels.holderOf(patch);
      const known = this.made.get(patch.join());
      if (!left || !held || !known || this.revisionOf(patch) === this.revision) continue;
      const cell = /** @type {[number, number]} */ ([patch[1], patch[2]]);
      const over = patch[0] > 0 || this.revisionOf(patch) >= 0;
      held.upload(cell, this.revision, known.pixels, this.fades ? nowS : nowS - FADE_S, this.fades && over);
      if (!patch[0]) this.levels.renew(cell, this.revision, nowS, this.fades);
      this.lastChangeS = nowS;
      left--;
    }
  }

  /** @param {Look[]} looks @param {number} nowS */
  settle(looks, nowS) {
    const shown = (/** @type {Patch} */ patch) => this.revisionOf(patch) === this.revision;
    this.coarse = this.visible.length > 0 && this.visible.every((patch) => patch[0] || shown(patch));
    this.complete = this.coarse && !this.levels.waits && this.visible.every(shown);
    const { fine } = this.levels;
    const fit = fine !== null && looks.every((look) => fits(look, this.grid, this.projection, fine.level, fine.area));
    if (this.levels.settle(nowS, this.complete, fit, this.fades)) this.lastChangeS = nowS;
    this.levels.waits &&= !this.coarse;
  }
}
