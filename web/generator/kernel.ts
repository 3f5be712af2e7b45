// The generator's inner loops: float32 SIMD on a memory that JavaScript lays out (AssemblyScript; `npm run build`).
//
// A feature map is C planes of h × w floats in rows; planes lie `stride` floats apart, a multiple of 8 with at least 8
// floats to spare, since loops write whole vectors. Addresses are in bytes, everything else is counted in floats.

const BLOCK: i32 = 64; // output positions at a time: the inputs of the largest layer then stay within a level 2 cache
const SLOPE: f32 = 0.2; // of leaky ReLUs, cocogan_core/models/compact.py

@inline function leaky(v: v128): v128 {
  return f32x4.max(v, f32x4.mul(v, f32x4.splat(SLOPE)));
}

// y[M][n] = weights · columns + bias. Weights are packed [M / 4][K][4], columns [K][BLOCK]; n is a multiple of 8. Of 16
// vector registers compilers leave 15: 8 sums, 2 inputs, 4 weights and a product are as many as stay out of memory.
function multiply(weights: usize, columns: usize, bias: usize, y: usize, M: i32, n: i32, K: i32, stride: i32): void {
  const next: usize = <usize>(stride << 2);
  for (let m = 0; m < M; m += 4) {
    const at: usize = bias + (m << 2);
    const b0 = v128.load32_splat(at), b1 = v128.load32_splat(at, 4);
    const b2 = v128.load32_splat(at, 8), b3 = v128.load32_splat(at, 12);
    for (let j = 0; j < n; j += 8) {
      let a: usize = weights + ((m * K) << 2), b: usize = columns + (j << 2);
      const end: usize = a + (<usize>K << 4);
      let c00 = b0, c01 = b0, c10 = b1, c11 = b1, c20 = b2, c21 = b2, c30 = b3, c31 = b3;
      while (a < end) {
        const x0 = v128.load(b), x1 = v128.load(b, 16);
        let s = v128.load32_splat(a);
        c00 = f32x4.add(c00, f32x4.mul(s, x0)); c01 = f32x4.add(c01, f32x4.mul(s, x1));
        s = v128.load32_splat(a, 4);
        c10 = f32x4.add(c10, f32x4.mul(s, x0)); c11 = f32x4.add(c11, f32x4.mul(s, x1));
        s = v128.load32_splat(a, 8);
        c20 = f32x4.add(c20, f32x4.mul(s, x0)); c21 = f32x4.add(c21, f32x4.mul(s, x1));
        s = v128.load32_splat(a, 12);
        c30 = f32x4.add(c30, f32x4.mul(s, x0)); c31 = f32x4.add(c31, f32x4.mul(s, x1));
        a += 16;
        b += <usize>(BLOCK << 2);
      }
      let c: usize = y + ((m * stride + j) << 2);
      v128.store(c, c00); v128.store(c, c01, 16); c += next;
      v128.store(c, c10); v128.store(c, c11, 16); c += next;
      v128.store(c, c20); v128.store(c, c21, 16); c += next;
      v128.store(c, c30); v128.store(c, c31, 16);
    }
  }
}

// Four floats of float16 bits: the fraction as it is, the exponent by a multiplication, which knows those below the least too.
@inline function floats(bits: v128): v128 {
  const size = f32x4.mul(i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13), f32x4.splat(5.192296858534828e33)); // 2 ** 112
  return v128.or(size, i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16));
}

// Whether none of the numbers in so many bytes, a multiple of 16, has all ones for its exponent: of float32 or of pairs of float16.
export function isFinite(x: usize, bytes: i32, exponent: i32, size: i32): i32 {
  const mask = i32x4.splat(exponent);
  let odd = i32x4.splat(0);
  for (let i = 0; i < bytes; i += 16) {
    const bits = v128.and(v128.load(x + i), mask);
    odd = v128.or(odd, size === 2 ? i16x8.eq(bits, mask) : i32x4.eq(bits, mask));
  }
  return v128.any_true(odd) ? 0 : 1;
}

