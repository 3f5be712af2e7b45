// The page: what its buttons, keys and link do with the room.

import { describeCheckpoint } from "../state/checkpoint.js";
import { fromHash, toHash } from "../state/link.js";
import { Problem } from "../state/problem.js";
import { Room } from "../state/room.js";
import { VIEW_PROJECTIONS } from "../camera/view_projection.js";
import { Controls } from "./controls.js";
import { Headset, headsetIsThere } from "./headset.js";
import { entryNames, Panel } from "./panel.js";
import { loadParts } from "./parts.js";
import { RoomView } from "./room_view.js";

const LINK_PAUSE_MS = 250; // browsers limit how often an address may change
const NOTICE_MS = 2500;
const TELL_MS = 250; // words that change in every frame cannot be read, and cost as much as the room's picture
const HINT_MS = 6000;
const TALLEST = 1.2; // half the height of the first look's plane, about 100° in all
const MOST_FORMER = 100;
const TURN_RAD_S = Math.PI / 30;

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

class Page {
  /** @param {Awaited<ReturnType<typeof loadParts>>} parts */
  constructor(parts) {
    const description = describeCheckpoint(parts.checkpoint);
    const { zDim, latentNames } = description.model;
    const { seed = 0, changes = [], look = {} } = parts.room;
    this.zDim = zDim;
    this.usual = { room: new Room(seed, zDim, new Map(changes)), look: onThisScreen({ yawRad: 0, pitchRad: 0, fovRad: Math.PI / 2, lens: "rectilinear", ...look }) };
    this.view = new RoomView(/** @type {HTMLCanvasElement} */ (byId("view")), parts, description, fromHash(location.hash, zDim, this.usual));
    this.view.reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.names = entryNames(latentNames, zDim);
    /** @type {Panel | null} built when it is first opened */
    this.panel = null;
    this.noticeUntil = 0;
    this.toldMs = 0;
    this.isShown = false; // anything of the room
    this.linkTimer = 0;
    this.controls = new Controls(this.view, this.keys());
    /** @type {Room[]} that were left by going on */
    this.former = [];
    this.headset = new Headset(this.view, { next: () => this.next(), previous: () => this.previous() }, this.names);
    this.connect();
  }

  /** @returns {Record<string, () => void>} */
  keys() {
    return {
      " ": () => this.next(), backspace: () => this.previous(), x: () => this.toggleXray(), p: () => this.nextLens(), c: () => this.share(), s: () => this.save(), f12: () => this.save(),
      f: () => this.toggleFull(), home: () => this.firstLook(), r: () => this.toggleTurning(),
    };
  }

  connect() {
    const actions = {
      next: () => this.next(), adjust: () => this.togglePanel(), lens: () => this.nextLens(), xray: () => this.toggleXray(),
      share: () => this.share(), save: () => this.save(), full: () => this.toggleFull(), device: () => this.controls.followDevice(),
    };
    for (const [id, act] of Object.entries(actions)) byId(id).addEventListener("click", () => act());
    byId("device").hidden = !("DeviceOrientationEvent" in globalThis && matchMedia("(pointer: coarse)").matches);
    byId("full").hidden = !document.fullscreenEnabled;
    this.view.canvas.addEventListener("pointerdown", () => byId("hint").classList.add("gone"));
    const begin = () => {
      if (!this.view.streamer?.coarse) return;
      this.view.removeEventListener("frame", begin);
      setTimeout(() => this.begin()); // not in the frame that shows the room, which would wait for it
    };
    this.view.addEventListener("frame", begin);
    this.view.addEventListener("change", () => this.writeLink());
    this.view.addEventListener("frame", () => this.tell());
    this.view.addEventListener("failure", (event) => fail(new Problem(/** @type {CustomEvent} */ (event).detail)));
    addEventListener("hashchange", () => this.readLink());
    document.addEventListener("visibilitychange", () => this.view.hide(document.hidden));
  }

  /** There is a room: now what can be done with it, which would have held it up. */
  begin() {
    byId("bar").hidden = byId("hint").hidden = false;
    setTimeout(() => byId("hint").classList.add("gone"), HINT_MS);
    this.offerHeadset();
    this.controls.hearPads();
  }

  /** The button is there while a headset is. */
  offerHeadset() {
    const show = async () => (byId("headset").hidden = !(await headsetIsThere()));
    /** @type {any} */ (navigator).xr?.addEventListener?.("devicechange", show);
    show();
    byId("headset").addEventListener("click", () => {
      this.headset.enter().catch((error) => this.notice(`The headset did not start: ${error.message}`));
    });
  }

