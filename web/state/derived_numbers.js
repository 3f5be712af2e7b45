// Numbers worked out from a room's named numbers (cocogan_core/geometry/derived.py), read as strictly as in Python.

import { require } from "./problem.js";
import { finite, list, oneOf, readFields, word, words } from "./settings_reader.js";

/**
 * @typedef {object} DerivedNumber a function of a weighted sum
 * @property {string} name begins with "="
 * @property {"positive" | "above" | "square"} function the sum where it is above 0, else 0; 1 where it is above 0, else 0; its square
 * @property {number[]} weights the sum's constant, and the weight of each of `terms`
 * @property {string[]} terms names of latents, or of derived numbers before this one
 */

const [MOST_DERIVED, MOST_TERMS, LARGEST, LARGEST_NUMBER] = [2048, 64, 1000, 1e9];
const FUNCTIONS = {
  positive: (/** @type {number} */ sum) => Math.max(sum, 0),
  above: (/** @type {number} */ sum) => (sum > 0 ? 1 : 0),
  square: (/** @type {number} */ sum) => sum * sum,
};
/** @type {Record<string, [import("./settings_reader.js").Reader, unknown]>} */
const NUMBER = { name: [word, null], function: [oneOf(...Object.keys(FUNCTIONS)), null], weights: [numbers, null], terms: [words, []] };

/** Whether a number's name is that of a derived one. @param {string} name */
export function isDerived(name) {
  return name.startsWith("=");
}

/** @type {import("./settings_reader.js").Reader} */
export function readDerived(value, name) {
  const derived = list(value, name).map(readOne);
  require(derived.length <= MOST_DERIVED, `objects: ${derived.length} derived numbers; at most ${MOST_DERIVED} can be known`);
  requireBounded(derived);
  return derived;
}

/** @param {unknown} stated @param {number} index @returns {DerivedNumber} */
function readOne(stated, index) {
  const one = readFields(stated, `DerivedNumber ${index}`, NUMBER);
  for (const [key, value] of Object.entries(one)) require(value !== null, `DerivedNumber ${index}: ${key} is needed`);
  const { name, weights, terms } = one;
  require(isDerived(name), `derived number ${index}: its name must begin with =`);
  require(
    weights.length === 1 + terms.length && terms.length <= MOST_TERMS,
    `derived number ${index}: needs a weight for each of its terms, at most ${MOST_TERMS}, and a constant`,
  );
  require(
    new Set(terms).size === terms.length && weights.every((/** @type {number} */ weight) => Math.abs(weight) < LARGEST),
    `derived number ${index}: its terms must be distinct and every weight below ${LARGEST}`,
  );
  return /** @type {DerivedNumber} */ (one);
}

/** Refuse numbers that come out of order, twice, or to more than any room's would. @param {DerivedNumber[]} derived */
function requireBounded(derived) {
  /** @type {Map<string, [number, number]>} the least and the most that a number can be; latents are −1 … 1 */
  const spans = new Map();
  derived.forEach((one, index) => {
    const inOrder = !spans.has(one.name) && one.terms.every((term) => !isDerived(term) || spans.has(term));
    require(inOrder, `derived number ${index} comes twice, or before what it is made of`);
    const ends = one.terms.map((term, i) => (spans.get(term) ?? [-1, 1]).map((end) => end * one.weights[1 + i]));
    const [low, high] = [Math.min, Math.max].map((end) => ends.reduce((sum, two) => sum + end(...two), one.weights[0]));
    const span = spanOf(one, low, high);
    require(Math.max(Math.abs(span[0]), Math.abs(span[1])) < LARGEST_NUMBER, `derived number ${index} can come to more than ${LARGEST_NUMBER}`);
    spans.set(one.name, span);
  });
}

/** @param {DerivedNumber} one @param {number} low @param {number} high @returns {[number, number]} */
function spanOf(one, low, high) {
  if (one.function === "positive") return [Math.max(low, 0), Math.max(high, 0)];
  return one.function === "above" ? [0, 1] : [0, Math.max(low * low, high * high)];
}

/** All numbers by their names. @param {DerivedNumber[]} derived @param {string[]} latentNames @param {ArrayLike<number>} z @returns {Map<string, number>} */
export function numbersOf(derived, latentNames, z) {
  const numbers = new Map(latentNames.map((name, i) => [name, z[i]]));
  for (const { name, function: kind, weights, terms } of derived) {
    const sum = terms.reduce((sum, term, i) => sum + weights[1 + i] * /** @type {number} */ (numbers.get(term)), weights[0]);
    numbers.set(name, FUNCTIONS[kind](sum));
  }
  return numbers;
}

/** @type {import("./settings_reader.js").Reader} */
function numbers(value, name) {
  return list(value, name).map((/** @type {unknown} */ one) => finite(one, name));
}
