// The room on a canvas: one camera, one room, and the frames that draw them. Knows no buttons.

import { Camera } from "../camera/camera.js";
import { texelsPerPixel } from "../camera/detail.js";
import { View } from "../camera/view.js";
import { widthPx } from "../geometry/grid.js";
import { FADE_S } from "../rendering/level_atlas.js";
import { Renderer } from "../rendering/renderer.js";
import { GeneratorPool, workerCount } from "../streaming/generator_pool.js";
import { Streamer } from "../streaming/streamer.js";
import { tints } from "../streaming/xray.js";
import { Problem } from "../state/problem.js";

/**
 * @typedef {import("../state/room.js").Room} Room
 * @typedef {Awaited<ReturnType<typeof import("./parts.js").loadParts>>} Parts
 * @typedef {ReturnType<typeof import("../state/checkpoint.js").describeCheckpoint>} Description
 */

const AHEAD_S = 0.3;
const LONGEST_FRAME_S = 0.1;
const SLOW_S = 1 / 30;
const PATIENCE = 3; // times as long as drawing takes
const FIRST_S = 0.2; // that the first picture waits for the rest of the coarse room

export class RoomView extends EventTarget {
  /** @param {HTMLCanvasElement} canvas @param {Parts} parts @param {Description} description @param {{room: Room, look: Partial<import("../camera/view.js").Values>}} first */
  constructor(canvas, parts, description, first) {
    super();
    const { model, projection } = description;
    this.canvas = canvas;
    this.sources = parts.sources;
    this.grid = model.grid;
    this.projection = projection;
    this.room = first.room;
    this.camera = new Camera({
      view: new View(first.look), halfExtentRad: projection.halfExtentRad, finestPx: widthPx(model.grid) << (model.grid.levels - 1),
    });
    this.dragging = false;
    this.xray = false;
    this.reducedMotion = false;
    this.turning = 0; // radians a second by itself
    this.formerS = 0;
    this.firstS = 0; // when the first patch came
    this.dirty = true; // the user changed something
    this.fading = false; // something fades, or did when it was drawn last
    this.drawnS = 0; // when it was drawn last
    this.costS = 0; // how long drawing holds up the next frame
    this.hidden = false;
    this.awaited = false; // a frame was asked for
    this.pool = new GeneratorPool(parts.makeWorker, workerCount(), model.grid, { ...parts, description }, {
      made: (made) => this.take(made),
      failed: (message) => this.dispatchEvent(new CustomEvent("failure", { detail: message })),
      engine: () => this.changed(), // the panel tells, and what is wanted is asked of others
    });
    this.fitCanvas(); // before there is anything to be made anew for another size
    this.gl = this.startGraphics();
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.gl = this.startGraphics();
      this.wake();
    });
  }

  /** @param {import("../streaming/generator_pool.js").Made} made */
  take(made) {
    if (!this.firstS) {
      this.firstS = now();
      setTimeout(() => this.wake(), 1000 * FIRST_S + 1);
    }
    this.streamer?.take(made, now());
    if (this.drawnS || this.streamer?.coarseIsMade) this.wake(); // frames cost something, even those that draw nothing
  }

  /** A context with empty atlases. @returns {WebGL2RenderingContext} */
  startGraphics() {
    const gl = this.canvas.getContext("webgl2", { antialias: false, alpha: false, depth: false });
    if (!gl) throw new Problem("This browser offers no WebGL 2, which the room is drawn with. Use a current browser, or allow its hardware acceleration.");
    this.canvas.style.opacity = "0"; // black until there is a room, and costs as much to show as one
    this.renderer = new Renderer(gl, this.sources, this.projection);
    const before = this.streamer;
    this.streamer = new Streamer(this.pool, this.renderer, this.grid);
    this.streamer.revision = before?.revision ?? -1;
    this.streamer.show(this.room.z);
    this.dirty = true;
    return gl;
  }

  /** @param {Room} room */
  show(room) {
    this.room = room;
    this.streamer?.show(room.z);
    this.changed();
  }

  /** Show the same room with another entry of z. @param {number} index @param {number} value */
  setEntry(index, value) {
    this.show(this.room.withEntry(index, value));
  }

  /** @param {Camera} camera */
  turn(camera) {
    this.camera = camera;
    this.changed();
  }

  changed() {
    this.dirty = true;
    this.wake();
    this.dispatchEvent(new Event("change"));
  }

  start() {
    new ResizeObserver(() => this.wake()).observe(this.canvas);
  }

  /** Rest, or go on. @param {boolean} hidden */
  hide(hidden) {
    this.hidden = hidden;
    this.wake();
  }

  /** Ask for a frame; a room at rest has none. */
  wake() {
    if (this.awaited) return;
    this.awaited = true;
    requestAnimationFrame((time) => {
      this.awaited = false;
      if (!this.hidden) this.frame(time / 1000);
    });
  }

  /** @param {number} timeS */
  frame(timeS) {
    const { streamer, renderer, gl } = this;
    if (!streamer || !renderer || gl.isContextLost()) return;
    this.fitCanvas();
    const tookS = Math.min(timeS - this.formerS, 1);
    if (this.drawnS && this.drawnS === this.formerS) this.costS = this.costS ? 0.5 * (this.costS + tookS) : tookS;
    this.advance(Math.min(timeS - this.formerS, LONGEST_FRAME_S));
    this.formerS = timeS;
    streamer.fades = !this.reducedMotion && this.drawnS > 0; // the first room is there at once
    const nowS = now();
    const { coarse: wasCoarse, complete: wasComplete } = streamer;
    streamer.step(this.scene(), nowS);
    // a whole room is not held back for what is still to come, and a sharp one is drawn by a better filter
    this.dirty ||= (streamer.coarse && !wasCoarse) || (streamer.complete && !wasComplete);
    this.fading ||= streamer.busy(nowS) || (this.xray && nowS < streamer.lastChangeS + 5);
    if (this.isDue(timeS)) this.draw(nowS);
    if (this.goesOn()) this.wake();
    this.dispatchEvent(new Event("frame"));
  }

  /** Whether another frame has to follow by itself. The one after a drawn one tells how long drawing takes. */
  goesOn() {
    const waits = (this.dirty || this.fading) && this.drawnS; // what the first picture waits for wakes
    return waits || this.dragging || this.turning || this.camera.moving || this.drawnS === this.formerS;
  }

  /** Where the CPU draws, it makes patches too: while only those are new it is left to them most of the time. @param {number} timeS */
  isDue(timeS) {
    const { streamer } = this;
    if (!streamer?.statistics.made) return false; // nothing to see yet
    if (!this.drawnS && !streamer.coarse && now() < this.firstS + FIRST_S) return false;
    const waits = !streamer.complete && this.costS > SLOW_S && timeS < this.drawnS + PATIENCE * this.costS;
    return this.dirty || (this.fading && !waits);
  }

  /** @param {number} dtS */
  advance(dtS) {
    if (this.turning && !this.dragging) this.turn(this.camera.nudge(this.turning * dtS, 0));
    if (this.dragging) this.camera = this.camera.hold(dtS);
    else if (this.camera.moving) this.turn(this.camera.step(dtS));
  }

  /** @returns {import("../streaming/streamer.js").Scene} */
  scene() {
    const { view, moving } = this.camera;
    const { width, height } = this.canvas;
    const texels = texelsPerPixel((2 * view.halfWidth) / width, view.pitchRad, this.grid, this.projection);
    const soon = moving ? [this.camera.step(AHEAD_S).view] : [];
    return { looks: [view], soon, texels, screenPx: [width, height], moving };
  }

  /** @param {number} nowS */
  draw(nowS) {
    const { streamer, renderer, gl, canvas } = this;
    if (!streamer || !renderer) return;
    renderer.xray = this.xray;
    if (this.xray) for (const held of streamer.levels.shown) held.atlas.mark(tints(streamer, held, nowS));
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, canvas.width, canvas.height);
    canvas.style.opacity = "";
    renderer.draw(this.camera.view, streamer.levels.shown, nowS);
    this.dirty = false;
    this.fading = streamer.busy(nowS);
    this.drawnS = this.formerS;
  }

  /** The picture as a PNG, with every fade at its end. @returns {Promise<Blob>} */
  picture() {
    this.draw(now() + FADE_S);
    return new Promise((resolve, reject) => {
      this.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Problem("the picture could not be made"))), "image/png");
    });
  }

  fitCanvas() {
    const scale = Math.min(globalThis.devicePixelRatio || 1, 2);
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight].map((side) => Math.max(1, Math.round(side * scale)));
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.turn(this.camera.resize(width, height));
  }
}

/** Seconds since the page was opened. */
export function now() {
  return performance.now() / 1000;
}
