"""Patches made in WebAssembly are those of the desktop, to one step of 255."""

import base64
import hashlib
import subprocess
import sys

import numpy as np
import pytest
from javascript import WEB, javascript

from cocogan_core.checkpoint import load_checkpoint, read_metadata, save_checkpoint
from cocogan_core.inference.blocks import Block, cover
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.shipped import shipped_model

SCRIPTS = WEB.parent / "scripts"
MAKE = """
async function main() {
  const { readCheckpoint } = await load("state/checkpoint.js");
  const { CompactGenerator } = await load("generator/compact_generator.js");
  const { sampleZ } = await load("state/random.js");
  const checkpoint = readCheckpoint(bytes(data.path));
  const generator = await CompactGenerator.load(checkpoint, bytes(new URL("generator/kernel.wasm", WEB)));
  const rooms = [];
  for (const seed of data.seeds) {
    generator.setZ(sampleZ(seed, checkpoint.model.zDim));
    const room = [];
    for (const [level, row, column] of data.patches) room.push(base64(await generator.patch(level, row, column)));
    rooms.push(room);
  }
  return rooms;
}
"""


def made(path, seeds, patches):
    """RGBA patches (seeds, patches, s, s, 4)."""
    texts = javascript(MAKE, {"path": str(path), "seeds": seeds, "patches": patches})
    pixels = [[np.frombuffer(base64.b64decode(text), np.uint8) for text in room] for room in texts]
    side = round((len(pixels[0][0]) / 4) ** 0.5)
    return np.array(pixels).reshape(len(seeds), len(patches), side, side, 4)


def known(path, seeds, patches, engine):
    generator = PatchGenerator.load(path, "cpu", engine=engine)
    zs = [sample_z(seed, generator.metadata.model.z_dim) for seed in seeds]
    one = [[generator.patches(z, [(row, column)], level=level)[0] for level, row, column in patches] for z in zs]
    return np.array(one)


def compare(path, seeds, patches, engine="auto"):
    pixels, expected = made(path, seeds, patches), known(path, seeds, patches, engine)
    assert expected.std() > 5
    assert (expected % 255 == 0).mean() < 0.2  # clamped pixels would hide differences
    apart = np.abs(pixels[..., :3].astype(int) - expected)
    assert apart.max() <= 1
    assert (apart > 0).mean() < 0.01
    assert (pixels[..., 3] == 255).all()


@pytest.mark.parametrize("family", ["plain", "furnished"])
def test_the_shipped_rooms(family):
    compare(shipped_model(family), [0, 7], [(0, 0, 0), (0, 1, 11), (0, 2, 5), (0, 3, 6)])


def test_levels_and_walls_on_the_whole_sphere(rooms_checkpoint):
    """Fine patches first, so that their level-0 patches are made for them; then neighbours that share one."""
    patches = [(2, 5, 9), (2, 15, 31), (1, 3, 7), (0, 0, 0), (1, 2, 4), (2, 4, 9), (0, 3, 7), (0, 1, 2), (1, 7, 15)]
    compare(rooms_checkpoint, [3, 4, 3], patches)


def test_rows_beyond_the_trained_image_and_a_front_at_the_edge(extended_checkpoint):
    compare(extended_checkpoint, [3], [(0, 0, 1), (0, 5, 7), (0, 2, 2), (1, 0, 3), (2, 23, 5)])


def test_objects_on_the_whole_sphere(objects_checkpoint):
    """At both poles, where the panorama begins and ends, and on every level."""
    patches = [(2, 15, 9), (0, 0, 0), (0, 3, 7), (0, 2, 3), (0, 1, 5), (0, 3, 2), (1, 4, 0), (1, 7, 12), (2, 8, 31)]
    compare(objects_checkpoint, [3, 4], patches)


def test_objects_beyond_a_mercator_panorama(extended_objects_checkpoint):
    compare(extended_objects_checkpoint, [3], [(0, 0, 1), (0, 5, 7), (0, 2, 2), (1, 5, 3), (2, 15, 5)])


@pytest.mark.parametrize("name", ["textures_checkpoint", "textured_objects_checkpoint"])
def test_textures_on_every_level(name, request):
    """On the floor, on walls and on the ceiling."""
    compare(request.getfixturevalue(name), [3], [(0, 3, 7), (0, 0, 2), (1, 5, 9), (2, 14, 9), (2, 9, 31)])


def test_textures_that_z_mixes_and_shadows_on_every_level(mixed_checkpoint):
    """Of a room that is turned and of one that is mirrored too: floor, walls, ceiling, and both sides of the sun."""
    patches = [(0, 3, 0), (0, 3, 4), (0, 0, 2), (1, 5, 9), (2, 11, 0), (2, 14, 16), (2, 9, 31)]
    compare(mixed_checkpoint, [0, 4], patches, "torch")


