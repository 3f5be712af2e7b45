// The panel of sliders: the room's seed, its main numbers, and all others under "More".

/** @typedef {import("./room_view.js").RoomView} RoomView */

import { LARGEST_SEED, Room } from "../state/room.js";

const MAIN = 12;
const MOST_UNNAMED = 24;

export class Panel {
  /** @param {HTMLElement} element @param {RoomView} view @param {string[]} names of sliders */
  constructor(element, view, names) {
    this.element = element;
    this.view = view;
    this.names = names;
    /** @type {{index: number, input: HTMLInputElement, output: HTMLOutputElement}[]} */
    this.sliders = [];
    this.seed = this.number("Seed", LARGEST_SEED, (value) => view.show(new Room(value, view.room.z.length)));
    element.append(heading("This room"), this.seed.label);
    this.names.slice(0, MAIN).forEach((name, index) => element.append(this.slider(name, index)));
    if (this.names.length > MAIN) element.append(this.more());
    this.gpu = this.check("Make it on the graphics card (WebGPU)", (on) => view.pool.useGpu(on));
    element.append(this.check("Make only what is seen", (on) => this.setOnlyVisible(on)).label, this.gpu.label);
    view.addEventListener("change", () => this.refresh());
    this.refresh();
  }

  more() {
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = `More (${this.names.length - MAIN})`;
    details.append(summary, ...this.names.slice(MAIN).map((name, i) => this.slider(name, MAIN + i)));
    return details;
  }

  /** @param {string} name @param {number} index */
  slider(name, index) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    const output = document.createElement("output");
    Object.assign(input, { type: "range", min: "-1", max: "1", step: "0.01" });
    input.addEventListener("input", () => this.view.setEntry(index, Number(input.value)));
    input.addEventListener("dblclick", () => this.view.show(this.view.room.withoutEntry(index)));
    label.append(words(name), output, input);
    this.sliders.push({ index, input, output });
    return label;
  }

  /** @param {string} name @param {number} most @param {(value: number) => void} set */
  number(name, most, set) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "number", min: "0", max: String(most), step: "1" });
    input.addEventListener("change", () => {
      if (input.value && input.checkValidity()) set(Number(input.value));
    });
    label.append(name, input);
    return { label, input };
  }

  /** @param {string} name @param {(on: boolean) => void} set */
  check(name, set) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    label.className = "check";
    input.type = "checkbox";
    input.addEventListener("change", () => set(input.checked));
    label.append(input, name);
    return { label, input };
  }

  /** @param {boolean} on */
  setOnlyVisible(on) {
    if (this.view.streamer) this.view.streamer.onlyVisible = on;
    this.view.changed();
  }

  refresh() {
    const { room, pool } = this.view;
    this.gpu.label.hidden = !pool.engine.hasGpu;
    this.gpu.input.checked = pool.engine.usesGpu;
    if (document.activeElement !== this.seed.input) this.seed.input.value = String(room.seed);
    for (const { index, input, output } of this.sliders) {
      const value = room.z[index];
      if (document.activeElement !== input || Number(input.value) !== value) input.value = String(value);
      output.textContent = (Math.round(value * 100) / 100 || 0).toFixed(2).replace("-", "−"); // never −0.00
    }
  }
}

/** @param {string} text */
function heading(text) {
  const element = document.createElement("h2");
  element.textContent = text;
  return element;
}

/** What sliders are called. @param {string[]} stated names of the first entries of z, none where nobody knows them @param {number} zDim */
export function entryNames(stated, zDim) {
  return stated.length ? stated : Array.from({ length: Math.min(zDim, MOST_UNNAMED) }, (_, i) => `z ${i + 1}`);
}

/** "room.viewer_right" as "Room: viewer right". @param {string} name */
export function words(name) {
  const text = name.replaceAll("_", " ").replace(".", ": ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
