from dataclasses import replace

import numpy as np
import pytest
import torch

from cocogan_core.checkpoint import load_checkpoint, save_checkpoint
from cocogan_core.errors import CheckpointError, ConfigError, NotFiniteError
from cocogan_core.files import resource
from cocogan_core.inference import blocks
from cocogan_core.inference.graph import build_graph
from cocogan_core.inference.graph_request import GraphRequest
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.onnx_engine import OnnxEngine
from cocogan_core.inference.onnx_session import optimised
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.inference.torch_engine import torch_device
from cocogan_core.models.build import build_generator, load_generator
from cocogan_core.models.pixels import to_uint8


@pytest.fixture(params=["tiny_checkpoint", "paper_checkpoint", "mlp_checkpoint"])
def path(request):
    return request.getfixturevalue(request.param)


def test_any_list_of_ids_in_any_order(path):
    generator = PatchGenerator.load(path, "cpu")
    grid = generator.metadata.model.grid
    z = np.linspace(-1, 1, generator.metadata.model.z_dim).astype(np.float32)
    panorama = grid.split(generator.panorama(z)).reshape(grid.rows, grid.columns, grid.patch_px, grid.patch_px, 3)
    ids = [(3, 11), (0, 0), (2, 12), (2, -1), (3, 11)]
    patches = generator.patches(z, ids)
    assert patches.dtype == np.uint8
    for patch, (row, column) in zip(patches, ids, strict=True):
        assert np.abs(patch.astype(int) - panorama[row, column % grid.columns]).max() <= 1
    assert generator.patches(z, []).shape == (0, grid.patch_px, grid.patch_px, 3)


@pytest.mark.parametrize("outside", [(-1, 0), (4, 0)])
def test_rows_outside_of_the_grid_are_refused(path, outside):
    generator = PatchGenerator.load(path, "cpu")
    with pytest.raises(ConfigError, match="no micro patch"):
        generator.patches(np.zeros(12, np.float32), [(0, 0), outside])


def test_a_model_that_goes_beyond_its_borders_is_made_as_its_module_makes_it(path, tmp_path):
    checkpoint = load_checkpoint(path)
    model = replace(checkpoint.metadata.model, grid=checkpoint.metadata.model.grid.extended(1))
    wider = tmp_path / "wider.safetensors"
    save_checkpoint(wider, replace(checkpoint.metadata, model=model), generator=checkpoint.generator)
    z = np.linspace(-1, 1, model.z_dim).astype(np.float32)
    with torch.no_grad():
        expected = to_uint8(load_generator(load_checkpoint(wider)).eval().full(torch.from_numpy(z)[None]))[0]
    made = PatchGenerator.load(wider, "cpu").panorama(z)
    assert made.shape == (48, 96, 3)
    assert np.abs(made.astype(int) - expected).max() <= 1


def test_a_patch_has_the_same_bytes_whatever_it_is_made_with():
    generator = PatchGenerator.load(resource("assets/rooms.safetensors"), "cpu")
    z = sample_z(1, generator.metadata.model.z_dim)
    ids = [(row, column) for row in range(6) for column in range(12)]
    alone = np.concatenate([generator.patches(z, [patch]) for patch in ids])
    for size in (3, 7, 72):
        parts = [generator.patches(z, ids[i : i + size]) for i in range(0, 72, size)]
        assert (np.concatenate(parts) == alone).all()


def test_patches_come_in_groups_that_cost_one_pass_each(tiny_checkpoint):
    generator = PatchGenerator.load(tiny_checkpoint, "cpu")
    ids = [(1, 2), (0, 0), (2, -1), (3, 3), (0, 3), (1, 3), (0, 2), (2, 2), (3, 2), (2, 3), (0, 1), (1, 1), (1, 0)]
    tall = [(row, column) for row in range(4) for column in (2, 3)]
    z = np.zeros(12, np.float32)
    assert generator.blocks(z, ids) == [tall, [(0, 0), (0, 1), (1, 0), (1, 1)], [(2, -1)]]
    assert [len(group) for group in generator.blocks(z, ids, most=4)] == [4, 4, 1, 4]
    assert [group[0] for group in generator.blocks(z, ids, most=0)] == ids


