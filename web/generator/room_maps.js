// What the cells of an area know of the walls and objects around the viewer. The kernel works it out (room_kernel.ts), always that of
// WebAssembly, from what is laid out here for it.

import { areasOf, objectsOf, outlineOf } from "./object_coordinates.js";
import { directions, firstOctave, roomOf } from "./room_coordinates.js";
import { strideOf } from "./memory.js";
import { ObjectTextures } from "./object_textures.js";
import { SHADOW_FLOATS, placesAMetre, shadowMap } from "./sun_shadows.js";
import { SurfaceTextures } from "./surface_textures.js";
import { TileTextures } from "./tile_textures.js";

/**
 * @typedef {import("./kept_features.js").Area} Area
 * @typedef {import("./object_coordinates.js").Objects} Objects
 * @typedef {import("./room_coordinates.js").Rays} Rays
 */

const [COLUMN, ROW, BOX, BODY, SUN] = [8, 8, 6, 12, 12]; // floats of each (room_kernel.ts, sun_kernel.ts)
const [SEEN, SEEN_OF_TILES] = [13, 5]; // planes (room_kernel.ts, tile_kernel.ts)
const [YAW_WAVE, YAW_WAVES] = [4, 3];
const PITCH_WAVES = [16, 32];
const STEEPEST = 4;

export class RoomMaps {
  /** Of a model that knows its rooms. @param {import("./memory.js").Memory} maths @param {import("../state/checkpoint.js").Checkpoint} checkpoint @param {number} side most cells down and across an area */
  constructor(maths, checkpoint, side) {
    const { model } = checkpoint;
    this.maths = maths;
    this.model = model;
    this.across = strideOf(side);
    this.columns = maths.allocate(COLUMN * this.across);
    this.rows = maths.allocate(ROW * side);
    this.box = maths.allocate(BOX);
    this.count = model.objects?.objects.length ?? 0;
    this.bodies = maths.allocate(BODY * this.count);
    this.sun = maths.allocate(SUN);
    this.shadows = model.objects?.panes.length ? maths.allocate(SHADOW_FLOATS) : 0;
    this.textures = new SurfaceTextures(maths, checkpoint);
    this.objectTextures = new ObjectTextures(maths, checkpoint);
    this.tiles = new TileTextures(maths, checkpoint);
    this.seen = this.count ? maths.allocate((SEEN + (this.tiles.fronts.length ? SEEN_OF_TILES : 0)) * strideOf(side * side)) : 0;
    /** @type {Objects | null} */
    this.objects = null;
    /** @type {Map<number, import("./object_coordinates.js").Outline[]>} of the objects, by the stage's cells */
    this.outlines = new Map();
    /** @type {Rays} of the area that is looked at */
    this.rays = directions({ top: 0, left: 0, height: 0, width: 0 }, { rows: 1, columns: 1 }, this.room);
  }

  get room() {
    return /** @type {import("../state/model_config.js").RoomLatents} */ (this.model.room);
  }

  /** Show another room from now on. @param {Float32Array} z of the room as the network knows it @returns {number[]} z, and what is derived from it of how objects look */
  setZ(z) {
    const room = roomOf(z, this.model, this.room);
    this.put(this.box, [...room.low, ...room.high]);
    if (this.model.objects) this.setObjects(objectsOf(z, this.model, this.room, this.model.objects), room.high[2]);
    const told = [...z, ...(this.objects?.looks ?? [])];
    this.textures.setZ(told, room);
    return told;
  }

  /** @param {Objects} objects @param {number} frontM metres to the front wall */
  setObjects(objects, frontM) {
    this.objects = objects;
    this.outlines.clear();
    for (const { index, low, high, middle, half } of objects.bodies) this.put(this.bodies + 4 * BODY * index, [...low, ...high, ...middle, ...half]);
    this.tiles.setBodies(objects.bodies);
    const { glass, window, sun: { azimuthRad, heightRad } } = objects;
    const towards = [Math.sin(azimuthRad) * Math.cos(heightRad), Math.sin(heightRad), Math.cos(azimuthRad) * Math.cos(heightRad)];
    this.put(this.sun, [...towards, heightRad, ...glass.middle.slice(0, 2), ...glass.half.slice(0, 2), ...window.low.slice(0, 2), ...placesAMetre(window)]);
    if (this.shadows) this.put(this.shadows, shadowMap(objects, towards, frontM));
  }

  /** @param {number} address @param {ArrayLike<number>} numbers */
  put(address, numbers) {
    this.maths.view(address, numbers.length).set(numbers);
  }

