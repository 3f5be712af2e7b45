// What the X-ray shows of each patch (viewer/streaming/patch_status.py has the colours).

/** @type {Record<string, [number, number, number]>} */
export const COLOURS = { made: [80, 220, 120], stale: [235, 220, 90], missing: [120, 120, 120] };
const FRESH_S = 4;
const [FAINTEST, STRONGEST] = [0.12, 0.55];

/** RGBA of every slot of a level, row by row. @param {import("./streamer.js").Streamer} streamer @param {import("./level_window.js").LevelWindow} held @param {number} nowS */
export function tints(streamer, held, nowS) {
  const bytes = new Uint8Array(4 * held.window.rows * held.window.columns);
  for (const cell of held.window.cells()) {
    const revision = held.revisionOf(cell);
    const arrivedS = streamer.made.get([held.level, ...cell].join())?.arrivedS ?? nowS;
    const state = revision < 0 ? "missing" : revision === streamer.revision ? "made" : "stale";
    const age = state === "made" ? Math.min(1, (nowS - arrivedS) / FRESH_S) : 0;
    bytes.set([...COLOURS[state], 255 * (STRONGEST - (STRONGEST - FAINTEST) * age)], 4 * held.window.slot(cell));
  }
  return bytes;
}
