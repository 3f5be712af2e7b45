// Which levels of detail are on the screen: level 0 always, the one that the view needs, and the one before it until the
// new one is complete (viewer/streaming/clipmap.py).

import { chooseLevel, slotsNeeded } from "../camera/detail.js";
import { atLevel } from "../geometry/grid.js";
import { AtlasWindow } from "../rendering/atlas_window.js";
import { FADE_S } from "../rendering/level_atlas.js";
import { LevelWindow } from "./level_window.js";

const GROWTH = 8; // slots at a time, so that a screen that is pulled larger gets few new atlases

export class Clipmap {
  /** @param {import("../rendering/renderer.js").Renderer} renderer @param {import("../geometry/grid.js").Grid} grid */
  constructor(renderer, grid) {
    this.renderer = renderer;
    this.grid = grid;
    this.base = this.open(0, [grid.rows, grid.columns]);
    /** @type {LevelWindow | null} */
    this.fine = null;
    /** @type {LevelWindow | null} */
    this.former = null;
    this.wasComplete = false;
    /** Until the first coarse room is on the screen there is nothing else. */
    this.waits = true;
    /** @type {number | null} since when the former level fades */
    this.fadedS = null;
  }

  /** Every level that is shown, the coarsest first. */
  get shown() {
    const fine = [this.fine, this.former].filter((held) => held !== null);
    return [this.base, ...fine.sort((a, b) => a.level - b.level)];
  }

  /**
   * Choose the level for a screen, and move every window to the view's middle.
   * @param {{yawRad: number, pitchRad: number}} view @param {number} texels of level 0 in a pixel @param {[number, number]} screenPx
   */
  follow(view, texels, screenPx) {
    const present = this.fine?.level ?? 0;
    const level = this.waits ? 0 : chooseLevel(texels, this.grid, present);
    const slots = this.slots(level, screenPx);
    if (level !== present) this.change(level, slots);
    else if (this.fine && (slots[0] > this.fine.window.rows || slots[1] > this.fine.window.columns)) this.grow(this.fine, slots);
    for (const held of this.shown) held.follow(view, this.renderer.projection);
    this.renderer.sharp = !this.waits && (texels * 2 ** level < 1 || !level);
  }

  /** Whether a fine level over the base holds a patch. @param {import("./generator_pool.js").Patch} patch */
  holderOf([level, row, column]) {
    const held = level ? this.fine : this.base;
    return held && held.level === level && held.window.holds([row, column]) ? held : null;
  }

  /** @param {import("../rendering/atlas_window.js").Cell} base @param {number} revision @param {number} nowS @param {boolean} fades */
  renew(base, revision, nowS, fades) {
    for (const held of [this.fine, this.former]) held?.renew(revision, base, nowS, fades);
  }

  /** Whether the former level goes on fading. @param {number} nowS @param {boolean} complete all that is wanted is there @param {boolean} fits and all of it has a slot @param {boolean} fades */
  settle(nowS, complete, fits, fades) {
    this.wasComplete = complete;
    if (complete && this.former && this.fadedS === null) this.fadedS = nowS + FADE_S; // when the new one has faded in
    if (this.former && this.fadedS !== null) {
      const way = fades ? (nowS - this.fadedS) / FADE_S : 1;
      this.former.opacity = 1 - Math.min(Math.max(way, 0), 1);
      if (way >= 1) this.closeFormer();
    }
    this.renderer.covered = complete && !this.former && this.fine !== null && fits;
    return this.former !== null && this.fadedS !== null;
  }

  /** @param {number} level @param {[number, number]} slots */
  change(level, slots) {
    const present = this.fine;
    let former = this.former;
    if (former && former.level === level) {
      [this.fine, this.former, former] = [former, present, null]; // back again
    } else {
      this.fine = level ? this.open(level, slots) : null;
      if (present && (this.wasComplete || !former)) this.former = present;
      else if (present) former = present;
    }
    if (former && former !== this.former) former.atlas.release();
    for (const held of [this.fine, this.former]) if (held) held.opacity = 1;
    this.fadedS = null;
    this.wasComplete = false;
  }

  /** A larger atlas with the same patches, for a larger screen. @param {LevelWindow} held @param {[number, number]} slots */
  grow(held, slots) {
    const [rows, columns] = [Math.max(slots[0], held.window.rows), Math.max(slots[1], held.window.columns)];
    const larger = this.open(held.level, [rows, columns]);
    const { window } = larger;
    if (window.rows === held.window.rows && window.columns === held.window.columns) return larger.atlas.release();
    const top = Math.min(held.window.top, window.grid.rows - window.rows);
    larger.window = new AtlasWindow(this.grid, held.level, [window.rows, window.columns], [top, held.window.left]);
    for (const [slot, { revision, cell }] of held.owners) {
      const pixels = held.atlas.shown.get(slot);
      if (pixels && larger.window.holds(cell)) larger.upload(cell, revision, pixels, 0, false);
    }
    held.atlas.release();
    this.fine = larger;
  }

  /** @param {number} level @param {[number, number]} slots */
  open(level, slots) {
    const window = AtlasWindow.fitting(this.grid, level, slots, this.renderer.mostPx);
    return new LevelWindow(window, this.renderer.open(window));
  }

  /** @param {number} level @param {[number, number]} screenPx @returns {[number, number]} */
  slots(level, screenPx) {
    const [rows, columns] = slotsNeeded(screenPx, atLevel(this.grid, level));
    return [Math.ceil(rows / GROWTH) * GROWTH, Math.ceil(columns / GROWTH) * GROWTH];
  }

  closeFormer() {
    this.former?.atlas.release();
    this.former = null;
    this.fadedS = null;
  }
}
