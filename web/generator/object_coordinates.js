// Where the rays of a panorama's pixels meet a room's objects (cocogan_core/models/object_coordinates.py, object_scene.py). The
// nearest object along a ray is seen; at its outline its cover falls from 1 to 0 within a pixel, and the next one has the rest.

/**
 * @typedef {object} Body an object that is there
 * @property {number} index among the room's objects
 * @property {boolean} isEllipsoid
 * @property {number[]} low metres from the eye to its left, lower and back side
 * @property {number[]} high to its right, upper and front side
 * @property {number[]} middle
 * @property {number[]} half
 *
 * @typedef {object} Objects of a room
 * @property {number} count
 * @property {Body[]} bodies
 * @property {{middle: number[], half: number[]}} panes of the window that the sun shines through
 * @property {{azimuthRad: number, heightRad: number}} sun
 *
 * @typedef {object} Seen what each cell's ray meets
 * @property {Int16Array} which object is the nearest; NOTHING where there is none
 * @property {Float64Array} distance metres to it
 * @property {Float64Array} inside metres from the nearest edge of its visible face
 * @property {Float64Array} cover how much of the cell it covers
 * @property {Int16Array} nextWhich object behind it, if any
 * @property {Float64Array} nextDistance
 * @property {Float64Array} nextCover
 *
 * @typedef {import("./room_coordinates.js").Rays} Rays
 * @typedef {{lowest: number, highest: number, middle: number, half: number}} Outline pitches, and yaws on either side of a middle
 */

export const NOTHING = -1;
const FAR_M = 1e9;
const BESIDE_M = 0.05; // what is nearer is not seen: the eye is within it
const LEAST_SLOPE = 1e-4;
const SLACK_CELLS = 2; // around an outline: covers reach half a cell, and those of ellipsoids up to three times as far
const STEEPEST_RAD = 1.5; // towards the poles an outline may reach all round

/**
 * The objects of a room as its eye has them.
 * @param {Float32Array} z
 * @param {import("../state/model_config.js").Model} model
 * @param {import("../state/model_config.js").RoomLatents} room
 * @param {import("../state/room_objects.js").RoomObjects} stated
 * @returns {Objects}
 */
export function objectsOf(z, model, room, stated) {
  const number = (/** @type {string} */ name) => z[model.latentNames.indexOf(name)];
  const [right, ahead] = [3, 4].map((i) => between(room.spans[i], number(room.names[i])));
  const eye = [right, room.eyeM, ahead];
  const bodies = stated.objects.map((one, index) => bodyOf(one, index, number, eye));
  const { middle, half } = bodies[stated.window];
  const [azimuthRad, heightRad] = [stated.sunAzimuthRad, stated.sunHeightRad].map((span, i) => between(span, number(stated.sunLatents[i])));
  return {
    count: bodies.length,
    bodies: bodies.filter((_, i) => isThere(stated.objects[i].present, number)),
    panes: { middle, half: half.map((length) => length - stated.frameM) },
    sun: { azimuthRad, heightRad },
  };
}

/** @param {number[]} span at −1 and 1 @param {number} value */
function between([low, high], value) {
  return low + ((high - low) * (value + 1)) / 2;
}

/** @param {string} present @param {(name: string) => number} number */
function isThere(present, number) {
  if (!present) return true;
  return present.startsWith("-") ? number(present.slice(1)) < 0 : number(present) > 0;
}

/** @param {import("../state/room_objects.js").RoomObject} stated @param {number} index @param {(name: string) => number} number @param {number[]} eye @returns {Body} */
function bodyOf({ sidesM, latents, isEllipsoid }, index, number, eye) {
  const factors = [1, ...latents.map((name, i) => (latents.lastIndexOf(name) === i ? number(name) : 0))];
  const sides = Array.from({ length: 6 }, (_, side) =>
    factors.reduce((sum, factor, i) => sum + factor * sidesM[side * factors.length + i], -eye[side % 3]),
  );
  const [low, high] = [sides.slice(0, 3), sides.slice(3)];
  const half = low.map((length, axis) => (high[axis] - length) / 2);
  return { index, isEllipsoid, low, high, middle: low.map((length, axis) => (length + high[axis]) / 2), half };
}

/** The objects that each ray meets first. Each is looked for only where it may be. @param {Objects} objects @param {Rays} rays @returns {Seen} */
export function nearestObjects({ bodies }, rays) {
  const seen = nothing(rays.up.length * rays.sin.length);
  for (const body of bodies) {
    const outline = outlineOf(body, rays.cellRad);
    const rows = rowsWithin(outline, rays);
    if (!rows.length) continue;
    const columns = columnsWithin(outline, rays, 0);
    const turned = rows.some((row) => rays.level[row] < 0) ? columnsWithin(outline, rays, Math.PI) : columns; // beyond the poles
    for (const row of rows) meetRow(body, rays, row, rays.level[row] < 0 ? turned : columns, seen);
  }
  return seen;
}

/** @param {number} cells @returns {Seen} */
function nothing(cells) {
  const numbers = () => new Float64Array(cells);
  return {
    which: new Int16Array(cells).fill(NOTHING), distance: numbers().fill(FAR_M), inside: numbers(), cover: numbers(),
    nextWhich: new Int16Array(cells).fill(NOTHING), nextDistance: numbers().fill(FAR_M), nextCover: numbers(),
  };
}

