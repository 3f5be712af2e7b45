// A generator in a worker. It makes one block of patches after the other and hears between two of them what is wanted now.
//
//   in:  {type: "start", description, checkpoint, kernel, rivals}: what the page has read of the file, and try the graphics card against so many threads, 0 for never;
//        {type: "want", revision, z, groups, heard}: replaces what was wanted before;
//        `groups` are lists of patches, the most urgent first, and only those of one may be made together;
//        `heard` is how many patches the page had taken from here when it asked; {type: "engine", usesGpu}
//   out: {type: "patch", revision, patch, pixels, ms}; {type: "engine", choice}: engines.js; {type: "failed", message}

import { Problem } from "../state/problem.js";
import { readTensors } from "../state/tensors.js";
import { cover, patchesOf } from "./blocks.js";
import { CompactGenerator } from "./compact_generator.js";
import { Engines } from "./engines.js";

/** @typedef {import("./blocks.js").Patch} Patch */

const FIRST_BLOCKS = 8; // of a room that is seen for the first time come before the graphics card is tried

/** @type {Engines | null} */
let engines = null;
/** Try the graphics card, once. */
let consider = () => {};
/** @type {{revision: number, z: Float32Array, blocks: import("./blocks.js").Block[]}} */
let wanted = { revision: -1, z: new Float32Array(0), blocks: [] };
let working = false;
/** @type {string[]} patches that were posted, and may not have been heard of when more are asked for */
let unheard = [];
let posted = 0;
const post = /** @type {(message: unknown, transfer?: Transferable[]) => void} */ (postMessage);

/** To oneself; only one, since what a channel leaves behind is cleared away late, or never in a worker that hardly allocates. */
const { port1: heard, port2: sent } = new MessageChannel();

/** Let messages in; a timer would wait for milliseconds. @returns {Promise<void>} */
function pause() {
  return new Promise((resolve) => {
    heard.onmessage = () => resolve();
    sent.postMessage(0);
  });
}

/** @param {{type: string} & import("../streaming/generator_pool.js").Made} message */
function send(message) {
  unheard.push(`${message.revision},${message.patch}`);
  posted++;
  post(message, [message.pixels.buffer]);
}

async function work() {
  if (working || !engines) return;
  working = true;
  let made = 0;
  for (let block = wanted.blocks.shift(); block; block = wanted.blocks.shift()) {
    await makeBlock(engines, block);
    if (++made === FIRST_BLOCKS) consider();
    await pause();
  }
  working = false;
  if (made) consider();
}

/** @param {Engines} engines @param {import("./blocks.js").Block} block */
async function makeBlock(engines, block) {
  const { revision, z } = wanted;
  const { choice } = engines;
  const start = performance.now();
  const made = await engines.make(block, z);
  const ms = (performance.now() - start) / made.length;
  patchesOf(block).forEach((patch, i) => send({ type: "patch", revision, patch, pixels: made[i], ms }));
  if (engines.choice !== choice) post({ type: "engine", choice: engines.choice });
}

/** @param {import("../streaming/generator_pool.js").Parts & {rivals: number}} parts */
async function start({ description, checkpoint, kernel, rivals }) {
  const { entries, bodyStart, ...told } = description;
  const read = { ...told, generator: readTensors(checkpoint, bodyStart, entries) };
  const running = new Engines(await CompactGenerator.load(read, kernel));
  engines = running;
  consider = () => {
    consider = () => {};
    if (rivals) running.consider(read, kernel, rivals).then(() => running.choice.hasGpu && post({ type: "engine", choice: running.choice }));
  };
  await work();
}

onmessage = ({ data }) => {
  const failed = (/** @type {unknown} */ error) => post({ type: "failed", message: error instanceof Problem ? error.message : String(error) });
  if (data.type === "start") start(data).catch(failed);
  if (data.type === "engine") engines?.choose(data.usesGpu);
  if (data.type === "engine") post({ type: "engine", choice: engines?.choice });
  if (data.type !== "want") return;
  unheard = unheard.slice(unheard.length - (posted - data.heard));
  const isNews = (/** @type {Patch} */ patch) => !unheard.includes(`${data.revision},${patch}`);
  const blocks = data.groups.flatMap((/** @type {Patch[]} */ group) => cover(group.filter(isNews)));
  wanted = { revision: data.revision, z: data.z, blocks };
  work().catch(failed);
};
