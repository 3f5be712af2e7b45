// A room: its seed, and the entries of z that were set by hand (viewer/state/latents.py).

import { Random, sampleZ } from "./random.js";

export const LARGEST_SEED = 2 ** 31 - 1;

export class Room {
  /** @param {number} seed @param {number} zDim @param {Map<number, number>} [changes] entries set by hand */
  constructor(seed, zDim, changes = new Map()) {
    this.seed = seed;
    this.changes = changes;
    this.z = sampleZ(seed, zDim);
    for (const [index, value] of changes) this.z[index] = Math.min(Math.max(value, -1), 1);
  }

  /** Another room, in the order that the desktop's Space key has. */
  next() {
    return new Room(new Random(this.seed).integer(LARGEST_SEED), this.z.length);
  }

  /** @param {number} index @param {number} value */
  withEntry(index, value) {
    return new Room(this.seed, this.z.length, new Map(this.changes).set(index, value));
  }

  /** Entry `index` as the seed has it. @param {number} index */
  withoutEntry(index) {
    const changes = new Map(this.changes);
    changes.delete(index);
    return new Room(this.seed, this.z.length, changes);
  }
}
