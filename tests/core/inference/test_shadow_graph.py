"""Shadows of sunlight and mixed textures: graphs against their torch modules, and a pixel the same in every block."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from test_graph import CONFIGS as GRAPHS
from test_graph import LEVELS, OBJECTS, blocks_of, checkpoint_of, onnx_engine

from cocogan_core.errors import CheckpointError
from cocogan_core.geometry.objects import RoomObject
from cocogan_core.inference.export_graph import export_graph
from cocogan_core.inference.graph import build_graph
from cocogan_core.inference.graph_request import GraphRequest
from cocogan_core.inference.onnx_runtime import onnxruntime
from cocogan_core.inference.torch_engine import TorchEngine
from cocogan_core.models.object_coordinates import Objects
from cocogan_core.models.object_scene import SHADOW_MAP, ObjectScene
from cocogan_core.models.room_coordinates import room_of
from cocogan_core.models.sun_shadows import SunShadows

PANE = RoomObject(name="pane", sides_m=(-1.0, 0.9, 2.3, 1.0, 2.4, 2.3))
PANED = replace(OBJECTS.objects, objects=(*OBJECTS.objects.objects, PANE), panes=("pane",))
MIXED = GRAPHS["compact with shadows and mixed textures"]
CONFIGS = {
    "panes, rank and mixed textures": MIXED,
    "panes and no rank": replace(OBJECTS, objects=PANED, surface_textures=True),
    "mixed textures and no objects": replace(LEVELS, surface_textures=True, mixed_textures=2),
}


STRONG = {
    "objects.sunlit": 400,
    "objects.tiles.mix": 2,
    "surfaces.amounts": 5,
    "surfaces.mix": 3,
    "rgb": 0.4,
}  # times what else is tested with


def strong(model):
    """A checkpoint whose pictures are half sunlight and textures, and seldom at an end of their range."""
    checkpoint = checkpoint_of(model)
    factors = {name: next((x for key, x in STRONG.items() if name.startswith(key)), 1) for name in checkpoint.generator}
    tensors = {name: tensor * np.float32(factors[name]) for name, tensor in checkpoint.generator.items()}
    return replace(checkpoint, generator=tensors)


def lit_z(model, seed=5):
    """Random, but with the sun ahead and high."""
    z = np.random.default_rng(seed).uniform(-1, 1, model.z_dim).astype(np.float32)
    z[[model.latent_names.index(name) for name in model.latent_names if name.startswith("light.sun")]] = 0.2
    return z


def shadows_of(model, z):
    z = torch.from_numpy(z)[None]
    objects = Objects.of(ObjectScene.of(model), z)
    return SunShadows.of(objects, room_of(z, model.latent_names, model.room)[:, 5])


@pytest.mark.parametrize("name", ["panes, rank and mixed textures", "panes and no rank"])
def test_the_map_is_that_of_the_module_with_every_places_neighbours(name):
    model = CONFIGS[name]
    engine, shape = onnx_engine(checkpoint_of(model)), (2, 2, 2, *SHADOW_MAP)
    for seed in range(4):
        z = lit_z(model, seed)
        reach, opened = shadows_of(model, z).known[0].T.reshape(2, *SHADOW_MAP).numpy()
        made = engine._of_room(z)["shadows"].T.reshape(shape)  # what; left, right; above, below
        for right, below in np.ndindex(2, 2):
            rows, columns = (
                np.minimum(np.arange(n) + k, n - 1) for n, k in zip(SHADOW_MAP, (below, right), strict=True)
            )
            steep, at = made[0, right, below], np.ix_(rows, columns)
            near = reach[at] < 100
            assert (near == (steep < 1000)).all()
            assert np.abs(steep / 10 - 0.25 - reach[at])[near].max() < 1e-4
            assert np.abs(made[1, right, below] - opened[at]).max() < 3e-5
        assert opened.max() > 0.5
        assert (near & (opened[at] > 0)).mean() > 0.02, "no shadows would prove nothing"


def require_as_torch(model, stored=None):
    """On every level, in blocks, which look for other objects than patches alone; of the checkpoint as it is stored."""
    checkpoint, z = strong(model), lit_z(model)
    checkpoint = stored(checkpoint) if stored else checkpoint
    engine, reference, grid = onnx_engine(checkpoint), TorchEngine(checkpoint, "cpu"), model.grid
    for corner, shape in blocks_of(grid, engine.shapes(0)[0])[::2]:
        (made, features), (expected, others) = (some.base(z, corner, shape) for some in (engine, reference))
        assert np.abs(made.astype(int) - expected).max() <= 1
        for level in range(1, grid.levels):
            at, block = (corner[0] << level, corner[1] << level), engine.shapes(level)[0]
            finer, known = (e.fine(z, at, block, level, f[0]) for e, f in ((engine, features), (reference, others)))
            assert np.abs(finer.astype(int) - known).max() <= 1


@pytest.mark.parametrize("name", CONFIGS)
def test_the_graph_makes_what_the_module_makes_in_sunlight(name):
    require_as_torch(CONFIGS[name])


@pytest.mark.parametrize("changed", ["objects.sunlit", "surfaces.amounts", "shadows"])
def test_pictures_depend_on_it(changed):
    """Or what the tests above hold would hold without it."""
    checkpoint, z = strong(MIXED), lit_z(MIXED)
    engine = onnx_engine(checkpoint)
    before = np.concatenate([engine.base(z, corner, (1, 1))[0] for corner, _ in blocks_of(MIXED.grid, (1, 1))])
    if changed == "shadows":
        other = engine
        engine._of_room(z)["shadows"][:, :4] = 1e9  # nothing stands in the sun's way
    else:
        tensors = {name: x * 0 if name.startswith(changed) else x for name, x in checkpoint.generator.items()}
        other = onnx_engine(replace(checkpoint, generator=tensors))
    after = np.concatenate([other.base(z, corner, (1, 1))[0] for corner, _ in blocks_of(MIXED.grid, (1, 1))])
    assert np.abs(before.astype(int) - after).max() > 20


@pytest.mark.parametrize("level", [0, 2])
def test_an_exported_model_works_it_all_out(level):
    checkpoint, z = strong(MIXED), lit_z(MIXED)
    exported = export_graph(checkpoint, level)
    onnx.checker.check_model(onnx.load_from_string(exported), full_check=True)
    session, engine = (
        onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"]),
        onnx_engine(checkpoint),
    )
    for cell in ((1, 4), (2, 3)):
        at = cell[0] << level, cell[1] << level
        (made,) = session.run(["patches"], {"z": z, "ids": np.array([at])})
        patches, features = engine.base(z, cell, (1, 1))
        expected = engine.fine(z, at, (1, 1), level, features[0]) if level else patches
        assert np.abs(made.astype(int) - expected).max() <= 1


def test_fine_graphs_ask_for_what_belongs_to_the_room():
    graph = onnx.load_from_string(build_graph(checkpoint_of(MIXED), GraphRequest("fine", 1))).graph
    known = {"sides", "presence", "sun", "hidden", "shadows", "amounts"}
    assert {entry.name for entry in graph.input} == {"z", "corners", "features", *known}


@pytest.mark.parametrize("key", ["objects.sunlit.1.weight", "surfaces.amounts.weight", "surfaces.amounts.bias"])
def test_tensors_that_do_not_fit_are_named(key):
    checkpoint = checkpoint_of(MIXED)
    without = {name: tensor for name, tensor in checkpoint.generator.items() if name != key}
    for tensors, words in ((without, f"{key} is missing"), ({**without, key: np.zeros(3, np.float32)}, "has shape")):
        with pytest.raises(CheckpointError, match=words):
            onnx_engine(replace(checkpoint, generator=tensors))
    plain = checkpoint_of(OBJECTS)
    with pytest.raises(CheckpointError, match=f"{key} is not part"):
        onnx_engine(replace(plain, generator={**plain.generator, key: checkpoint.generator[key]}))
