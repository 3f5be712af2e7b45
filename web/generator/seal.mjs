// Writes which source the kernel was built from, so that a test notices when one changes without the other.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const source = Buffer.concat(["kernel.ts", "object_texture_kernel.ts", "room_kernel.ts", "sun_kernel.ts", "texture_kernel.ts", "tile_kernel.ts", "vectors.ts"].map((name) => readFileSync(new URL(name, import.meta.url))));
writeFileSync(new URL("kernel.wasm.source", import.meta.url), createHash("sha256").update(source).digest("hex") + "\n");
