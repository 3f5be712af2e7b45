// How a panorama is cut into micro patches (cocogan_core/geometry/grid.py). A patch is (level, row, column).

/**
 * @typedef {object} Grid
 * @property {number} rows of micro patches
 * @property {number} columns of micro patches
 * @property {number} patchPx side of a micro patch, on every level
 * @property {number} levels of detail
 * @property {number} [beyond] patch rows above, and as many below, the trained image; none if left out
 */

/** The grid of one level alone. @param {Grid} grid @param {number} level @returns {Grid} */
export function atLevel(grid, level) {
  return { ...grid, rows: grid.rows << level, columns: grid.columns << level, levels: 1 };
}

/** @param {Grid} grid */
export function widthPx(grid) {
  return grid.columns * grid.patchPx;
}

/** @param {Grid} grid */
export function heightPx(grid) {
  return grid.rows * grid.patchPx;
}

/** The remainder that is never negative, as Python's. @param {number} value @param {number} by */
export function modulo(value, by) {
  return ((value % by) + by) % by;
}

/** Half to even, as Python's `round`. @param {number} value */
export function roundHalfEven(value) {
  const down = Math.floor(value);
  const rest = value - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
}
