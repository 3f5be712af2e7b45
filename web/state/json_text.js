// Reads JSON that a stranger may have written (cocogan_core/json_text.py): each name once, every number finite, nothing
// nested deep. A number that is written as a fraction stays one, so that 12.0 is no whole number, as in Python.

const MOST_DEPTH = 32;
const LARGEST = 2n ** 63n;
const SURELY_SMALL = 15; // digits
const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[[\]{}]/g;
const MARK = "\0fraction"; // no name of ours

/** A number that was written with a fraction or an exponent. */
export class Fraction {
  /** @param {number} value */
  constructor(value) {
    this.value = value;
  }
}

/** @param {string} text @returns {unknown} @throws {Error} it is no JSON, or none that is read here */
export function parseJson(text) {
  const scan = new Scan();
  const marked = text.replace(TOKEN, (token, colon) => scan.take(token, colon));
  if (!scan.hasFractions) return JSON.parse(marked);
  return JSON.parse(marked, (_, value) => (typeof value === "object" && value !== null && Object.hasOwn(value, MARK) ? new Fraction(value[MARK]) : value));
}

class Scan {
  constructor() {
    /** @type {(Set<string> | null)[]} names of the objects, and null for the lists, that we are within */
    this.within = [];
    this.hasFractions = false;
  }

  /** What is parsed instead of a token. @param {string} token @param {string | undefined} colon what makes a name of a string */
  take(token, colon) {
    if (token === "}" || token === "]") this.within.pop();
    else if (colon) this.takeName(token.slice(0, -colon.length));
    else return this.takeValue(token);
    return token;
  }

  /** @param {string} token */
  takeName(token) {
    const names = this.within.at(-1);
    const name = token.includes("\\") ? JSON.parse(token) : token.slice(1, -1);
    if (names?.has(name) || name === MARK) throw new Error(`${token.slice(0, 60)} stands there twice`);
    names?.add(name); // if there are none it is no JSON
  }

  /** @param {string} token */
  takeValue(token) {
    if (this.within.length > MOST_DEPTH) throw new Error(`objects and lists nested deeper than ${MOST_DEPTH} levels`);
    if (token === "{" || token === "[") this.within.push(token === "{" ? new Set() : null);
    return token[0] === "-" || (token[0] >= "0" && token[0] <= "9") ? this.number(token) : token;
  }

  /** @param {string} token */
  number(token) {
    const isWhole = !/[.eE]/.test(token);
    if (!(isWhole ? isSmall(token) : Number.isFinite(Number(token)))) throw new Error(`${token.slice(0, 40)} is not a finite number`);
    this.hasFractions ||= !isWhole;
    return isWhole ? token : `{${JSON.stringify(MARK)}:${token}}`;
  }
}

/** Whether it fits into 64 bits, as for Python's reader. @param {string} token a whole number */
function isSmall(token) {
  return token.length <= SURELY_SMALL || (token.length <= 20 && BigInt(token) < LARGEST && BigInt(token) > -LARGEST);
}