def test_textures_on_objects_on_every_level(object_textures_checkpoint):
    """And on one whose stage has none."""
    patches = [(0, 3, 0), (0, 2, 4), (1, 5, 9), (2, 8, 21), (2, 11, 0), (3, 19, 37), (3, 16, 60), (4, 40, 77)]
    compare(object_textures_checkpoint, [0, 4], patches, "torch")


def test_tiles_on_every_level(object_textures_checkpoint):
    """Where they are most of a patch."""
    patches = [(1, 4, 11), (2, 8, 22), (2, 7, 10), (3, 19, 44), (3, 16, 20), (4, 29, 88), (4, 38, 32)]
    compare(object_textures_checkpoint, [0, 4], patches, "torch")


def test_tiles_as_bytes(object_textures_checkpoint, tmp_path):
    """As other textures are stored: in 127ths of their largest number, by which what mixes them is multiplied."""
    found = load_checkpoint(object_textures_checkpoint)
    tensors, name = dict(found.generator), "objects.tiles.texture"
    most = abs(tensors[name]).max()
    tensors[name] = np.round(tensors[name] * (127 / most)).astype(np.int8)
    tensors |= {name: mix * most for name, mix in tensors.items() if name.startswith("objects.tiles.mix")}
    save_checkpoint(tmp_path / "bytes.safetensors", found.metadata, generator=tensors)
    compare(tmp_path / "bytes.safetensors", [0], [(1, 4, 11), (2, 8, 22), (4, 29, 88)], "torch")


def test_textures_in_half_precision_beside_floats(textures_checkpoint, tmp_path):
    mixed = in_halves(textures_checkpoint, tmp_path / "mixed.safetensors", lambda name: "surfaces.mix" not in name)
    compare(mixed, [3], [(0, 3, 7), (0, 1, 2)])


def test_textures_as_bytes(object_textures_checkpoint, tmp_path):
    """As they ship: on faces and on objects."""
    shipped = tmp_path / "shipped.safetensors"
    subprocess.run([sys.executable, SCRIPTS / "to_half.py", object_textures_checkpoint, shipped], check=True)
    assert shipped.stat().st_size < 0.45 * object_textures_checkpoint.stat().st_size
    compare(shipped, [4], [(0, 3, 0), (1, 5, 9), (2, 8, 21)], "torch")


def in_halves(path, to, is_half):
    """A checkpoint with some of its tensors as float16."""
    found = load_checkpoint(path)
    generator = {name: array.astype(np.float16) if is_half(name) else array for name, array in found.generator.items()}
    save_checkpoint(to, found.metadata, generator=generator)
    return to


@pytest.mark.parametrize("checkpoint", ["upright_checkpoint", "upright_objects_checkpoint", "lean_objects_checkpoint"])
def test_rooms_turned_and_mirrored_by_a_model_of_upright_ones(checkpoint, request):
    """Seeds of all eight ways that a room can stand."""
    path = request.getfixturevalue(checkpoint)
    model = read_metadata(path).model
    rooms = {}
    for seed in range(200):
        upright = model.symmetry.upright(sample_z(seed, model.z_dim), model.latent_names)
        rooms.setdefault((upright.turns, upright.mirrored), seed)
    assert len(rooms) == 8
    compare(path, list(rooms.values()), [(0, 1, 2), (0, 3, 7), (1, 2, 5), (2, 9, 21)], "torch")


def test_columns_wrap_round(rooms_checkpoint):
    ((a, b),) = made(rooms_checkpoint, [1], [(1, 2, 3), (1, 2, 3 - 16)])
    assert (a == b).all()


def test_a_patch_is_the_same_whatever_else_is_made(rooms_checkpoint):
    ((_, _, after),) = made(rooms_checkpoint, [1], [(0, 1, 1), (2, 5, 5), (2, 6, 6)])
    ((alone,),) = made(rooms_checkpoint, [1], [(2, 6, 6)])
    assert (after == alone).all()


BLOCKS = """
async function main() {
  const { readCheckpoint } = await load("state/checkpoint.js");
  const { CompactGenerator } = await load("generator/compact_generator.js");
  const { cover, patchesOf } = await load("generator/blocks.js");
  const { sampleZ } = await load("state/random.js");
  const checkpoint = readCheckpoint(bytes(data.path));
  const code = bytes(new URL("generator/kernel.wasm", WEB));
  const blockwise = await CompactGenerator.load(checkpoint, code);
  const alone = await CompactGenerator.load(checkpoint, code);
  const rooms = [];
  for (const seed of data.seeds) {
    for (const one of [blockwise, alone]) one.setZ(sampleZ(seed, checkpoint.model.zDim));
    const room = [];
    for (const block of cover(data.patches)) {
      const made = await blockwise.make(block);
      let same = true;
      for (const [i, name] of patchesOf(block).entries())
        same &&= base64(made[i]) === base64(await alone.patch(...name));
      room.push([block.rows, block.columns, same]);
    }
    rooms.push(room);
  }
  return rooms;
}
"""  # fmt: skip