// n finite float16 numbers, a multiple of 8, as floats; they may begin half way of where those go.
export function widen(halves: usize, n: i32, y: usize): void {
  for (let i = 0; i < n; i += 8) {
    const bits = v128.load(halves + (i << 1));
    v128.store(y + (i << 2), floats(i32x4.extend_low_i16x8_u(bits)));
    v128.store(y + (i << 2), floats(i32x4.extend_high_i16x8_u(bits)), 16);
  }
}

// Weights [channels][outputs][3][3] of a transposed convolution on doubled cells as [4 · outputs][channels][2][2] (convolution.js).
export function phases(weights: usize, channels: i32, outputs: i32, y: usize): void {
  const next: usize = <usize>(outputs * channels << 4);
  for (let channel = 0; channel < channels; channel++) for (let output = 0; output < outputs; output++, weights += 36) {
    const a = f32.load(weights), b = f32.load(weights, 4), c = f32.load(weights, 8);
    const d = f32.load(weights, 12), e = f32.load(weights, 16), f = f32.load(weights, 20);
    const g = f32.load(weights, 24), h = f32.load(weights, 28), i = f32.load(weights, 32);
    const to: usize = y + ((output * channels + channel) << 4);
    v128.store(to, f32x4(e + f + h + i, d + g, b + c, a));
    v128.store(to + next, f32x4(f + i, d + e + g + h, c, a + b));
    v128.store(to + 2 * next, f32x4(h + i, g, b + c + e + f, a + d));
    v128.store(to + 3 * next, f32x4(i, g + h, c + f, a + b + d + e));
  }
}

// Weights [M][K], M a multiple of 4, in their place as `multiply` reads them; `spare` has room for four rows.
export function pack(weights: usize, M: i32, K: i32, spare: usize): void {
  const row: usize = <usize>(K << 2);
  for (let m = 0; m < M; m += 4) {
    memory.copy(spare, weights, row << 2);
    for (let from: usize = spare, end: usize = spare + row; from < end; from += 4) {
      f32.store(weights, f32.load(from));
      f32.store(weights, f32.load(from + row), 4);
      f32.store(weights, f32.load(from + (row << 1)), 8);
      f32.store(weights, f32.load(from + row * 3), 12);
      weights += 16;
    }
  }
}

// Positions `first` … `first` + n of every input that a k × k kernel reads, as rows of BLOCK floats.
function gather(x: usize, stride: i32, channels: i32, width: i32, outWidth: i32, k: i32, first: i32, n: i32, columns: usize): void {
  let row: usize = columns;
  for (let c = 0; c < channels; c++) for (let ky = 0; ky < k; ky++) for (let kx = 0; kx < k; kx++) {
    let left = n, oy = first / outWidth, ox = first - oy * outWidth, to: usize = row;
    while (left > 0) {
      const run = min(left, outWidth - ox);
      const from: usize = x + ((c * stride + (oy + ky) * width + ox + kx) << 2);
      for (let i = 0; i < run; i += 4) v128.store(to + (i << 2), v128.load(from + (i << 2)));
      to += <usize>(run << 2);
      left -= run;
      ox = 0;
      oy++;
    }
    row += <usize>(BLOCK << 2);
  }
}

// A k × k convolution without padding of x [channels][height][width] → y [outputs, rounded up to 4][…].
export function convolve(x: usize, stride: i32, channels: i32, height: i32, width: i32, k: i32, weights: usize, bias: usize, outputs: i32, y: usize, outStride: i32, columns: usize): void {
  const outWidth = width - k + 1, positions = (height - k + 1) * outWidth, K = channels * k * k;
  for (let first = 0; first < positions; first += BLOCK) {
    const n = min(BLOCK, positions - first);
    gather(x, stride, channels, width, outWidth, k, first, n, columns);
    multiply(weights, columns, bias, y + (first << 2), outputs, (n + 7) & ~7, K, outStride);
  }
}

// Leaky ReLU of n floats in place, n a multiple of 4.
export function activate(x: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) {
    const p = x + (i << 2);
    v128.store(p, leaky(v128.load(p)));
  }
}

// x += y, n floats, a multiple of 4.
export function add(x: usize, y: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) {
    const p = x + (i << 2);
    v128.store(p, f32x4.add(v128.load(p), v128.load(y + (i << 2))));
  }
}

