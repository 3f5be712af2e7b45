"""What the page's kernel sees of tiles on fronts is what torch sees: on every side, over their edges, as they fade."""

import base64
import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from javascript import javascript
from test_web_object_textures import rooms as zs_of_rooms

from cocogan_core.checkpoint import read_metadata
from cocogan_core.geometry.objects import SIDE_NAMES, RoomObject, RoomObjects, Tiling
from cocogan_core.models.dimensions import TILED_FROM, TILED_TO
from cocogan_core.models.object_coordinates import Objects, Rays, nearest_objects
from cocogan_core.models.object_maps import object_maps
from cocogan_core.models.object_scene import ObjectScene, Tiles
from cocogan_core.models.room_coordinates import room_of, view_pitches, view_rays, view_yaws
from cocogan_core.models.tile_textures import TileTextures, tile_rates

TOP_SHARE, HEIGHT = 0.4, 60  # of the panorama above its rows that are looked at, and how many those are
WIDTH = 202  # of the columns: no whole groups of four cells
CHANNELS = 16
LOOK = """
async function main() {
  const { Memory, strideOf } = await load("generator/memory.js");
  const { RoomMaps } = await load("generator/room_maps.js");
  const { readModel } = await load("state/model_config.js");
  const { parseJson } = await load("state/json_text.js");
  const memory = new Memory();
  await memory.start(bytes(new URL("generator/kernel.wasm", WEB)));
  const { columns, top, left, height, width, stage, tensors } = data;
  const floats = (text) => new Float32Array(new Uint8Array(Buffer.from(text, "base64")).buffer);
  const read = ([name, { shape, text }]) => [name, { shape, data: floats(text) }];
  const generator = new Map(Object.entries(tensors).map(read));
  const maps = new RoomMaps(memory, { model: readModel(parseJson(data.model)), generator }, Math.max(width, height));
  const cells = height * width, stride = strideOf(cells);
  const planes = memory.allocate(49 * stride), hidden = memory.allocate(96);
  const scratch = memory.allocate(maps.tiles.layers[0].columnFloats);
  return data.zs.map((z, i) => {
    maps.setZ(Float32Array.from(z));
    memory.view(hidden, 96).set(data.hidden[i]);
    maps.tiles.mix(hidden, scratch);
    maps.aim({ top, left, height, width }, { rows: columns / 2, columns });
    maps.look(stage, planes, stride);
    memory.view(planes, 16 * stride).fill(1);
    maps.addTiles(stage, 16, planes, stride);
    return Array.from({ length: 16 }, (_, i) => base64(memory.view(planes + 4 * i * stride, cells)));
  });
}
"""  # fmt: skip


def text_of(weights):
    return base64.b64encode(weights.tobytes()).decode()


def look(model, zs, hidden, tiles, *, stage, columns, left=0):
    """(n, CHANNELS, HEIGHT, WIDTH) the kernel's."""
    weights = {name: value.numpy() for name, value in tiles.state_dict().items()}
    tensors = {
        f"objects.tiles.{name}": {"shape": value.shape, "text": text_of(value)} for name, value in weights.items()
    }
    asked = {"columns": columns, "top": top(columns), "left": left, "height": HEIGHT, "width": WIDTH, "stage": stage}
    told = {"model": json.dumps(model.to_json()), "zs": zs.tolist(), "hidden": hidden.tolist(), "tensors": tensors}
    planes = [
        [np.frombuffer(base64.b64decode(text), np.float32) for text in one] for one in javascript(LOOK, told | asked)
    ]
    return np.array(planes).reshape(len(zs), CHANNELS, HEIGHT, WIDTH) - 1


