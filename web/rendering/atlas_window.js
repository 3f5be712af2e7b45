// Where finished patches are shown: a cyclic window of texture slots (viewer/rendering/atlas.py explains it). Pure.

import { atLevel, modulo, roundHalfEven, widthPx } from "../geometry/grid.js";
import { uOfYaw, vOfPitch } from "../geometry/projection.js";

/** @typedef {[number, number]} Cell row and column */

export class AtlasWindow {
  /**
   * @param {import("../geometry/grid.js").Grid} panorama level 0's
   * @param {number} level
   * @param {[number, number]} slots rows and columns
   * @param {[number, number]} [corner] the first row and column, which is not wrapped
   */
  constructor(panorama, level, [rows, columns], [top, left] = [0, 0]) {
    this.panorama = panorama;
    this.level = level;
    this.grid = atLevel(panorama, level);
    this.rows = rows;
    this.columns = columns;
    this.top = top;
    this.left = left;
  }

  /** As many of the wanted slots as a texture can hold. @param {import("../geometry/grid.js").Grid} panorama @param {number} level @param {[number, number]} slots @param {number} mostPx */
  static fitting(panorama, level, slots, mostPx) {
    const grid = atLevel(panorama, level);
    const most = Math.max(1, Math.floor(mostPx / grid.patchPx));
    return new AtlasWindow(panorama, level, [Math.min(grid.rows, slots[0], most), Math.min(grid.columns, slots[1], most)]);
  }

  /** Moved to a view's middle. @param {{yawRad: number, pitchRad: number}} view @param {import("../geometry/projection.js").Projection} projection */
  follow({ yawRad, pitchRad }, projection) {
    const limit = projection.halfExtentRad;
    const row = vOfPitch(projection, Math.min(Math.max(pitchRad, -limit), limit)) * this.grid.rows;
    const column = uOfYaw(yawRad, widthPx(this.panorama)) * this.grid.columns;
    const top = Math.min(Math.max(roundHalfEven(row - this.rows / 2), 0), this.grid.rows - this.rows);
    return new AtlasWindow(this.panorama, this.level, [this.rows, this.columns], [top, roundHalfEven(column - this.columns / 2)]);
  }

  /** @param {Cell} cell */
  holds([row, column]) {
    const down = row - this.top;
    return down >= 0 && down < this.rows && modulo(column - this.left, this.grid.columns) < this.columns;
  }

  /** The number of the slot where a patch that it holds is shown, row by row. @param {Cell} cell */
  slot([row, column]) {
    const unrolled = this.left + modulo(column - this.left, this.grid.columns);
    return (row % this.rows) * this.columns + modulo(unrolled, this.columns);
  }

  /** All patches that it has a slot for. @returns {Cell[]} */
  cells() {
    return Array.from({ length: this.rows * this.columns }, (_, i) => [
      this.top + Math.floor(i / this.columns),
      modulo(this.left + (i % this.columns), this.grid.columns),
    ]);
  }
}