// Pixel shuffle: phases (dy, dx, channel) of h × w → channels of 2h × 2w.
export function shuffle(x: usize, stride: i32, channels: i32, h: i32, w: i32, y: usize, outStride: i32): void {
  for (let c = 0; c < channels; c++) for (let dy = 0; dy < 2; dy++) {
    const left: usize = x + (((dy * 2 * channels + c) * stride) << 2);
    const right: usize = x + ((((dy * 2 + 1) * channels + c) * stride) << 2);
    for (let i = 0; i < h; i++) {
      let to: usize = y + ((c * outStride + (2 * i + dy) * 2 * w) << 2);
      const row: usize = <usize>((i * w) << 2);
      for (let j: usize = 0, end: usize = <usize>(w << 2); j < end; j += 4) {
        f32.store(to, f32.load(left + row + j));
        f32.store(to, f32.load(right + row + j), 4);
        to += 8;
      }
    }
  }
}

// x = leaky(v · (1 + scale) + shift), or x + that: one scale and shift for each of the channels, rows of n floats.
export function modulate(x: usize, v: usize, scale: usize, shift: usize, channels: i32, n: i32, accumulate: i32): void {
  for (let c = 0; c < channels; c++) {
    const s = f32x4.add(v128.load32_splat(scale + (c << 2)), f32x4.splat(1)), t = v128.load32_splat(shift + (c << 2));
    for (let j = 0; j < n; j += 4) {
      const p: usize = <usize>((c * n + j) << 2);
      let sum = leaky(f32x4.add(f32x4.mul(v128.load(v + p), s), t));
      if (accumulate) sum = f32x4.add(sum, v128.load(x + p));
      v128.store(x + p, sum);
    }
  }
}

// An area of planes so many floats wide → planes of just that area.
export function cut(x: usize, stride: i32, width: i32, top: i32, left: i32, height: i32, across: i32, channels: i32, y: usize, outStride: i32): void {
  for (let c = 0; c < channels; c++) for (let row = 0; row < height; row++) {
    const from: usize = x + ((c * stride + (top + row) * width + left) << 2), to: usize = y + ((c * outStride + row * across) << 2);
    for (let i = 0; i < across; i += 4) v128.store(to + (i << 2), v128.load(from + (i << 2))); // what is too much is overwritten
  }
}

// The picture is a sum over stages: bilinear ×2 of three planes of height × width, less a rim of two, plus a head's planes.
export function growRgb(x: usize, stride: i32, height: i32, width: i32, head: usize, headStride: i32, y: usize, outStride: i32): void {
  const down = 2 * height - 4, across = 2 * width - 4, next: usize = <usize>(width << 2);
  for (let c = 0; c < 3; c++) for (let i = 0; i < down; i++) {
    const above: usize = x + ((c * stride + ((i >> 1) + (i & 1)) * width) << 2); // output row i is row i + 2 of the doubled plane
    const share: f32 = i & 1 ? 0.75 : 0.25;
    let from: usize = head + ((c * headStride + i * across) << 2), to: usize = y + ((c * outStride + i * across) << 2);
    for (let j = 0; j < across; j++, from += 4, to += 4) {
      const left: usize = above + (((j >> 1) + (j & 1)) << 2);
      const near: f32 = j & 1 ? 0.75 : 0.25;
      const upper = f32.load(left) * near + f32.load(left, 4) * (1 - near);
      const lower = f32.load(left + next) * near + f32.load(left + next, 4) * (1 - near);
      f32.store(to, upper * share + lower * (1 - share) + f32.load(from));
    }
  }
}

// A square of three planes so many floats wide as RGBA bytes; −1 … 1 is 0 … 255, rounded half to even as Python does.
export function toBytes(x: usize, stride: i32, width: i32, top: i32, left: i32, side: i32, pixels: usize): void {
  const next: usize = <usize>(stride << 2);
  for (let i = 0; i < side; i++) {
    let from: usize = x + (((top + i) * width + left) << 2);
    for (let j = 0; j < side; j++, from += 4, pixels += 4) {
      for (let c: usize = 0; c < 3; c++) {
        const value = nearest<f32>((f32.load(from + c * next) + 1) * 127.5);
        store<u8>(pixels + c, <u8>max<f32>(0, min<f32>(255, value)));
      }
      store<u8>(pixels, 255, 3);
    }
  }
}
