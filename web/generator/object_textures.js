// Learned textures on a room's objects (cocogan_core/models/object_textures.py), as the kernel reads them (object_texture_kernel.ts).

import { TEXTURED_FROM, objectTexels, stageWidths } from "./shapes.js";

export class ObjectTextures {
  /** @param {import("./memory.js").Memory} maths @param {import("../state/checkpoint.js").Checkpoint} checkpoint of any model */
  constructor(maths, { model, generator }) {
    const tables = stageWidths(model).map((_, stage) => generator.get(`objects.textures.texture.${stage - TEXTURED_FROM}`));
    this.tables = tables.map((table) => (table ? maths.put(table.data, table.data.length) : 0)); // by stage; 0 for none
    const rows = model.objectTextures && model.objects ? model.objects.rows : [];
    this.rowOf = maths.allocate(rows.length);
    new Int32Array(maths.memory.buffer, this.rowOf, rows.length).set(rows);
  }

  /** What the kernel wants to know of a stage's. @param {number} stage */
  of(stage) {
    return [this.tables[stage], objectTexels(stage), this.rowOf];
  }
}