  /** What is going on, in a few words. */
  tell() {
    const { streamer } = this.view;
    const ms = performance.now();
    const isFirst = !this.isShown; // which is not to wait for words
    this.isShown = this.view.drawnS > 0;
    if (!streamer || isFirst || ms < this.noticeUntil || (ms < this.toldMs + TELL_MS && !streamer.complete)) return;
    this.toldMs = ms;
    const { made, ms: each } = streamer.statistics;
    const state = !made ? "Starting the generator …" : streamer.complete ? "" : streamer.coarse ? "making it sharp" : "making what you look at";
    const text = made ? [`Seed ${this.view.room.seed}`, `${made} parts made, ${each.toFixed(0)} ms each`, state].filter(Boolean).join(" · ") : state;
    if (byId("status").textContent !== text) byId("status").textContent = text;
  }

  /** @param {string} text */
  notice(text) {
    this.noticeUntil = performance.now() + NOTICE_MS;
    byId("status").textContent = text;
    setTimeout(() => this.view.wake(), NOTICE_MS + 1);
  }

  next() {
    this.former = [...this.former, this.view.room].slice(-MOST_FORMER);
    this.view.show(this.view.room.next());
  }

  previous() {
    const room = this.former.pop();
    if (room) this.view.show(room);
    else this.notice("There is no room before this one");
  }

  nextLens() {
    const { view } = this.view.camera;
    const lens = VIEW_PROJECTIONS[(VIEW_PROJECTIONS.indexOf(view.lens) + 1) % VIEW_PROJECTIONS.length];
    this.view.turn(this.view.camera.through(lens, !this.view.reducedMotion));
    this.notice(lens === "stereographic" ? "Stereographic: the little planet" : lens.charAt(0).toUpperCase() + lens.slice(1));
  }

  firstLook() {
    const { view } = this.view.camera;
    this.view.turn(this.view.camera.with({ view: view.with({ ...this.usual.look, former: this.usual.look.lens }) }).look().stop());
  }

  toggleTurning() {
    this.view.turning = this.view.turning ? 0 : TURN_RAD_S;
    this.view.wake();
  }

  toggleXray() {
    this.view.xray = !this.view.xray;
    byId("xray").setAttribute("aria-pressed", String(this.view.xray));
    this.view.changed();
  }

  togglePanel() {
    const panel = byId("panel");
    this.panel ??= new Panel(panel, this.view, this.names);
    panel.hidden = !panel.hidden;
    byId("adjust").setAttribute("aria-expanded", String(!panel.hidden));
    byId("hint").classList.add("gone");
    if (!panel.hidden) panel.focus({ preventScroll: true }); // a field would bring up a phone's keyboard
  }

  async toggleFull() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  }

  async share() {
    const link = location.href.split("#")[0] + toHash(this.view.room, this.view.camera.view);
    try {
      await navigator.clipboard.writeText(link);
      this.notice("The link to this room is copied");
    } catch {
      prompt("Copy this link", link); // no clipboard: an old browser, or a page that is not served by https
    }
  }

  async save() {
    const address = URL.createObjectURL(await this.view.picture());
    const anchor = document.createElement("a");
    Object.assign(anchor, { href: address, download: `room-${this.view.room.seed}.png` });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  writeLink() {
    clearTimeout(this.linkTimer);
    this.linkTimer = setTimeout(() => history.replaceState(null, "", toHash(this.view.room, this.view.camera.view)), LINK_PAUSE_MS);
  }

  readLink() {
    const { room, look } = fromHash(location.hash, this.zDim, { room: this.view.room, look: this.usual.look });
    if (room.seed !== this.view.room.seed || String([...room.z]) !== String([...this.view.room.z])) this.view.show(room);
    this.view.turn(this.view.camera.with({ view: this.view.camera.view.with({ ...look, former: look.lens, mix: 1 }) }).look().stop());
  }
}

/** A look for an upright screen: as wide as keeps its height comfortable. @param {import("../state/link.js").Shared["look"]} look */
function onThisScreen(look) {
  if (look.lens !== "rectilinear") return look;
  const widest = 2 * Math.atan((TALLEST * innerWidth) / innerHeight);
  return { ...look, fovRad: Math.min(look.fovRad, widest) };
}

/** @param {unknown} error */
function fail(error) {
  const text = error instanceof Problem ? error.message : `${error}. Load the page again; a current browser may help.`;
  const box = byId("problem");
  /** @type {HTMLElement} */ (box.querySelector("p")).textContent = text;
  box.hidden = false;
  byId("bar").hidden = byId("hint").hidden = byId("status").hidden = true;
}

try {
  const page = new Page(await loadParts());
  page.view.start();
  Object.defineProperties(globalThis, { cocogan: { value: page.view }, cocoganPage: { value: page } }); // for tests and for who looks under the bonnet
} catch (error) {
  fail(error);
}
