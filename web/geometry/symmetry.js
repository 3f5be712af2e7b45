// Rooms with four walls alike: turned by quarters or mirrored they are rooms again, made by the same numbers reordered.
// A generator may know rooms that stand upright only; every other one is one of these, turned and mirrored
// (cocogan_core/geometry/symmetry.py).

import { require } from "../state/problem.js";
import { modulo } from "./grid.js";

/** @typedef {[number, number]} Cell row and column */
/** @typedef {Uint8ClampedArray<ArrayBuffer>} Pixels of one patch */
/** @typedef {{quarterTurn: string[], mirror: string[], openness: string[]}} Stated `"after=before"`, `"after=-before"` */
/** @typedef {{order: number[], signs: number[]}} Permutation where each number comes from, and its sign */

export class RoomSymmetry {
  /**
   * @param {Stated} stated
   * @param {string[]} names of the first numbers
   * @throws {import("../state/problem.js").Problem} these are not the symmetries of a square
   */
  constructor({ quarterTurn, mirror, openness }, names) {
    this.turn = permutation(quarterTurn, names);
    this.mirror = permutation(mirror, names);
    this.walls = openness.map((name) => names.indexOf(name));
    const distinct = new Set(this.walls).size === 4 && openness.length === 4 && !this.walls.includes(-1);
    require(distinct, "symmetry: name the openness of four walls, which are latents of the model");
    require(this.isSquare(names.map((_, i) => i + 1)), "symmetry: turns and mirrorings of the latents are not those of a room with four walls");
  }

  /** @param {number[]} numbers all different @returns {boolean} */
  isSquare(numbers) {
    const turned = this.turned(numbers, 1);
    const mirrored = moved(numbers, this.mirror);
    const ofWalls = (/** @type {number[]} */ all) => this.walls.map((wall) => all[wall]);
    const [front, right, back, left] = ofWalls(numbers);
    return (
      same(this.turned(numbers, 4), numbers) && same(moved(mirrored, this.mirror), numbers) &&
      same(moved(turned, this.mirror), this.turned(mirrored, 3)) &&
      same(ofWalls(turned), [left, front, right, back]) && same(ofWalls(mirrored), [front, left, back, right])
    );
  }

  /** Numbers of a room turned by quarters to the right. @template {number[] | Float32Array} T @param {T} numbers @param {number} times @returns {T} */
  turned(numbers, times) {
    for (let i = 0; i < times; i++) numbers = moved(numbers, this.turn);
    return numbers;
  }

  /** The room set upright: its most open wall in front, the least open one, or where that is opposite the next, to the right. @param {Float32Array} z */
  upright(z) {
    const [door, main, , windows] = [0, 1, 2, 3].sort((a, b) => z[this.walls[a]] - z[this.walls[b]]); // stable, as Python's
    const numbers = this.turned(z, modulo(-windows, 4));
    const side = modulo(door - windows, 4) === 2 ? main : door;
    const mirrored = modulo(side - windows, 4) === 3;
    return new Upright(mirrored ? moved(numbers, this.mirror) : numbers, windows, mirrored);
  }
}

export class Upright {
  /** @param {Float32Array} numbers of the upright room @param {number} turns quarters to the right that lead back, after the mirroring @param {boolean} mirrored */
  constructor(numbers, turns, mirrored) {
    this.numbers = numbers;
    this.turns = turns;
    this.mirrored = mirrored;
  }

  /** Where a patch of the room lies in the upright room's panorama; 4 divides its `columns`. @param {Cell} cell @param {number} columns @returns {Cell} */
  cell([row, column], columns) {
    const turned = modulo(column - (this.turns * columns) / 4, columns);
    return [row, this.mirrored ? columns - 1 - turned : turned];
  }

  /** The upright room's block of a block of the room; it may go round. @template {{row: number, column: number, columns: number}} T @param {T} block @param {number} columns of the panorama @returns {T} */
  block(block, columns) {
    const first = this.mirrored ? block.column + block.columns - 1 : block.column;
    return { ...block, column: this.cell([block.row, first], columns)[1] };
  }

  /** RGBA of the upright room's block, `columns` patches of `side` pixels wide, as the room has it. @param {Pixels[]} patches @param {number} columns @param {number} side */
  undo(patches, columns, side) {
    if (!this.mirrored) return patches;
    for (const pixels of patches) {
      const texels = new Uint32Array(pixels.buffer);
      for (let row = 0; row < side; row++) texels.subarray(row * side, (row + 1) * side).reverse();
    }
    return patches.map((_, i) => patches[i - (i % columns) + columns - 1 - (i % columns)]);
  }
}

/** @param {number[]} a @param {number[]} b */
function same(a, b) {
  return a.every((value, i) => value === b[i]);
}

/** @template {number[] | Float32Array} T @param {T} numbers the named ones first @param {Permutation} permutation @returns {T} */
function moved(numbers, { order, signs }) {
  const after = /** @type {T} */ (numbers.slice());
  order.forEach((from, i) => (after[i] = numbers[from] * signs[i]));
  return after;
}

/** @param {string[]} entries @param {string[]} names @returns {Permutation} */
function permutation(entries, names) {
  const [order, signs] = [names.map((_, i) => i), names.map(() => 1)];
  for (const entry of entries) {
    const cut = entry.indexOf("=");
    const before = entry.slice(cut + 1).replace(/^-/, "");
    const [to, from] = [names.indexOf(entry.slice(0, Math.max(cut, 0))), names.indexOf(before)];
    require(to >= 0 && from >= 0, `symmetry: ${entry.slice(0, 60)}: name latents of the model`);
    order[to] = from;
    signs[to] = entry.includes("=-") ? -1 : 1;
  }
  return { order, signs };
}
