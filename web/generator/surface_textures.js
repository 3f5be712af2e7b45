// Learned textures on the room's faces (cocogan_core/models/surface_textures.py), as the kernel reads them (texture_kernel.ts).

import { linear, SINGLE } from "./convolution.js";
import { FACES, TEXTURED_FROM, stageWidths, texelM, textureFeatures, textureSide } from "./shapes.js";

const HEIGHT_M = 1.3; // of mixed textures' middle on upright walls

export class SurfaceTextures {
  /** @param {import("./memory.js").Memory} maths @param {import("../state/checkpoint.js").Checkpoint} checkpoint of any model */
  constructor(maths, { model, generator }) {
    this.maths = maths;
    this.model = model;
    const tables = stageWidths(model).map((_, stage) => generator.get(`surfaces.texture.${stage - TEXTURED_FROM}`));
    this.tables = tables.map((table) => (table ? maths.put(table.data, table.data.length) : 0)); // by stage; 0 for none
    this.features = textureFeatures(model);
    this.below = 0; // metres from the middle of upright walls to a texture's middle
    const count = FACES * this.features; // each face has its own
    this.amounts = maths.put(new Float32Array(count).fill(1), count);
    this.layer = generator.has("surfaces.amounts.weight") ? linear(maths, generator, "surfaces.amounts") : null;
    this.told = maths.allocate(this.layer?.channels ?? 0);
    this.scratch = maths.allocate(this.layer?.columnFloats ?? 0);
  }

  /** Show another room from now on. @param {number[]} told z, and what is derived from it of how objects look @param {{low: number[], high: number[]}} room */
  setZ(told, { low, high }) {
    const { maths, layer } = this;
    if (!layer) return;
    this.below = (low[1] + high[1]) / 2 - HEIGHT_M;
    maths.view(this.told, told.length).set(told);
    layer.run(maths.loops, { ...SINGLE, at: this.told }, this.amounts, this.scratch);
  }

  /** What the kernel wants to know of a stage's. @param {number} stage @param {number} cellRad */
  of(stage, cellRad) {
    const { tables, features, amounts, below, model } = this;
    return [tables[stage], textureSide(stage, model), features, amounts, below, 1 / texelM(stage), cellRad / texelM(stage)];
  }
}
