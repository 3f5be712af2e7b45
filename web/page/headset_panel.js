// The panel inside a headset: rooms, a few sliders, recentre, exit, drawn on a canvas. Pointed at by a ray; without a controller
// a gaze that rests presses.

import { words } from "./panel.js";

/**
 * @typedef {import("../camera/panel_place.js").Share} Share
 * @typedef {{name: string, value: () => number, set: (value: number) => void}} Slider of a number in −1 … 1
 * @typedef {{text: string, left: number, top: number, width: number, height: number, act?: () => void, slider?: Slider}} Item in pixels
 */

export const SIZE_PX = /** @type {[number, number]} */ ([768, 560]);
const [EDGE, GAP, BUTTON, ROW] = [28, 16, 88, 74];
const [BAR, KNOB] = [10, 17];
const [DWELL_S, DWELL_PX] = [1, 40]; // a gaze that rests so long within so little presses what it rests on
const FONT = "30px system-ui, sans-serif";
const COLOURS = { panel: "#1e1d1c", button: "#3a3836", lit: "#5a5550", ink: "#f2efe9", accent: "#e8a33d" };

export class HeadsetPanel {
  /** @param {{text: string, act: () => void}[][]} rows of buttons; the sliders come below the first @param {Slider[]} sliders */
  constructor(rows, sliders) {
    this.canvas = document.createElement("canvas");
    [this.canvas.width, this.canvas.height] = SIZE_PX;
    const context = this.canvas.getContext("2d");
    if (!context) throw new Error("the browser has no canvas to draw the panel on");
    this.context = context;
    this.items = layout(rows, sliders);
    /** @type {[number, number] | null} where it is pointed at, in pixels */
    this.at = null;
    /** @type {Item | null} a slider that is held */
    this.held = null;
    this.drawn = "";
    /** @type {{at: [number, number], sinceS: number, pressed: boolean} | null} where a gaze rests */
    this.rest = null;
  }

  /** Pointed at by a ray, or by nothing; what is held follows. @param {Share | null} share */
  point(share) {
    this.at = share && [share[0] * SIZE_PX[0], share[1] * SIZE_PX[1]];
    if (this.held && this.at) slide(this.held, this.at[0]);
  }

  /** Press what is pointed at; false if that is not the panel. */
  press() {
    if (!this.at) return false;
    const item = this.under(this.at);
    if (item?.slider) slide((this.held = item), this.at[0]);
    item?.act?.();
    return true;
  }

  release() {
    this.held = null;
  }

  /** A gaze rests or moves on; it presses once where it rests. @param {number} nowS */
  gaze(nowS) {
    const { at, rest } = this;
    if (!at || !rest || Math.hypot(at[0] - rest.at[0], at[1] - rest.at[1]) > DWELL_PX) {
      this.rest = at && { at, sinceS: nowS, pressed: false };
    } else if (!rest.pressed && nowS - rest.sinceS > DWELL_S) {
      rest.pressed = true;
      this.press();
      this.release();
    }
  }

  /** How much of the rest is over; 0 where resting does nothing. @param {number} nowS */
  rested(nowS) {
    if (!this.rest || this.rest.pressed || !this.under(this.rest.at)) return 0;
    return Math.min((nowS - this.rest.sinceS) / DWELL_S, 1);
  }

  /** @param {[number, number]} at */
  under([x, y]) {
    return this.items.find(({ left, top, width, height }) => x >= left && x < left + width && y >= top && y < top + height) ?? null;
  }

  /** Draw it, if it looks different now; returns whether it does. @param {number} rested share of a gaze's rest */
  draw(rested) {
    const lit = this.at && this.under(this.at);
    const looks = JSON.stringify([this.at?.map(Math.round), rested.toFixed(2), this.items.map((item) => item.slider?.value() ?? item.text)]);
    if (looks === this.drawn) return false;
    this.drawn = looks;
    const { context } = this;
    context.fillStyle = COLOURS.panel;
    context.fillRect(0, 0, ...SIZE_PX);
    context.font = FONT;
    context.textBaseline = "middle";
    for (const item of this.items) if (item.slider) drawSlider(context, item, item.slider.value(), item === lit);
      else drawButton(context, item, item === lit);
    if (this.at) drawPointer(context, this.at, rested);
    return true;
  }
}

/** @param {{text: string, act: () => void}[][]} rows @param {Slider[]} sliders @returns {Item[]} */
function layout([first, last], sliders) {
  const wide = SIZE_PX[0] - 2 * EDGE;
  const row = (/** @type {{text: string, act: () => void}[]} */ buttons, /** @type {number} */ top) => {
    const width = (wide - GAP * (buttons.length - 1)) / buttons.length;
    return buttons.map((button, i) => ({ ...button, left: EDGE + i * (width + GAP), top, width, height: BUTTON }));
  };
  const below = EDGE + BUTTON + GAP;
  const bars = sliders.map((slider, i) => ({ text: words(slider.name), slider, left: EDGE, top: below + i * ROW, width: wide, height: ROW }));
  return [...row(first, EDGE), ...bars, ...row(last, SIZE_PX[1] - EDGE - BUTTON)];
}

/** @param {Item} item @param {number} x */
function slide({ slider, left, width }, x) {
  const share = (x - left - KNOB) / (width - 2 * KNOB);
  slider?.set(Math.min(Math.max(2 * share - 1, -1), 1));
}

/** @param {CanvasRenderingContext2D} context @param {Item} item @param {boolean} lit */
function drawButton(context, { text, left, top, width, height }, lit) {
  context.fillStyle = lit ? COLOURS.lit : COLOURS.button;
  context.beginPath();
  context.roundRect(left, top, width, height, 18);
  context.fill();
  context.fillStyle = COLOURS.ink;
  context.textAlign = "center";
  context.fillText(text, left + width / 2, top + height / 2);
}

/** @param {CanvasRenderingContext2D} context @param {Item} item @param {number} value @param {boolean} lit */
function drawSlider(context, { text, left, top, width, height }, value, lit) {
  context.fillStyle = COLOURS.ink;
  context.textAlign = "left";
  context.fillText(text, left, top + 0.3 * height);
  const y = top + 0.72 * height;
  const x = left + KNOB + ((value + 1) / 2) * (width - 2 * KNOB);
  context.fillStyle = lit ? COLOURS.lit : COLOURS.button;
  context.beginPath();
  context.roundRect(left, y - BAR / 2, width, BAR, BAR / 2);
  context.fill();
  drawCircle(context, [x, y], KNOB, COLOURS.accent);
}

/** A dot, and around it how much of a gaze's rest is over. @param {CanvasRenderingContext2D} context @param {[number, number]} at @param {number} rested */
function drawPointer(context, at, rested) {
  drawCircle(context, at, 8, COLOURS.ink);
  if (!rested) return;
  context.strokeStyle = COLOURS.accent;
  context.lineWidth = 6;
  context.beginPath();
  context.arc(...at, 22, -Math.PI / 2, (2 * rested - 0.5) * Math.PI);
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {[number, number]} at @param {number} radius @param {string} colour */
function drawCircle(context, at, radius, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(...at, radius, 0, 2 * Math.PI);
  context.fill();
}