/** Where a box may be seen, and some cells around. @param {Body} body @param {number} cellRad @returns {Outline} */
function outlineOf({ low: [left, lower, back], high: [right, upper, front] }, cellRad) {
  const near = Math.hypot(Math.min(Math.max(0, left), right), Math.min(Math.max(0, back), front));
  if (near < BESIDE_M) return { lowest: -Math.PI, highest: Math.PI, middle: 0, half: Math.PI };
  const corners = [[left, back], [left, front], [right, back], [right, front]];
  const far = Math.max(...corners.map(([x, z]) => Math.hypot(x, z)));
  const lowest = Math.atan2(lower, lower > 0 ? far : near) - SLACK_CELLS * cellRad;
  const highest = Math.atan2(upper, upper > 0 ? near : far) + SLACK_CELLS * cellRad;
  const middle = Math.atan2(left + right, back + front);
  const turns = corners.map(([x, z]) => turn(Math.atan2(x, z) - middle));
  const steepest = Math.max(Math.abs(lowest), Math.abs(highest));
  const slack = steepest < STEEPEST_RAD ? (SLACK_CELLS * cellRad) / Math.cos(steepest) : Math.PI;
  return { lowest, highest, middle, half: Math.max(...turns.map(Math.abs)) + slack };
}

/** An angle in −π … π. @param {number} angleRad */
function turn(angleRad) {
  return angleRad - Math.round(angleRad / (2 * Math.PI)) * 2 * Math.PI;
}

/** @param {Outline} outline @param {Rays} rays @returns {number[]} */
function rowsWithin({ lowest, highest }, { up, level }) {
  const rows = [];
  for (let row = 0; row < up.length; row++) {
    const pitch = Math.atan2(up[row], Math.abs(level[row]));
    if (pitch >= lowest && pitch <= highest) rows.push(row);
  }
  return rows;
}

/** @param {Outline} outline @param {Rays} rays @param {number} turned @returns {number[]} */
function columnsWithin({ middle, half }, { yaws }, turned) {
  const columns = [];
  for (let column = 0; column < yaws.length; column++) if (Math.abs(turn(yaws[column] + turned - middle)) <= half) columns.push(column);
  return columns;
}

const hit = { distance: 0, inside: 0 }; // reused: there are thousands of rays a patch

/** @param {Body} body @param {Rays} rays @param {number} row @param {number[]} columns @param {Seen} seen */
function meetRow(body, { sin, cos, up, level, cellRad }, row, columns, seen) {
  const meet = body.isEllipsoid ? meetEllipsoid : meetBox;
  for (const column of columns) {
    meet(body, level[row] * sin[column], up[row], level[row] * cos[column]);
    if (!(hit.distance > BESIDE_M)) continue;
    const cover = Math.min(0.5 + hit.inside / (hit.distance * cellRad), 1);
    if (cover > 0) put(seen, row * sin.length + column, body.index, cover);
  }
}

/** Note what was hit if it is the nearest, or the next. @param {Seen} seen @param {number} cell @param {number} index @param {number} cover */
function put(seen, cell, index, cover) {
  if (hit.distance < seen.distance[cell]) {
    seen.nextWhich[cell] = seen.which[cell];
    seen.nextDistance[cell] = seen.distance[cell];
    seen.nextCover[cell] = seen.cover[cell];
    seen.which[cell] = index;
    seen.distance[cell] = hit.distance;
    seen.inside[cell] = hit.inside;
    seen.cover[cell] = cover;
  } else if (hit.distance < seen.nextDistance[cell]) {
    seen.nextWhich[cell] = index;
    seen.nextDistance[cell] = hit.distance;
    seen.nextCover[cell] = cover;
  }
}

/** @param {Body} body @param {number} x @param {number} y @param {number} z direction of the ray */
function meetBox({ low, high, middle, half }, x, y, z) {
  const [a, b, c] = [inverse(x), inverse(y), inverse(z)];
  const across = Math.min(low[0] * a, high[0] * a);
  const over = Math.min(low[1] * b, high[1] * b);
  const along = Math.min(low[2] * c, high[2] * c);
  const distance = Math.max(across, over, along);
  hit.distance = distance;
  // of the face that the ray enters by no edge is near but its own four
  hit.inside = Math.min(
    across >= distance ? FAR_M : half[0] - Math.abs(x * distance - middle[0]),
    over >= distance ? FAR_M : half[1] - Math.abs(y * distance - middle[1]),
    along >= distance ? FAR_M : half[2] - Math.abs(z * distance - middle[2]),
  );
}

/** One over a part of a direction; of rays along a wall, over a least slope. @param {number} part */
export function inverse(part) {
  if (Math.abs(part) >= LEAST_SLOPE) return 1 / part;
  return part < 0 ? -1 / LEAST_SLOPE : 1 / LEAST_SLOPE;
}

/** @param {Body} body @param {number} x @param {number} y @param {number} z direction of the ray */
function meetEllipsoid({ middle, half }, x, y, z) {
  const [rayX, rayY, rayZ] = [x / half[0], y / half[1], z / half[2]];
  const [toX, toY, toZ] = [middle[0] / half[0], middle[1] / half[1], middle[2] / half[2]];
  const square = rayX * rayX + rayY * rayY + rayZ * rayZ;
  const along = (toX * rayX + toY * rayY + toZ * rayZ) / square;
  const miss = (toX - rayX * along) ** 2 + (toY - rayY * along) ** 2 + (toZ - rayZ * along) ** 2;
  hit.distance = along - Math.sqrt(Math.max(1 - miss, 0)) / Math.sqrt(square);
  hit.inside = ((1 - Math.sqrt(miss)) * (half[0] + half[1] + half[2])) / 3;
}
