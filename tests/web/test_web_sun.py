"""Where the page's kernel has the sun fall is where torch has it: through panes, past what stands in its way."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from javascript import javascript

from cocogan_core.checkpoint import read_metadata
from cocogan_core.inference.latents import sample_z
from cocogan_core.models.object_coordinates import Objects, Rays, nearest_objects
from cocogan_core.models.object_maps import object_maps
from cocogan_core.models.object_scene import ObjectScene
from cocogan_core.models.room_coordinates import room_of, view_pitches, view_rays, view_yaws
from cocogan_core.models.sun_shadows import SunShadows

ROWS, COLUMNS, STAGE = 96, 192, 5
TOP, HEIGHT = 36, 52  # of the rows that are looked at: floor, and most of the walls
LOOK = """
async function main() {
  const { Memory, strideOf } = await load("generator/memory.js");
  const { RoomMaps } = await load("generator/room_maps.js");
  const { readModel } = await load("state/model_config.js");
  const { parseJson } = await load("state/json_text.js");
  const memory = new Memory();
  await memory.start(bytes(new URL("generator/kernel.wasm", WEB)));
  const { rows, columns, top, height } = data;
  const maps = new RoomMaps(memory, { model: readModel(parseJson(data.model)), generator: new Map() }, columns);
  const stride = strideOf(height * columns);
  const planes = memory.allocate(45 * stride);
  const plane = (address, i) => base64(memory.view(address + 4 * i * stride, height * columns));
  return data.zs.map((z) => {
    maps.setZ(Float32Array.from(z));
    maps.aim({ top, left: 0, height, width: columns }, { rows, columns });
    maps.look(data.stage, planes, stride);
    const map = maps.shadows ? base64(memory.view(maps.shadows, 2 * 32 * 96)) : "";
    return { map, lit: plane(maps.seen, 12), features: [26, 27, 28, 29, 30, 31, 32].map((i) => plane(planes, i)) };
  });
}
"""


def numbers(text, *shape):
    return np.frombuffer(base64.b64decode(text), np.float32).reshape(shape)


def seen_by_the_page(model, zs):
    """Shadow maps (n, 3072, 2), how much of the sun falls (n, HEIGHT, COLUMNS), and what it is like (n, 7, …)."""
    asked = {"rows": ROWS, "columns": COLUMNS, "top": TOP, "height": HEIGHT, "stage": STAGE}
    found = javascript(LOOK, {"model": json.dumps(model.to_json()), "zs": zs.tolist(), **asked})
    shapes = (HEIGHT, COLUMNS)
    maps = np.array([numbers(one["map"], -1, 2) for one in found])
    lit = np.array([numbers(one["lit"], *shapes) for one in found])
    return maps, lit, np.array([[numbers(text, *shapes) for text in one["features"]] for one in found])


def seen_by_torch(model, zs):
    z, box = torch.from_numpy(zs), model.room
    ys = ((torch.arange(HEIGHT) + TOP + 0.5) / ROWS).expand(len(z), -1)
    xs = ((torch.arange(COLUMNS) + 0.5) / COLUMNS).expand(len(z), -1)
    rays = Rays(view_rays(ys, xs, box), view_yaws(xs, box), view_pitches(ys, box), 2 * np.pi / COLUMNS)
    objects, room = Objects.of(ObjectScene.of(model), z), room_of(z, model.latent_names, box)
    shadows = SunShadows.of(objects, room[:, 5]) if model.objects.panes else None
    maps = object_maps(objects, nearest_objects(objects, rays), room, rays, STAGE, shadows=shadows)
    return shadows, maps.lit.numpy(), maps.features[:, 26:33].numpy()


def rooms(model, count):
    """z of rooms as the generator has them, with a sun from straight ahead and from far left to far right."""
    names = model.latent_names
    zs = np.array([model.symmetry.upright(sample_z(seed, model.z_dim), names).numbers for seed in range(count)])
    zs[:, names.index("light.sun_azimuth")] = np.linspace(-1, 1, count)
    zs[0, names.index("light.sun_azimuth")] = 0
    return zs.astype(np.float32)


@pytest.fixture(scope="module")
def model(upright_objects_checkpoint):
    return read_metadata(upright_objects_checkpoint).model


def test_shadows_are_torchs(model):
    zs = rooms(model, 12)
    (maps, lit, features), (shadows, expected, of_sun) = seen_by_the_page(model, zs), seen_by_torch(model, zs)
    known = shadows.known.numpy()
    assert 0.05 < (known[..., 0] < 10).mean() < 0.95  # something stands in its way
    assert (np.abs(maps - known) / np.maximum(known, 1)).max() < 1e-3
    assert np.abs(lit - expected).max() < 2e-3
    assert np.abs(lit - expected).mean() < 2e-5
    assert np.abs(features - of_sun).max() < 5e-3
    assert 0.005 < (expected > 0.1).mean() < 0.2


def test_without_panes_there_are_none(model):
    zs, bare = rooms(model, 4), replace(model, objects=replace(model.objects, panes=()))
    (maps, lit, _), (_, expected, _) = seen_by_the_page(bare, zs), seen_by_torch(bare, zs)
    assert maps.size == 0
    assert np.abs(lit - expected).max() < 2e-3
    assert np.abs(lit - seen_by_torch(model, zs)[1]).mean() > 0.005


def test_a_sun_through_panes_that_are_not_there_is_dark(model):
    never = replace(model.objects, objects=tuple(
        replace(one, present="-light.sun") if one.name in model.objects.panes else one for one in model.objects.objects
    ))  # fmt: skip
    zs = rooms(model, 2)
    zs[:, model.latent_names.index("light.sun")] = 0.5
    _, lit, _ = seen_by_the_page(replace(model, objects=never), zs)
    assert lit.max() == 0
