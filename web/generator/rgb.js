// The picture is a sum over stages: each adds its RGB to that of the stage before, made twice as large.

/** @typedef {Float32Array[]} Rgb three planes of side × side */

/**
 * Bilinear ×2 of planes of `side`² cells, less a rim of two, plus a head's planes of (2 · side − 4)² `stride` apart.
 * @param {Rgb} before
 * @param {number} side
 * @param {Float32Array} head
 * @param {number} stride
 * @returns {Rgb}
 */
export function grownRgb(before, side, head, stride) {
  const out = 2 * side - 4;
  return before.map((plane, channel) => {
    const grown = new Float32Array(out * out);
    for (let y = 0; y < out; y++) {
      const above = ((y >> 1) + (y & 1)) * side; // output row y is row y + 2 of the doubled plane
      const below = above + side;
      const share = y & 1 ? 0.75 : 0.25;
      for (let x = 0, at = y * out; x < out; x++, at++) {
        const left = (x >> 1) + (x & 1);
        const near = x & 1 ? 0.75 : 0.25;
        const upper = plane[above + left] * near + plane[above + left + 1] * (1 - near);
        const lower = plane[below + left] * near + plane[below + left + 1] * (1 - near);
        grown[at] = upper * share + lower * (1 - share) + head[channel * stride + at];
      }
    }
    return grown;
  });
}

/** Planes as RGBA bytes, less a rim. @param {Rgb} rgb @param {number} side @param {number} rim */
export function toBytes(rgb, side, rim) {
  const inner = side - 2 * rim;
  const bytes = new Uint8ClampedArray(inner * inner * 4).fill(255); // rounds half to even and clamps, as Python does
  for (let y = 0; y < inner; y++)
    for (let x = 0; x < inner; x++)
      for (let c = 0; c < 3; c++) bytes[(y * inner + x) * 4 + c] = (rgb[c][(y + rim) * side + x + rim] + 1) * 127.5;
  return bytes;
}

/** A square out of planes. @param {Rgb} rgb @param {number} side @param {{top: number, left: number, side: number}} area @returns {Rgb} */
export function cutRgb(rgb, side, area) {
  return rgb.map((plane) => cutPlane(plane, side, area));
}

/** @param {Float32Array} plane @param {number} side @param {{top: number, left: number, side: number}} area */
export function cutPlane(plane, side, area) {
  const part = new Float32Array(area.side * area.side);
  for (let y = 0; y < area.side; y++) {
    const from = (area.top + y) * side + area.left;
    part.set(plane.subarray(from, from + area.side), y * area.side);
  }
  return part;
}
