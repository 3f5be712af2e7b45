"""Rooms in other viewers: tiles are cut right, and the stock packages show them by the documentation's own examples."""

import base64
import io
import re
import time
from pathlib import Path

import numpy as np
import pytest
from folder_server import served
from javascript import PACKAGES, javascript, needs_packages
from PIL import Image

from benchmarks.chromium import browser
from cocogan_core.geometry.projection import u_of_yaw, yaw_pitch_of
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.shipped import shipped_model
from viewer.__main__ import main
from viewer.camera.camera import View

TILE = """
async function main() {
  const { readCheckpoint } = await load("state/checkpoint.js");
  const { CompactGenerator } = await load("generator/compact_generator.js");
  const { readTile } = await load("adapters/tile.js");
  const { TileMaker } = await load("adapters/tile_maker.js");
  const checkpoint = readCheckpoint(bytes(data.path));
  const generator = await CompactGenerator.load(checkpoint, bytes(new URL("generator/kernel.wasm", WEB)));
  const maker = new TileMaker(generator, checkpoint.projection);
  const made = await Promise.all(data.tiles.map((name) => maker.make(readTile(`/site/tiles/${name}`))));
  return made.map(base64);
}
"""
FACES = {"f": (0, 0), "r": (90, 0), "b": (180, 0), "l": (270, 0), "u": (0, 90), "d": (0, -90)}


def tiles(path, names, side):
    texts = javascript(TILE, {"path": str(path), "tiles": names})
    pixels = [np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, side, 4) for text in texts]
    return [one[..., :3].astype(float) for one in pixels]


