"""Every architecture's graph against its torch module, and every graph against ONNX's own checker."""

from dataclasses import replace
from functools import partial

import numpy as np
import onnx
import pytest
import torch

from cocogan_core.checkpoint import Checkpoint, Metadata, load_checkpoint
from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.rooms.furnished.numbers import FURNISHED
from cocogan_core.data.rooms.objects import room_objects
from cocogan_core.data.rooms.parameters import PARAMETERS, room_spans
from cocogan_core.errors import CheckpointError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.inference.ablation_engines import FullEngine, MultipleEngine, inner_checkpoints
from cocogan_core.inference.blocks import Block
from cocogan_core.inference.graph import build_graph
from cocogan_core.inference.graph_request import GraphRequest, block_shapes
from cocogan_core.inference.onnx_engine import OnnxEngine
from cocogan_core.inference.onnx_runtime import onnxruntime
from cocogan_core.inference.torch_engine import TorchEngine
from cocogan_core.models.build import build_generator
from cocogan_core.shipped import shipped_model
from tests.core.models.test_tile_textures import TILED

GRID = PatchGrid(rows=4, columns=6, patch_px=16)
COMPACT = ModelConfig(grid=GRID, architecture="compact", z_dim=9, generator_width=24, discriminator_width=4)
PAPER = replace(COMPACT, architecture="paper", generator_width=3)
PLANE = PatchGrid(system="planar", rows=3, columns=5, patch_px=8)
ROOM = RoomLatents()
LEVELS = replace(COMPACT, grid=replace(GRID, levels=5), latent_names=ROOM.names, room=ROOM)
EQUIRECTANGULAR = replace(ROOM, projection=Projection.of_aspect("equirectangular", 3))
SPHERE = replace(ROOM, projection=Projection.of_aspect("equirectangular", 2))
OBJECTS = replace(
    COMPACT, grid=replace(GRID, columns=8, levels=3), z_dim=48, latent_names=PARAMETERS, room=SPHERE,
    objects=room_objects("plain"),
)  # fmt: skip
SPANS = {f"{name.removeprefix('room.')}_m": span for name, span in room_spans("furnished").items()}
FURNISHED_OBJECTS = replace(
    OBJECTS, z_dim=len(FURNISHED) + 2, latent_names=FURNISHED, objects=room_objects("furnished", upright=True),
    room=replace(SPHERE, **SPANS),
)  # fmt: skip
CONFIGS = {
    "compact": COMPACT,
    "compact on a plane": replace(COMPACT, grid=PLANE),
    "compact with levels": replace(LEVELS, room=None),
    "compact with levels and walls": LEVELS,
    "compact with equirectangular walls": replace(LEVELS, room=EQUIRECTANGULAR),
    "compact with textures": replace(LEVELS, room=EQUIRECTANGULAR, surface_textures=True),
    "compact with objects": OBJECTS,
    "compact with objects and textures": replace(OBJECTS, surface_textures=True),
    "compact with shadows and mixed textures": replace(
        FURNISHED_OBJECTS, paint_rank=7, surface_textures=True, mixed_textures=4
    ),
    "compact with textures on objects": replace(
        FURNISHED_OBJECTS, paint_rank=7, surface_textures=True, mixed_textures=4, object_textures=True
    ),
    "compact with tiles": replace(
        TILED, z_dim=9, generator_width=24, grid=replace(GRID, columns=12, levels=4), paint_rank=7
    ),
    "compact with tiles and no rank": replace(
        TILED, z_dim=9, generator_width=24, grid=replace(GRID, columns=12, levels=3)
    ),
    "compact with objects by rank and a narrow field": replace(OBJECTS, paint_rank=5, field_width=96),
    "paper": PAPER,
    "paper on a plane": replace(PAPER, grid=PLANE),
    "paper with MLPs": replace(PAPER, conditioning="mlp"),
    "paper beyond its borders": replace(PAPER, grid=GRID.extended(1)),
    "compact beyond its borders": replace(LEVELS, grid=replace(GRID, levels=2).extended(1)),
    "compact on a plane beyond its borders": replace(COMPACT, grid=PLANE.extended(1)),
    "optimal G": replace(PAPER, generator="full", grid=replace(GRID, columns=12)),
    "multiple G of the paper": replace(PAPER, generator="multiple"),
    "multiple compact G": replace(COMPACT, generator="multiple"),
}


def checkpoint_of(config):
    """Random weights, every one of which matters, and statistics as after training."""
    torch.manual_seed(3)
    generator = build_generator(config)
    for name, tensor in (*generator.named_parameters(), *generator.named_buffers()):
        if name.endswith(("running_mean", "running_var")):
            tensor.data = torch.rand(tensor.shape) + 0.5
        elif not tensor.is_floating_point():
            continue
        elif "texture." in name or name.endswith("tiles.texture"):
            torch.nn.init.normal_(tensor)
        elif "surfaces" in name or "textures.mix" in name or "tiles.mix" in name:
            torch.nn.init.normal_(tensor, std=0.01)
        elif "walls" in name or "objects" in name or "rgb" in name or name.endswith("bias"):
            torch.nn.init.normal_(tensor, std=0.05)
    tensors = {name: tensor.detach().numpy() for name, tensor in generator.state_dict().items()}
    return Checkpoint(metadata=Metadata(model=config), generator=tensors, discriminator={})


