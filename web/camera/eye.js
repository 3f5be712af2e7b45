// An eye of a headset: any orientation, and a frustum that need not be symmetric. The panorama is infinitely far away, so
// that an eye's place does not matter.

import { yawPitchOf } from "./view.js";

/**
 * @typedef {import("./view.js").Direction} Direction
 * @typedef {import("./view.js").Look} Look
 * @typedef {{x: number, y: number, z: number, w: number}} Quaternion
 */

/** @implements {Look} */
export class Eye {
  /**
   * @param {ArrayLike<number>} projection WebXR's matrix, column by column
   * @param {Quaternion} orientation of the eye; WebXR looks along −Z, we along +Z
   * @param {number} turnRad how far to the right of the panorama's first column the room's front lies
   */
  constructor(projection, orientation, turnRad) {
    /** Device coordinates times the first two plus the last two are plane coordinates at distance 1. */
    this.frustum = [1 / projection[0], 1 / projection[5], projection[8] / projection[0], projection[9] / projection[5]];
    this.axes = axesOf(orientation).map((axis) => turned(axis, turnRad));
    const [yaw, pitch] = yawPitchOf(this.direction(0, 0));
    this.yawRad = yaw;
    this.pitchRad = pitch;
  }

  /** @param {number} x @param {number} y @returns {Direction} */
  direction(x, y) {
    const [scaleX, scaleY, moveX, moveY] = this.frustum;
    const [right, up, forward] = this.axes;
    const [a, b] = [scaleX * x + moveX, scaleY * y + moveY];
    return /** @type {Direction} */ ([0, 1, 2].map((i) => right[i] * a + up[i] * b + forward[i]));
  }

  /** @param {number} sign */
  showsPole(sign) {
    const [right, up, forward] = this.axes.map((axis) => axis[1] * sign); // the pole in the eye's frame
    const [scaleX, scaleY, moveX, moveY] = this.frustum;
    return forward > 0 && Math.abs(right / forward - moveX) <= scaleX && Math.abs(up / forward - moveY) <= scaleY;
  }

  /** The eye's axes in the frame that is turned by its yaw, column by column, as the shader wants them. */
  get turn() {
    return this.axes.flatMap((axis) => turned(axis, -this.yawRad));
  }
}

/** Right, up and forward in our frame (X right, Y up, Z forward). @param {Quaternion} q @returns {Direction[]} */
function axesOf({ x, y, z, w }) {
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y + z * w), -2 * (x * z - y * w)],
    [2 * (x * y - z * w), 1 - 2 * (x * x + z * z), -2 * (y * z + x * w)],
    [-2 * (x * z + y * w), -2 * (y * z - x * w), 1 - 2 * (x * x + y * y)],
  ];
}

/** To the right about the vertical. @param {Direction} direction @param {number} angle @returns {Direction} */
function turned([x, y, z], angle) {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return [c * x + s * z, y, c * z - s * x];
}