def test_a_patch_has_the_same_bytes_in_every_block(upright_checkpoint, extended_checkpoint):
    """Of plain rooms, and of upright ones, whose blocks may go round the panorama."""
    area = [(level, row, column) for level in range(3) for row in range(4) for column in range(7)]
    for path in (upright_checkpoint, extended_checkpoint):
        for room in javascript(BLOCKS, {"path": str(path), "seeds": [0, 1, 2, 3], "patches": area}):
            assert [one[:2] for one in room].count([2, 2]) == 3 * 6
            assert [one[:2] for one in room].count([2, 1]) == 3 * 2
            assert all(same for _, _, same in room)


def test_objects_have_the_same_bytes_in_every_block(objects_checkpoint):
    """Which are looked for there makes no difference."""
    area = [(level, row, column) for level in range(2) for row in range(4) for column in range(5)]
    for room in javascript(BLOCKS, {"path": str(objects_checkpoint), "seeds": [0, 5], "patches": area}):
        assert len(room) == 2 * 6
        assert all(same for _, _, same in room)


def test_blocks_are_pythons():
    """Whatever is asked for: the same blocks in the same order, and every patch once."""
    rng = np.random.default_rng(4)
    every = [(1, row, column) for row in range(8) for column in range(12)]
    asked = [[every[i] for i in rng.permutation(96)[: rng.integers(0, 97)]] for _ in range(300)]
    code = 'async function main() { return data.map((await load("generator/blocks.js")).cover); }'
    for patches, blocks in zip(asked, javascript(code, asked), strict=True):
        expected = cover([patch[1:] for patch in patches], [(2, 2), (2, 1), (1, 2), (1, 1)])
        found = [Block((one["row"], one["column"]), (one["rows"], one["columns"])) for one in blocks]
        assert found == expected


def test_features_that_are_kept_take_memory_as_they_come():
    """But no more than for so many; what was used longest ago makes room."""
    code = """async function main() {
      const { KeptFeatures } = await load("generator/kept_features.js");
      let allocated = 0;
      const kept = new KeptFeatures({ allocate: () => ++allocated }, { cut() {} }, 8, 16);
      const area = { top: 2, left: 2, height: 16, width: 16 }, map = { at: 0, stride: 400, height: 20, width: 20 };
      return [1, 2, 70].map((count) => {
        for (let patch = 0; patch < count; patch++) kept.keep(patch, { x: map, rgb: map }, area);
        return [allocated, kept.has(5), kept.has(69)];
      });
    }"""
    assert javascript(code, {}) == [[1, False, False], [2, False, False], [64, False, True]]


def test_the_kernel_is_built_from_its_sources():
    built_from = (WEB / "generator" / "kernel.wasm.source").read_text().strip()
    sources = b"".join(path.read_bytes() for path in sorted((WEB / "generator").glob("*.ts")))
    assert hashlib.sha256(sources).hexdigest() == built_from, "run `npm install && npm run build` in web/"


def test_other_generators_are_refused_in_words(paper_checkpoint):
    code = """
    async function main() {
      const { readCheckpoint } = await load("state/checkpoint.js");
      try { readCheckpoint(bytes(data)); return "read"; } catch (error) { return error.message; }
    }"""
    assert "open it on the desktop" in javascript(code, str(paper_checkpoint))


def test_too_little_memory_is_told_in_words():
    code = """
    async function main() {
      const { readCheckpoint } = await load("state/checkpoint.js");
      const { CompactGenerator } = await load("generator/compact_generator.js");
      WebAssembly.Memory.prototype.grow = () => { throw new RangeError("Maximum memory size exceeded"); };
      const kernel = bytes(new URL("generator/kernel.wasm", WEB));
      return CompactGenerator.load(readCheckpoint(bytes(data)), kernel).then(() => "made", (error) => error.message);
    }"""
    assert "too little memory" in javascript(code, str(shipped_model()))


def test_half_precision_weights_are_the_same_numbers():
    bits = np.arange(1 << 16, dtype=np.uint16)
    halves = bits[np.isfinite(bits.view(np.float16))]
    code = """
    async function main() {
      const { Memory } = await load("generator/memory.js");
      const { floatsOf } = await load("state/tensors.js");
      const memory = new Memory();
      await memory.start(bytes(new URL("generator/kernel.wasm", WEB)));
      const halves = Uint16Array.from(data);
      const address = memory.put(halves, halves.length + 3);
      return [memory.view(address, halves.length + 3), floatsOf(halves)].map(base64);
    }"""
    for count in (len(halves), 13):
        texts = javascript(code, halves[-count:].tolist())
        kernel, read = (np.frombuffer(base64.b64decode(text), np.float32) for text in texts)
        expected = halves[-count:].view(np.float16).astype(np.float32)
        assert kernel[:-3].tobytes() == read.tobytes() == expected.tobytes()
        assert (kernel[-3:] == 0).all()