def test_several_blocks_at_a_time_are_the_same_bytes(levels_checkpoint, monkeypatch):
    """With features that come and go while they are made."""
    monkeypatch.setattr(blocks, "MOST_FEATURES", 5)
    one, three = (PatchGenerator.load(levels_checkpoint, "cpu", threads=threads) for threads in (1, 3))
    assert (one.at_once, three.at_once) == (1, 3)
    z = sample_z(4, one.metadata.model.z_dim)
    for level, step in ((1, 1), (0, 1), (3, 4)):
        grid = one.metadata.model.grid.at_level(level)
        ids = [(row, column) for row in range(0, grid.rows, step) for column in range(0, grid.columns, step)]
        assert (three.patches(z, ids, level=level) == one.patches(z, ids, level=level)).all()


def test_nothing_is_made_that_nobody_asks_for(levels_checkpoint, monkeypatch):
    generator = PatchGenerator.load(levels_checkpoint, "cpu", threads=1)
    made, engine = [], generator._engine
    base, fine = engine.base, engine.fine
    monkeypatch.setattr(engine, "base", lambda z, *block: made.append((0, *block)) or base(z, *block))
    monkeypatch.setattr(engine, "fine", lambda z, *of: made.append((of[2], *of[:2])) or fine(z, *of))
    z = np.zeros(generator.metadata.model.z_dim, np.float32)
    generator.patches(z, [(0, 0), (0, 1), (1, 0), (1, 1), (2, 5), (2, 5), (0, 0)])
    generator.patches(z, [(2, 2), (5, 11)], level=1)
    assert made == [
        *[(0, (0, 0), (2, 2)), (0, (2, 5), (1, 1))],
        *[(1, (2, 2), (1, 1)), (1, (5, 11), (1, 1))],  # from features that level 0 left behind
    ]
    generator.patches(z, [(0, 22)], level=1)
    assert made[4:] == [(0, (0, 11), (1, 1)), (1, (0, 22), (1, 1))]
    generator.patches(z + 0.5, [(2, 2)], level=1)
    assert made[6:] == [(0, (1, 1), (1, 1)), (1, (2, 2), (1, 1))], "another room's features are other features"


@pytest.mark.parametrize("threads", [1, 2])
def test_torch_makes_the_same_pictures(path, threads):
    z = np.linspace(-1, 1, 12).astype(np.float32)
    ours = PatchGenerator.load(path, "cpu", threads=threads).panorama(z)
    torchs = PatchGenerator.load(path, "cpu", engine="torch").panorama(z)
    assert np.abs(ours.astype(int) - torchs).max() <= 1
    assert ours.std() > 1


