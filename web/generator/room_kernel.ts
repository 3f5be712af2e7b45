// What cells know of a room's walls and objects, four neighbours of a row at a time (cocogan_core/models/room_coordinates.py,
// object_coordinates.py, object_maps.py, object_layers.py). Maps are laid out as in kernel.ts, whose addresses and counts these are too.
//
//   columns: planes of `across` floats: sine and cosine of each column's yaw, and six waves of it
//   rows: eight floats for each: sine and cosine of its pitch, and five features of it
//   box: metres from the eye to the room's left, floor, back, right, ceiling, front
//   bodies: twelve floats for each object: left, lower, back, right, upper, front side, its middle, half its size
//   seen: thirteen planes (SHOWN … and below) of what each cell's ray meets, and five more where there are tiles (tile_kernel.ts)

import { addObjectTexture } from "./object_texture_kernel";
import { shine } from "./sun_kernel";
import { addTexture } from "./texture_kernel";
import { clearTiles, meetTiles } from "./tile_kernel";
import { all, choose, clamp, minus, over, plus, times, whole } from "./vectors";

export { addTiles } from "./tile_kernel";

const FAR: f32 = 1e9; // metres to what is not there
const BESIDE: f32 = 0.05; // what is nearer is not seen: the eye is within it
const LEAST_SLOPE: f32 = 1e-4;
const NEAREST: f32 = 0.3;
const FACE_M: f32 = 2.5;
const BODY: i32 = 48; // bytes
const ROW: i32 = 32;

// Planes of `seen`: the nearest object, −1 for none; the next one behind it.
const WHICH: usize = 0, DISTANCE: usize = 1, INSIDE: usize = 2, COVER: usize = 3;
const NEXT_WHICH: usize = 4, NEXT_DISTANCE: usize = 5, NEXT_COVER: usize = 6;
// The same with the room's faces where there is no object, numbered after the objects; places on the visible face; the sun.
const SHOWN: usize = 7, BEHIND: usize = 8, FACE: usize = 9, ALONG: usize = 10, ACROSS: usize = 11, LIT: usize = 12;

// One over a part of directions; of rays along a wall, over a least slope.
@inline function inverse(part: v128): v128 {
  const least = choose(all(-1 / LEAST_SLOPE), all(1 / LEAST_SLOPE), f32x4.lt(part, all(0)));
  return choose(least, over(all(1), part), f32x4.lt(f32x4.abs(part), all(LEAST_SLOPE)));
}

// Sines of four octaves into every second plane from `to` on, then their cosines; by doubling the angle. Within 1e-6.
@inline function fillWaves(to: usize, plane: usize, angle: v128, size: v128): void {
  const turns = f32x4.nearest(times(angle, all(0.63661977236)));
  let r = minus(angle, times(turns, all(1.5703125)));
  r = minus(minus(r, times(turns, all(4.837512969970703e-4))), times(turns, all(7.549789948768648e-8)));
  const q = i32x4.trunc_sat_f32x4_s(turns), t = times(r, r);
  const s = plus(r, times(times(r, t), plus(all(-1.6666654611e-1), times(t, plus(all(8.3321608736e-3), times(t, all(-1.9515295891e-4)))))));
  const fourth = plus(all(4.166664568298827e-2), times(t, plus(all(-1.388731625493765e-3), times(t, all(2.443315711809948e-5)))));
  const c = plus(minus(all(1), times(t, all(0.5))), times(times(t, t), fourth));
  const odd = i32x4.eq(v128.and(q, whole(1)), whole(1));
  let sine = v128.xor(choose(c, s, odd), i32x4.shl(v128.and(q, whole(2)), 30)); // by the quarter: which of them, and its sign
  let cosine = v128.xor(choose(s, c, odd), i32x4.shl(v128.and(i32x4.add(q, whole(1)), whole(2)), 30));
  for (let wave = 0; wave < 4; wave++) {
    v128.store(to, times(sine, size));
    v128.store(to + plane * 8, times(cosine, size));
    to += plane * 2;
    const doubled = times(times(all(2), sine), cosine);
    cosine = minus(all(1), times(all(2), times(sine, sine)));
    sine = doubled;
  }
}