def onnx_engine(checkpoint, *, threads=1, alone=False):
    model = checkpoint.metadata.model
    if model.generator == "multiple":
        return MultipleEngine(checkpoint, partial(onnx_engine, alone=True))
    engine = OnnxEngine(model, lambda request: build_graph(checkpoint, request), threads=threads, alone=alone)
    return FullEngine(engine) if model.generator == "full" else engine


def blocks_of(grid, shape):
    return [Block((r, c), shape) for r in range(0, grid.rows, shape[0]) for c in range(0, grid.columns, shape[1])]


EVERY = CONFIGS | {"compact with furnished rooms' objects": FURNISHED_OBJECTS}


@pytest.mark.parametrize("name", EVERY)
def test_the_graph_makes_what_the_module_makes(name):
    config = EVERY[name]
    checkpoint = checkpoint_of(config)
    engine, reference = onnx_engine(checkpoint), TorchEngine(checkpoint, "cpu")
    grid, z = config.grid, np.random.default_rng(5).uniform(-1, 1, config.z_dim).astype(np.float32)
    spread = []
    for corner, _ in blocks_of(grid, (1, 1))[::3]:
        made, features = engine.base(z, corner, (1, 1))
        expected, others = reference.base(z, corner, (1, 1))
        assert made.shape == (1, grid.patch_px, grid.patch_px, 3)
        assert np.abs(made.astype(int) - expected).max() <= 1
        spread.append(float(made.std()))
        for level in range(1, grid.levels):
            fine_corner = (corner[0] << level) + 1, corner[1] << level
            finer = engine.fine(z, fine_corner, (1, 1), level, features[0])
            assert np.abs(finer.astype(int) - reference.fine(z, fine_corner, (1, 1), level, others[0])).max() <= 1
    assert max(spread) > 2, "flat pictures would prove nothing"


@pytest.mark.parametrize("name", [name for name in CONFIGS if name.startswith("compact")])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_patch_has_the_same_bytes_in_every_block(name, threads):
    """Features to the last bit too, since fine levels go on from them."""
    checkpoint, grid = checkpoint_of(CONFIGS[name]), CONFIGS[name].grid
    engine = onnx_engine(checkpoint, threads=threads)
    z = np.random.default_rng(8).uniform(-1, 1, CONFIGS[name].z_dim).astype(np.float32)
    alone = {corner: engine.base(z, corner, (1, 1)) for corner, _ in blocks_of(grid, (1, 1))}
    for shape in engine.shapes(0):
        for block in blocks_of(grid, shape):
            patches, features = engine.base(z, *block)
            for number, cell in enumerate(block.cells()):
                assert (patches[number] == alone[cell][0][0]).all()
                assert not features or (features[number] == alone[cell][1][0]).all()
    for level in range(1, grid.levels):
        for shape in engine.shapes(level):
            for block in blocks_of(grid.at_level(level), shape)[:: 5 * level]:
                under = alone[block.corner[0] >> level, block.corner[1] >> level][1][0]
                together = engine.fine(z, *block, level, under)
                single = [engine.fine(z, cell, (1, 1), level, under)[0] for cell in block.cells()]
                assert (together == single).all()


@pytest.mark.parametrize("name", [name for name in CONFIGS if "multiple" not in name])
def test_floats_are_within_a_thousandth(name):
    """The maps before they become bytes, cut out of the graph."""
    checkpoint, model = checkpoint_of(CONFIGS[name]), CONFIGS[name]
    z = np.random.default_rng(6).uniform(-1, 1, CONFIGS[name].z_dim).astype(np.float32)
    generator = TorchEngine(checkpoint, "cpu")._generator
    block, s = block_shapes(model)[0], model.grid.patch_px
    with torch.no_grad():
        expected = generator.block(torch.from_numpy(z)[None], torch.tensor([[0, 0]]), block).numpy()
    graph = build_graph(checkpoint, GraphRequest("base", block=block))
    known = {"z": z} | (onnx_engine(checkpoint)._of_room(z) if model.architecture == "compact" else {})
    names = {entry.name for entry in onnx.load_from_string(graph).graph.input}
    made = maps_of(graph, {"corners": np.zeros((1, 2), np.int64)} | {name: known[name] for name in names & set(known)})
    merged = made if len(made) == 1 else model.grid.merge(made.transpose(0, 2, 3, 1), block).transpose(2, 0, 1)[None]
    assert merged.shape == (1, 3, block[0] * s, block[1] * s)
    assert np.abs(merged - expected).max() < 1e-3


