"""What the page's kernel sees of a texture is what torch sees: on every face, beyond its edges, and as it fades."""

import base64
import json

import numpy as np
import pytest
import torch
from javascript import javascript

from cocogan_core.config import RoomLatents
from cocogan_core.geometry.projection import Projection
from cocogan_core.models.dimensions import TEXTURED_FROM
from cocogan_core.models.room_coordinates import WallPlaces, room_of, view_rays
from cocogan_core.models.surface_textures import SurfaceTextures

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
  const texture = { shape: [4, 64, 64], data: new Float32Array(floats) };
  const generator = new Map([["surfaces.texture.0", texture]]);
  const maps = new RoomMaps(memory, { model: readModel(JSON.parse(data.model)), generator }, data.columns);
  maps.setZ(Float32Array.from(data.z));
  const stride = strideOf(data.height * data.columns);
  const planes = memory.allocate(37 * stride);
  return data.tops.map((top) => {
    maps.aim({ top, left: 0, height: data.height, width: data.columns }, { rows: data.rows, columns: data.columns });
    maps.walls(data.stage, planes, stride);
    return [35, 36].map((plane) => base64(memory.view(planes + 4 * plane * stride, data.height * data.columns)));
  });
}
"""


def seen_by_torch(textures, z, columns):
    """Places, and features (strips, 2, HEIGHT, columns)."""
    room = room_of(torch.tensor([z]), HALL.names, HALL)
    ys = (torch.tensor(tops(columns))[:, None] + torch.arange(HEIGHT) + 0.5) / (columns // 2)
    xs = ((torch.arange(columns) + 0.5) / columns).expand(len(TOPS), -1)
    places = WallPlaces.of(room.expand(len(TOPS), -1), view_rays(ys, xs, HALL))
    with torch.no_grad():
        return places, textures(places, 2 * np.pi / columns, TEXTURED_FROM).numpy()


def tops(columns):
    return [int(share * columns / 2) for share in TOPS]


def seen_by_the_page(textures, z, columns):
    grid = {"rows": 4, "columns": 8, "patch_px": 16}
    model = {
        "grid": grid, "architecture": "compact", "latent_names": HALL.names, "z_dim": 5, "surface_textures": True,
        "room": {"width_m": HALL.width_m, "depth_m": HALL.depth_m, "height_m": HALL.height_m, "front": "edge",
                 "projection": {"kind": "equirectangular", "half_extent_rad": np.pi / 2}},
    }  # fmt: skip
    texture = base64.b64encode(textures.texture[0].detach().numpy().tobytes()).decode()
    sizes = {"rows": columns // 2, "columns": columns, "height": HEIGHT, "tops": tops(columns), "stage": TEXTURED_FROM}
    strips = javascript(LOOK, {"model": json.dumps(model), "texture": texture, "z": z, **sizes})
    planes = [[np.frombuffer(base64.b64decode(plane), np.float32) for plane in strip] for strip in strips]
    return np.array(planes).reshape(len(TOPS), 2, HEIGHT, columns)


@pytest.mark.parametrize(("columns", "least", "most"), [(1024, 1, 1), (192, 0.5, 0.95)])
def test_a_hall_larger_than_its_texture(columns, least, most):
    """Which is mirrored there twice, and of wide cells not shown far away."""
    torch.manual_seed(5)
    textures = SurfaceTextures([8] * TEXTURED_FROM + [2])
    textures.reset()
    torch.nn.init.eye_(textures.mix[0].weight.data.view(2, 2))
    z = [0.3, -0.4, 0.2, 0.5, -0.6]
    places, expected = seen_by_torch(textures, z, columns)
    apart = np.abs(seen_by_the_page(textures, z, columns) - expected)
    assert set(places.face.unique().tolist()) == set(range(6))
    assert places.along.abs().max() > 7  # metres, of texels of 8 cm
    assert least <= (expected != 0).mean() <= most
    assert expected.std() > 0.3
    assert apart.max() < 2e-3
    assert apart.mean() < 2e-5
