// The generator's inner loops for a graphics card (WebGPU), one for one those of kernel.ts. Addresses are counted in floats.

export const WGSL = `
@group(0) @binding(0) var<storage, read_write> m: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> rgba: array<u32>;

struct Convolve { x: u32, stride: u32, channels: u32, height: u32, width: u32, k: u32, weights: u32, bias: u32, outputs: u32, y: u32, out_stride: u32 }
@group(0) @binding(3) var<uniform> convolution: Convolve;

// 8 × 8 threads make 32 outputs of 32 positions; each makes 4 of 4. Inputs and weights come 16 products at a time.
const TILE: u32 = 32;
const STEP: u32 = 16;
var<workgroup> a: array<vec4f, 128>;
var<workgroup> b: array<f32, 512>;

fn four(at: u32, apart: u32) -> vec4f { return vec4f(weights[at], weights[at + apart], weights[at + 2 * apart], weights[at + 3 * apart]); }

@compute @workgroup_size(8, 8)
fn convolve(@builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) tile: vec3u) {
  let c = convolution;
  let out_width = c.width - c.k + 1;
  let positions = (c.height - c.k + 1) * out_width;
  let taps = c.k * c.k;
  let products = c.channels * taps;
  let groups = c.outputs / 4;
  let first = tile.x * TILE;
  let group = tile.y * 8 + local.y;
  let bias = four(c.bias + 4 * min(group, groups - 1), 1);
  var sums = mat4x4f(bias, bias, bias, bias);
  for (var start = 0u; start < products; start += STEP) {
    for (var n = thread; n < 128; n += 64) {
      let source = tile.y * 8 + n / STEP;
      let k = start + n % STEP;
      a[n] = select(vec4f(), four(c.weights + 4 * min(source, groups - 1) * products + min(k, products - 1), products), source < groups && k < products);
    }
    for (var n = thread; n < 512; n += 64) {
      let k = min(start + n / TILE, products - 1);
      let position = min(first + n % TILE, positions - 1);
      let channel = k / taps;
      let tap = k - channel * taps;
      let row = position / out_width;
      b[n] = m[c.x + channel * c.stride + (row + tap / c.k) * c.width + position - row * out_width + tap % c.k];
    }
    workgroupBarrier();
    for (var k = 0u; k < STEP; k++) {
      let w = a[local.y * STEP + k];
      let at = k * TILE + local.x;
      sums += mat4x4f(w * b[at], w * b[at + 8], w * b[at + 16], w * b[at + 24]);
    }
    workgroupBarrier();
  }
  if (group >= groups) { return; }
  for (var i = 0u; i < 4; i++) {
    let position = first + local.x + 8 * i;
    if (position >= positions) { continue; }
    for (var o = 0u; o < 4; o++) { m[c.y + (4 * group + o) * c.out_stride + position] = sums[i][o]; }
  }
}

fn leaky(v: f32) -> f32 { return max(v, 0.2 * v); }

// Which of a loop's steps a thread makes: long ones are laid out in rows of threads.
fn step_of(thread: vec3u, groups: vec3u) -> u32 { return thread.y * groups.x * 64 + thread.x; }

// Channel, row and column of a loop's step over planes of so many cells down and across.
fn cell_of(step: u32, down: u32, across: u32) -> vec3u {
  let row = step / across;
  return vec3u(row / down, row % down, step - row * across);
}

struct Activate { x: u32, n: u32 }
@group(0) @binding(3) var<uniform> activation: Activate;

@compute @workgroup_size(64)
fn activate(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = step_of(thread, groups);
  if (i < activation.n) { m[activation.x + i] = leaky(m[activation.x + i]); }
}

struct Add { x: u32, y: u32, n: u32 }
@group(0) @binding(3) var<uniform> addition: Add;

@compute @workgroup_size(64)
fn add(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = step_of(thread, groups);
  if (i < addition.n) { m[addition.x + i] += m[addition.y + i]; }
}

struct Shuffle { x: u32, stride: u32, channels: u32, h: u32, w: u32, y: u32, out_stride: u32 }
@group(0) @binding(3) var<uniform> shuffling: Shuffle;

@compute @workgroup_size(64)
fn shuffle(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let s = shuffling;
  let cell = cell_of(step_of(thread, groups), 2 * s.h, 2 * s.w);
  if (cell.x >= s.channels) { return; }
  let phase = 2 * (cell.y & 1) + (cell.z & 1);
  m[s.y + cell.x * s.out_stride + cell.y * 2 * s.w + cell.z] = m[s.x + (phase * s.channels + cell.x) * s.stride + (cell.y >> 1) * s.w + (cell.z >> 1)];
}

struct Modulate { x: u32, v: u32, scale: u32, shift: u32, channels: u32, n: u32, accumulate: u32 }
@group(0) @binding(3) var<uniform> modulation: Modulate;

@compute @workgroup_size(64)
fn modulate(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let o = modulation;
  let i = step_of(thread, groups);
  let channel = i / o.n;
  if (channel >= o.channels) { return; }
  let value = leaky(m[o.v + i] * (1 + m[o.scale + channel]) + m[o.shift + channel]);
  m[o.x + i] = select(value, value + m[o.x + i], o.accumulate != 0);
}

struct Cut { x: u32, stride: u32, width: u32, top: u32, left: u32, height: u32, across: u32, channels: u32, y: u32, out_stride: u32 }
@group(0) @binding(3) var<uniform> cutting: Cut;

@compute @workgroup_size(64)
fn cut(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let o = cutting;
  let cell = cell_of(step_of(thread, groups), o.height, o.across);
  if (cell.x >= o.channels) { return; }
  m[o.y + cell.x * o.out_stride + cell.y * o.across + cell.z] = m[o.x + cell.x * o.stride + (o.top + cell.y) * o.width + o.left + cell.z];
}

struct GrowRgb { x: u32, stride: u32, height: u32, width: u32, head: u32, head_stride: u32, y: u32, out_stride: u32 }
@group(0) @binding(3) var<uniform> growth: GrowRgb;

@compute @workgroup_size(64)
fn growRgb(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let o = growth;
  let across = 2 * o.width - 4;
  let cell = cell_of(step_of(thread, groups), 2 * o.height - 4, across);
  if (cell.x >= 3) { return; }
  let row = cell.y;
  let column = cell.z;
  let source = o.x + cell.x * o.stride + ((row >> 1) + (row & 1)) * o.width + (column >> 1) + (column & 1);
  let near = select(0.25, 0.75, (column & 1) == 1);
  let share = select(0.25, 0.75, (row & 1) == 1);
  let upper = m[source] * near + m[source + 1] * (1 - near);
  let lower = m[source + o.width] * near + m[source + o.width + 1] * (1 - near);
  let at = row * across + column;
  m[o.y + cell.x * o.out_stride + at] = upper * share + lower * (1 - share) + m[o.head + cell.x * o.head_stride + at];
}

struct ToBytes { x: u32, stride: u32, width: u32, top: u32, left: u32, side: u32, pixels: u32 }
@group(0) @binding(3) var<uniform> conversion: ToBytes;

@compute @workgroup_size(64)
fn toBytes(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let o = conversion;
  let i = step_of(thread, groups);
  if (i >= o.side * o.side) { return; }
  let source = o.x + (o.top + i / o.side) * o.width + o.left + i % o.side;
  var packed = 0xff000000u;
  for (var c = 0u; c < 3; c++) { packed |= u32(clamp(round((m[source + c * o.stride] + 1) * 127.5), 0, 255)) << (8 * c); }
  rgba[o.pixels + i] = packed;
}
`;