// Metres to the walls across an axis that rays go towards.
@inline function reach(box: usize, axis: usize, ray: v128): v128 {
  const side = choose(f32x4.neg(v128.load32_splat(box + (axis << 2))), v128.load32_splat(box + (axis << 2), 12), f32x4.lt(ray, all(0)));
  return times(side, inverse(ray));
}

// 35 features of where rays meet the walls: face, place on it, waves of that, nearness. Behind them, those of a texture `side` texels wide, if
// there is one (0 is none), by the `amounts` of each face; a metre has so many of its texels, and a cell in a metre's distance is so many wide. On upright
// walls its middle lies so many metres below theirs, and what is `seen` hides it, if that is told (0 is not).
export function meetWalls(columns: usize, across: i32, rows: usize, height: i32, width: i32, box: usize, finest: f32, texture: usize, side: i32, features: i32, amounts: usize, below: f32, texels: f32, cellTexels: f32, seen: usize, planes: usize, stride: i32): void {
  const plane: usize = <usize>stride << 2;
  for (let row = 0; row < height; row++) for (let first = 0; first < width; first += 4) {
    const column = min(first, width - 4), right: usize = columns + (column << 2), to: usize = planes + ((row * width + column) << 2);
    const level = v128.load32_splat(rows + row * ROW, 4);
    const x = times(level, v128.load(right)), y = v128.load32_splat(rows + row * ROW), z = times(level, v128.load(right + (across << 2)));
    const toX = reach(box, 0, x), toY = reach(box, 1, y), toZ = reach(box, 2, z);
    const distance = f32x4.min(f32x4.min(toX, toY), toZ);
    const onX = f32x4.le(toX, distance), onY = v128.andnot(f32x4.le(toY, distance), onX), onZ = v128.not(v128.or(onX, onY));
    const placeX = plus(times(x, distance), offset(box, 0)), placeY = plus(times(y, distance), offset(box, 1)), placeZ = plus(times(z, distance), offset(box, 2));
    const along = choose(placeZ, placeX, onX), up = choose(placeZ, placeY, onY);
    markFaces(to, plane, onX, onY, onZ, x, y, z, all(1));
    markFaces(to + plane * 6, plane, onX, onY, onZ, x, y, z, over(along, all(FACE_M)));
    markFaces(to + plane * 12, plane, onX, onY, onZ, x, y, z, over(up, all(FACE_M)));
    fillWaves(to + plane * 18, plane, times(along, all(finest)), all(1));
    fillWaves(to + plane * 19, plane, times(up, all(finest)), all(1));
    v128.store(to + plane * 34, over(all(1), f32x4.max(distance, all(NEAREST))));
    if (!texture) continue;
    const facing = f32x4.max(f32x4.abs(choose(x, choose(y, z, onY), onX)), all(LEAST_SLOPE));
    const cell = times(over(distance, f32x4.sqrt(facing)), all(cellTexels)); // the mean of its length and width
    const isFloor = v128.and(onY, f32x4.le(y, all(0)));
    const across = times(plus(up, v128.andnot(all(below), onY)), all(texels));
    addTexture(to + plane * 35, plane, texture, side, features, amounts, faceOf(x, y, z, onX, onY), isFloor, times(along, all(texels)), across, cell, seen ? bareOf(seen + ((row * width + column) << 2), plane) : all(1));
  }
}

// How much of a cell no object covers.
@inline function bareOf(at: usize, plane: usize): v128 {
  return times(minus(all(1), v128.load(at + plane * COVER)), minus(all(1), v128.load(at + plane * NEXT_COVER)));
}

// From the room's middle to the eye.
@inline function offset(box: usize, axis: usize): v128 {
  return times(minus(v128.load32_splat(box + (axis << 2)), v128.load32_splat(box + (axis << 2), 12)), all(0.5));
}

// A value into the plane of the face that rays go towards: low and high side across X, Y and Z.
@inline function markFaces(to: usize, plane: usize, onX: v128, onY: v128, onZ: v128, x: v128, y: v128, z: v128, value: v128): void {
  markPair(to, plane, onX, x, value);
  markPair(to + plane * 2, plane, onY, y, value);
  markPair(to + plane * 4, plane, onZ, z, value);
}

