// A service worker that answers `tiles/…` (tile.js) of the folder that it lies in from the generator, so that viewers of
// stored panoramas show a room unchanged. For pages in the same folder; docs/guide/web.md has an example for each viewer.

import { CompactGenerator } from "../generator/compact_generator.js";
import { readCheckpoint } from "../state/checkpoint.js";
import { Problem } from "../state/problem.js";
import { readTile } from "./tile.js";
import { TileMaker } from "./tile_maker.js";

const worker = /** @type {any} */ (globalThis); // the compiler's library knows either pages or workers
/** @type {Promise<TileMaker> | null} */
let maker = null;

/** @param {string} name */
async function bytesOf(name) {
  const answer = await fetch(new URL(name, worker.registration.scope));
  if (!answer.ok) throw new Problem(`${name} could not be loaded (${answer.status})`);
  return answer.arrayBuffer();
}

async function startMaker() {
  const [file, kernel] = await Promise.all([bytesOf("room.safetensors"), bytesOf("kernel.wasm")]);
  const checkpoint = readCheckpoint(file);
  return new TileMaker(await CompactGenerator.load(checkpoint, kernel), checkpoint.projection);
}

/** @param {string} path @returns {Promise<Response>} */
async function answer(path) {
  try {
    const tile = readTile(path);
    maker ??= startMaker();
    const pixels = await (await maker).make(tile);
    const canvas = new OffscreenCanvas(tile.width, tile.height);
    canvas.getContext("2d")?.putImageData(new ImageData(pixels, tile.width, tile.height), 0, 0);
    return new Response(await canvas.convertToBlob({ type: tile.type, quality: 0.92 }));
  } catch (error) {
    if (!(error instanceof Problem)) maker = null; // to begin anew
    return new Response(String(error), { status: error instanceof Problem ? 404 : 500 });
  }
}

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const tiles = new URL("tiles/", worker.registration.scope).href;
  if (event.request.url.startsWith(tiles)) event.respondWith(answer(new URL(event.request.url).pathname));
});
