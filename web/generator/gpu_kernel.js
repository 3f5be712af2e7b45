// The generator's loops on a graphics card: a kernel and its store at once. Calls are noted down, and sent together when the CPU
// has numbers to write or pixels to read.

import { floatsOf } from "../state/tensors.js";
import { GROUP } from "./memory.js";
import { WGSL } from "./wgsl.js";

/**
 * @typedef {import("./memory.js").Kernel} Kernel
 * @typedef {import("./memory.js").Store} Store
 * @typedef {import("./memory.js").Weights} Weights
 */

const VECTOR = 8;
const LINE = 16; // floats: every address is a multiple
const [TILE, THREADS, LONGEST_ROW] = [32, 64, 32768]; // wgsl.js
const [MOST_CALLS, CALL_BYTES] = [256, 256]; // a call's numbers lie where a uniform may begin
const NUMBERS = 16; // of a call at most
const LOOPS = /** @type {const} */ (["convolve", "activate", "add", "shuffle", "modulate", "cut", "growRgb", "toBytes"]);

/** @implements {Kernel} @implements {Store} */
export class GpuKernel {
  /** The browser's graphics card; null where it lends none. @param {import("./memory.js").Memory} maths @returns {Promise<GpuKernel | null>} */
  static async open(maths) {
    const { gpu } = /** @type {any} */ (navigator); // WebGPU has no types in the compiler's library
    const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) return null;
    const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
    const device = await adapter.requestDevice({ requiredLimits: { maxStorageBufferBindingSize, maxBufferSize } });
    const module = device.createShaderModule({ code: WGSL });
    const layout = device.createBindGroupLayout({ entries: ENTRIES });
    const whole = device.createPipelineLayout({ bindGroupLayouts: [layout] });
    const made = LOOPS.map((entryPoint) => device.createComputePipelineAsync({ layout: whole, compute: { module, entryPoint } }));
    return new GpuKernel(maths, device, layout, await Promise.all(made));
  }

  /** @param {import("./memory.js").Memory} maths @param {any} device @param {any} layout @param {any[]} pipelines */
  constructor(maths, device, layout, pipelines) {
    this.maths = maths;
    this.staging = { at: 0, floats: 0 };
    this.device = device;
    this.layout = layout;
    this.pipelines = new Map(LOOPS.map((name, i) => [name, pipelines[i]]));
    this.floats = 0;
    this.weightFloats = 0;
    /** @type {[number, Float32Array][]} */
    this.weights = [];
    this.pixelCount = 0;
    /** @type {{loop: string, groups: number[]}[]} */
    this.calls = [];
    this.numbers = new Uint32Array((MOST_CALLS * CALL_BYTES) / 4);
    /** @type {any} */
    this.buffers = null;
    this.failure = "";
    device.addEventListener("uncapturederror", (/** @type {any} */ event) => (this.failure ||= event.error.message));
  }

  /** @param {number} floats */
  allocate(floats) {
    const address = this.floats * 4;
    this.floats += lines(floats);
    return address;
  }

  /** @param {Weights | null} weights @param {number} floats */
  put(weights, floats) {
    const address = this.weightFloats * 4;
    const padded = new Float32Array(floats);
    if (weights) padded.set(floatsOf(weights));
    this.weights.push([address, padded]);
    this.weightFloats += lines(floats);
    return address;
  }

  /** Rows as they are. @param {Weights} weights @param {number} outputs */
  putWeights(weights, outputs) {
    return this.put(weights, (weights.length / outputs) * Math.ceil(outputs / GROUP) * GROUP);
  }

  /** @param {number} count */
  allocatePixels(count) {
    const address = this.pixelCount * 4;
    this.pixelCount += count;
    return address;
  }

  /** Everything is allocated: the card gets its memory and the weights. */
  start() {
    const { STORAGE, COPY_DST, COPY_SRC, UNIFORM, MAP_READ } = /** @type {any} */ (globalThis).GPUBufferUsage;
    const make = (/** @type {number} */ size, /** @type {number} */ usage) => this.device.createBuffer({ size, usage });
    this.buffers = {
      memory: make(this.floats * 4, STORAGE | COPY_DST), weights: make(this.weightFloats * 4, STORAGE | COPY_DST),
      rgba: make(this.pixelCount * 4, STORAGE | COPY_SRC), calls: make(this.numbers.byteLength, UNIFORM | COPY_DST),
      answer: make(this.pixelCount * 4, COPY_DST | MAP_READ),
    };
    for (const [address, numbers] of this.weights) this.device.queue.writeBuffer(this.buffers.weights, address, numbers);
    this.weights = [];
    const { memory, weights, rgba, calls } = this.buffers;
    const resources = [{ buffer: memory }, { buffer: weights }, { buffer: rgba }, { buffer: calls, size: NUMBERS * 4 }];
    this.bound = this.device.createBindGroup({ layout: this.layout, entries: resources.map((resource, binding) => ({ binding, resource })) });
  }

  /** @param {number} address @param {number} floats @param {(floats: Float32Array) => void} write */
  fill(address, floats, write) {
    const numbers = new Float32Array(floats);
    write(numbers);
    this.send(); // what was noted down works on the numbers of before
    this.device.queue.writeBuffer(this.buffers.memory, address, numbers);
  }

  /** @param {number} address @param {number} floats @param {(to: number) => void} work */
  compute(address, floats, work) {
    if (this.staging.floats < floats) this.staging = { at: this.maths.allocate(floats), floats };
    work(this.staging.at);
    this.fill(address, floats, (numbers) => numbers.set(this.maths.view(this.staging.at, floats)));
  }

  /** @param {number} address @param {number} count @returns {Promise<Uint8ClampedArray>} */
  async pixels(address, count) {
    this.send();
    const { rgba, answer } = this.buffers;
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(rgba, address, answer, 0, count * 4);
    this.device.queue.submit([encoder.finish()]);
    await answer.mapAsync(1, 0, count * 4); // to be read
    const bytes = new Uint8ClampedArray(answer.getMappedRange(0, count * 4).slice(0));
    answer.unmap();
    if (this.failure) throw new Error(this.failure);
    return bytes;
  }

  close() {
    this.device.destroy();
  }

  /** @param {typeof LOOPS[number]} loop @param {number[]} numbers as the shader has them @param {number[]} groups of threads */
  note(loop, numbers, groups) {
    if (this.calls.length === MOST_CALLS) this.send();
    this.numbers.set(numbers, (this.calls.length * CALL_BYTES) / 4);
    this.calls.push({ loop, groups });
  }

  /** A loop over so many steps. @param {typeof LOOPS[number]} loop @param {number} steps @param {number[]} numbers */
  noteSteps(loop, steps, numbers) {
    const groups = Math.ceil(steps / THREADS);
    this.note(loop, numbers, [Math.min(groups, LONGEST_ROW), Math.ceil(groups / LONGEST_ROW)]);
  }

  send() {
    if (!this.calls.length) return;
    this.device.queue.writeBuffer(this.buffers.calls, 0, this.numbers, 0, (this.calls.length * CALL_BYTES) / 4);
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    this.calls.forEach(({ loop, groups }, i) => {
      pass.setPipeline(this.pipelines.get(/** @type {any} */ (loop)));
      pass.setBindGroup(0, this.bound, [i * CALL_BYTES]);
      pass.dispatchWorkgroups(...groups);
    });
    pass.end();
    this.device.queue.submit([encoder.finish()]);
    this.calls = [];
  }

  /** @type {Kernel["convolve"]} */
  convolve(x, stride, channels, height, width, k, weights, bias, outputs, y, outStride) {
    const groups = [Math.ceil(((height - k + 1) * (width - k + 1)) / TILE), Math.ceil(outputs / TILE)];
    this.note("convolve", [x / 4, stride, channels, height, width, k, weights / 4, bias / 4, outputs, y / 4, outStride], groups);
  }

  /** @type {Kernel["activate"]} */
  activate(x, n) {
    this.noteSteps("activate", n, [x / 4, n]);
  }

  /** @type {Kernel["add"]} */
  add(x, y, n) {
    this.noteSteps("add", n, [x / 4, y / 4, n]);
  }

  /** @type {Kernel["shuffle"]} */
  shuffle(x, stride, channels, h, w, y, outStride) {
    this.noteSteps("shuffle", channels * 4 * h * w, [x / 4, stride, channels, h, w, y / 4, outStride]);
  }

  /** @type {Kernel["modulate"]} */
  modulate(x, v, scale, shift, channels, n, accumulate) {
    this.noteSteps("modulate", channels * n, [x / 4, v / 4, scale / 4, shift / 4, channels, n, accumulate]);
  }

  /** @type {Kernel["cut"]} */
  cut(x, stride, width, top, left, height, across, channels, y, outStride) {
    this.noteSteps("cut", channels * height * across, [x / 4, stride, width, top, left, height, across, channels, y / 4, outStride]);
  }

  /** @type {Kernel["growRgb"]} */
  growRgb(x, stride, height, width, head, headStride, y, outStride) {
    const steps = 3 * (2 * height - 4) * (2 * width - 4);
    this.noteSteps("growRgb", steps, [x / 4, stride, height, width, head / 4, headStride, y / 4, outStride]);
  }

  /** @type {Kernel["toBytes"]} */
  toBytes(x, stride, width, top, left, side, pixels) {
    this.noteSteps("toBytes", side ** 2, [x / 4, stride, width, top, left, side, pixels / 4]);
  }
}

const COMPUTE = 4; // a stage of a pipeline, by WebGPU's numbers
const ENTRIES = [
  { binding: 0, visibility: COMPUTE, buffer: { type: "storage" } },
  { binding: 1, visibility: COMPUTE, buffer: { type: "read-only-storage" } },
  { binding: 2, visibility: COMPUTE, buffer: { type: "storage" } },
  { binding: 3, visibility: COMPUTE, buffer: { type: "uniform", hasDynamicOffset: true, minBindingSize: NUMBERS * 4 } },
];

/** @param {number} floats and a vector to spare */
function lines(floats) {
  return Math.ceil((floats + VECTOR) / LINE) * LINE;
}
