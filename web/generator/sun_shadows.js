// Where the sun falls through a room's window, past what stands in its way (cocogan_core/models/sun_shadows.py): a map in the window, of
// which the kernel looks up places (sun_kernel.ts).

/**
 * @typedef {import("./object_coordinates.js").Body} Body
 * @typedef {{at: number[], way: number[], inverse: number[]}} SunRay from a place of the window on
 */

const [ROWS, COLUMNS] = [32, 96]; // of the map
export const SHADOW_FLOATS = 2 * ROWS * COLUMNS;
const FAR_M = 1e9; // to what is not there
const [SOFT_M, BAR_M, BAR_DARK] = [0.06, 0.02, 0.4]; // half width of an edge and of a pane's bar, and how much of the sun that takes
const THINNEST_M = 1e-4; // what is thinner casts no shadow
const LEAST_SLOPE = 1e-4;

/**
 * The map of a room: of each place, row by row from below, how many metres the sun comes, and how open it is.
 * @param {import("./object_coordinates.js").Objects} objects
 * @param {number[]} towards the sun
 * @param {number} frontM metres from the eye to the wall that the sun shines through
 */
export function shadowMap({ window, panes, casters }, towards, frontM) {
  const map = new Float32Array(SHADOW_FLOATS);
  const [across, up] = [COLUMNS, ROWS].map((count, axis) => middles(window.low[axis], window.high[axis], count));
  const way = towards.map((part) => -part);
  const inverse = way.map((part) => 1 / (Math.abs(part) < LEAST_SLOPE ? -LEAST_SLOPE : part));
  for (let row = 0, at = 0; row < ROWS; row++)
    for (let column = 0; column < COLUMNS; column++, at += 2) {
      map[at] = FAR_M;
      map[at + 1] = openness(panes, across[column], up[row]);
    }
  for (const body of casters) {
    const [left, right] = cellsOf(body, 0, window, COLUMNS, { towards, frontM });
    const [low, high] = cellsOf(body, 1, window, ROWS, { towards, frontM });
    for (let row = low; row < high; row++)
      for (let column = left; column < right; column++) {
        const ray = { at: [across[column], up[row], frontM], way, inverse }, place = 2 * (row * COLUMNS + column);
        map[place] = Math.min(map[place], body.isEllipsoid ? toEllipsoid(body, ray) : toBox(body, ray));
      }
  }
  return map;
}

/** Columns and rows of the map. @param {Body} window */
export function placesAMetre({ low, high }) {
  return [COLUMNS, ROWS].map((count, axis) => count / Math.max(high[axis] - low[axis], LEAST_SLOPE));
}

/** Of the map's cells along an axis. @param {number} from @param {number} to @param {number} count */
function middles(from, to, count) {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * (i + 0.5)) / count);
}

/**
 * From which cell of the map on, up to which, a body may keep the sun off: its shadow on the window's plane, and a cell around.
 * @param {Body} body @param {number} axis @param {Body} window @param {number} count of cells @param {{towards: number[], frontM: number}} sun
 */
function cellsOf({ low, high }, axis, window, count, { towards, frontM }) {
  const sizeM = (window.high[axis] - window.low[axis]) / count;
  if (!(sizeM > 0)) return [0, count];
  const leans = [low, high].map((sides) => ((frontM - sides[2]) * towards[axis]) / towards[2]);
  const cell = (/** @type {number} */ metres) => (metres - window.low[axis]) / sizeM;
  const [first, last] = [cell(low[axis] + Math.min(...leans)) - 1.5, cell(high[axis] + Math.max(...leans)) + 1.5];
  return [Math.max(0, Math.floor(first)), Math.min(count, Math.ceil(last))];
}

/** How much of the sun panes let through. @param {Body[]} panes @param {number} x @param {number} y */
function openness(panes, x, y) {
  let most = 0;
  for (const { middle, half } of panes) {
    const [aside, over] = [Math.abs(x - middle[0]), Math.abs(y - middle[1])];
    const inside = share(0.5 + (half[0] - aside) / (2 * SOFT_M)) * share(0.5 + (half[1] - over) / (2 * SOFT_M));
    most = Math.max(most, inside * (1 - BAR_DARK * (1 - share(aside / (BAR_M + SOFT_M)))));
  }
  return most;
}

/** @param {number} value */
function share(value) {
  return Math.min(Math.max(value, 0), 1);
}

/** Metres. @param {Body} body @param {SunRay} ray */
function toBox({ low, high }, { at, inverse }) {
  let [entry, leaves] = [-Infinity, Infinity];
  for (let axis = 0; axis < 3; axis++) {
    const [one, other] = [(low[axis] - at[axis]) * inverse[axis], (high[axis] - at[axis]) * inverse[axis]];
    entry = Math.max(entry, Math.min(one, other));
    leaves = Math.min(leaves, Math.max(one, other));
  }
  return leaves > entry + THINNEST_M && leaves > 0 ? Math.max(entry, 0) : FAR_M;
}

/** @param {Body} body @param {SunRay} ray */
function toEllipsoid({ middle, half }, { at, way }) {
  let [square, along, miss] = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    square += (way[axis] / half[axis]) ** 2;
    along += ((middle[axis] - at[axis]) * way[axis]) / half[axis] ** 2;
  }
  along /= square;
  for (let axis = 0; axis < 3; axis++) miss += ((middle[axis] - at[axis] - way[axis] * along) / half[axis]) ** 2;
  return miss < 1 && along > 0 ? Math.max(along - Math.sqrt(1 - miss) / Math.sqrt(square), 0) : FAR_M;
}
