// A generator in a worker. It makes one patch after the other and hears between two of them what is wanted now.
//
//   in:  {type: "start", checkpoint, kernel}; {type: "want", revision, z, patches, heard}: replaces what was wanted before;
//        `heard` is how many patches the page had taken from here when it asked
//   out: {type: "ready"}; {type: "patch", revision, patch, pixels, ms}; {type: "failed", message}

import { readCheckpoint } from "../state/checkpoint.js";
import { CompactGenerator } from "./compact_generator.js";

/** @type {CompactGenerator | null} */
let generator = null;
/** @type {{revision: number, z: Float32Array, patches: [number, number, number][]}} */
let wanted = { revision: -1, z: new Float32Array(0), patches: [] };
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

async function work() {
  if (working || !generator) return;
  working = true;
  for (let patch = wanted.patches.shift(); patch; patch = wanted.patches.shift()) {
    const { revision, z } = wanted;
    const start = performance.now();
    generator.setZ(z);
    const pixels = generator.patch(...patch);
    unheard.push(`${revision},${patch}`);
    posted++;
    post({ type: "patch", revision, patch, pixels, ms: performance.now() - start }, [pixels.buffer]);
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
  const fresh = data.patches.filter((/** @type {number[]} */ patch) => !unheard.includes(`${data.revision},${patch}`));
  wanted = { revision: data.revision, z: data.z, patches: fresh };
  work().catch(failed);
};
