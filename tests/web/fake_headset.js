// A headset for tests: two eyes with asymmetric frusta on the page's own canvas; `pressTrigger` is what its button does.
(() => {
  const listeners = { end: [], selectstart: [], selectend: [] };
  const eye = (left, right) => ({
    // near 0.1, far 10; the tangents of the frustum's sides
    projection: (([l, r, b, t]) => new Float32Array([
      2 / (r - l), 0, 0, 0, 0, 2 / (t - b), 0, 0, (r + l) / (r - l), (t + b) / (t - b), -1.02, -1, 0, 0, -0.2, 0,
    ]))([left, right, -1.1, 0.9]),
  });
  const eyes = [eye(-1.2, 0.8), eye(-0.8, 1.2)];
  const transform = () => ({
    orientation: { x: 0, y: 0, z: 0, w: 1 }, position: { x: 0, y: 0, z: 0 },
    inverse: { matrix: new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]) },
  });
  WebGL2RenderingContext.prototype.makeXRCompatible = async () => {};
  globalThis.XRWebGLLayer = class {
    constructor(_session, gl) { this.gl = gl; this.framebuffer = null; }
    getViewport({ index }) {
      const { width, height } = this.gl.canvas;
      return { x: index * (width >> 1), y: 0, width: width >> 1, height };
    }
  };
  const session = {
    inputSources: [{ gamepad: { axes: [0, 0, 0, 0] } }],
    renderState: {},
    updateRenderState(state) { Object.assign(this.renderState, state); },
    requestReferenceSpace: async (kind) => ({ kind }),
    addEventListener: (kind, hear) => listeners[kind].push(hear),
    requestAnimationFrame: (draw) => setTimeout(() => draw(performance.now(), {
      getViewerPose: () => ({
        transform: transform(),
        views: eyes.map(({ projection }, index) => ({ index, projectionMatrix: projection, transform: transform() })),
      }),
    }), 16),
    end: async () => listeners.end.splice(0).forEach((hear) => hear()),
  };
  globalThis.headsetSession = session;
  globalThis.pressTrigger = () => listeners.selectstart.forEach((hear) => hear({ inputSource: null }));
  Object.defineProperty(navigator, "xr", { value: {
    isSessionSupported: async (kind) => kind === "immersive-vr",
    requestSession: async () => session,
  } });
})();
