// Drags, wheel, pinch, keys, gamepad and a phone's own turning, as motions of the camera.

import { wrapped } from "../camera/view_projection.js";

/**
 * @typedef {import("./room_view.js").RoomView} RoomView
 * @typedef {import("../camera/camera.js").Place} Place
 */

const NOTCH_PX = 100; // of a wheel
const KEY_STEP_RAD = Math.PI / 36;
const KEY_NOTCHES = 1.5;
const STICK_DEAD = 0.15;
const STICK_RAD_S = 1.5;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Controls {
  /** @param {RoomView} view @param {Record<string, () => void>} actions by key */
  constructor(view, actions) {
    this.view = view;
    this.actions = actions;
    /** @type {Map<number, Place>} fingers or the mouse */
    this.pointers = new Map();
    this.formerMs = 0;
    this.padMs = 0;
    this.asksPads = false;
    /** @type {{yaw: number, pitch: number} | null} how the phone was held last */
    this.held = null;
    const { canvas } = view;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) canvas.addEventListener(name, (event) => this.release(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    document.addEventListener("keydown", (event) => this.key(event));
  }

  /** From now on. The browser looks for gamepads as soon as somebody listens, which takes it a while. */
  hearPads() {
    addEventListener("gamepadconnected", () => this.followPads());
  }

  /** Device coordinates of an event. @param {{clientX: number, clientY: number}} event @returns {Place} */
  place(event) {
    const box = this.view.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * 2 - 1, 1 - ((event.clientY - box.top) / box.height) * 2];
  }

  /** @param {PointerEvent} event */
  press(event) {
    this.view.canvas.setPointerCapture(event.pointerId);
    this.view.canvas.focus({ preventScroll: true });
    this.pointers.set(event.pointerId, this.place(event));
    this.view.dragging = true;
    this.view.turning = 0;
    this.view.turn(this.view.camera.stop());
    this.formerMs = event.timeStamp;
  }

  /** @param {PointerEvent} event */
  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const place = this.place(event);
    const { view } = this;
    if (this.pointers.size === 1) view.turn(view.camera.drag(before, place, (event.timeStamp - this.formerMs) / 1000));
    else this.pinch(event.pointerId, before, place);
    this.pointers.set(event.pointerId, place);
    this.formerMs = event.timeStamp;
  }

  /** Two fingers: what lay between them stays between them. @param {number} id @param {Place} before @param {Place} place */
  pinch(id, before, place) {
    const other = [...this.pointers].find(([pointer]) => pointer !== id)?.[1];
    if (!other) return;
    const { aspect } = this.view.camera.view;
    const apart = (/** @type {Place} */ one) => Math.max(Math.hypot((one[0] - other[0]) * aspect, one[1] - other[1]), 0.05);
    const between = (/** @type {Place} */ one) => /** @type {Place} */ ([(one[0] + other[0]) / 2, (one[1] + other[1]) / 2]);
    const notches = Math.log(apart(before) / apart(place)) / Math.log(0.92);
    this.view.turn(this.view.camera.drag(between(before), between(place), 1).zoom(notches, between(place)).stop());
  }

  /** @param {PointerEvent} event */
  release(event) {
    this.pointers.delete(event.pointerId);
    this.view.dragging = this.pointers.size > 0;
    if (this.view.reducedMotion) this.view.turn(this.view.camera.stop());
  }

  /** Within another page the wheel scrolls that one until the room is touched. @param {WheelEvent} event */
  wheel(event) {
    if (globalThis.top !== globalThis.self && document.activeElement !== this.view.canvas) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
    this.view.turn(this.view.camera.zoom((-event.deltaY * lines) / NOTCH_PX, this.place(event)));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.isForView(event)) return;
    const way = ARROWS[event.key];
    const { camera } = this.view;
    if (way) this.view.turn(camera.stop().nudge(way[0] * KEY_STEP_RAD, way[1] * KEY_STEP_RAD));
    else if (event.key === "+" || event.key === "=") this.view.turn(camera.zoom(KEY_NOTCHES));
    else if (event.key === "-") this.view.turn(camera.zoom(-KEY_NOTCHES));
    else if (this.actions[event.key.toLowerCase()]) this.actions[event.key.toLowerCase()]();
    else return;
    event.preventDefault();
  }

  /** Not one that a button or slider has a use for. @param {KeyboardEvent} event */
  isForView({ target }) {
    return target === this.view.canvas || target === document.body;
  }

  /** Pads are asked in every frame while there is one. */
  followPads() {
    if (this.asksPads) return;
    const ask = () => {
      this.asksPads = this.readPad();
      if (this.asksPads) requestAnimationFrame(ask);
    };
    ask();
  }

  /** Sticks turn, triggers zoom; returns whether there are any. */
  readPad() {
    const pad = navigator.getGamepads().find((one) => one?.connected && one.axes.length >= 2);
    const ms = performance.now();
    const dtS = Math.min((ms - this.padMs) / 1000, 0.1);
    this.padMs = ms;
    if (!pad) return false;
    const [right, down] = pad.axes.map((value) => (Math.abs(value) < STICK_DEAD ? 0 : value));
    const notches = ((pad.buttons[7]?.value ?? 0) - (pad.buttons[6]?.value ?? 0)) * 10 * dtS;
    if (right || down || notches) this.view.turn(this.view.camera.nudge(right * STICK_RAD_S * dtS, -down * STICK_RAD_S * dtS).zoom(notches));
    return true;
  }

  /** Follow how a phone is turned, from how it is held now on. */
  async followDevice() {
    const { requestPermission } = /** @type {any} */ (globalThis.DeviceOrientationEvent ?? {});
    if (requestPermission && (await requestPermission.call(DeviceOrientationEvent)) !== "granted") return;
    addEventListener("deviceorientation", (event) => this.orient(event));
  }

  /** @param {DeviceOrientationEvent} event */
  orient({ alpha, beta, gamma }) {
    if (alpha === null || beta === null || gamma === null) return;
    const held = phoneLook(alpha, beta, gamma);
    const before = this.held;
    this.held = held;
    if (before) this.view.turn(this.view.camera.nudge(wrapped(held.yaw - before.yaw), held.pitch - before.pitch));
  }
}

/**
 * Where the back of a phone looks: yaw to the right and pitch, from the angles of a deviceorientation event in degrees
 * (Z-X'-Y'' of the W3C's specification; X east, Y north, Z up).
 * @param {number} alpha @param {number} beta @param {number} gamma
 */
export function phoneLook(alpha, beta, gamma) {
  const [a, b, c] = [alpha, beta, gamma].map((degrees) => (degrees * Math.PI) / 180);
  const east = -Math.cos(a) * Math.sin(c) - Math.sin(a) * Math.sin(b) * Math.cos(c);
  const north = -Math.sin(a) * Math.sin(c) + Math.cos(a) * Math.sin(b) * Math.cos(c);
  const up = -Math.cos(b) * Math.cos(c);
  return { yaw: Math.atan2(east, north), pitch: Math.asin(Math.min(Math.max(up, -1), 1)) };
}
