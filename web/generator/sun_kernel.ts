// What the sun is like where rays meet faces (cocogan_core/models/object_maps.py), and where shadows fall (sun_shadows.py).
//
//   sun: twelve floats: its direction, its height; middle (2) and half the size (2) of the glass in the front wall that it shines through;
//     left and lower side of the window's opening, and how many columns and rows of `shadows` a metre has there
//   shadows: of each place in the window, row by row from below, how many metres the sun comes from there, and how open it is; 0 for none

import { all, clamp, minus, mixed, over, plus, times, whole } from "./vectors";

const COLUMNS: i32 = 96, ROWS: i32 = 32; // of `shadows`
const PLACE: i32 = 3; // 8 bytes, as a shift
const FULL: f32 = 0.25, EDGE: f32 = 0.1; // metres behind what casts a shadow from which all of it falls, and over which it fades in

// Seven features of the sun where rays meet a face, and how much of it falls there.
@inline export function shine(to: usize, plane: usize, sun: usize, shadows: usize, front: v128, x: v128, y: v128, z: v128, distance: v128, onX: v128, onY: v128, cellRad: f32): v128 {
  const way = over(minus(front, times(z, distance)), v128.load32_splat(sun, 8));
  const through = f32x4.gt(way, all(0.02));
  const right = plus(times(x, distance), times(v128.load32_splat(sun), way)), up = plus(times(y, distance), times(v128.load32_splat(sun, 4), way));
  const aside = f32x4.abs(minus(right, v128.load32_splat(sun, 16)));
  const above = f32x4.abs(minus(up, v128.load32_splat(sun, 20)));
  const inside = f32x4.min(minus(v128.load32_splat(sun, 24), aside), minus(v128.load32_splat(sun, 28), above));
  v128.store(to + plane * 6, v128.and(clamp(times(inside, all(2)), -1, 1), through));
  const soft = plus(plus(all(0.015), times(way, all(0.018))), times(distance, all(cellRad * 0.5)));
  const facing = v128.or(v128.not(onY), f32x4.lt(y, all(0))); // not the ceiling, nor what is seen from below
  let lit = v128.and(clamp(plus(all(0.5), over(inside, plus(soft, soft))), 0, 1), v128.and(through, facing));
  if (shadows && v128.any_true(f32x4.gt(lit, all(0)))) lit = times(lit, reaching(sun, shadows, right, up, way));
  v128.store(to, lit);
  v128.store(to + plane, times(lit, minus(all(1), clamp(over(aside, plus(all(0.02), soft)), 0, 1)))); // the window's bar
  v128.store(to + plane * 2, v128.and(lit, onY));
  v128.store(to + plane * 3, v128.andnot(lit, v128.or(onX, onY)));
  v128.store(to + plane * 4, v128.and(lit, onX));
  v128.store(to + plane * 5, times(lit, v128.load32_splat(sun, 12)));
  return lit;
}

// How much of the sun gets `way` metres into the room from where its rays cross the window's plane.
function reaching(sun: usize, shadows: usize, right: v128, up: v128, way: v128): v128 {
  const x = clamp(minus(times(minus(right, v128.load32_splat(sun, 32)), v128.load32_splat(sun, 40)), all(0.5)), 0, <f32>(COLUMNS - 1));
  const y = clamp(minus(times(minus(up, v128.load32_splat(sun, 36)), v128.load32_splat(sun, 44)), all(0.5)), 0, <f32>(ROWS - 1));
  const column = i32x4.trunc_sat_f32x4_s(x), row = i32x4.trunc_sat_f32x4_s(y);
  const across = minus(x, f32x4.convert_i32x4_s(column)), above = minus(y, f32x4.convert_i32x4_s(row));
  const lower = i32x4.shl(i32x4.add(i32x4.mul(row, whole(COLUMNS)), column), PLACE);
  const upper = i32x4.add(lower, v128.and(i32x4.lt_s(row, whole(ROWS - 1)), whole(COLUMNS << PLACE)));
  return mixed(inRow(shadows, lower, across, way), inRow(shadows, upper, across, way), above);
}

// Between places of the map and those to their right. Of the last place in a row there is none: what is read there counts nothing.
@inline function inRow(shadows: usize, places: v128, across: v128, way: v128): v128 {
  const a = v128.load(shadows + i32x4.extract_lane(places, 0)), b = v128.load(shadows + i32x4.extract_lane(places, 1));
  const c = v128.load(shadows + i32x4.extract_lane(places, 2)), d = v128.load(shadows + i32x4.extract_lane(places, 3));
  const leftAB = v128.shuffle<f32>(a, b, 0, 4, 1, 5), leftCD = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const rightAB = v128.shuffle<f32>(a, b, 2, 6, 3, 7), rightCD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  const left = shining(v128.shuffle<f64>(leftAB, leftCD, 0, 2), v128.shuffle<f64>(leftAB, leftCD, 1, 3), way);
  return mixed(left, shining(v128.shuffle<f64>(rightAB, rightCD, 0, 2), v128.shuffle<f64>(rightAB, rightCD, 1, 3), way), across);
}

@inline function shining(metres: v128, open: v128, way: v128): v128 {
  return times(clamp(over(minus(plus(metres, all(FULL)), way), all(EDGE)), 0, 1), open);
}
