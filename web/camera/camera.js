// A view with its motion: drags, wheel, keys and inertia (viewer/camera/camera.py). Immutable, as there.

import { gudermannian, mercator } from "../geometry/projection.js";
import { View, yawPitchOf } from "./view.js";
import { pitchThrough, WIDEST_RAD, wrapped } from "./view_projection.js";

/** @typedef {[number, number]} Place device coordinates */

const DEGREE = Math.PI / 180;
const NARROWEST_RAD = 30 * DEGREE;
const FEWEST_TEXELS = 0.25;
/** @type {Record<import("./view_projection.js").ViewProjection, number>} */
const DEFAULT_FOVS_RAD = { rectilinear: 90 * DEGREE, panini: 150 * DEGREE, stereographic: 280 * DEGREE, cylindrical: 360 * DEGREE };
const FLIGHT_S = 0.6;
const WHEEL_FACTOR = 0.92;
const FRICTION = 5;
const SLOWEST_RAD_S = 0.005;
const WHOLE_RAD = Math.PI / 2 - 1e-6; // a panorama that reaches so far has poles to look at
const VELOCITY_MEMORY_S = 0.06;

/**
 * @typedef {object} State
 * @property {View} view
 * @property {number} halfExtentRad
 * @property {number} yawSpeed radians a second
 * @property {number} pitchSpeed
 * @property {{start: View, pitchRad: number, fovRad: number, done: number} | null} flight to another lens
 * @property {number} finestPx width of the finest level's panorama
 * @property {number} narrowestRad
 */

export class Camera {
  /** @param {Partial<State>} state */
  constructor(state) {
    this.view = state.view ?? new View();
    this.halfExtentRad = state.halfExtentRad ?? Math.PI / 2;
    this.yawSpeed = state.yawSpeed ?? 0;
    this.pitchSpeed = state.pitchSpeed ?? 0;
    this.flight = state.flight ?? null;
    this.finestPx = state.finestPx ?? 0;
    this.narrowestRad = state.narrowestRad ?? NARROWEST_RAD;
  }

  /** @param {Partial<State>} changes */
  with(changes) {
    return new Camera({ ...this, ...changes });
  }

  get moving() {
    return this.flight !== null || Math.hypot(this.yawSpeed, this.pitchSpeed) > SLOWEST_RAD_S;
  }

  /** Look elsewhere, within limits. @param {{yawRad?: number, pitchRad?: number, fovRad?: number}} where */
  look({ yawRad = this.view.yawRad, pitchRad = this.view.pitchRad, fovRad = this.view.fovRad } = {}) {
    const { lens } = this.view;
    const fov = Math.min(Math.max(fovRad, this.narrowestRad), WIDEST_RAD[lens]);
    const view = this.view.with({ former: lens, mix: 1, fovRad: fov, yawRad });
    const limit = pitchLimit(view, this.halfExtentRad);
    return this.with({ view: view.with({ pitchRad: Math.min(Math.max(pitchRad, -limit), limit) }), flight: null });
  }

  /** Another lens at its usual field of view; at once if not `flying`. @param {import("./view_projection.js").ViewProjection} lens @param {boolean} flying */
  through(lens, flying) {
    const goal = this.with({ view: this.view.with({ lens }) }).look({
      pitchRad: lens === "stereographic" ? -Math.PI / 2 : this.view.pitchRad,
      fovRad: DEFAULT_FOVS_RAD[lens],
    });
    if (!flying) return goal.stop();
    const start = this.view.with({ lens, former: this.view.lens, mix: 0 });
    return this.stop().with({ view: start, flight: { start, pitchRad: goal.view.pitchRad, fovRad: goal.view.fovRad, done: 0 } });
  }

  /** The same look in a viewport of another shape. @param {number} widthPx @param {number} heightPx */
  resize(widthPx, heightPx) {
    const plane = this.finestPx ? (Math.PI * FEWEST_TEXELS * widthPx) / this.finestPx : Infinity;
    const view = this.view.with({ aspect: widthPx / Math.max(1, heightPx) });
    return this.with({ view, narrowestRad: Math.min(NARROWEST_RAD, 2 * Math.atan(plane)) }).look();
  }

