// The desktop's own shader, shaders/view.frag, with another opening; one program for each need.

import { Problem } from "../state/problem.js";

const OPENING = "#version 300 es\nprecision highp float;\nprecision highp int;\nprecision highp sampler2D;\n";

export class ShaderVariants {
  /** @param {WebGL2RenderingContext} gl @param {{vertex: string, fragment: string}} sources as the desktop has them */
  constructor(gl, sources) {
    this.gl = gl;
    this.sources = sources;
    /** @type {Map<string, {program: WebGLProgram, places: Map<string, [WebGLUniformLocation, number]>}>} */
    this.programs = new Map();
    this.vertices = gl.createVertexArray(); // of nothing: the corners are the shader's own
  }

  /** Draw over the framebuffer and viewport in use; values that a program has no use for are left out. @param {string[]} needs definitions @param {Record<string, number | number[]>} values */
  draw(needs, values) {
    const { gl } = this;
    const { program, places } = this.variant(needs);
    gl.useProgram(program);
    gl.bindVertexArray(this.vertices);
    for (const [name, [place, type]] of places) if (name in values) this.set(place, type, values[name]); // else 0
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** @param {WebGLUniformLocation} place @param {number} type @param {number | number[]} value */
  set(place, type, value) {
    const { gl } = this;
    const list = Array.isArray(value) ? value : [value];
    if (type === gl.FLOAT_VEC2) gl.uniform2fv(place, list);
    else if (type === gl.FLOAT_VEC4) gl.uniform4fv(place, list);
    else if (type === gl.FLOAT_MAT3) gl.uniformMatrix3fv(place, false, list);
    else if (type === gl.FLOAT) gl.uniform1f(place, list[0]);
    else gl.uniform1i(place, list[0]);
  }

  /** @param {string[]} needs */
  variant(needs) {
    const key = needs.join("\n");
    const known = this.programs.get(key);
    if (known) return known;
    const fragment = OPENING + needs.map((need) => `#define ${need}\n`).join("") + withoutVersion(this.sources.fragment);
    const program = this.link(OPENING + withoutVersion(this.sources.vertex), fragment);
    const made = { program, places: this.placesOf(program) };
    this.programs.set(key, made);
    return made;
  }

  /** @param {string} vertex @param {string} fragment */
  link(vertex, fragment) {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [type, source] of /** @type {const} */ ([[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]])) {
      const shader = /** @type {WebGLShader} */ (gl.createShader(type));
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (gl.getProgramParameter(program, gl.LINK_STATUS) || gl.isContextLost()) return program;
    const logs = (gl.getAttachedShaders(program) ?? []).map((shader) => gl.getShaderInfoLog(shader));
    throw new Problem(`the graphics driver refuses the shader: ${logs.join(" ")} ${gl.getProgramInfoLog(program)}`);
  }

  /** @param {WebGLProgram} program */
  placesOf(program) {
    const { gl } = this;
    /** @type {Map<string, [WebGLUniformLocation, number]>} */
    const places = new Map();
    for (let i = 0; i < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); i++) {
      const { name, type } = /** @type {WebGLActiveInfo} */ (gl.getActiveUniform(program, i));
      places.set(name, [/** @type {WebGLUniformLocation} */ (gl.getUniformLocation(program, name)), type]);
    }
    return places;
  }
}

/** @param {string} source */
function withoutVersion(source) {
  return source.slice(source.indexOf("\n") + 1);
}
