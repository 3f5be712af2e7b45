// The room in a headset (WebXR): both eyes from the same atlases, each with its own frustum. The level of detail is that of
// an eye's pixels. A stick turns by steps; what is pointed at is headset_controls.js's.

import { Eye } from "../camera/eye.js";
import { texelsPerPixel } from "../camera/detail.js";
import { yawOf } from "../camera/panel_place.js";
import { HeadsetControls } from "./headset_controls.js";
import { now } from "./room_view.js";

/** @typedef {import("./room_view.js").RoomView} RoomView */

const STEP_RAD = Math.PI / 6;
const [STICK_ON, STICK_OFF] = [0.7, 0.3];

/** Whether there is a headset that can show the room now. @returns {Promise<boolean>} */
export async function headsetIsThere() {
  const { xr } = /** @type {any} */ (navigator);
  return xr?.isSessionSupported("immersive-vr").catch(() => false) ?? false;
}

export class Headset {
  /** @param {RoomView} view @param {{next: () => void, previous: () => void}} rooms @param {string[]} names of the first entries of z */
  constructor(view, rooms, names) {
    this.view = view;
    this.controls = new HeadsetControls(this, rooms, names);
    this.turnRad = 0;
    this.frontRad = 0;
    this.stickIsOut = false;
    /** @type {any} WebXR has no types in the compiler's library */
    this.session = null;
    /** @type {any} the reference space */
    this.space = null;
    /** Both eyes of the last frame. @type {Eye[]} */
    this.eyes = [];
    this.frames = 0;
    /** What the present layer was made for: after a lost context there is another. @type {unknown} */
    this.drawnBy = null;
  }

  /** Begin; the room's front lies where the page looked. */
  async enter() {
    if (this.session) return;
    const { xr } = /** @type {any} */ (navigator);
    const session = await xr.requestSession("immersive-vr", { optionalFeatures: ["local"] });
    try {
      await this.begin(session);
    } catch (error) {
      await session.end();
      throw error;
    }
  }

  /** @param {any} session */
  async begin(session) {
    await this.openLayer(session);
    this.space = await session.requestReferenceSpace("local").catch(() => session.requestReferenceSpace("viewer"));
    this.session = session;
    this.turnRad = this.frontRad = this.view.camera.view.yawRad;
    this.view.hide(true); // the page's own frames rest
    session.addEventListener("end", () => this.leave());
    this.controls.listen(session);
    const frame = (/** @type {number} */ _time, /** @type {any} */ xrFrame) => {
      if (this.session !== session) return;
      session.requestAnimationFrame(frame);
      this.step(xrFrame);
    };
    session.requestAnimationFrame(frame);
  }

  /** What the headset shows; a lost graphics context takes it along. @param {any} session */
  async openLayer(session) {
    const gl = /** @type {any} */ (this.view.gl);
    this.drawnBy = this.view.renderer;
    await gl.makeXRCompatible?.();
    const layer = new /** @type {any} */ (globalThis).XRWebGLLayer(session, gl, { antialias: false, depth: false });
    session.updateRenderState({ baseLayer: layer });
    this.controls.open(gl);
    this.layer = layer;
  }

  leave() {
    this.session = null;
    this.controls.close();
    this.view.hide(document.hidden);
    this.view.turn(this.view.camera.look({ yawRad: this.eyes[0]?.yawRad ?? this.turnRad }).stop());
  }

  /** The room's front comes to lie before a head. @param {import("../camera/eye.js").Quaternion} orientation */
  recentre(orientation) {
    this.turnRad = this.frontRad - yawOf(orientation);
  }

  /** @param {any} xrFrame */
  step(xrFrame) {
    const { session, view } = this;
    if (view.gl.isContextLost()) return;
    if (this.drawnBy !== view.renderer) this.openLayer(session).catch(() => session.end());
    const pose = xrFrame.getViewerPose(this.space);
    const layer = session.renderState.baseLayer ?? this.layer;
    if (!pose || !layer) return;
    this.controls.read(xrFrame, pose);
    this.draw(pose, layer);
    this.readSticks(session);
  }

  /** @param {any} pose @param {any} layer */
  draw(pose, layer) {
    const { streamer, renderer, gl, grid, projection } = this.view;
    if (!streamer || !renderer) return;
    this.eyes = pose.views.map((/** @type {any} */ one) => new Eye(one.projectionMatrix, one.transform.orientation, this.turnRad));
    const places = pose.views.map((/** @type {any} */ one) => layer.getViewport(one));
    const [eye] = this.eyes;
    const texels = texelsPerPixel((2 * eye.frustum[0]) / places[0].width, eye.pitchRad, grid, projection);
    const nowS = now();
    streamer.step({ looks: this.eyes, soon: [], texels, screenPx: [places[0].width, places[0].height], moving: false }, nowS);
    gl.bindFramebuffer(gl.FRAMEBUFFER, layer.framebuffer);
    this.eyes.forEach((one, i) => {
      gl.viewport(places[i].x, places[i].y, places[i].width, places[i].height);
      renderer.draw(one, streamer.levels.shown, nowS);
      this.controls.draw(pose.views[i]);
    });
    this.frames++;
  }

  /** A stick that goes out turns once; it must come back before it turns again. @param {any} session */
  readSticks(session) {
    const ways = [...session.inputSources].map((source) => source.gamepad?.axes[2] ?? source.gamepad?.axes[0] ?? 0);
    const way = ways.find((value) => Math.abs(value) > (this.stickIsOut ? STICK_OFF : STICK_ON)) ?? 0;
    if (way && !this.stickIsOut) this.turnRad += Math.sign(way) * STEP_RAD;
    this.stickIsOut = way !== 0;
  }
}
