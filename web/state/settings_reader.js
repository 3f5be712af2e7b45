// Reading untrusted JSON into settings: every name known, every value of its type and range.

import { Fraction } from "./json_text.js";
import { Problem, require } from "./problem.js";

/** @typedef {(value: unknown, name: string) => any} Reader */

/** @param {unknown} value @param {string} name @returns {Record<string, unknown>} */
export function asObject(value, name) {
  require(typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Fraction), `${name} is not an object of settings`);
  return /** @type {Record<string, unknown>} */ (value);
}

/**
 * @param {unknown} value
 * @param {string} name for messages
 * @param {Record<string, [Reader, unknown]>} fields how each is read, and what it is if left out
 * @returns {Record<string, any>}
 */
export function readFields(value, name, fields) {
  const stated = asObject(value, name);
  for (const key of Object.keys(stated))
    require(Object.hasOwn(fields, key), `${name}: unknown setting '${key}'; this file may come from a newer version`);
  return Object.fromEntries(
    Object.entries(fields).map(([key, [read, usual]]) => [
      key,
      Object.hasOwn(stated, key) ? read(stated[key], `${name}: ${key}`) : usual,
    ]),
  );
}

/** A whole number within limits. @param {number} low @param {number} high @returns {Reader} */
export function whole(low, high) {
  return (value, name) => {
    if (!Number.isInteger(value)) throw new Problem(`${name} is ${shown(value)}; it must be a whole number`);
    const number = /** @type {number} */ (value);
    require(number >= low && number <= high, `${name} is ${number}; it must be between ${low} and ${high}`);
    return number;
  };
}

/** @type {Reader} */
export function finite(value, name) {
  const number = value instanceof Fraction ? value.value : value;
  if (!Number.isFinite(number)) throw new Problem(`${name} is ${shown(value)}; it must be a number`); // there are many
  return /** @type {number} */ (number);
}

/** @type {Reader} */
export function flag(value, name) {
  require(typeof value === "boolean", `${name} is ${shown(value)}; it must be true or false`);
  return value;
}

/** One of some words. @param {...string} words @returns {Reader} */
export function oneOf(...words) {
  return (value, name) => {
    if (words.includes(/** @type {string} */ (value))) return value;
    throw new Problem(`${name} is ${shown(value)}; it must be ${words.join(" or ")}`);
  };
}

/** @type {Reader} */
export function word(value, name) {
  require(typeof value === "string", `${name} is ${shown(value)}; it must be text`);
  return value;
}

/** @type {Reader} */
export function words(value, name) {
  require(Array.isArray(value) && value.every((word) => typeof word === "string"), `${name} is not a list of words`);
  return /** @type {string[]} */ (value);
}

/** @type {Reader} */
export function list(value, name) {
  require(Array.isArray(value), `${name} is not a list`);
  return value;
}

/** Two numbers. @type {Reader} */
export function span(value, name) {
  const wrong = `${name} is ${shown(value)}; it must be two lengths below 1000 m`;
  require(Array.isArray(value) && value.length === 2, wrong);
  const metres = value.map((one) => finite(one, name));
  require(metres.every((one) => Math.abs(one) < 1000), wrong);
  return /** @type {[number, number]} */ (metres);
}

/** @param {unknown} value */
function shown(value) {
  return (JSON.stringify(value instanceof Fraction ? value.value : value) ?? "nothing").slice(0, 40);
}
