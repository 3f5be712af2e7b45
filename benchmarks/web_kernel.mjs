// CPU time of patches in Node: the page's kernel and ONNX Runtime Web by turns, each in blocks of several shapes.
//   stdin: {checkpoint, style: path, graphs: {"2x2": path, …}, turns}; stdout: {"kernel 2x2": [ms a patch, …], …}

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { CompactGenerator } from "../web/generator/compact_generator.js";
import { readCheckpoint } from "../web/state/checkpoint.js";
import { sampleZ } from "../web/state/random.js";

const { checkpoint: path, style: styleGraph, graphs, turns } = JSON.parse(readFileSync(0, "utf8"));
const here = (file) => new Uint8Array(readFileSync(file)).buffer;
const checkpoint = readCheckpoint(here(path));
const z = sampleZ(7, checkpoint.model.zDim);
const kernel = here(new URL("../web/generator/kernel.wasm", import.meta.url));
const generator = await CompactGenerator.load(checkpoint, kernel);
const untextured = checkpoint.model.surfaceTextures ? await CompactGenerator.load(withoutTextures(), kernel) : null;
for (const one of [generator, untextured]) one?.setZ(z);

const require = createRequire(new URL("../web/package.json", import.meta.url));
const runtime = require("onnxruntime-web");
Object.assign(runtime.env.wasm, { numThreads: 1, proxy: false });

function withoutTextures() {
  const others = [...checkpoint.generator].filter(([name]) => !name.startsWith("surfaces."));
  return { ...checkpoint, model: { ...checkpoint.model, surfaceTextures: false }, generator: new Map(others) };
}

/** Corners of the blocks of a shape that cover level 0. */
function corners(rows, columns) {
  const { grid } = checkpoint.model;
  const found = [];
  for (let row = 0; row + rows <= grid.rows; row += rows)
    for (let column = 0; column + columns <= grid.columns; column += columns) found.push([row, column]);
  return found;
}

const open = (graph) =>
  runtime.InferenceSession.create(new Uint8Array(here(graph)), { executionProviders: ["wasm"] });
const known = { z: new runtime.Tensor("float32", z, [z.length]) };
Object.assign(known, await (await open(styleGraph)).run(known));
const contenders = [];
for (const [name, graph] of Object.entries(graphs)) {
  const [rows, columns] = name.split("x").map(Number);
  const places = corners(rows, columns);
  const session = await open(graph);
  const theirs = async ([row, column]) => {
    const at = new runtime.Tensor("int64", BigInt64Array.of(BigInt(row), BigInt(column)), [1, 2]);
    const inputs = { ...known, corners: at };
    await session.run(Object.fromEntries(session.inputNames.map((name) => [name, inputs[name]])));
  };
  contenders.push({ name: `ONNX Runtime Web ${name}`, patches: rows * columns, places, run: theirs, ms: [] });
  if (rows > 2) continue;
  const ours = ([row, column]) => generator.make({ level: 0, row, column, rows, columns });
  contenders.push({ name: `kernel ${name}`, patches: rows * columns, places, run: ours, ms: [] });
  const flat = ([row, column]) => untextured.make({ level: 0, row, column, rows, columns });
  if (untextured) contenders.push({ name: `without textures, kernel ${name}`, patches: rows * columns, places, run: flat, ms: [] });
  const { objects } = generator;
  if (!objects) continue;
  const bare = async (corner) => {
    generator.objects = null;
    await ours(corner);
    generator.objects = objects;
  };
  contenders.push({ name: `without objects, kernel ${name}`, patches: rows * columns, places, run: bare, ms: [] });
}

for (let turn = -3; turn < turns; turn++)
  for (const { patches, places, run, ms } of contenders) {
    const before = process.cpuUsage();
    await run(places[(turn + 3) % places.length]);
    const { user, system } = process.cpuUsage(before);
    if (turn >= 0) ms.push((user + system) / 1000 / patches); // the first ones compile
  }
process.stdout.write(JSON.stringify(Object.fromEntries(contenders.map(({ name, ms }) => [name, ms]))));
