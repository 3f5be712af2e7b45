// Draws a view of the cyclic atlases with WebGL 2: level 0, and over it up to two finer ones (viewer/rendering/renderer.py).

import { heightPx, modulo, widthPx } from "../geometry/grid.js";
import { halfWidth, VIEW_PROJECTIONS } from "../camera/view_projection.js";
import { leavesCylinder } from "../camera/visibility.js";
import { FADE_S, LevelAtlas } from "./level_atlas.js";
import { ShaderVariants } from "./shader_variants.js";

/**
 * @typedef {import("../camera/view.js").View} View
 * @typedef {import("../camera/eye.js").Eye} Eye
 * @typedef {import("./atlas_window.js").AtlasWindow} AtlasWindow
 * @typedef {{atlas: LevelAtlas, window: AtlasWindow, opacity: number}} Shown a level on the screen
 */

const PREFIXES = ["fine_", "finer_"];
const TRANSITION = ["LENS lens_now", "FORMER_LENS lens_before", "FADE", "CAP"];
const MOST_ATLAS_PX = 8192;

export class Renderer {
  /** @param {WebGL2RenderingContext} gl @param {{vertex: string, fragment: string}} sources @param {import("../geometry/projection.js").Projection} projection */
  constructor(gl, sources, projection) {
    this.gl = gl;
    this.projection = projection;
    this.programs = new ShaderVariants(gl, sources);
    this.mostPx = Math.min(MOST_ATLAS_PX, gl.getParameter(gl.MAX_TEXTURE_SIZE));
    this.xray = false;
    /** Whether the finest level shown holds all of the view, and whether it is worth the better filter. */
    this.covered = false;
    this.sharp = false;
  }

  /** @param {AtlasWindow} window */
  open(window) {
    return new LevelAtlas(this.gl, window);
  }

  /** When something last changed on the screen. @param {Shown[]} levels */
  lastS(levels) {
    return Math.max(...levels.map(({ atlas }) => atlas.lastS));
  }

  /** Draw into the framebuffer and viewport in use. @param {View | Eye} view @param {Shown[]} levels the coarsest first @param {number} nowS */
  draw(view, levels, nowS) {
    const [base, ...fine] = levels;
    const needs = this.needs(view, levels, nowS);
    const alone = fine.length > 0 && !needs.includes("FINE");
    const lowest = alone ? fine[fine.length - 1] : base;
    /** @type {Record<string, number | number[]>} */
    const values = { ...this.values(base.window, nowS), ...lookValues(view), ...levelValues(view, lowest) };
    const textures = [["", lowest], ...(alone ? [] : fine.map((level, i) => [PREFIXES[i], level]))];
    let unit = 0;
    for (const [prefix, level] of /** @type {[string, Shown][]} */ (textures)) {
      if (prefix) Object.assign(values, fineValues(prefix, view, level));
      unit = this.bind(prefix, level.atlas, unit, values);
    }
    this.programs.draw(needs, values);
  }

  /** @param {string} prefix @param {LevelAtlas} atlas @param {number} unit @param {Record<string, number | number[]>} values */
  bind(prefix, atlas, unit, values) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    atlas.bringUpToDate();
    for (const name of /** @type {const} */ (["fresh", "former", "state", "tint", "seam"])) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, atlas[name]);
      values[prefix + name] = unit++;
    }
    return unit;
  }

  /** What the shader has to do for a view, as its definitions. @param {View | Eye} view @param {Shown[]} levels @param {number} nowS */
  needs(view, levels, nowS) {
    const lens = "lens" in view ? view.lens : null;
    const changing = "mix" in view && view.mix < 1;
    const capped = lens === "stereographic" || leavesCylinder(view, this.projection);
    const fading = nowS < this.lastS(levels) + FADE_S;
    const alone = this.covered && levels.length > 1 && !(fading || capped || this.xray || changing);
    const finer = alone ? [] : ["FINE", "FINER"].slice(0, levels.length - 1);
    if (changing) return [...TRANSITION, ...(this.xray ? ["XRAY"] : []), ...finer];
    const sharp = !finer.length && this.sharp;
    const what = this.xray ? ["FADE", "XRAY"] : fading || finer.length ? ["FADE"] : sharp ? ["SHARP"] : [];
    return [lens ? `LENS ${VIEW_PROJECTIONS.indexOf(lens)}` : "FRUSTUM", ...what, ...(capped ? ["CAP"] : []), ...finer];
  }

  /** Uniforms that are the same for every level and look. @param {AtlasWindow} window @param {number} nowS @returns {Record<string, number | number[]>} */
  values(window, nowS) {
    return {
      patch_px: [window.grid.patchPx, window.grid.patchPx], half_extent: this.projection.halfExtentRad,
      mercator: this.projection.kind === "mercator" ? 1 : 0, now: nowS, fade_s: FADE_S,
    };
  }
}

/** Uniforms of a view, or of a headset's eye. @param {View | Eye} look @returns {Record<string, number | number[]>} */
function lookValues(look) {
  if (!("lens" in look)) return { frustum: look.frustum, turn: look.turn, darkness: 0 };
  const half = (/** @type {import("../camera/view_projection.js").ViewProjection} */ lens) => {
    const width = halfWidth(lens, look.fovRad);
    return [width, width / look.aspect];
  };
  return {
    lens_now: VIEW_PROJECTIONS.indexOf(look.lens), lens_before: VIEW_PROJECTIONS.indexOf(look.former), lens_mix: look.mix,
    pitch: look.pitchRad, half_size: half(look.lens), former_half_size: half(look.former),
  };
}

/** World texel column under the view's middle; half a column of level 0 is yaw 0. @param {{yawRad: number}} view @param {AtlasWindow} window */
function eyeTexel(view, window) {
  return (view.yawRad / (2 * Math.PI)) * widthPx(window.grid) + 0.5 * 2 ** window.level;
}

/** Uniforms of the level that lies below all others. @param {{yawRad: number}} view @param {Shown} level */
function levelValues(view, { atlas, window }) {
  const width = widthPx(window.grid);
  return {
    eye_texel: modulo(eyeTexel(view, window), atlas.width),
    panorama_px: [width, heightPx(window.grid)],
    reach_px: atlas.width === width ? width : (atlas.width - atlas.side) / 2,
  };
}

/** Uniforms of a level over it. @param {string} prefix @param {{yawRad: number}} view @param {Shown} level */
function fineValues(prefix, view, { atlas, window, opacity }) {
  const { side } = atlas;
  const eye = eyeTexel(view, window);
  const width = widthPx(window.grid);
  const left = window.columns === window.grid.columns ? -width / 2 : window.left * side - eye;
  const top = window.top * side;
  return {
    [`${prefix}eye`]: modulo(eye, atlas.width),
    [`${prefix}px`]: [width, heightPx(window.grid)],
    [`${prefix}held`]: [left, top, left + window.columns * side, top + window.rows * side],
    [`${prefix}opacity`]: opacity,
  };
}
