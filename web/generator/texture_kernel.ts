// What four cells see of a texture on the room's faces (cocogan_core/models/surface_textures.py): features of the floor, in pairs, then as
// many of the other faces, each a square of texels.

import { all, choose, clamp, minus, mixed, plus, times, whole } from "./vectors";

export const GAIN: f32 = 32;

// Writes the features of a place, in texels from the middle of face number `face` (the floor's or another's): so much of each as its amount says,
// of which each face has its own, and as much as no object covers (`bare`). Cells of more than a texel fade, and of three see nothing.
@inline export function addTexture(to: usize, plane: usize, texture: usize, side: i32, features: i32, amounts: usize, face: v128, isFloor: v128, along: v128, across: v128, cell: v128, bare: v128): void {
  const shown = times(times(clamp(minus(all(1.5), times(cell, all(0.5))), 0, 1), all(GAIN)), bare);
  const end: usize = to + plane * features;
  if (!v128.any_true(f32x4.gt(shown, all(0)))) {
    for (; to < end; to += plane) v128.store(to, shown);
    return;
  }
  const x = mirrored(along, side), y = mirrored(across, side);
  const left = i32x4.trunc_sat_f32x4_s(x), top = i32x4.trunc_sat_f32x4_s(y);
  const right = minus(x, f32x4.convert_i32x4_s(left)), down = minus(y, f32x4.convert_i32x4_s(top));
  const square = side * side << 2, first = choose(whole(0), whole(features * square), isFloor);
  const upper = i32x4.add(first, i32x4.shl(i32x4.add(i32x4.mul(top, whole(side)), left), 2));
  const lower = i32x4.add(upper, v128.and(i32x4.lt_s(top, whole(side - 1)), whole(side << 2)));
  const ofFace = i32x4.shl(i32x4.mul(face, whole(features)), 2);
  for (; to < end; to += plane << 1, texture += square << 1, amounts += 8) {
    const a = pairs(texture + i32x4.extract_lane(upper, 0), texture + i32x4.extract_lane(lower, 0), square, f32x4.extract_lane(down, 0));
    const b = pairs(texture + i32x4.extract_lane(upper, 1), texture + i32x4.extract_lane(lower, 1), square, f32x4.extract_lane(down, 1));
    const c = pairs(texture + i32x4.extract_lane(upper, 2), texture + i32x4.extract_lane(lower, 2), square, f32x4.extract_lane(down, 2));
    const d = pairs(texture + i32x4.extract_lane(upper, 3), texture + i32x4.extract_lane(lower, 3), square, f32x4.extract_lane(down, 3));
    const lowAB = v128.shuffle<f32>(a, b, 0, 4, 1, 5), lowCD = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const highAB = v128.shuffle<f32>(a, b, 2, 6, 3, 7), highCD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    const one = mixed(v128.shuffle<f64>(lowAB, lowCD, 0, 2), v128.shuffle<f64>(lowAB, lowCD, 1, 3), right);
    const other = mixed(v128.shuffle<f64>(highAB, highCD, 0, 2), v128.shuffle<f64>(highAB, highCD, 1, 3), right);
    const ab = twoOf(amounts + i32x4.extract_lane(ofFace, 0), amounts + i32x4.extract_lane(ofFace, 1));
    const cd = twoOf(amounts + i32x4.extract_lane(ofFace, 2), amounts + i32x4.extract_lane(ofFace, 3));
    v128.store(to, times(one, times(shown, v128.shuffle<f32>(ab, cd, 0, 2, 4, 6))));
    v128.store(to + plane, times(other, times(shown, v128.shuffle<f32>(ab, cd, 1, 3, 5, 7))));
  }
}

// Two floats of one cell, then of another.
@inline function twoOf(one: usize, other: usize): v128 {
  return v128.load64_lane(other, v128.load64_zero(one), 1);
}

// From texels off the middle to those off the middle of the first, 0 to side − 1: beyond its edges a texture goes on mirrored.
@inline function mirrored(place: v128, side: i32): v128 {
  const span: f32 = <f32>side, off = f32x4.abs(plus(place, all(span * 0.5))); // off the edge
  const turns = f32x4.floor(times(off, all(1 / span))), inside = minus(off, times(turns, all(span)));
  const isOdd = i32x4.eq(v128.and(i32x4.trunc_sat_f32x4_s(turns), whole(1)), whole(1));
  return clamp(minus(choose(minus(all(span), inside), inside, isOdd), all(0.5)), 0, span - 1);
}

// Of one of four cells: the first feature of texels to its left and right, then the second, each between those above and below. Of the
// last texel in a row there is none to the right: what is read there counts nothing.
@inline function pairs(above: usize, below: usize, square: usize, down: f32): v128 {
  return mixed(twoOf(above, above + square), twoOf(below, below + square), all(down));
}
