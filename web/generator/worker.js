// A generator in a worker. It makes one block of patches after the other and hears between two of them what is wanted now.
//
//   in:  {type: "start", checkpoint, kernel}; {type: "want", revision, z, groups, heard}: replaces what was wanted before;
//        `groups` are lists of patches, the most urgent first, and only those of one may be made together;
//        `heard` is how many patches the page had taken from here when it asked
//   out: {type: "ready"}; {type: "patch", revision, patch, pixels, ms}; {type: "failed", message}

import { readCheckpoint } from "../state/checkpoint.js";
import { cover, patchesOf } from "./blocks.js";
import { CompactGenerator } from "./compact_generator.js";

/** @typedef {import("./blocks.js").Patch} Patch */

/** @type {CompactGenerator | null} */
let generator = null;
/** @type {{revision: number, z: Float32Array, blocks: import("./blocks.js").Block[]}} */
let wanted = { revision: -1, z: new Float32Array(0), blocks: [] };
let working = false;
/** @type {string[]} patches that were posted, and may not have been heard of when more are asked for */
let unheard = [];
let posted = 0;
const post = /** @type {(message: unknown, transfer?: Transferable[]) => void} */ (postMessage);

/** Let messages in; a timer would wait for milliseconds. @returns {Promise<void>} */
function pause() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

/** @param {{type: string} & import("../streaming/generator_pool.js").Made} message */
function send(message) {
  unheard.push(`${message.revision},${message.patch}`);
  posted++;
  post(message, [message.pixels.buffer]);
}

async function work() {
  if (working || !generator) return;
  working = true;
  for (let block = wanted.blocks.shift(); block; block = wanted.blocks.shift()) {
    const { revision, z } = wanted;
    const start = performance.now();
    generator.setZ(z);
    const made = await generator.make(block);
    const ms = (performance.now() - start) / made.length;
    patchesOf(block).forEach((patch, i) => send({ type: "patch", revision, patch, pixels: made[i], ms }));
    await pause();
  }
  working = false;
}

/** @param {{checkpoint: ArrayBuffer, kernel: ArrayBuffer}} parts */
async function start({ checkpoint, kernel }) {
  generator = await CompactGenerator.load(readCheckpoint(checkpoint), kernel);
  post({ type: "ready" });
  await work();
}

onmessage = ({ data }) => {
  const failed = (/** @type {unknown} */ error) => post({ type: "failed", message: String(error) });
  if (data.type === "start") start(data).catch(failed);
  if (data.type !== "want") return;
  unheard = unheard.slice(unheard.length - (posted - data.heard));
  const isNews = (/** @type {Patch} */ patch) => !unheard.includes(`${data.revision},${patch}`);
  const blocks = data.groups.flatMap((/** @type {Patch[]} */ group) => cover(group.filter(isNews)));
  wanted = { revision: data.revision, z: data.z, blocks };
  work().catch(failed);
};
