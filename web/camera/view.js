// One look (viewer/camera/camera.py, `View`). Device coordinates run −1…1 right and up.

import { halfWidth, ray } from "./view_projection.js";

/**
 * @typedef {import("./view_projection.js").Direction} Direction
 * @typedef {import("./view_projection.js").ViewProjection} ViewProjection
 *
 * @typedef {object} Look what visibility asks of a view, of a screen's or of a headset's eye
 * @property {number} yawRad
 * @property {number} pitchRad
 * @property {(x: number, y: number) => Direction} direction of device coordinates, not normalised
 * @property {(sign: number) => boolean} showsPole whether the zenith (1) or nadir (−1) is in view
 *
 * @typedef {object} Values
 * @property {number} yawRad
 * @property {number} pitchRad
 * @property {number} fovRad horizontal
 * @property {number} aspect width / height
 * @property {ViewProjection} lens
 * @property {ViewProjection} former fades into `lens` as `mix` goes to 1
 * @property {number} mix
 */

/** @implements {Look} */
export class View {
  /** @param {Partial<Values>} [values] */
  constructor(values = {}) {
    this.yawRad = values.yawRad ?? 0;
    this.pitchRad = values.pitchRad ?? 0;
    this.fovRad = values.fovRad ?? Math.PI / 2;
    this.aspect = values.aspect ?? 16 / 9;
    this.lens = values.lens ?? "rectilinear";
    this.former = values.former ?? this.lens;
    this.mix = values.mix ?? 1;
  }

  /** @param {Partial<Values>} changes */
  with(changes) {
    return new View({ ...this, ...changes });
  }

  get halfWidth() {
    return halfWidth(this.lens, this.fovRad);
  }

  get halfHeight() {
    return this.halfWidth / this.aspect;
  }

  /** @param {number} x @param {number} y @returns {Direction} */
  direction(x, y) {
    let [right, up, forward] = this.rayThrough(this.lens, x, y);
    if (this.mix < 1) {
      const now = unit([right, up, forward]);
      const before = unit(this.rayThrough(this.former, x, y));
      [right, up, forward] = now.map((part, i) => before[i] * (1 - this.mix) + part * this.mix);
    }
    const c = Math.cos(this.yawRad);
    const s = Math.sin(this.yawRad);
    return [c * right + s * forward, up, c * forward - s * right];
  }

  /** @param {number} sign */
  showsPole(sign) {
    const up = sign * Math.cos(this.pitchRad);
    const forward = sign * Math.sin(this.pitchRad);
    return [this.lens, this.former].some((lens) => {
      const height = halfWidth(lens, this.fovRad) / this.aspect;
      if (lens === "stereographic") return Math.abs(2 * up) <= height * (1 + forward);
      return lens !== "cylindrical" && forward > 0 && Math.abs(up) <= height * forward;
    });
  }

  /** @param {ViewProjection} lens @param {number} x @param {number} y */
  rayThrough(lens, x, y) {
    const half = halfWidth(lens, this.fovRad);
    return ray(lens, x * half, (y * half) / this.aspect, this.pitchRad);
  }
}

/** @param {Direction} direction @returns {Direction} */
function unit([x, y, z]) {
  const length = Math.sqrt(x * x + y * y + z * z);
  return [x / length, y / length, z / length];
}

/** Yaw in (−π, π] and pitch of a direction of any length. @param {Direction} direction @returns {[number, number]} */
export function yawPitchOf([x, y, z]) {
  return [Math.atan2(x, z), Math.atan2(y, Math.hypot(x, z))];
}