@inline function markPair(to: usize, plane: usize, on: v128, ray: v128, value: v128): void {
  const high = f32x4.gt(ray, all(0));
  v128.store(to, v128.and(v128.andnot(on, high), value));
  v128.store(to + plane, v128.and(v128.and(on, high), value));
}

// Nothing is met yet.
export function clear(seen: usize, stride: i32): void {
  const plane: usize = <usize>stride << 2;
  for (let at = seen, end = seen + plane; at < end; at += 16) {
    v128.store(at + plane * WHICH, whole(-1)); v128.store(at + plane * NEXT_WHICH, whole(-1));
    v128.store(at + plane * DISTANCE, all(FAR)); v128.store(at + plane * NEXT_DISTANCE, all(FAR));
    v128.store(at + plane * INSIDE, all(0)); v128.store(at + plane * COVER, all(0)); v128.store(at + plane * NEXT_COVER, all(0));
  }
}

// Rows `top` … and columns `left` … up to `bottom` and `right` meet an object: note it where it is the nearest, or the next.
export function meetBody(columns: usize, across: i32, rows: usize, top: i32, bottom: i32, left: i32, right: i32, width: i32, body: usize, index: i32, isEllipsoid: i32, cellRad: f32, seen: usize, stride: i32): void {
  const plane: usize = <usize>stride << 2, steps = v128(0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);
  for (let row = top; row < bottom; row++) for (let column = left; column < right; column += 4) {
    const from: usize = columns + (column << 2), level = v128.load32_splat(rows + row * ROW, 4);
    const x = times(level, v128.load(from)), y = v128.load32_splat(rows + row * ROW), z = times(level, v128.load(from + (across << 2)));
    if (isEllipsoid) meetEllipsoid(body, x, y, z);
    else meetBox(body, x, y, z);
    const distance = hitDistance, inside = hitInside;
    const cover = f32x4.min(plus(all(0.5), over(inside, times(distance, all(cellRad)))), all(1));
    const met = v128.and(v128.and(f32x4.gt(distance, all(BESIDE)), f32x4.gt(cover, all(0))), i32x4.lt_s(i32x4.add(whole(column), steps), whole(right)));
    if (!v128.any_true(met)) continue;
    const at: usize = seen + ((row * width + column) << 2);
    const which = v128.load(at), far = v128.load(at + plane * DISTANCE), covered = v128.load(at + plane * COVER);
    const nextFar = v128.load(at + plane * NEXT_DISTANCE);
    const nearer = v128.and(met, f32x4.lt(distance, far)), next = v128.andnot(v128.and(met, f32x4.lt(distance, nextFar)), nearer);
    v128.store(at + plane * NEXT_WHICH, choose(which, choose(whole(index), v128.load(at + plane * NEXT_WHICH), next), nearer));
    v128.store(at + plane * NEXT_DISTANCE, choose(far, choose(distance, nextFar, next), nearer));
    v128.store(at + plane * NEXT_COVER, choose(covered, choose(cover, v128.load(at + plane * NEXT_COVER), next), nearer));
    v128.store(at, choose(whole(index), which, nearer));
    v128.store(at + plane * DISTANCE, choose(distance, far, nearer));
    v128.store(at + plane * INSIDE, choose(inside, v128.load(at + plane * INSIDE), nearer));
    v128.store(at + plane * COVER, choose(cover, covered, nearer));
  }
}