def sampled(panorama, projection, origin_px, yaw, pitch):
    """A picture (h, w, 3) bilinearly at angles (...), by numpy."""
    height, width = panorama.shape[:2]
    x = u_of_yaw(yaw, origin_px) * width - 0.5
    limit = projection.half_extent_rad
    y = np.clip(projection.v_of_pitch(np.clip(pitch, -limit, limit)) * height - 0.5, 0, height - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right_share, low_share = (x - left)[..., None], (y - top)[..., None]
    columns = np.stack([left, left + 1], -1) % width
    rows = [panorama[np.minimum(top + i, height - 1)[..., None], columns] for i in (0, 1)]
    upper, lower = (row[..., 0, :] * (1 - right_share) + row[..., 1, :] * right_share for row in rows)
    return upper * (1 - low_share) + lower * low_share


def test_tiles_of_an_equirectangular_picture(rooms_checkpoint):
    generator = PatchGenerator.load(rooms_checkpoint, "cpu")
    model, projection = generator.metadata.model, generator.metadata.projection
    names = [f"5/equirect/256/2x1/{column}_0.png" for column in (0, 1)]
    picture = np.concatenate(tiles(rooms_checkpoint, names, 128), 1)
    yaw = ((np.arange(256) + 0.5) / 256 - 0.5) * 2 * np.pi
    pitch = (0.5 - (np.arange(128) + 0.5) / 128) * np.pi
    z = sample_z(5, model.z_dim)
    whole = generator.panorama(z, level=1).astype(float)  # of 256 columns
    expected = sampled(whole, projection, model.grid.width_px, *np.meshgrid(yaw, pitch))
    assert np.abs(picture - expected).max() < 2.1
    assert picture.std() > 5


@pytest.mark.parametrize("shape", ["rooms", "extended"])
def test_tiles_of_a_cube(shape, request):
    """Every face as a look through 90° sees it; also of a model that knows half the sphere."""
    path = request.getfixturevalue(f"{shape}_checkpoint")
    generator = PatchGenerator.load(path, "cpu")
    model, projection = generator.metadata.model, generator.metadata.projection
    whole = generator.panorama(sample_z(5, model.z_dim), level=1).astype(float)
    names = [f"5/cube/40/2/{face}/{y}_{x}.png" for face in FACES for y in (0, 1) for x in (0, 1)]
    made = tiles(path, names, 40)
    place = (np.arange(80) + 0.5) / 40 - 1
    for number, (yaw, pitch) in enumerate(np.radians(list(FACES.values()))):
        a, b, c, d = made[4 * number : 4 * number + 4]
        face = np.concatenate([np.concatenate([a, b], 1), np.concatenate([c, d], 1)], 0)
        view = View(yaw_rad=yaw, pitch_rad=pitch, fov_rad=np.pi / 2, aspect=1.0)
        looks = view.directions(*np.meshgrid(place, -place))
        expected = sampled(whole, projection, model.grid.width_px, *yaw_pitch_of(looks))
        assert np.abs(face - expected).max() < 2.1, list(FACES)[number]


REFUSED = [
    "5/equirect/256/2x1/2_0.png", "5/equirect/256/3x1/0_0.png", "5/equirect/99999/2x1/0_0.png",
    "2147483648/cube/8/1/f/0_0.jpg", "5/cube/4096/1/f/0_0.png", "5/cube/8/8/f/0_0.png", "5/cube/8/2/f/2_0.png",
    "5/cube/0/1/f/0_0.png", "5/cube/8/0/f/0_0.png", "5/cube/8/1/x/0_0.png", "5/equirect/0/0x0/0_0.png",
    "../room.safetensors", "5/equirect/256/2x1/0_0.gif", "5/equirect/16384/1x1/0_0.png",
]  # fmt: skip


def test_what_is_no_tile_is_refused():
    code = """async function main() {
      const { readTile } = await load("adapters/tile.js");
      return data.map((name) => {
        try { readTile(`/site/tiles/${name}`); return "read"; } catch (error) { return error.constructor.name; }
      });
    }"""
    assert javascript(code, REFUSED) == ["Problem"] * len(REFUSED)


# How wide the examples look, in degrees across. Photo Sphere Viewer's is 60° high, from its zoom.
PHOTO_SPHERE_DEG = float(2 * np.degrees(np.arctan(1.5 * np.tan(np.pi / 6))))
VIEWERS = {"Photo Sphere Viewer": PHOTO_SPHERE_DEG, "Pannellum": 90.0, "Marzipano": 90.0}
PATIENCE_S = 90


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """Address of the shipped room's folder with the packages and the documentation's examples in it."""
    folder = tmp_path_factory.mktemp("viewers")
    main(["web", "-o", str(folder), "--seed", "7"])
    (folder / "node_modules").symlink_to(PACKAGES)
    text = (Path(__file__).parents[2] / "docs/guide/web.md").read_text(encoding="utf-8")
    for name, page in re.findall(r"^([\w ]+):\n\n```html\n(<!doctype html>.*?)```", text, re.MULTILINE | re.DOTALL):
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def panorama():
    generator = PatchGenerator.load(shipped_model(), "cpu")
    z = sample_z(7, generator.metadata.model.z_dim)
    return generator.panorama(z).astype(float), generator.metadata.projection


def apart(picture, panorama, yaw_deg, fov_deg):
    """Median difference of a screenshot from a look at the panorama."""
    pixels, projection = panorama
    height, width = picture.shape[:2]
    x, y = np.meshgrid((np.arange(width) + 0.5) / width * 2 - 1, 1 - (np.arange(height) + 0.5) / height * 2)
    view = View(yaw_rad=np.radians(yaw_deg), fov_rad=np.radians(fov_deg), aspect=width / height)
    expected = sampled(pixels, projection, pixels.shape[1], *yaw_pitch_of(view.directions(x, y)))
    return np.median(np.abs(picture - expected))


@needs_packages
@pytest.mark.parametrize("name", VIEWERS)
def test_the_stock_packages_show_the_room(name, examples, panorama, tmp_path):
    """The documentation's own examples: what is on the screen is the room, looked at 20° to the right."""
    with browser(tmp_path) as chromium:
        chromium.open(f"{examples}/{name}.html".replace(" ", "%20"), (616, 416))
        until_s = time.monotonic() + PATIENCE_S
        chromium.wait("document.readyState === 'complete' && Boolean(document.querySelector('canvas'))")
        while (found := apart(screen(chromium), panorama, 20, VIEWERS[name])) > 3 and time.monotonic() < until_s:
            time.sleep(0.5)
        assert found <= 3, chromium.messages()
        assert apart(screen(chromium), panorama, -20, VIEWERS[name]) > 3 * found


def screen(chromium) -> np.ndarray:
    """The viewer's own pixels."""
    left, top, width, height = chromium.run(
        "(({ x, y, width, height }) => [x, y, width, height].map(Math.round))"
        "(document.querySelector('canvas').getBoundingClientRect())"
    )
    pixels = np.asarray(Image.open(io.BytesIO(chromium.screenshot())).convert("RGB"))
    return pixels[top : top + height, left : left + width].astype(float)
