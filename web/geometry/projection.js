// Between directions and positions in a panorama (cocogan_core/geometry/projection.py). Angles in radians; yaw grows to
// the right, pitch is positive upward; yaw 0 is the middle of the picture's first pixel column.

/**
 * @typedef {object} Projection
 * @property {"mercator" | "equirectangular"} kind
 * @property {number} halfExtentRad pitch of the top edge
 */

/** Height of a pitch on a Mercator cylinder of radius 1. @param {number} pitchRad */
export function mercator(pitchRad) {
  return Math.atanh(Math.sin(pitchRad));
}

/** Pitch of a height on a Mercator cylinder. @param {number} height */
export function gudermannian(height) {
  return 2 * Math.atan(Math.exp(height)) - Math.PI / 2;
}

/** @param {Projection} projection @param {number} pitchRad */
function ordinate(projection, pitchRad) {
  return projection.kind === "equirectangular" ? pitchRad : mercator(pitchRad);
}

/** Texture row of a pitch: 0 at the top edge, 1 at the bottom. @param {Projection} projection @param {number} pitchRad */
export function vOfPitch(projection, pitchRad) {
  return 0.5 - (0.5 * ordinate(projection, pitchRad)) / ordinate(projection, projection.halfExtentRad);
}

/** Pitch of a texture row. @param {Projection} projection @param {number} v */
export function pitchOfV(projection, v) {
  const height = (1 - 2 * v) * ordinate(projection, projection.halfExtentRad);
  return projection.kind === "equirectangular" ? height : gudermannian(height);
}

/** Texture column of a yaw, not wrapped. @param {number} yawRad @param {number} widthPx */
export function uOfYaw(yawRad, widthPx) {
  return yawRad / (2 * Math.PI) + 0.5 / widthPx;
}

/** Yaw of a texture column. @param {number} u @param {number} widthPx */
export function yawOfU(u, widthPx) {
  return (u - 0.5 / widthPx) * 2 * Math.PI;
}
