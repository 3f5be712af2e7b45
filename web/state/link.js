// A room and a look as a link's hash: #seed=7&z=3:0.25,17:-1&yaw=20&pitch=-5&fov=90&lens=panini (angles in degrees).

import { VIEW_PROJECTIONS } from "../camera/view_projection.js";
import { LARGEST_SEED, Room } from "./room.js";

const DEGREE = Math.PI / 180;

/**
 * @typedef {object} Shared
 * @property {Room} room
 * @property {{yawRad: number, pitchRad: number, fovRad: number, lens: import("../camera/view_projection.js").ViewProjection}} look
 */

/** @param {Room} room @param {import("../camera/view.js").View} view */
export function toHash(room, view) {
  const degrees = (/** @type {number} */ angle) => String(Math.round((angle / DEGREE) * 100) / 100);
  const turn = 2 * Math.PI;
  const parts = [["seed", String(room.seed)]];
  if (room.changes.size) parts.push(["z", [...room.changes].map(([i, value]) => `${i}:${Number(value.toPrecision(9))}`).join(",")]);
  parts.push(["yaw", degrees(((view.yawRad % turn) + turn) % turn)], ["pitch", degrees(view.pitchRad)], ["fov", degrees(view.fovRad)]);
  if (view.lens !== "rectilinear") parts.push(["lens", view.lens]);
  return `#${parts.map((part) => part.join("=")).join("&")}`;
}

/** What a hash says, and `usual` where it says nothing or nonsense. @param {string} hash @param {number} zDim @param {Shared} usual @returns {Shared} */
export function fromHash(hash, zDim, usual) {
  const stated = new URLSearchParams(hash.replace(/^#/, ""));
  const angle = (/** @type {string} */ name, /** @type {number} */ otherwise, /** @type {number} */ limit) => {
    const value = Number(stated.get(name) ?? NaN);
    return Math.abs(value) <= limit ? value * DEGREE : otherwise;
  };
  const fovRad = angle("fov", NaN, 360);
  const lens = VIEW_PROJECTIONS.find((one) => one === stated.get("lens")) ?? (fovRad ? "rectilinear" : usual.look.lens);
  const look = {
    yawRad: angle("yaw", usual.look.yawRad, 1e6), pitchRad: angle("pitch", usual.look.pitchRad, 90),
    fovRad: fovRad || usual.look.fovRad, lens,
  };
  return { room: roomOf(stated, zDim) ?? usual.room, look };
}

/** @param {URLSearchParams} stated @param {number} zDim */
function roomOf(stated, zDim) {
  const text = stated.get("seed") ?? "";
  const seed = Number(text);
  if (!/^\d{1,10}$/.test(text) || seed > LARGEST_SEED) return null;
  const pairs = (stated.get("z") ?? "").split(",").map((pair) => pair.split(":").map(Number));
  const sound = pairs.filter(([index, value]) => Number.isInteger(index) && index >= 0 && index < zDim && Math.abs(value) <= 1);
  return new Room(seed, zDim, new Map(/** @type {[number, number][]} */ (sound)));
}
