// The picture is a sum over stages: each adds its RGB to that of the stage before, made twice as large.

/**
 * @typedef {Float32Array[]} Rgb three planes
 * @typedef {{top: number, left: number, height: number, width: number}} Area in cells of a plane
 */

/**
 * Bilinear ×2 of planes, less a rim of two, plus a head's planes of just those cells, `stride` apart.
 * @param {Rgb} before
 * @param {{height: number, width: number}} size of `before`
 * @param {Float32Array} head
 * @param {number} stride
 * @returns {Rgb}
 */
export function grownRgb(before, { height, width }, head, stride) {
  const [down, across] = [2 * height - 4, 2 * width - 4];
  return before.map((plane, channel) => {
    const grown = new Float32Array(down * across);
    for (let y = 0; y < down; y++) {
      const above = ((y >> 1) + (y & 1)) * width; // output row y is row y + 2 of the doubled plane
      const below = above + width;
      const share = y & 1 ? 0.75 : 0.25;
      for (let x = 0, at = y * across; x < across; x++, at++) {
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

/** An area of planes so many cells wide as RGBA bytes. @param {Rgb} rgb @param {number} width @param {Area} area */
export function toBytes(rgb, width, area) {
  const bytes = new Uint8ClampedArray(area.height * area.width * 4).fill(255); // rounds half to even and clamps, as Python does
  for (let y = 0, to = 0; y < area.height; y++)
    for (let x = 0, from = (area.top + y) * width + area.left; x < area.width; x++, from++, to += 4)
      for (let c = 0; c < 3; c++) bytes[to + c] = (rgb[c][from] + 1) * 127.5;
  return bytes;
}

/** An area out of a plane so many cells wide. @param {Float32Array} plane @param {number} width @param {Area} area */
export function cutPlane(plane, width, area) {
  const part = new Float32Array(area.height * area.width);
  for (let y = 0; y < area.height; y++) {
    const from = (area.top + y) * width + area.left;
    part.set(plane.subarray(from, from + area.width), y * area.width);
  }
  return part;
}