def test_principal_directions_are_unit_and_repeatable(path):
    first, again = (PatchGenerator.load(path).principal_directions(4) for _ in range(2))
    assert first.shape == (4, 12)
    assert np.linalg.norm(first, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert first == pytest.approx(again)


def test_bytes_are_rounded_and_clamped():
    image = torch.tensor([-2.0, -1.0, 0.0, 1.0, 2.0]).reshape(1, 1, 1, 5).expand(1, 3, 1, 5)
    assert to_uint8(image)[0, 0, :, 0].tolist() == [0, 0, 128, 255, 255]


def test_a_device_that_is_not_here_is_refused():
    with pytest.raises(ConfigError, match="nonsense"):
        torch_device("nonsense")


def test_errors_name_the_file(tmp_path):
    with pytest.raises(CheckpointError, match="gone"):
        PatchGenerator.load(tmp_path / "gone.safetensors")


@pytest.fixture
def levels_checkpoint():
    """The shipped room."""
    return resource("assets/rooms.safetensors")


def test_fine_patches_are_the_modules_and_have_the_same_bytes_in_any_company(levels_checkpoint):
    synthesis = PatchGenerator.load(levels_checkpoint, "cpu")
    z = np.random.default_rng(1).uniform(-1, 1, synthesis.metadata.model.z_dim).astype(np.float32)
    ids = [(9, 70), (31, 95), (0, 0), (9, 71), (16, -1)]
    module = load_generator(load_checkpoint(levels_checkpoint)).eval()
    code = torch.from_numpy(z)[None].expand(len(ids), -1)
    with torch.no_grad():
        expected = to_uint8(module.block(code, torch.tensor(ids) % 96, (1, 1), 3))
    together = synthesis.patches(z, ids, level=3)
    assert np.abs(together.astype(int) - expected).max() <= 1
    other = np.zeros_like(z)
    for number, patch in reversed(list(enumerate(ids))):
        synthesis.patches(other, [(1, 1)], level=number % 4)  # another room in between
        assert (synthesis.patches(z, [patch], level=3)[0] == together[number]).all()


def test_every_level_is_twice_as_wide_and_a_fine_patch_costs_its_own_pixels(levels_checkpoint):
    synthesis = PatchGenerator.load(levels_checkpoint, "cpu")
    grid = synthesis.metadata.model.grid
    z = np.zeros(synthesis.metadata.model.z_dim, np.float32)
    assert synthesis.panorama(z).shape == (384, 768, 3)
    assert synthesis.panorama(z, level=1).shape == (768, 1536, 3)
    assert synthesis.patch_gflop(3) < 0.4 * synthesis.patch_gflop(0)
    with pytest.raises(ConfigError, match="level 4"):
        synthesis.patches(z, [(0, 0)], level=grid.levels)


def test_graphs_that_are_optimised_before_they_are_kept_make_the_same_bytes(levels_checkpoint):
    checkpoint = load_checkpoint(levels_checkpoint)
    graph = build_graph(checkpoint, GraphRequest("base", block=(1, 1)))
    better = optimised(graph)
    assert better != graph
    z, model = sample_z(2, 128), checkpoint.metadata.model
    made = [
        OnnxEngine(model, lambda request, finish=finish: finish(build_graph(checkpoint, request)), alone=True).base(
            z, (2, 3), (1, 1)
        )[0]
        for finish in (bytes, optimised)
    ]
    assert (made[0] == made[1]).all()


@pytest.mark.parametrize("engine", ["onnxruntime", "torch"])
def test_numbers_that_overflow_are_no_picture(overflowing, tiny_checkpoint, engine):
    """As bytes they would look like any other patch."""
    generator, z = PatchGenerator.load(overflowing, "cpu", engine=engine), np.zeros(12, np.float32)
    sound = PatchGenerator.load(tiny_checkpoint, "cpu", engine=engine).panorama(z)
    assert (generator.panorama(z) == sound).all()
    with pytest.raises(NotFiniteError, match="overflow"):
        generator.panorama(z + 0.5)
    with pytest.raises(NotFiniteError):
        generator.principal_directions(3)


def test_numbers_that_overflow_on_a_fine_level_are_no_picture(tiny_checkpoint, tmp_path):
    checkpoint = load_checkpoint(tiny_checkpoint)
    model = replace(checkpoint.metadata.model, grid=replace(checkpoint.metadata.model.grid, levels=2))
    tensors = {name: tensor.numpy() for name, tensor in build_generator(model).state_dict().items()}
    tensors["rgb.3.bias"] = np.full(3, 3e38, np.float32)
    save_checkpoint(tmp_path / "x.safetensors", replace(checkpoint.metadata, model=model), generator=tensors)
    generator, z = PatchGenerator.load(tmp_path / "x.safetensors", "cpu"), np.zeros(12, np.float32)
    assert generator.patches(z, [(0, 0)]).shape == (1, 8, 8, 3)
    with pytest.raises(NotFiniteError):
        generator.patches(z, [(0, 0), (0, 1)], level=1)
