// Reads JSON that a stranger may have written (cocogan_core/json_text.py): each name once, every number finite, nothing
// nested deep. A number that is written as a fraction stays one, so that 12.0 is no whole number, as in Python.

const MOST_DEPTH = 32;
const LARGEST = 2n ** 63n;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[[\]{},:]/g;
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
  const marked = text.replace(TOKEN, (token) => scan.take(token));
  return JSON.parse(marked, (_, value) => (typeof value === "object" && value !== null && Object.hasOwn(value, MARK) ? new Fraction(value[MARK]) : value));
}

class Scan {
  constructor() {
    /** @type {(Set<string> | null)[]} names of the objects, and null for the lists, that we are within */
    this.within = [];
    this.isName = false; // whether a string would be one
  }

  /** What is parsed instead of a token. @param {string} token */
  take(token) {
    const names = this.within.at(-1);
    if (token === "}" || token === "]") this.within.pop();
    else if (token === "," || token === ":") this.isName = token === "," && Boolean(names);
    else if (this.isName && names && token.startsWith('"')) this.takeName(token, names);
    else return this.takeValue(token);
    return token;
  }

  /** @param {string} token @param {Set<string>} names */
  takeName(token, names) {
    const name = JSON.parse(token);
    if (names.has(name) || name === MARK) throw new Error(`${token.slice(0, 60)} stands there twice`);
    names.add(name);
  }

  /** @param {string} token */
  takeValue(token) {
    if (this.within.length > MOST_DEPTH) throw new Error(`objects and lists nested deeper than ${MOST_DEPTH} levels`);
    if (token === "{" || token === "[") this.within.push(token === "{" ? new Set() : null);
    this.isName = token === "{";
    return /^[-\d]/.test(token) ? number(token) : token;
  }
}

/** @param {string} token */
function number(token) {
  const isWhole = /^-?\d+$/.test(token);
  const isFinite = isWhole ? token.length <= 20 && BigInt(token) < LARGEST && BigInt(token) > -LARGEST : Number.isFinite(Number(token));
  if (!isFinite) throw new Error(`${token.slice(0, 40)} is not a finite number`);
  return isWhole ? token : `{${JSON.stringify(MARK)}:${token}}`;
}
