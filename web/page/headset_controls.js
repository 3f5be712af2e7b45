// What is pointed at in a headset: the panel, by a controller's ray or, where there is none, by the gaze. A trigger off the panel
// shows another room.

import { along, ahead, PanelPlace } from "../camera/panel_place.js";
import { PanelRenderer } from "../rendering/panel_renderer.js";
import { HeadsetPanel, SIZE_PX } from "./headset_panel.js";
import { now } from "./room_view.js";

/**
 * @typedef {import("./headset.js").Headset} Headset
 * @typedef {import("../camera/panel_place.js").Pose} Pose
 */

const SLIDERS = 4;
const RAY_M = 1.5;

export class HeadsetControls {
  /** @param {Headset} headset @param {{next: () => void, previous: () => void}} rooms @param {string[]} names of the first entries of z */
  constructor(headset, rooms, names) {
    this.headset = headset;
    this.rooms = rooms;
    const { view } = headset;
    const sliders = names.slice(0, SLIDERS).map((name, index) => ({
      name, value: () => view.room.z[index], set: (/** @type {number} */ value) => view.setEntry(index, value),
    }));
    this.panel = new HeadsetPanel([
      [{ text: "Previous room", act: rooms.previous }, { text: "Next room", act: rooms.next }],
      [{ text: "Recentre", act: () => this.recentre() }, { text: "Exit", act: () => headset.session?.end() }],
    ], sliders);
    /** @type {PanelPlace | null} */
    this.place = null;
    /** @type {PanelRenderer | null} */
    this.renderer = null;
    /** @type {Pose | null} */
    this.head = null;
    /** @type {Pose[]} */
    this.rays = [];
    /** @type {unknown} whose trigger was pressed last, and leads the pointer */
    this.leader = null;
  }

  /** @param {WebGL2RenderingContext} gl */
  open(gl) {
    this.renderer = new PanelRenderer(gl);
    this.panel.drawn = "";
  }

  /** @param {any} session */
  listen(session) {
    session.addEventListener("selectstart", (/** @type {any} */ event) => this.press(event));
    session.addEventListener("selectend", () => this.panel.release());
  }

  close() {
    this.place = null;
    this.panel.release();
  }

  recentre() {
    if (this.head) this.headset.recentre(this.head.orientation);
    this.place = null;
  }

  /** Whose ray counts is known by what was pressed: some hands exist only while they press. @param {any} event */
  press({ inputSource, frame }) {
    this.leader = inputSource;
    const ray = inputSource && rayOf(frame, inputSource, this.headset.space);
    if (ray) this.panel.point(this.place?.hit(ray) ?? null);
    if (!this.panel.press()) this.rooms.next();
  }

  /** Where head and hands are in this frame. @param {any} xrFrame @param {any} pose the viewer's */
  read(xrFrame, pose) {
    const { session, space } = this.headset;
    const head = poseOf(pose.transform);
    this.head = head;
    if (!this.place || this.place.isLeftBehindBy(head)) this.place = new PanelPlace(head, SIZE_PX[0] / SIZE_PX[1]);
    if (session.visibilityState === "visible-blurred") return this.rest(); // the system's own menu is over the room
    const hands = [...session.inputSources].filter((source) => source.targetRayMode === "tracked-pointer");
    const found = hands.map((source) => ({ source, ray: rayOf(xrFrame, source, space) })).filter(({ ray }) => ray !== null);
    this.rays = found.map(({ ray }) => /** @type {Pose} */ (ray));
    const shares = found.map(({ source, ray }) => ({ source, share: this.place?.hit(/** @type {Pose} */ (ray)) ?? null }));
    if (found.length) this.panel.point((shares.find(({ source }) => source === this.leader) ?? shares.find(({ share }) => share) ?? shares[0]).share);
    else this.look(head);
  }

  rest() {
    this.rays = [];
    this.panel.point(null);
    this.panel.release();
  }

  /** @param {Pose} head */
  look(head) {
    this.panel.point(this.place?.hit(head) ?? null);
    this.panel.gaze(now());
  }

  /** Over what an eye sees. @param {any} eye WebXR's view */
  draw(eye) {
    if (!this.place || !this.renderer) return;
    if (this.panel.draw(this.rays.length ? 0 : this.panel.rested(now()))) this.renderer.take(this.panel.canvas);
    const ends = this.rays.map(({ position, orientation }) => /** @type {[import("../camera/panel_place.js").Point, import("../camera/panel_place.js").Point]} */ ([position, along(position, ahead(orientation), RAY_M)]));
    this.renderer.draw(eye, this.place, ends);
  }
}

/** @param {any} xrFrame @param {any} source @param {any} space @returns {Pose | null} */
function rayOf(xrFrame, source, space) {
  const pose = xrFrame.getPose(source.targetRaySpace, space);
  return pose ? poseOf(pose.transform) : null;
}

/** @param {any} transform @returns {Pose} */
function poseOf({ position, orientation }) {
  return { position, orientation };
}
