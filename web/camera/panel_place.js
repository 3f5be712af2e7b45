// Where a headset's panel stands, and what a ray meets of it (viewer/xr/panel_place.py). WebXR's frame: X right, Y up, −Z ahead,
// in metres.

/**
 * @typedef {import("./eye.js").Quaternion} Quaternion
 * @typedef {{x: number, y: number, z: number}} Point
 * @typedef {{position: Point, orientation: Quaternion}} Pose
 * @typedef {[number, number]} Share of a panel's width from the left and of its height from the top
 */

const DISTANCE_M = 1.3;
const WIDTH_M = 0.8;
const BELOW_RAD = (35 * Math.PI) / 180; // of the horizon: there it hides the floor only, and is looked at on purpose
const LEFT_BEHIND_RAD = (50 * Math.PI) / 180;
const LOOKED_AT_RAD = (15 * Math.PI) / 180; // below the horizon; who looks there may be about to use it

/** The direction that a pose looks or points along. @param {Quaternion} q @returns {Point} */
export function ahead({ x, y, z, w }) {
  return { x: -2 * (x * z + y * w), y: -2 * (y * z - x * w), z: -(1 - 2 * (x * x + y * y)) };
}

/** How far to the right of −Z. @param {Quaternion} orientation */
export function yawOf(orientation) {
  const { x, z } = ahead(orientation);
  return Math.atan2(x, -z);
}

export class PanelPlace {
  /** Before a head, facing it. @param {Pose} head @param {number} aspect width / height */
  constructor({ position, orientation }, aspect) {
    this.yawRad = yawOf(orientation);
    const [s, c] = [Math.sin(this.yawRad), Math.cos(this.yawRad)];
    const [down, level] = [Math.sin(BELOW_RAD), Math.cos(BELOW_RAD)];
    this.right = { x: c, y: 0, z: s };
    this.up = { x: s * down, y: level, z: -c * down };
    this.back = { x: -s * level, y: down, z: c * level }; // towards the head
    this.middle = along(position, this.back, -DISTANCE_M);
    this.size = [WIDTH_M, WIDTH_M / aspect];
  }

  /** Whether the head has turned away for good. @param {Pose} head */
  isLeftBehindBy({ orientation }) {
    const apart = yawOf(orientation) - this.yawRad;
    const down = -Math.asin(Math.min(Math.max(ahead(orientation).y, -1), 1));
    return down < LOOKED_AT_RAD && Math.cos(apart) < Math.cos(LEFT_BEHIND_RAD);
  }

  /** @param {Share} share @returns {Point} */
  point([x, y]) {
    return along(along(this.middle, this.right, (x - 0.5) * this.size[0]), this.up, (0.5 - y) * this.size[1]);
  }

  /** Where a ray meets the panel; null if it misses. @param {Pose} ray @returns {Share | null} */
  hit({ position, orientation }) {
    const way = ahead(orientation);
    const nearing = dot(way, this.back);
    if (nearing >= -1e-6) return null; // from behind, or past it
    const start = along(position, this.middle, -1);
    const met = along(start, way, -dot(start, this.back) / nearing);
    const [x, y] = [0.5 + dot(met, this.right) / this.size[0], 0.5 - dot(met, this.up) / this.size[1]];
    return x >= 0 && x < 1 && y >= 0 && y < 1 ? [x, y] : null;
  }
}

/** @param {Point} from @param {Point} way @param {number} far @returns {Point} */
export function along(from, way, far) {
  return { x: from.x + far * way.x, y: from.y + far * way.y, z: from.z + far * way.z };
}

/** @param {Point} a @param {Point} b */
function dot(a, b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
