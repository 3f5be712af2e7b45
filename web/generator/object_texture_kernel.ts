// What four cells see of textures on the visible faces of a room's objects (cocogan_core/models/object_textures.py).
//
//   textures: four features of each texel; so many texels of each of three axes, along and up the face and inward from its edge; those of each row
//   rowOf: the row of each object

import { GAIN } from "./texture_kernel";
import { all, clamp, minus, over, plus, times, whole } from "./vectors";

const RIM_M: f32 = 0.16; // half of how far inward from an edge its texture reaches
const LEAST_HALF_M: f32 = 1e-6;
const TEXEL: i32 = 4; // 16 bytes, as a shift

// Writes four features of places on objects, in metres from the middles of faces of half a size, and `inside` of their edges: so much as `cover`.
@inline export function addObjectTexture(to: usize, plane: usize, textures: usize, texels: i32, rowOf: usize, which: v128, along: v128, halfAlong: v128, up: v128, halfUp: v128, inside: v128, cell: v128, cover: v128): void {
  for (let i: usize = 0; i < 4; i++) v128.store(to + plane * i, all(0)); // of the last cells of a row some were written before
  const first = i32x4.mul(rowsOf(rowOf, which), whole(3 * texels)), most = times(cover, all(GAIN));
  addAxis(to, plane, textures, texels, first, along, f32x4.max(halfAlong, all(LEAST_HALF_M)), cell, most);
  addAxis(to, plane, textures, texels, i32x4.add(first, whole(texels)), up, f32x4.max(halfUp, all(LEAST_HALF_M)), cell, most);
  addAxis(to, plane, textures, texels, i32x4.add(first, whole(2 * texels)), minus(inside, all(RIM_M)), all(RIM_M), cell, most);
}

// Adds an axis whose texels, from number `first` on, lie from −half to half; a cell is so many metres wide. Cells of more than a texel fade, and of
// three see nothing.
function addAxis(to: usize, plane: usize, textures: usize, texels: i32, first: v128, place: v128, half: v128, cell: v128, most: v128): void {
  const shown = times(clamp(minus(all(1.5), times(over(cell, half), all(<f32>texels * 0.25))), 0, 1), most);
  if (!v128.any_true(f32x4.gt(shown, all(0)))) return;
  const at = clamp(minus(times(plus(over(place, half), all(1)), all(<f32>texels * 0.5)), all(0.5)), 0, <f32>(texels - 1));
  const low = i32x4.trunc_sat_f32x4_s(at), right = times(minus(at, f32x4.convert_i32x4_s(low)), shown), left = minus(shown, right);
  const from = i32x4.shl(i32x4.add(first, low), TEXEL);
  const a = between(textures + i32x4.extract_lane(from, 0), f32x4.extract_lane(left, 0), f32x4.extract_lane(right, 0));
  const b = between(textures + i32x4.extract_lane(from, 1), f32x4.extract_lane(left, 1), f32x4.extract_lane(right, 1));
  const c = between(textures + i32x4.extract_lane(from, 2), f32x4.extract_lane(left, 2), f32x4.extract_lane(right, 2));
  const d = between(textures + i32x4.extract_lane(from, 3), f32x4.extract_lane(left, 3), f32x4.extract_lane(right, 3));
  const lowAB = v128.shuffle<f32>(a, b, 0, 4, 1, 5), lowCD = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const highAB = v128.shuffle<f32>(a, b, 2, 6, 3, 7), highCD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  add(to, v128.shuffle<f64>(lowAB, lowCD, 0, 2));
  add(to + plane, v128.shuffle<f64>(lowAB, lowCD, 1, 3));
  add(to + plane * 2, v128.shuffle<f64>(highAB, highCD, 0, 2));
  add(to + plane * 3, v128.shuffle<f64>(highAB, highCD, 1, 3));
}

// The features of one cell: so much of a texel and of the one to its right. Of the last there is none: what is read there counts nothing.
@inline function between(texel: usize, left: f32, right: f32): v128 {
  return plus(times(v128.load(texel), all(left)), times(v128.load(texel, 16), all(right)));
}

@inline function add(to: usize, values: v128): void {
  v128.store(to, plus(v128.load(to), values));
}

@inline function rowsOf(rowOf: usize, which: v128): v128 {
  let rows = v128.load32_zero(rowOf + (i32x4.extract_lane(which, 0) << 2));
  rows = v128.load32_lane(rowOf + (i32x4.extract_lane(which, 1) << 2), rows, 1);
  rows = v128.load32_lane(rowOf + (i32x4.extract_lane(which, 2) << 2), rows, 2);
  return v128.load32_lane(rowOf + (i32x4.extract_lane(which, 3) << 2), rows, 3);
}
