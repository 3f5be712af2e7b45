"""Textures on objects: graphs against their torch modules, by themselves and on every level."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from test_graph import CONFIGS as GRAPHS
from test_graph import OBJECTS, onnx_engine
from test_shadow_graph import lit_z, require_as_torch, strong

from cocogan_core.errors import CheckpointError
from cocogan_core.inference.object_texture_graph import FaceTerms, object_textured
from cocogan_core.inference.object_weights import FACE_AXES
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.onnx_runtime import onnxruntime
from cocogan_core.inference.onnx_terms import Term
from cocogan_core.models.dimensions import OBJECT_RIM_M, TEXTURED_FROM
from cocogan_core.models.object_maps import FARTHEST_M, FacePlaces
from cocogan_core.models.object_scene import LEAST_HALF_M
from cocogan_core.models.object_textures import ObjectTextures

CONFIGS = {
    "panes, rank and all textures": GRAPHS["compact with textures on objects"],
    "textures on objects alone, and stages beyond": replace(
        OBJECTS, grid=replace(OBJECTS.grid, levels=5), object_textures=True
    ),
}
EVERYTHING, *_ = CONFIGS.values()
SIZE, CELL_RAD = (40, 80), 0.01


def noise(shape, low, high):
    return torch.rand(1, *shape, *SIZE) * (high - low) + low


@pytest.mark.parametrize("stage", [TEXTURED_FROM, TEXTURED_FROM + 2])
def test_places_on_faces_of_all_sizes_look_as_the_module_says(stage):
    torch.manual_seed(2)
    rows = 5
    module = ObjectTextures(rows, [FACE_AXES] * (stage + 1))
    for tensor in module.parameters():
        torch.nn.init.normal_(tensor, std=0.3)
    half, inside = noise((2,), 0.0, 1.5).square(), noise((1,), -0.1, 0.5)
    half[..., :4, :] = 0
    place, distance, cover = noise((2,), -1.2, 1.2) * half, noise((1,), 0.5, 12), noise((1,), 0.0, 1.0)
    distance[..., :2] = FARTHEST_M
    row = torch.randint(rows, (1, 1, *SIZE))

    sizes = torch.cat([half.clamp(min=LEAST_HALF_M), torch.full_like(inside, OBJECT_RIM_M / 2)], 1)
    relative = torch.cat([place, inside - OBJECT_RIM_M / 2], 1) / sizes
    with torch.no_grad():
        places = FacePlaces(relative.clamp(-1, 1), distance * CELL_RAD / sizes)
        expected = module(row[:, 0], places, cover[:, 0], stage)
        b, index = GraphBuilder(), stage - TEXTURED_FROM
        maps = [row.float(), torch.cat([place, inside], 1), half, distance, cover]
        face = FaceTerms(SIZE, *(Term(b, b.input(f"map{i}", x.shape)) for i, x in enumerate(maps)))
        features = object_textured(module.texture[index].numpy(), face, stage=stage, cell_rad=CELL_RAD)
        b.output("features", features.name, ["n", "c", "h", "w"])
        session = onnxruntime.InferenceSession(b.finish({}), providers=["CPUExecutionProvider"])
        (made,) = session.run(None, {f"map{i}": x.numpy() for i, x in enumerate(maps)})
        mix = (module.mix[index].weight * 32).repeat_interleave(FACE_AXES, 1)
        mixed = torch.nn.functional.conv2d(torch.from_numpy(made), mix)
    assert expected.std() > 1
    assert (mixed - expected).abs().max() < 1e-3


@pytest.mark.parametrize("name", CONFIGS)
def test_the_graph_makes_what_the_module_makes(name):
    require_as_torch(CONFIGS[name])


@pytest.mark.parametrize("name", CONFIGS)
def test_pictures_depend_on_them(name):
    """Or what the tests above hold would hold without them."""
    checkpoint, z = strong(CONFIGS[name]), lit_z(CONFIGS[name])
    without = {key: x * 0 if "objects.textures.mix" in key else x for key, x in checkpoint.generator.items()}
    engines = onnx_engine(checkpoint), onnx_engine(replace(checkpoint, generator=without))
    (before, features), (after, others) = (engine.base(z, (3, 5), (1, 1)) for engine in engines)
    assert np.abs(before.astype(int) - after).max() > 10
    made = zip(engines, (features, others), strict=True)
    finer, plainer = (engine.fine(z, (13, 21), (1, 1), 2, below[0]) for engine, below in made)
    assert np.abs(finer.astype(int) - plainer).max() > 20


@pytest.mark.parametrize("key", ["objects.textures.texture.0", "objects.textures.mix.2.weight"])
def test_tensors_that_do_not_fit_are_named(key):
    checkpoint = strong(EVERYTHING)
    without = {name: tensor for name, tensor in checkpoint.generator.items() if name != key}
    for tensors, words in ((without, f"{key} is missing"), ({**without, key: np.zeros(3, np.float32)}, "has shape")):
        with pytest.raises(CheckpointError, match=words):
            onnx_engine(replace(checkpoint, generator=tensors))
    plain = strong(OBJECTS)
    with pytest.raises(CheckpointError, match=f"{key} is not part"):
        onnx_engine(replace(plain, generator={**plain.generator, key: checkpoint.generator[key]}))
