// What the page is made of, from the files beside it, or from the page itself where it is one file.

import { Problem } from "../state/problem.js";

/** @param {string} id @returns {string | null} the text of a data block, which is then let go */
function block(id) {
  const element = document.getElementById(id);
  element?.remove();
  return element?.textContent ?? null;
}

/** @param {string[]} texts base64, each of whole bytes @returns {Uint8Array<ArrayBuffer>} */
function fromBase64(texts) {
  const sizes = texts.map((text) => (text.length / 4) * 3 - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0));
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  texts.forEach((text, i) => decode(text, bytes.subarray(at, (at += sizes[i]))));
  return bytes;
}

/** @param {string} text base64 @param {Uint8Array} bytes of that length */
function decode(text, bytes) {
  const { setFromBase64 } = /** @type {any} */ (bytes); // browsers of 2025 and later; fromBase64 takes twice as long
  if (setFromBase64) return setFromBase64.call(bytes, text);
  const letters = atob(text);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
}

/** Bytes stand in comments, which the browser reads quicker than anything else. @param {string} name @returns {Promise<ArrayBuffer>} */
async function bytesOf(name) {
  const element = document.getElementById(name);
  if (!element) return download(name);
  element.remove();
  return fromBase64(Array.from(element.childNodes, (comment) => /** @type {Comment} */ (comment).data)).buffer;
}

/** @param {string} name */
async function download(name) {
  const answer = await fetch(name).catch(() => null);
  if (!answer?.ok) throw new Problem(`${name} could not be loaded (${answer ? answer.status : "no connection"}); load the page again`);
  return answer.arrayBuffer();
}

/** All that the page starts from. */
export async function loadParts() {
  const room = JSON.parse(block("room") ?? "{}");
  const sources = { vertex: block("view.vert") ?? "", fragment: block("view.frag") ?? "" };
  const code = block("worker.js");
  const script = code === null ? "worker.js" : URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const [checkpoint, kernel] = await Promise.all([bytesOf("room.safetensors"), bytesOf("kernel.wasm")]);
  return { room, sources, checkpoint, kernel, makeWorker: () => new Worker(script) };
}
