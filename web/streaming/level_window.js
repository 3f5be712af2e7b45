// What one level of detail has on the screen: its window of slots, and which patch of which room is in each.

/**
 * @typedef {import("../rendering/atlas_window.js").AtlasWindow} AtlasWindow
 * @typedef {import("../rendering/atlas_window.js").Cell} Cell
 * @typedef {import("../rendering/level_atlas.js").LevelAtlas} LevelAtlas
 */

export class LevelWindow {
  /** @param {AtlasWindow} window @param {LevelAtlas} atlas */
  constructor(window, atlas) {
    this.window = window;
    this.atlas = atlas;
    this.opacity = 1;
    /** @type {Map<number, {revision: number, cell: Cell}>} what is in each slot */
    this.owners = new Map();
  }

  get level() {
    return this.window.level;
  }

  /** Which part of the level the slots show. @returns {import("../camera/visibility.js").Area} */
  get area() {
    const { top, left, rows, columns } = this.window;
    return { top, left, rows, columns };
  }

  /** Move to a view's middle; slots that come to stand for another patch are emptied. @param {{yawRad: number, pitchRad: number}} view @param {import("../geometry/projection.js").Projection} projection */
  follow(view, projection) {
    const moved = this.window.follow(view, projection);
    if (moved.top === this.window.top && moved.left === this.window.left) return;
    this.window = moved;
    for (const [slot, { cell }] of [...this.owners]) {
      if (moved.holds(cell) && moved.slot(cell) === slot) continue;
      this.owners.delete(slot);
      this.atlas.clear(slot);
    }
  }

  /** The revision whose pixels show a patch; −1 if nothing does. @param {Cell} cell */
  revisionOf(cell) {
    const owner = this.window.holds(cell) ? this.owners.get(this.window.slot(cell)) : undefined;
    return owner && owner.cell[0] === cell[0] && owner.cell[1] === cell[1] ? owner.revision : -1;
  }

  /** @param {Cell} cell @param {number} revision @param {Uint8ClampedArray<ArrayBuffer>} pixels @param {number} nowS @param {boolean} fade */
  upload(cell, revision, pixels, nowS, fade) {
    const slot = this.window.slot(cell);
    this.atlas.upload(slot, pixels, nowS, fade);
    this.owners.set(slot, { revision, cell });
  }

  /** A newer room has come to a patch of level 0: what shows an older one over it goes. @param {number} revision @param {Cell} base @param {number} nowS @param {boolean} fades */
  renew(revision, base, nowS, fades) {
    for (const [slot, owner] of [...this.owners]) {
      const within = owner.cell[0] >> this.level === base[0] && owner.cell[1] >> this.level === base[1];
      if (owner.revision >= revision || !within) continue;
      this.owners.delete(slot);
      if (fades) this.atlas.fadeOut(slot, nowS);
      else this.atlas.clear(slot);
    }
  }
}
