"""What the page's kernel sees of a texture is what torch sees: on every face, beyond its edges, and as it fades."""

import base64
import json

import numpy as np
import pytest
import torch
from javascript import javascript

from cocogan_core.config import RoomLatents
from cocogan_core.geometry.projection import Projection
from cocogan_core.models.dimensions import TEXTURED_FROM, texture_side
from cocogan_core.models.room_coordinates import WallPlaces, room_of, view_rays
from cocogan_core.models.surface_textures import Mixing, SurfaceTextures

HEIGHT = 6
TOPS = (0.2, 0.4, 0.51, 0.6, 0.8)  # of strips once round, as shares of the height: ceiling, walls, floor
HALL = RoomLatents(
    width_m=(15, 17), depth_m=(11, 13), height_m=(4, 5), front="edge",
    projection=Projection.of_aspect("equirectangular", 2),
)  # fmt: skip
LOOK = """
async function main() {
  const { Memory, strideOf } = await load("generator/memory.js");
  const { RoomMaps } = await load("generator/room_maps.js");
  const { readModel } = await load("state/model_config.js");
  const memory = new Memory();
  await memory.start(bytes(new URL("generator/kernel.wasm", WEB)));
  const floats = new Uint8Array(Buffer.from(data.texture, "base64")).buffer;
  const tensors = Object.entries(data.amounts).map(([name, numbers]) => [`surfaces.amounts.${name}`, tensor(numbers)]);
  const texture = { shape: [2 * data.features, 64, 64], data: new Float32Array(floats) };
  const generator = new Map([["surfaces.texture.0", texture], ...tensors]);
  const maps = new RoomMaps(memory, { model: readModel(JSON.parse(data.model)), generator }, data.columns);
  maps.setZ(Float32Array.from(data.z));
  const stride = strideOf(data.height * data.columns);
  const planes = memory.allocate((35 + data.features) * stride);
  const each = Array.from({ length: data.features }, (_, i) => 35 + i);
  return data.tops.map((top) => {
    maps.aim({ top, left: 0, height: data.height, width: data.columns }, { rows: data.rows, columns: data.columns });
    maps.walls(data.stage, planes, stride);
    return each.map((plane) => base64(memory.view(planes + 4 * plane * stride, data.height * data.columns)));
  });
}
function tensor(rows) {
  return { shape: [rows.length, ...(rows[0].length ? [rows[0].length] : [])], data: Float32Array.from(rows.flat()) };
}
"""


def seen_by_torch(textures, z, columns):
    """Places, and features (strips, features, HEIGHT, columns)."""
    numbers = torch.tensor([z])
    room = room_of(numbers, HALL.names, HALL).expand(len(TOPS), -1)
    ys = (torch.tensor(tops(columns))[:, None] + torch.arange(HEIGHT) + 0.5) / (columns // 2)
    xs = ((torch.arange(columns) + 0.5) / columns).expand(len(TOPS), -1)
    places, cell_rad = WallPlaces.of(room, view_rays(ys, xs, HALL)), 2 * np.pi / columns
    with torch.no_grad():
        if textures.amounts is None:
            return places, textures(places, cell_rad, TEXTURED_FROM).numpy()
        amounts = textures.amounts(numbers).expand(len(TOPS), -1)
        return places, textures(places, cell_rad, TEXTURED_FROM, Mixing(amounts, room)).numpy()


def tops(columns):
    return [int(share * columns / 2) for share in TOPS]


def seen_by_the_page(textures, z, columns):
    grid, mixed = {"rows": 4, "columns": 8, "patch_px": 16}, textures.amounts is not None
    features = len(textures.texture[0]) // 2
    model = {
        "grid": grid, "architecture": "compact", "latent_names": HALL.names, "z_dim": 5, "surface_textures": True,
        "mixed_textures": features if mixed else 0,
        "room": {"width_m": HALL.width_m, "depth_m": HALL.depth_m, "height_m": HALL.height_m, "front": "edge",
                 "projection": {"kind": "equirectangular", "half_extent_rad": np.pi / 2}},
    }  # fmt: skip
    texture = base64.b64encode(textures.texture[0].detach().numpy().tobytes()).decode()
    amounts = {name: tensor.tolist() for name, tensor in textures.amounts.named_parameters()} if mixed else {}
    asked = {"rows": columns // 2, "columns": columns, "height": HEIGHT, "tops": tops(columns), "stage": TEXTURED_FROM}
    told = {"model": json.dumps(model), "texture": texture, "features": features, "amounts": amounts, "z": z, **asked}
    strips = javascript(LOOK, told)
    planes = [[np.frombuffer(base64.b64decode(plane), np.float32) for plane in strip] for strip in strips]
    return np.array(planes).reshape(len(TOPS), features, HEIGHT, columns)


@pytest.mark.parametrize("mixed", [0, 2, 4, 8])
@pytest.mark.parametrize(("columns", "least", "most"), [(1024, 1, 1), (192, 0.5, 0.95)])
def test_a_hall_larger_than_its_texture(columns, least, most, mixed):
    """Which is mirrored there twice, and of wide cells not shown far away; mixed or not."""
    torch.manual_seed(5)
    features = mixed or 2
    textures = SurfaceTextures([8] * TEXTURED_FROM + [features], told=5, mixed=mixed)
    textures.reset()
    torch.nn.init.eye_(textures.mix[0].weight.data.view(features, features))
    if mixed:
        torch.nn.init.normal_(textures.amounts.weight)
    z = [0.3, -0.4, 0.2, 0.5, -0.6]
    places, expected = seen_by_torch(textures, z, columns)
    apart = np.abs(seen_by_the_page(textures, z, columns) - expected)
    assert set(places.face.unique().tolist()) == set(range(6))
    assert places.along.abs().max() > 7  # metres, of texels of 8 cm
    assert least <= (expected != 0).mean() <= most
    assert expected.std() > 0.2
    assert apart.max() < 2e-3 * np.abs(expected).max() / 3
    assert apart.mean() < 2e-5


def test_tables_are_as_large_as_pythons():
    code = """async function main() {
      const { textureSide } = await load("generator/shapes.js");
      return data.stages.map((stage) => [0, 4].map((mixedTextures) => textureSide(stage, { mixedTextures })));
    }"""
    stages = list(range(TEXTURED_FROM, 10))
    expected = [[texture_side(stage), texture_side(stage, mixed=True)] for stage in stages]
    assert javascript(code, {"stages": stages}) == expected