let hitDistance: v128 = v128(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0); // what the two below return
let hitInside: v128 = v128(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

@inline function entry(body: usize, axis: usize, ray: v128): v128 {
  const a = inverse(ray), at = body + (axis << 2);
  return f32x4.min(times(v128.load32_splat(at), a), times(v128.load32_splat(at, 12), a));
}

// Metres from the edges across an axis; of the face that rays enter by no edge is near but its own four.
@inline function inset(body: usize, axis: usize, ray: v128, distance: v128, entered: v128): v128 {
  const at = body + (axis << 2), away = f32x4.abs(minus(times(ray, distance), v128.load32_splat(at, 24)));
  return choose(all(FAR), minus(v128.load32_splat(at, 36), away), f32x4.ge(entered, distance));
}

@inline function meetBox(body: usize, x: v128, y: v128, z: v128): void {
  const a = entry(body, 0, x), b = entry(body, 1, y), c = entry(body, 2, z), distance = f32x4.max(f32x4.max(a, b), c);
  hitInside = f32x4.min(f32x4.min(inset(body, 0, x, distance, a), inset(body, 1, y, distance, b)), inset(body, 2, z, distance, c));
  hitDistance = distance;
}

@inline function meetEllipsoid(body: usize, rayX: v128, rayY: v128, rayZ: v128): void {
  const halfX = v128.load32_splat(body, 36), halfY = v128.load32_splat(body, 40), halfZ = v128.load32_splat(body, 44);
  const x = over(rayX, halfX), y = over(rayY, halfY), z = over(rayZ, halfZ);
  const toX = over(v128.load32_splat(body, 24), halfX), toY = over(v128.load32_splat(body, 28), halfY), toZ = over(v128.load32_splat(body, 32), halfZ);
  const square = plus(plus(times(x, x), times(y, y)), times(z, z));
  const along = over(plus(plus(times(toX, x), times(toY, y)), times(toZ, z)), square);
  const p = minus(toX, times(x, along)), q = minus(toY, times(y, along)), r = minus(toZ, times(z, along));
  const miss = plus(plus(times(p, p), times(q, q)), times(r, r));
  hitDistance = minus(along, over(f32x4.sqrt(f32x4.max(minus(all(1), miss), all(0))), f32x4.sqrt(square)));
  hitInside = times(minus(all(1), f32x4.sqrt(miss)), over(plus(plus(halfX, halfY), halfZ), all(3)));
}

// 45 features of what is seen: flags of its face, waves of the place on it, rims, nearness, the sun, the ray's direction. `sun`
// and `shadows` are as in sun_kernel.ts. Behind them, those of the objects' textures, if there are any (0 is none), as in object_texture_kernel.ts.
// What is seen of `tiles` and their `tables`, if there are any, is noted for tile_kernel.ts.
export function mapObjects(columns: usize, across: i32, rows: usize, height: i32, width: i32, box: usize, bodies: usize, count: i32, sun: usize, shadows: usize, finest: f32, cellRad: f32, textures: usize, texels: i32, rowOf: usize, tiles: usize, tables: usize, seen: usize, stride: i32, planes: usize): void {
  const plane: usize = <usize>stride << 2;
  memory.fill(planes, 0, plane * (textures ? 49 : 45));
  if (tiles) clearTiles(seen, plane);
  for (let row = 0; row < height; row++) for (let first = 0; first < width; first += 4) {
    const column = min(first, width - 4), from: usize = columns + (column << 2), cell: usize = <usize>((row * width + column) << 2);
    const level = v128.load32_splat(rows + row * ROW, 4);
    const x = times(level, v128.load(from)), y = v128.load32_splat(rows + row * ROW), z = times(level, v128.load(from + (across << 2)));
    const toX = reach(box, 0, x), toY = reach(box, 1, y), toZ = reach(box, 2, z);
    let met = f32x4.min(f32x4.min(toX, toY), toZ);
    let onX = f32x4.le(toX, met), onY = v128.andnot(f32x4.le(toY, met), onX);
    const onZ = v128.not(v128.or(onX, onY));
    const at: usize = seen + cell, to: usize = planes + cell;
    const face = i32x4.add(whole(count), faceOf(x, y, z, onX, onY));
    const which = v128.load(at), next = v128.load(at + plane * NEXT_WHICH);
    const there = i32x4.ge_s(which, whole(0));
    v128.store(at + plane * FACE, face);
    v128.store(at + plane * SHOWN, choose(which, face, there));
    v128.store(at + plane * BEHIND, choose(next, face, i32x4.ge_s(next, whole(0))));
    let along = all(0), up = all(0);
    if (v128.any_true(there)) {
      const distance = v128.load(at + plane * DISTANCE), cover = v128.load(at + plane * COVER), body = i32x4.max_s(which, whole(0));
      const bounded = f32x4.min(distance, all(100));
      const placeX = minus(times(x, bounded), ofBodies(bodies, body, 24)), halfX = ofBodies(bodies, body, 36), beyondX = minus(f32x4.abs(placeX), halfX);
      const placeY = minus(times(y, bounded), ofBodies(bodies, body, 28)), halfY = ofBodies(bodies, body, 40), beyondY = minus(f32x4.abs(placeY), halfY);
      const placeZ = minus(times(z, bounded), ofBodies(bodies, body, 32)), halfZ = ofBodies(bodies, body, 44), beyondZ = minus(f32x4.abs(placeZ), halfZ);
      const acrossZ = f32x4.gt(beyondZ, f32x4.max(beyondX, beyondY));
      const acrossY = v128.andnot(f32x4.gt(beyondY, beyondX), acrossZ), acrossX = v128.not(v128.or(acrossY, acrossZ));
      along = v128.and(choose(placeZ, placeX, acrossX), there);
      up = v128.and(choose(placeZ, placeY, acrossY), there);
      markFaces(to, plane, acrossX, acrossY, acrossZ, f32x4.neg(x), f32x4.neg(y), f32x4.neg(z), cover); // it looks back along the ray
      fillWaves(to + plane * 6, plane, times(along, all(finest)), cover);
      fillWaves(to + plane * 7, plane, times(up, all(finest)), cover);
      fillRims(to + plane * 22, plane, v128.load(at + plane * INSIDE), distance, cellRad, cover);
      fillDirections(to + plane * 34, plane, from + (across << 3), across, rows + row * ROW + 8, cover);
      const size = times(bounded, all(cellRad));
      if (tiles) meetTiles(at, plane, tiles, tables, body, choose(whole(0), choose(whole(1), whole(2), acrossY), acrossX), along, up, size, cover);
      if (textures) {
        const halfAlong = choose(halfZ, halfX, acrossX), halfUp = choose(halfZ, halfY, acrossY);
        addObjectTexture(to + plane * 45, plane, textures, texels, rowOf, body, along, halfAlong, up, halfUp, v128.load(at + plane * INSIDE), size, cover);
      }
      met = f32x4.min(choose(distance, all(FAR), there), met);
      onX = choose(acrossX, onX, there);
      onY = choose(acrossY, onY, there);
    }
    v128.store(at + plane * ALONG, clamp(along, -2, 2));
    v128.store(at + plane * ACROSS, clamp(up, -2, 2));
    const lit = shine(to + plane * 26, plane, sun, shadows, v128.load32_splat(box, 20), x, y, z, met, onX, onY, cellRad);
    v128.store(at + plane * LIT, lit);
    v128.store(to + plane * 33, v128.and(lit, there));
  }
  for (let cell: usize = <usize>((height * width) << 2); cell < plane; cell += 4) { // what lies between planes names an object too
    i32.store(seen + cell + plane * SHOWN, 0); i32.store(seen + cell + plane * BEHIND, 0); i32.store(seen + cell + plane * FACE, 0);
  }
}

// Number of the face that rays go towards.
@inline function faceOf(x: v128, y: v128, z: v128, onX: v128, onY: v128): v128 {
  return choose(sideOf(x, 0), choose(sideOf(y, 2), sideOf(z, 4), onY), onX);
}

// Of two opposite ones: `first`, or the one after.
@inline function sideOf(ray: v128, first: i32): v128 {
  return i32x4.sub(whole(first), f32x4.gt(ray, all(0))); // true is −1
}

// A float of each of four bodies.
@inline function ofBodies(bodies: usize, which: v128, place: usize): v128 {
  const at = bodies + place;
  let values = v128.load32_zero(at + i32x4.extract_lane(which, 0) * BODY);
  values = v128.load32_lane(at + i32x4.extract_lane(which, 1) * BODY, values, 1);
  values = v128.load32_lane(at + i32x4.extract_lane(which, 2) * BODY, values, 2);
  return v128.load32_lane(at + i32x4.extract_lane(which, 3) * BODY, values, 3);
}

// How far inside of a face's edge cells are, by wide and narrow rims and in cells; nearness.
@inline function fillRims(to: usize, plane: usize, inside: v128, distance: v128, cellRad: f32, cover: v128): void {
  v128.store(to, times(clamp(over(inside, all(0.25)), -1, 1), cover));
  v128.store(to + plane, times(clamp(over(inside, all(0.05)), -1, 1), cover));
  v128.store(to + plane * 2, times(clamp(over(inside, times(distance, all(cellRad))), -2, 2), cover));
  v128.store(to + plane * 3, over(cover, f32x4.max(distance, all(NEAREST))));
}

@inline function fillDirections(to: usize, plane: usize, yaws: usize, across: i32, pitches: usize, cover: v128): void {
  for (let i = 0; i < 6; i++, to += plane) v128.store(to, times(v128.load(yaws + ((i * across) << 2)), cover));
  for (let i = 0; i < 5; i++, to += plane) v128.store(to, times(v128.load32_splat(pitches + (i << 2)), cover));
}

// What objects and faces add to a stage's channels: rows of `flags`, and of `table` as the checkpoint has it (there, a metre along the
// visible face, a metre across), and where the sun falls `sunny`: rows so many floats apart, 0 if all are one. Four channels of four cells at a time.
export function paint(seen: usize, stride: i32, cells: i32, flags: usize, table: usize, sunny: usize, sunnyStep: i32, channels: i32, planes: usize): void {
  const plane: usize = <usize>stride << 2, width: usize = <usize>channels << 2, step: usize = <usize>sunnyStep << 2;
  for (let cell: usize = 0, end: usize = <usize>cells << 2; cell < end; cell += 16) for (let c: usize = 0; c < width; c += 16) {
    const a = painted(seen + cell, plane, flags + c, table + c, sunny + c, width, step), b = painted(seen + cell + 4, plane, flags + c, table + c, sunny + c, width, step);
    const d = painted(seen + cell + 8, plane, flags + c, table + c, sunny + c, width, step), e = painted(seen + cell + 12, plane, flags + c, table + c, sunny + c, width, step);
    const lowAB = v128.shuffle<f32>(a, b, 0, 4, 1, 5), lowDE = v128.shuffle<f32>(d, e, 0, 4, 1, 5);
    const highAB = v128.shuffle<f32>(a, b, 2, 6, 3, 7), highDE = v128.shuffle<f32>(d, e, 2, 6, 3, 7);
    const to: usize = planes + (c >> 2) * plane + cell;
    v128.store(to, v128.shuffle<f64>(lowAB, lowDE, 0, 2));
    v128.store(to + plane, v128.shuffle<f64>(lowAB, lowDE, 1, 3));
    v128.store(to + plane * 2, v128.shuffle<f64>(highAB, highDE, 0, 2));
    v128.store(to + plane * 3, v128.shuffle<f64>(highAB, highDE, 1, 3));
  }
}

// Four channels of a cell: the nearest object's, the next one's and the face's behind both, by how much each covers.
@inline function painted(at: usize, plane: usize, flags: usize, table: usize, sunny: usize, width: usize, step: usize): v128 {
  const own: usize = i32.load(at + plane * SHOWN), behind: usize = i32.load(at + plane * BEHIND), face: usize = i32.load(at + plane * FACE);
  const cover = v128.load32_splat(at + plane * COVER), next = v128.load32_splat(at + plane * NEXT_COVER), place: usize = table + own * width * 3 + width;
  const sloped = plus(times(v128.load32_splat(at + plane * ALONG), v128.load(place)), times(v128.load32_splat(at + plane * ACROSS), v128.load(place + width)));
  const front = plus(v128.load(flags + own * width), sloped);
  const rest = plus(times(next, v128.load(flags + behind * width)), times(minus(all(1), next), v128.load(flags + face * width)));
  const both = plus(times(cover, front), times(minus(all(1), cover), rest));
  return plus(both, times(v128.load32_splat(at + plane * LIT), v128.load(sunny + own * step)));
}