  /** Turn so that the point under `start` comes to lie under `end`. @param {Place} start @param {Place} end @param {number} dtS since the last drag */
  drag(start, end, dtS) {
    const landed = this.look();
    const moved = landed.turnedTo(landed.view.direction(...start), end);
    const dt = Math.max(dtS, 1e-3);
    const blend = 1 - Math.exp(-dt / VELOCITY_MEMORY_S);
    const blended = (/** @type {number} */ speed, /** @type {number} */ way) => speed + blend * (way / dt - speed);
    return moved.with({
      yawSpeed: blended(this.yawSpeed, moved.view.yawRad - this.view.yawRad),
      pitchSpeed: blended(this.pitchSpeed, moved.view.pitchRad - this.view.pitchRad),
    });
  }

  /** The finger rests: speed is forgotten. @param {number} dtS */
  hold(dtS) {
    const keep = Math.exp(-dtS / VELOCITY_MEMORY_S);
    return this.with({ yawSpeed: this.yawSpeed * keep, pitchSpeed: this.pitchSpeed * keep });
  }

  stop() {
    return this.with({ yawSpeed: 0, pitchSpeed: 0 });
  }

  /** Let inertia turn the camera, or the lens change. @param {number} dtS */
  step(dtS) {
    if (this.flight) return this.advanceFlight(this.flight, dtS);
    if (!this.moving) return this.stop();
    const keep = Math.exp(-FRICTION * dtS);
    const way = (1 - keep) / FRICTION;
    const moved = this.nudge(this.yawSpeed * way, this.pitchSpeed * way);
    return moved.with({ yawSpeed: this.yawSpeed * keep, pitchSpeed: this.pitchSpeed * keep });
  }

  /** @param {NonNullable<State["flight"]>} flight @param {number} dtS */
  advanceFlight(flight, dtS) {
    const done = flight.done + dtS / FLIGHT_S;
    if (done >= 1) return this.look({ pitchRad: flight.pitchRad, fovRad: flight.fovRad });
    const way = done * done * (3 - 2 * done);
    const { start } = flight;
    const view = start.with({
      pitchRad: start.pitchRad + way * (flight.pitchRad - start.pitchRad),
      fovRad: start.fovRad + way * (flight.fovRad - start.fovRad),
      mix: way,
    });
    return this.with({ view, flight: { ...flight, done } });
  }

  /** Wheel, by parts of a notch too; the point under `about` stays there. @param {number} notches @param {Place} [about] */
  zoom(notches, about) {
    const landed = this.look();
    const nearer = landed.look({ fovRad: landed.view.fovRad * WHEEL_FACTOR ** notches });
    return about ? nearer.turnedTo(landed.view.direction(...about), about) : nearer;
  }

  /** Turn by so many radians. @param {number} right @param {number} up */
  nudge(right, up) {
    return this.look({ yawRad: this.view.yawRad + right, pitchRad: this.view.pitchRad + up });
  }

  /** Turned so that the direction `held` lies under `place`. @param {import("./view.js").Direction} held @param {Place} place */
  turnedTo(held, place) {
    const { view } = this;
    const height = held[1] / Math.hypot(...held);
    const pitchRad = pitchThrough(view.lens, place[0] * view.halfWidth, place[1] * view.halfHeight, height, view.pitchRad);
    const moved = this.look({ pitchRad });
    return moved.nudge(wrapped(yawPitchOf(held)[0] - yawPitchOf(moved.view.direction(...place))[0]), 0);
  }
}

/** Largest pitch: where the upper edge meets the cylinder's; on a whole sphere, and for the little planet, a pole. @param {View} view @param {number} halfExtentRad */
function pitchLimit(view, halfExtentRad) {
  if (view.lens === "stereographic" || (halfExtentRad >= WHOLE_RAD && view.lens !== "cylindrical")) return Math.PI / 2;
  if (view.lens !== "cylindrical") return Math.max(0, halfExtentRad - Math.atan(view.halfHeight));
  return Math.max(0, gudermannian(mercator(Math.min(halfExtentRad, 89 * DEGREE)) - view.halfHeight));
}