  /** Look at an area of cells of the panorama, which has `rows` × `columns` of them. @param {Area} area @param {{rows: number, columns: number}} counts */
  aim(area, counts) {
    const { maths, across } = this;
    const rays = directions(area, counts, this.room);
    const columns = maths.view(this.columns, COLUMN * across);
    columns.set(rays.sin);
    columns.set(rays.cos, across);
    fillYawWaves(columns.subarray(2 * across), across, rays.yaws);
    fillRows(maths.view(this.rows, ROW * rays.up.length), rays);
    this.rays = rays;
  }

  /** Features of the walls, as planes, and of the stage's texture on them, which objects hide that {@link look} has seen there, where z mixes it. @param {number} stage @param {number} planes address @param {number} stride */
  walls(stage, planes, stride) {
    const { maths, columns, across, rows, rays, box } = this;
    const seen = this.model.mixedTextures ? this.seen : 0;
    maths.loops.meetWalls(columns, across, rows, rays.up.length, rays.yaws.length, box, firstOctave(stage), ...this.textures.of(stage, rays.cellRad), seen, planes, stride);
  }

  /** Features of the objects, as planes, and of the stage's textures on them; {@link paint} goes on from there. @param {number} stage @param {number} planes address @param {number} stride */
  look(stage, planes, stride) {
    const { maths: { loops }, columns, across, rows, rays, box, bodies, count, sun, shadows, seen } = this;
    const { bodies: known } = /** @type {Objects} */ (this.objects);
    const [height, width] = [rays.up.length, rays.yaws.length];
    const outlines = this.outlines.get(rays.cellRad) ?? known.map((body) => outlineOf(body, rays.cellRad));
    this.outlines.set(rays.cellRad, outlines);
    loops.clear(seen, stride);
    known.forEach(({ index, isEllipsoid }, i) => {
      for (const [top, bottom, left, right] of areasOf(outlines[i], rays))
        loops.meetBody(columns, across, rows, top, bottom, left, right, width, bodies + 4 * BODY * index, index, isEllipsoid ? 1 : 0, rays.cellRad, seen, stride);
    });
    loops.mapObjects(columns, across, rows, height, width, box, bodies, count, sun, shadows, firstOctave(stage), rays.cellRad, ...this.objectTextures.of(stage), ...this.tiles.of(stage), seen, stride, planes);
  }

  /**
   * What objects and faces add to the channels, as planes.
   * @param {{flags: number, table: number, sunny: number, sunnyStep: number, channels: number}} rows addresses
   * @param {number} planes address
   * @param {number} stride
   */
  paint({ flags, table, sunny, sunnyStep, channels }, planes, stride) {
    this.maths.loops.paint(this.seen, stride, this.rays.up.length * this.rays.yaws.length, flags, table, sunny, sunnyStep, channels, planes);
  }

  /** Add what tiles on fronts add to a stage's channels, if it has any. @param {number} stage @param {number} channels @param {number} planes address @param {number} stride */
  addTiles(stage, channels, planes, stride) {
    const mix = this.tiles.mixes[stage];
    if (mix) this.maths.loops.addTiles(this.seen, stride, this.rays.up.length * this.rays.yaws.length, mix, channels, planes);
  }
}

/** Planes of sines, then of cosines; in plain steps, since there are many. @param {Float32Array} planes @param {number} across from one to the next @param {Float64Array} yaws */
function fillYawWaves(planes, across, yaws) {
  for (let i = 0; i < YAW_WAVES; i++)
    for (let column = 0; column < yaws.length; column++) {
      const angle = yaws[column] * YAW_WAVE * 2 ** i;
      planes[i * across + column] = Math.sin(angle);
      planes[(YAW_WAVES + i) * across + column] = Math.cos(angle);
    }
}

/** @param {Float32Array} rows @param {Rays} rays */
function fillRows(rows, { up, level, pitches }) {
  const [first, second] = PITCH_WAVES;
  for (let row = 0, at = 0; row < pitches.length; row++, at += ROW) {
    const pitch = pitches[row];
    rows[at] = up[row];
    rows[at + 1] = level[row];
    rows[at + 2] = Math.min(Math.max(pitch * STEEPEST, -1), 1);
    rows[at + 3] = Math.sin(pitch * first);
    rows[at + 4] = Math.cos(pitch * first);
    rows[at + 5] = Math.sin(pitch * second);
    rows[at + 6] = Math.cos(pitch * second);
  }
}
