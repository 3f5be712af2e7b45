"""What the page's kernel sees of textures on objects is what torch sees: on every face, at its rim, and as it fades."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from javascript import javascript

from cocogan_core.checkpoint import read_metadata
from cocogan_core.inference.latents import sample_z
from cocogan_core.models.dimensions import OBJECT_TEXTURED_TO, TEXTURED_FROM, object_texels
from cocogan_core.models.object_coordinates import Objects, Rays, nearest_objects
from cocogan_core.models.object_maps import object_maps
from cocogan_core.models.object_scene import FACES, ObjectScene
from cocogan_core.models.object_textures import AXES, ObjectTextures
from cocogan_core.models.room_coordinates import room_of, view_pitches, view_rays, view_yaws

TOP_SHARE, HEIGHT = 0.35, 50  # of the panorama above its rows that are looked at, and how many those are
WIDTH = 102  # of the columns: no whole groups of four cells
LOOK = """
async function main() {
  const { Memory, strideOf } = await load("generator/memory.js");
  const { RoomMaps } = await load("generator/room_maps.js");
  const { readModel } = await load("state/model_config.js");
  const { parseJson } = await load("state/json_text.js");
  const memory = new Memory();
  await memory.start(bytes(new URL("generator/kernel.wasm", WEB)));
  const { columns, top, height, width, stage } = data;
  const texture = { shape: [], data: new Float32Array(new Uint8Array(Buffer.from(data.texture, "base64")).buffer) };
  const generator = new Map(data.texture ? [[`objects.textures.texture.${stage - 3}`, texture]] : []);
  const maps = new RoomMaps(memory, { model: readModel(parseJson(data.model)), generator }, width);
  const stride = strideOf(height * width);
  const planes = memory.allocate(49 * stride);
  const plane = (i) => base64(memory.view(planes + 4 * i * stride, height * width));
  return data.zs.map((z) => {
    maps.setZ(Float32Array.from(z));
    memory.view(planes, 49 * stride).fill(7);
    maps.aim({ top, left: 0, height, width }, { rows: columns / 2, columns });
    maps.look(stage, planes, stride);
    return Array.from({ length: 49 }, (_, i) => plane(i));
  });
}
"""


def seen_by_the_page(model, zs, table, stage, columns):
    """(n, 49, HEIGHT, WIDTH)."""
    asked = {"columns": columns, "top": top(columns), "height": HEIGHT, "width": WIDTH, "stage": stage}
    texture = base64.b64encode(table.detach().numpy().tobytes()).decode()
    told = {"model": json.dumps(model.to_json()), "zs": zs.tolist(), "texture": texture, **asked}
    planes = [[np.frombuffer(base64.b64decode(text), np.float32) for text in one] for one in javascript(LOOK, told)]
    return np.array(planes).reshape(len(zs), -1, HEIGHT, WIDTH)


def seen_by_torch(model, zs, textures, stage, columns):
    """Features (n, 4, HEIGHT, WIDTH), and maps of the objects."""
    z, box, scene = torch.from_numpy(zs), model.room, ObjectScene.of(model)
    ys = ((torch.arange(HEIGHT) + top(columns) + 0.5) / (columns // 2)).expand(len(z), -1)
    xs = ((torch.arange(WIDTH) + 0.5) / columns).expand(len(z), -1)
    rays = Rays(view_rays(ys, xs, box), view_yaws(xs, box), view_pitches(ys, box), 2 * np.pi / columns)
    objects, room = Objects.of(scene, z), room_of(z, model.latent_names, box)
    maps = object_maps(objects, nearest_objects(objects, rays), room, rays, stage)
    row = torch.from_numpy(scene.row_of)[maps.which].clamp(max=scene.row_count - FACES - 1)
    with torch.no_grad():
        return textures(row, maps.places, maps.cover, stage).numpy(), maps


def top(columns):
    return int(TOP_SHARE * columns / 2)


def rooms(model, count):
    """z of rooms as the generator has them."""
    zs = [model.symmetry.upright(sample_z(seed, model.z_dim), model.latent_names).numbers for seed in range(count)]
    return np.array(zs, np.float32)


def noise(model, stage):
    """Whose features are seen as they are."""
    torch.manual_seed(6)
    textures = ObjectTextures(ObjectScene.of(model).row_count - FACES, [8] * stage + [4])
    textures.reset()
    torch.nn.init.eye_(textures.mix[-1].weight.data.view(4, 4))
    return textures


@pytest.fixture(scope="module")
def model(upright_objects_checkpoint):
    """Of seven stages."""
    found = read_metadata(upright_objects_checkpoint).model
    return replace(found, object_textures=True, grid=replace(found.grid, levels=5))


@pytest.mark.parametrize(
    ("stage", "columns", "least", "most"), [(3, 192, 0.9, 1), (5, 192, 0.4, 0.6), (6, 768, 0.9, 1)]
)
def test_textures_are_torchs(model, stage, columns, least, most):
    """Of wide cells fine texels are not shown far away."""
    zs, textures = rooms(model, 6), noise(model, stage)
    expected, maps = seen_by_torch(model, zs, textures, stage, columns)
    seen = seen_by_the_page(model, zs, textures.texture[-1], stage, columns)[:, 45:]
    covered = maps.cover.numpy() > 0
    apart, shown = np.abs(seen - expected), (expected != 0).any(1)[covered].mean()
    assert (seen.transpose(0, 2, 3, 1)[~covered] == 0).all()
    assert least < shown < most
    assert len(maps.which[maps.cover > 0].unique()) > 10
    assert expected.std() > 0.15
    assert apart.max() < 1e-3
    assert apart.mean() < 2e-5


def test_other_features_stay_the_same(model):
    """To the bit, with textures or without."""
    zs, table = rooms(model, 2), noise(model, 5).texture[-1]
    textured = seen_by_the_page(model, zs, table, 5, 192)
    bare = seen_by_the_page(replace(model, object_textures=False), zs, table[:0], 5, 192)
    assert textured[:, :45].tobytes() == bare[:, :45].tobytes()
    assert (bare[:, 45:] == 7).all()  # nothing is written there


def test_tables_are_as_large_as_pythons():
    stages = list(range(TEXTURED_FROM, OBJECT_TEXTURED_TO + 1))
    code = 'async function main() { return data.map((await load("generator/shapes.js")).objectTexels); }'
    assert javascript(code, stages) == [object_texels(stage) for stage in stages]
    assert len(ObjectTextures(5, [8] * 9).texture) == len(stages)
    assert AXES == 3