def seen_by_torch(model, zs, hidden, tiles, *, stage, columns, left=0):
    """The same, and maps of the objects."""
    z, box, scene = torch.from_numpy(zs), model.room, ObjectScene.of(model)
    ys = ((torch.arange(HEIGHT) + top(columns) + 0.5) / (columns // 2)).expand(len(z), -1)
    xs = ((torch.arange(WIDTH) + left + 0.5) / columns).expand(len(z), -1)
    rays = Rays(view_rays(ys, xs, box), view_yaws(xs, box), view_pitches(ys, box), 2 * np.pi / columns)
    objects, room = Objects.of(scene, z), room_of(z, model.latent_names, box)
    rates = tile_rates(scene.tiles, objects.sides)
    maps = object_maps(objects, nearest_objects(objects, rays), room, rays, stage, rates=rates)
    with torch.no_grad():
        return tiles(hidden, maps.tiles, maps.cover, stage).numpy(), maps


def top(columns):
    return int(TOP_SHARE * columns / 2)


def rooms(model, count):
    """z of rooms as the generator has them, and what it might say of how their objects look."""
    torch.manual_seed(7)
    return zs_of_rooms(model, count), torch.randn(count, 96)


def noise(model):
    """Tiles of all stages that z mixes."""
    torch.manual_seed(6)
    tiles = TileTextures(len(model.objects.tilings), [CHANNELS] * (TILED_TO + 3))
    tiles.reset()
    for mix in tiles.mix:
        torch.nn.init.normal_(mix.weight, std=0.1)
        torch.nn.init.normal_(mix.bias, std=0.1)
    return tiles


@pytest.fixture(scope="module")
def model(upright_objects_checkpoint):
    """Of ten stages, more than have tiles."""
    found = read_metadata(upright_objects_checkpoint).model
    return replace(found, object_textures=True, grid=replace(found.grid, patch_px=32, levels=6))


@pytest.mark.parametrize(("stage", "columns", "left"), [(4, 384, 100), (5, 384, 150), (6, 768, 400), (7, 1536, 900)])
def test_tiles_are_torchs(model, stage, columns, left):
    """But for cells on edges of faces, which see one face or the other."""
    (zs, hidden), tiles = rooms(model, 12), noise(model)
    where = {"stage": stage, "columns": columns, "left": left}
    expected, maps = seen_by_torch(model, zs, hidden, tiles, **where)
    apart = np.abs(look(model, zs, hidden, tiles, **where) - expected).max(1)
    shown = (expected != 0).any(1)
    assert 0.05 < shown.mean() < 0.2
    assert expected.std(1)[shown].mean() > 0.5
    assert (apart > 5e-3).mean() < 1e-5
    assert apart[apart < 5e-3].mean() < 4e-5
    assert len(maps.which[torch.from_numpy(shown)].unique()) > 3


@pytest.mark.parametrize("stage", [TILED_FROM - 1, TILED_TO + 1])
def test_other_stages_have_none(model, stage):
    zs, hidden = rooms(model, 1)
    assert (look(model, zs, hidden, noise(model), stage=stage, columns=384) == 0).all()


RATES = """
async function main() {
  const { ratesOf } = await load("generator/tile_textures.js");
  return data.map(({ half, ...front }) => ratesOf(front, half));
}
"""


def test_rates_are_torchs():
    """Of faces on all sides and of every kind of tiling, of whole units and narrower than one."""
    rng, fronts = np.random.default_rng(8), []
    for unit_m, units in (((0, 0), (1, 1)), ((0.3, 0), (1, 1)), ((0.04, 0.1), (32, 2)), ((0, 0.045), (1, 3))):
        for side, fitted, half in product(range(6), (True, False), rng.uniform(0.02, 2, (2, 3)).tolist()):
            fronts.append((side, Tiling(row="a", unit_m=unit_m, units=units, fitted=fitted), half))
    objects = RoomObjects(
        objects=tuple(
            RoomObject(name=f"{k}", row=f"row {k}", front=SIDE_NAMES[side], sides_m=(0, 0, 0, 1, 1, 1))
            for k, (side, *_) in enumerate(fronts)
        ),
        tilings=tuple(replace(tiling, row=f"row {k}") for k, (_, tiling, _) in enumerate(fronts)),
        window="0", frame_m=0.1, sun_latents=("a", "b"), sun_azimuth_rad=(0, 0), sun_height_rad=(1, 1),
    )  # fmt: skip
    sides = torch.tensor([[*(-length for length in half), *half] for *_, half in fronts])[None]
    tiles = Tiles.of(objects)
    asked = [
        {"side": side, "half": half, "texels": texels,
         "tiling": {"unitM": tiling.unit_m, "units": tiling.units, "isFitted": tiling.fitted}}
        for (side, tiling, half), texels in zip(fronts, tiles.texels.tolist(), strict=True)
    ]  # fmt: skip
    assert np.array(javascript(RATES, asked)) == pytest.approx(tile_rates(tiles, sides)[0].numpy(), rel=1e-5)
