// Draws a panel that stands in the room of a headset, and the rays that point at it, over what each eye sees.

import { Problem } from "../state/problem.js";

/**
 * @typedef {import("../camera/panel_place.js").Point} Point
 * @typedef {import("../camera/panel_place.js").PanelPlace} PanelPlace
 * @typedef {{projectionMatrix: Float32Array, transform: {inverse: {matrix: Float32Array}}}} EyeMatrices WebXR's
 */

const VERTEX = `#version 300 es
uniform mat4 projection, eye_from_world;
in vec3 place;
in vec2 share;
out vec2 at;
void main() { at = share; gl_Position = projection * (eye_from_world * vec4(place, 1.0)); }`;
const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D picture;
uniform vec4 ray;
in vec2 at;
out vec4 colour;
void main() { colour = ray.a > 0.0 ? ray : vec4(texture(picture, at).rgb, 0.85); }`;
/** @type {[number, number][]} */
const CORNERS = [[0, 0], [1, 0], [0, 1], [1, 1]];
const RAY = [0.91, 0.64, 0.24, 0.8];
const FLOATS = 5; // of a corner: its place and its share of the picture

export class PanelRenderer {
  /** @param {WebGL2RenderingContext} gl */
  constructor(gl) {
    this.gl = gl;
    this.program = gl.createProgram();
    for (const [type, source] of /** @type {const} */ ([[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]])) {
      const shader = /** @type {WebGLShader} */ (gl.createShader(type));
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(this.program, shader);
    }
    gl.linkProgram(this.program);
    if (!gl.getProgramParameter(this.program, gl.LINK_STATUS)) throw new Problem(`the graphics driver refuses the panel: ${gl.getProgramInfoLog(this.program)}`);
    this.vertices = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    this.texture = gl.createTexture();
    this.connect();
  }

  connect() {
    const { gl } = this;
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    for (const [name, count, first] of /** @type {const} */ ([["place", 3, 0], ["share", 2, 3]])) {
      const place = gl.getAttribLocation(this.program, name);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, count, gl.FLOAT, false, FLOATS * 4, first * 4);
    }
    gl.bindVertexArray(null);
  }

  /** Bring what the panel shows to the graphics card. @param {HTMLCanvasElement} canvas */
  take(canvas) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, canvas);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }

  /** Into the framebuffer and viewport in use. @param {EyeMatrices} eye @param {PanelPlace} place @param {[Point, Point][]} rays from hand to end */
  draw(eye, place, rays) {
    const { gl, program } = this;
    const at = (/** @type {string} */ name) => gl.getUniformLocation(program, name);
    gl.useProgram(program);
    gl.bindVertexArray(this.vertices);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.uniform1i(at("picture"), 0);
    gl.uniformMatrix4fv(at("projection"), false, eye.projectionMatrix);
    gl.uniformMatrix4fv(at("eye_from_world"), false, eye.transform.inverse.matrix);
    gl.uniform4f(at("ray"), 0, 0, 0, 0);
    this.drawCorners(gl.TRIANGLE_STRIP, CORNERS.flatMap((share) => [...numbers(place.point(share)), ...share]));
    gl.uniform4fv(at("ray"), RAY);
    for (const ends of rays) this.drawCorners(gl.LINES, ends.flatMap((end) => [...numbers(end), 0, 0]));
    gl.disable(gl.BLEND);
    gl.bindVertexArray(null);
  }

  /** @param {number} kind @param {number[]} corners */
  drawCorners(kind, corners) {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(corners), gl.STREAM_DRAW);
    gl.drawArrays(kind, 0, corners.length / FLOATS);
  }
}

/** @param {Point} point */
function numbers({ x, y, z }) {
  return [x, y, z];
}
