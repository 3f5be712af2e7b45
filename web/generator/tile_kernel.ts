// What cells see of tiles on the fronts of a room's objects (cocogan_core/models/tile_textures.py). Few cells see any.
//
//   tiles: eight words for each object: floats that say how many texels a metre has along and up its front, and which are at its middle; then
//     the axis that it lies across (−1: it has no tiles), the first texel of its table, and how many texels that has along and up
//   tables: four features of each texel
//   seen: as in room_kernel.ts; how much a cell shows of a tile, and the four features there, by so much: as they were before where it shows none

import { GAIN } from "./texture_kernel";
import { all, clamp, minus, mixed, plus, times, whole } from "./vectors";

const SEEN: usize = 13; // the first plane of its own
const TILE: i32 = 5, TEXEL: i32 = 4; // 32 and 16 bytes, as shifts

export function clearTiles(seen: usize, plane: usize): void {
  memory.fill(seen + plane * SEEN, 0, plane);
}

// Of four cells that show objects `which`, on faces across an `axis`, in metres from their middles.
@inline export function meetTiles(to: usize, plane: usize, tiles: usize, tables: usize, which: v128, axis: v128, along: v128, up: v128, cell: v128, cover: v128): void {
  const words = i32x4.shl(which, TILE), onFront = i32x4.eq(wordsOf(tiles + 16, words), axis);
  if (v128.any_true(onFront)) lookUp(to, plane, tiles, tables, words, onFront, along, up, cell, cover);
}

// Cells of more than a texel fade, and of three see nothing.
function lookUp(to: usize, plane: usize, tiles: usize, tables: usize, words: v128, onFront: v128, along: v128, up: v128, cell: v128, cover: v128): void {
  const rateAlong = wordsOf(tiles, words), rateUp = wordsOf(tiles + 4, words);
  const texels = times(f32x4.max(f32x4.abs(rateAlong), f32x4.abs(rateUp)), cell);
  const shown = v128.and(times(clamp(minus(all(1.5), times(texels, all(0.5))), 0, 1), times(cover, all(GAIN))), onFront);
  if (!v128.any_true(f32x4.gt(shown, all(0)))) return;
  const x = plus(times(along, rateAlong), wordsOf(tiles + 8, words)), y = plus(times(up, rateUp), wordsOf(tiles + 12, words));
  const left = f32x4.floor(x), lower = f32x4.floor(y), right = minus(x, left), above = minus(y, lower);
  const columns = wordsOf(tiles + 24, words), first = wordsOf(tiles + 20, words);
  const column = i32x4.trunc_sat_f32x4_s(left), row = i32x4.trunc_sat_f32x4_s(lower);
  const lastColumn = i32x4.sub(columns, whole(1)), lastRow = i32x4.sub(wordsOf(tiles + 28, words), whole(1)); // powers of two, less 1
  const one = v128.and(column, lastColumn), next = v128.and(i32x4.add(column, whole(1)), lastColumn);
  const from = i32x4.add(first, i32x4.mul(v128.and(row, lastRow), columns));
  const beyond = i32x4.add(first, i32x4.mul(v128.and(i32x4.add(row, whole(1)), lastRow), columns));
  const p = i32x4.shl(i32x4.add(from, one), TEXEL), q = i32x4.shl(i32x4.add(from, next), TEXEL);
  const r = i32x4.shl(i32x4.add(beyond, one), TEXEL), s = i32x4.shl(i32x4.add(beyond, next), TEXEL);
  const a = between(tables, i32x4.extract_lane(p, 0), i32x4.extract_lane(q, 0), i32x4.extract_lane(r, 0), i32x4.extract_lane(s, 0), f32x4.extract_lane(right, 0), f32x4.extract_lane(above, 0));
  const b = between(tables, i32x4.extract_lane(p, 1), i32x4.extract_lane(q, 1), i32x4.extract_lane(r, 1), i32x4.extract_lane(s, 1), f32x4.extract_lane(right, 1), f32x4.extract_lane(above, 1));
  const c = between(tables, i32x4.extract_lane(p, 2), i32x4.extract_lane(q, 2), i32x4.extract_lane(r, 2), i32x4.extract_lane(s, 2), f32x4.extract_lane(right, 2), f32x4.extract_lane(above, 2));
  const d = between(tables, i32x4.extract_lane(p, 3), i32x4.extract_lane(q, 3), i32x4.extract_lane(r, 3), i32x4.extract_lane(s, 3), f32x4.extract_lane(right, 3), f32x4.extract_lane(above, 3));
  const lowAB = v128.shuffle<f32>(a, b, 0, 4, 1, 5), lowCD = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const highAB = v128.shuffle<f32>(a, b, 2, 6, 3, 7), highCD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  to += plane * SEEN;
  v128.store(to, shown);
  v128.store(to + plane, times(shown, v128.shuffle<f64>(lowAB, lowCD, 0, 2)));
  v128.store(to + plane * 2, times(shown, v128.shuffle<f64>(lowAB, lowCD, 1, 3)));
  v128.store(to + plane * 3, times(shown, v128.shuffle<f64>(highAB, highCD, 0, 2)));
  v128.store(to + plane * 4, times(shown, v128.shuffle<f64>(highAB, highCD, 1, 3)));
}

// A word of each of four objects, whose words lie so many bytes from the first's.
@inline function wordsOf(word: usize, places: v128): v128 {
  let values = v128.load32_zero(word + i32x4.extract_lane(places, 0));
  values = v128.load32_lane(word + i32x4.extract_lane(places, 1), values, 1);
  values = v128.load32_lane(word + i32x4.extract_lane(places, 2), values, 2);
  return v128.load32_lane(word + i32x4.extract_lane(places, 3), values, 3);
}

// The features of one cell between four texels: two of a row, and two of the row after.
@inline function between(tables: usize, p: i32, q: i32, r: i32, s: i32, right: f32, above: f32): v128 {
  const one = mixed(v128.load(tables + p), v128.load(tables + q), all(right));
  return mixed(one, mixed(v128.load(tables + r), v128.load(tables + s), all(right)), all(above));
}

// Adds what tiles add to a stage's channels: for each of four features, so much of each channel.
export function addTiles(seen: usize, stride: i32, cells: i32, mix: usize, channels: i32, planes: usize): void {
  const plane: usize = <usize>stride << 2, width: usize = <usize>channels << 2;
  for (let cell: usize = 0, end: usize = <usize>cells << 2; cell < end; cell += 16) {
    const from: usize = seen + plane * SEEN + cell, shown = f32x4.gt(v128.load(from), all(0));
    if (!v128.any_true(shown)) continue;
    const a = v128.and(v128.load(from + plane), shown), b = v128.and(v128.load(from + plane * 2), shown);
    const c = v128.and(v128.load(from + plane * 3), shown), d = v128.and(v128.load(from + plane * 4), shown);
    for (let to: usize = planes + cell, at = mix, last = mix + width; at < last; at += 4, to += plane) {
      const low = plus(times(a, v128.load32_splat(at)), times(b, v128.load32_splat(at + width)));
      const high = plus(times(c, v128.load32_splat(at + width * 2)), times(d, v128.load32_splat(at + width * 3)));
      v128.store(to, plus(v128.load(to), plus(low, high)));
    }
  }
}
