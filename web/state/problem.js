/** A mistake that the reader of the page can mend: one line that says what, where and what to do. */
export class Problem extends Error {}

/**
 * @param {unknown} condition
 * @param {string} words what is wrong, if the condition does not hold
 * @returns {asserts condition}
 */
export function require(condition, words) {
  if (!condition) throw new Problem(words);
}
