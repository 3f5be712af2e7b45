// A level's panorama, the area of it that is looked at, and the marks on its patches (viewer/camera/visibility.py).

import { heightPx, modulo, widthPx } from "../geometry/grid.js";
import { uOfYaw, vOfPitch } from "../geometry/projection.js";

/** How far to either side the cap blurs its border row, in turns. @param {number} pitchRad @param {number} halfExtentRad */
export function capReach(pitchRad, halfExtentRad) {
  const share = (Math.abs(pitchRad) - halfExtentRad) / Math.max(Math.PI / 2 - halfExtentRad, 1e-9);
  const beyond = Math.min(Math.max(share, 0), 1);
  return Math.min(0.5 * beyond ** 2 * (3 - 2 * beyond) + 0.02 * Math.min(1, 12 * beyond), 0.5);
}

export class Plane {
  /**
   * @param {import("../geometry/grid.js").Grid} grid the level's
   * @param {import("../geometry/projection.js").Projection} projection
   * @param {number} originPx width of level 0
   * @param {import("./visibility.js").Area} area
   * @param {boolean} caps whether its border rows go on to the poles
   */
  constructor(grid, projection, originPx, area, caps) {
    this.grid = grid;
    this.projection = projection;
    this.originPx = originPx;
    this.area = area;
    this.caps = caps;
    this.marks = new Uint8Array(area.rows * area.columns);
  }

  /** Texel column, not wrapped. @param {number} yawRad */
  x(yawRad) {
    return uOfYaw(yawRad, this.originPx) * widthPx(this.grid);
  }

  /** Texel row; beyond the cylinder its border. @param {number} pitchRad */
  y(pitchRad) {
    const limit = this.projection.halfExtentRad;
    return vOfPitch(this.projection, Math.min(Math.max(pitchRad, -limit), limit)) * heightPx(this.grid);
  }

  /** How far to either side the cap reads its border row, in texels. @param {number} pitchRad */
  reach(pitchRad) {
    return this.caps ? capReach(pitchRad, this.projection.halfExtentRad) * widthPx(this.grid) : 0;
  }

  /** Mark one patch; the column counts from the area's left. @param {number} row @param {number} column */
  mark(row, column) {
    this.marks[(row - this.area.top) * this.area.columns + column] = 1;
  }

  /** Mark what a box of texels touches. @param {number} top @param {number} bottom @param {number} left @param {number} right */
  markBox(top, bottom, left, right) {
    const { patchPx, rows } = this.grid;
    const [first, last] = [top, bottom].map((y) => Math.min(Math.max(Math.floor(y / patchPx), 0), rows - 1));
    for (let row = first; row <= last; row++) this.markColumns(row, left, right);
  }

  /** Mark a row's patches from texel column to texel column, which may go round. @param {number} row @param {number} left @param {number} right */
  markColumns(row, left, right) {
    const { patchPx, columns } = this.grid;
    if (row < this.area.top || row >= this.area.top + this.area.rows) return;
    const [first, last] = [left, right].map((x) => Math.floor(x / patchPx));
    const start = modulo(first - this.area.left, columns);
    for (let i = 0; i < Math.min(last - first + 1, columns); i++) {
      const column = (start + i) % columns;
      if (column < this.area.columns) this.mark(row, column);
    }
  }

  /** Mark a whole row. @param {number} row */
  markRow(row) {
    if (row < this.area.top || row >= this.area.top + this.area.rows) return;
    for (let column = 0; column < this.area.columns; column++) this.mark(row, column);
  }

  /** All marked (row, column), row by row. @returns {[number, number][]} */
  marked() {
    /** @type {[number, number][]} */
    const cells = [];
    this.marks.forEach((mark, i) => {
      const { top, left, columns } = this.area;
      if (mark) cells.push([top + Math.floor(i / columns), modulo(left + (i % columns), this.grid.columns)]);
    });
    return cells;
  }
}
