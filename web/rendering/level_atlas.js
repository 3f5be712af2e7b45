// The atlas of one level of detail in WebGL: two textures to cross-fade, and a state texel for each slot
// (viewer/rendering/level_atlas.py has the states' meaning).

export const FADE_S = 0.25;
const EMPTY = [48 / 255, 48 / 255, 50 / 255, 1]; // about the shader's placeholder

export class LevelAtlas {
  /** @param {WebGL2RenderingContext} gl @param {import("./atlas_window.js").AtlasWindow} window */
  constructor(gl, window) {
    this.gl = gl;
    this.side = window.grid.patchPx;
    this.rows = window.rows;
    this.columns = window.columns;
    this.width = this.columns * this.side;
    this.fresh = this.colours();
    this.former = this.colours();
    const slots = this.rows * this.columns;
    this.states = new Float32Array(2 * slots);
    this.tints = new Uint8Array(4 * slots);
    this.state = this.table(gl.RG32F, gl.RG, gl.FLOAT, this.states);
    this.tint = this.table(gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, this.tints);
    this.seam = this.table(gl.RG32F, gl.RG, gl.FLOAT, new Float32Array(2 * slots));
    /** @type {Map<number, Uint8ClampedArray<ArrayBuffer>>} */
    this.shown = new Map();
    this.lastS = -FADE_S;
    this.written = true;
    this.empty();
  }

  /** Put a patch into a slot; with `fade` what it shows now fades out under it. @param {number} slot @param {Uint8ClampedArray<ArrayBuffer>} pixels @param {number} nowS @param {boolean} fade */
  upload(slot, pixels, nowS, fade) {
    const before = fade ? this.shown.get(slot) : undefined;
    const opacity = this.opacity(slot, nowS);
    if (before) this.write(this.former, slot, before);
    this.write(this.fresh, slot, pixels);
    this.shown.set(slot, pixels);
    this.setState(slot, nowS, before ? opacity : 0);
  }

  /** @param {number} slot */
  clear(slot) {
    if (this.shown.delete(slot)) this.setState(slot, -1, 0);
  }

  /** Let what a slot shows go slowly. @param {number} slot @param {number} nowS */
  fadeOut(slot, nowS) {
    const opacity = this.opacity(slot, nowS);
    if (opacity > 0) this.setState(slot, nowS, -opacity);
  }

  empty() {
    this.shown.clear();
    for (let i = 0; i < this.states.length; i += 2) this.states.set([-1, 0], i);
    this.lastS = -FADE_S;
    this.written = false;
  }

  /** For the X-ray: RGBA of each slot, row by row. @param {Uint8Array} tints */
  mark(tints) {
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.tint);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, this.columns, this.rows, gl.RGBA, gl.UNSIGNED_BYTE, tints);
  }

  /** Write the states that have changed, all at once. */
  bringUpToDate() {
    if (this.written) return;
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.state);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, this.columns, this.rows, gl.RG, gl.FLOAT, this.states);
    this.written = true;
  }

  release() {
    for (const texture of [this.fresh, this.former, this.state, this.tint, this.seam]) this.gl.deleteTexture(texture);
  }

  /** @param {number} slot @param {number} nowS */
  opacity(slot, nowS) {
    const [sinceS, kind] = this.states.subarray(2 * slot, 2 * slot + 2);
    if (sinceS < 0) return 0;
    const share = Math.min(Math.max((nowS - sinceS) / FADE_S, 0), 1);
    const way = share * share * (3 - 2 * share);
    return kind < 0 ? -kind * (1 - way) : kind + (1 - kind) * way;
  }

  /** @param {number} slot @param {number} sinceS @param {number} kind */
  setState(slot, sinceS, kind) {
    this.states.set([sinceS, kind], 2 * slot);
    this.lastS = Math.max(this.lastS, sinceS);
    this.written = false;
  }

  /** @param {WebGLTexture} texture @param {number} slot @param {Uint8ClampedArray<ArrayBuffer>} pixels */
  write(texture, slot, pixels) {
    const { gl, side } = this;
    const [x, y] = [(slot % this.columns) * side, Math.floor(slot / this.columns) * side];
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, side, side, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  }

  /** A texel for each pixel, filled where it lies: of a fine level they are many. It leaves no framebuffer bound. */
  colours() {
    const { gl } = this;
    const texture = this.texture(gl.LINEAR);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, this.width, this.rows * this.side);
    const target = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    gl.clearBufferfv(gl.COLOR, 0, EMPTY);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.deleteFramebuffer(target);
    return texture;
  }

  /** A texel for each slot. @param {number} internal @param {number} format @param {number} type @param {ArrayBufferView} values */
  table(internal, format, type, values) {
    const { gl } = this;
    const texture = this.texture(gl.NEAREST);
    gl.texImage2D(gl.TEXTURE_2D, 0, internal, this.columns, this.rows, 0, format, type, values);
    return texture;
  }

  /** @param {number} filter */
  texture(filter) {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, filter);
    return texture; // repeat is the default on both axes
  }
}
