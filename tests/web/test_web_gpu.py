"""The page's generator by WebGPU, on SwiftShader's adapter: the desktop's patches to one step of 255."""

import base64

import numpy as np
import pytest
from folder_server import served
from javascript import WEB

from benchmarks.chromium import browser
from cocogan_core.files import resource
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
from viewer.__main__ import main

WHOLE = "cocogan.streamer.complete && cocogan.streamer.made.size >= cocogan.streamer.visible.length"
ADAPTER = ("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader")
MAKE = """(async () => {
  const { readCheckpoint } = await import("/generator/../state/checkpoint.js");
  const { CompactGenerator } = await import("/generator/compact_generator.js");
  const { sampleZ } = await import("/state/random.js");
  const bytes = Uint8Array.from(atob(%s), (letter) => letter.charCodeAt(0));
  const checkpoint = readCheckpoint(bytes.buffer);
  const code = await (await fetch("/generator/kernel.wasm")).arrayBuffer();
  const generator = await CompactGenerator.onGpu(checkpoint, code);
  const base64 = (pixels) => btoa(Array.from(pixels, (byte) => String.fromCharCode(byte)).join(""));
  const rooms = [];
  for (const seed of %s) {
    generator.setZ(sampleZ(seed, checkpoint.model.zDim));
    const room = [];
    for (const block of %s) for (const pixels of await generator.make(block)) room.push(base64(pixels));
    rooms.push(room);
  }
  return rooms;
})()"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with served(WEB) as address, browser(tmp_path_factory.mktemp("profile"), *ADAPTER) as one:
        one.open(f"{address}/style.css")
        one.wait("document.readyState === 'complete'")
        yield one


def block(level, row, column, rows=1, columns=1):
    return {"level": level, "row": row, "column": column, "rows": rows, "columns": columns}


def compare(chromium, path, seeds, blocks, engine="auto"):
    generator = PatchGenerator.load(path, "cpu", engine=engine)
    packed = base64.b64encode(path.read_bytes()).decode()
    texts = chromium.run(MAKE % (repr(packed), seeds, blocks))
    side = generator.metadata.model.grid.patch_px
    made = [[np.frombuffer(base64.b64decode(text), np.uint8).reshape(side, side, 4) for text in room] for room in texts]
    for seed, room in zip(seeds, made, strict=True):
        z = sample_z(seed, generator.metadata.model.z_dim)
        expected = [
            generator.patches(z, [(one["row"] + down, one["column"] + across)], level=one["level"])[0]
            for one in blocks for down in range(one["rows"]) for across in range(one["columns"])
        ]  # fmt: skip
        apart = np.abs(np.array(room)[..., :3].astype(int) - expected)
        assert apart.max() <= 1
        assert (apart > 0).mean() < 0.01
        assert np.std(expected) > 5


def test_the_shipped_room(chromium):
    compare(chromium, resource("assets/rooms.safetensors"), [7], [block(0, 2, 6, 2, 1)])


def test_levels_and_walls_on_the_whole_sphere(chromium, rooms_checkpoint):
    """Fine patches first, so that their level-0 patches are made for them; then neighbours that share one."""
    blocks = [block(2, 4, 8, 2, 2), block(1, 2, 6, 2, 1), block(0, 0, 0, 2, 2), block(2, 5, 9)]
    compare(chromium, rooms_checkpoint, [3], blocks)


def test_objects(chromium, objects_checkpoint):
    compare(chromium, objects_checkpoint, [3], [block(0, 2, 2, 2, 2), block(1, 6, 0), block(2, 8, 30)])


def test_textures(chromium, textured_objects_checkpoint):
    compare(chromium, textured_objects_checkpoint, [3], [block(0, 2, 2, 2, 2), block(1, 6, 0), block(2, 12, 30)])


def test_textures_that_z_mixes_and_shadows(chromium, mixed_checkpoint):
    compare(chromium, mixed_checkpoint, [0, 4], [block(0, 3, 0), block(0, 3, 4), block(2, 14, 16, 1, 2)], "torch")


def test_textures_on_objects(chromium, object_textures_checkpoint):
    compare(chromium, object_textures_checkpoint, [0], [block(0, 3, 0), block(1, 5, 9), block(4, 40, 77)], "torch")


def test_tiles(chromium, object_textures_checkpoint):
    compare(
        chromium, object_textures_checkpoint, [0, 4], [block(2, 8, 22), block(3, 16, 20), block(4, 38, 32)], "torch"
    )


def test_rooms_turned_and_mirrored(chromium, upright_checkpoint):
    compare(chromium, upright_checkpoint, [0, 1, 2], [block(2, 8, 20, 2, 2)])


def test_the_page_tries_the_card_and_goes_on_without_it(chromium, tmp_path, rooms_checkpoint):
    """Measured against WebAssembly; chosen by hand in the panel; lost with the browser's graphics process."""
    main(["web", str(rooms_checkpoint), "-o", str(tmp_path / "room.html"), "--seed", "3"])
    chromium.open((tmp_path / "room.html").as_uri(), (32, 24))
    found = chromium.wait("globalThis.cocogan?.pool.engine.hasGpu && cocogan.pool.engine")
    assert found["usesGpu"] == (found["gpuMs"] < found["wasmMs"] / chromium.run("cocogan.pool.workers.length"))
    chromium.run("document.getElementById('adjust').click()")
    card = "[...document.querySelectorAll('#panel .check')].find((one) => one.textContent.includes('WebGPU'))"
    if not found["usesGpu"]:
        chromium.run(f"{card}.querySelector('input').click()")
    chromium.wait("cocogan.pool.engine.usesGpu")
    chromium.run("cocogan.streamer.onlyVisible = true; cocoganPage.next()")
    chromium.wait(WHOLE)
    compare_shown(chromium, rooms_checkpoint)
    chromium.call("Browser.crashGpuProcess")
    chromium.wait("cocoganPage.next() || !cocogan.pool.engine.hasGpu")
    chromium.wait(f"{WHOLE} && !cocogan.gl.isContextLost()")
    assert chromium.run(f"{card}.hidden")
    compare_shown(chromium, rooms_checkpoint)


def compare_shown(chromium, path):
    """Every patch of level 0 that the page has made."""
    seed, made = chromium.run("""[cocogan.room.seed, [...cocogan.streamer.made].filter(([key]) => key.startsWith("0,"))
        .map(([key, { pixels }]) => [key, [...pixels]])]""")
    generator = PatchGenerator.load(path, "cpu")
    side = generator.metadata.model.grid.patch_px
    cells = [tuple(map(int, key.split(",")))[1:] for key, _ in made]
    pixels = np.array([values for _, values in made]).reshape(-1, side, side, 4)
    expected = generator.patches(sample_z(seed, generator.metadata.model.z_dim), cells)
    assert np.abs(pixels[..., :3] - expected.astype(int)).max() <= 1


def test_without_an_adapter_nothing_is_said(tmp_path, rooms_checkpoint):
    main(["web", str(rooms_checkpoint), "-o", str(tmp_path / "room.html")])
    with browser(tmp_path / "profile") as bare:
        bare.open((tmp_path / "room.html").as_uri(), (32, 24))
        bare.wait("globalThis.cocogan?.streamer?.complete")
        assert bare.run("navigator.gpu.requestAdapter()") is None
        assert bare.run("cocogan.pool.engine") == {"hasGpu": False, "usesGpu": False, "wasmMs": 0, "gpuMs": 0}
        assert not [words for words in bare.messages() if "Uncaught" in words]