def maps_of(graph, inputs):
    """What is multiplied by 127.5 on the way to bytes."""
    model = onnx.load_from_string(graph)
    makers = {node.output[0]: node for node in model.graph.node}
    node = next(node for node in reversed(model.graph.node) if node.op_type == "Round")
    while node.op_type != "Mul":
        node = makers[node.input[0]]
    model.graph.output.append(onnx.helper.make_empty_tensor_value_info(node.input[0]))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run([node.input[0]], inputs)[0]


@pytest.mark.parametrize("name", [name for name in CONFIGS if "multiple" not in name])
def test_graphs_are_valid_onnx(name):
    checkpoint = checkpoint_of(CONFIGS[name])
    model = CONFIGS[name]
    blocks = [(level, shape) for level in range(model.grid.levels) for shape in block_shapes(model, level)]
    requests = [GraphRequest("fine" if level else "base", level, shape) for level, shape in blocks]
    styles = [GraphRequest("style")] * (model.architecture == "compact" and model.generator == "micro")
    for request in (GraphRequest("responses"), *styles, *requests):
        onnx.checker.check_model(onnx.load_from_string(build_graph(checkpoint, request)), full_check=True)


@pytest.mark.parametrize("family", ["plain", "furnished"])
def test_the_shipped_rooms(family):
    checkpoint = load_checkpoint(shipped_model(family))
    engine, reference = onnx_engine(checkpoint), TorchEngine(checkpoint, "cpu")
    for seed in range(2):
        z = np.random.default_rng(seed).uniform(-1, 1, checkpoint.metadata.model.z_dim).astype(np.float32)
        for corner in ((0, 0), (0, 6), (0, 10)):
            made, expected = (some.base(z, corner, (1, 1))[0] for some in (engine, reference))
            assert np.abs(made.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("name", ["compact", "paper", "optimal G", "multiple compact G"])
def test_responses_have_the_modules_principal_components(name):
    checkpoint = checkpoint_of(CONFIGS[name])
    z = np.random.default_rng(7).uniform(-1, 1, (20, 9)).astype(np.float32)
    made = onnx_engine(checkpoint).responses(z)
    if name in ("compact", "paper"):
        expected = TorchEngine(checkpoint, "cpu").responses(z)  # maybe in another order
        assert np.sort(made, 1) == pytest.approx(np.sort(expected, 1), abs=1e-3)
        assert made @ made.T == pytest.approx(expected @ expected.T, rel=1e-3, abs=1e-2)
    assert made.shape[0] == 20
    assert np.linalg.matrix_rank(made - made.mean(0)) >= 8


@pytest.mark.parametrize("name", ["compact with levels", "paper"])
def test_flop_are_those_that_torch_counts(name):
    checkpoint = checkpoint_of(CONFIGS[name])
    engine, reference = onnx_engine(checkpoint, alone=True), TorchEngine(checkpoint, "cpu")
    for level in range(CONFIGS[name].grid.levels):
        assert engine.flop(level) == pytest.approx(reference.flop(level), rel=0.25)
        assert onnx_engine(checkpoint).flop(level) <= engine.flop(level), "neighbours share their margins"


@pytest.mark.parametrize("name", ["compact", "paper", "optimal G", "multiple G of the paper"])
def test_tensors_that_do_not_fit_are_named(name):
    checkpoint = checkpoint_of(CONFIGS[name])
    key = next(key for key in checkpoint.generator if key.endswith("weight") or key.endswith("weight.original"))
    without = {name: tensor for name, tensor in checkpoint.generator.items() if name != key}
    for tensors, words in (
        (without, "is missing|incomplete"),
        ({**without, key: np.zeros((1, 2), np.float32)}, "has shape|are not those"),
        ({**checkpoint.generator, "nonsense": np.zeros(1, np.float32)}, "nonsense is not part"),
    ):
        with pytest.raises(CheckpointError, match=words):
            onnx_engine(replace(checkpoint, generator=tensors))


def test_multiple_generators_are_told_apart():
    checkpoint = checkpoint_of(CONFIGS["multiple G of the paper"])
    parts = inner_checkpoints(checkpoint)
    assert len(parts) == 24
    assert parts[5].metadata.model.generator == "micro"
    assert (parts[5].generator["dense.bias"] == checkpoint.generator["inner.5.dense.bias"]).all()


def test_blocks_tile_every_grid_and_fine_ones_lie_in_one_patch():
    for rows, columns in ((4, 12), (3, 5), (6, 8), (1, 1), (2, 7)):
        grid = PatchGrid(rows=rows, columns=columns, macro_rows=1, macro_columns=1, levels=3, patch_px=16)
        model = replace(LEVELS, grid=grid)
        for level in range(3):
            assert block_shapes(model, level)[-1] == (1, 1)
            for high, wide in block_shapes(model, level):
                assert (rows << level) % high == 0
                assert (columns << level) % wide == 0
                assert not level or (1 << level) % high == (1 << level) % wide == 0
