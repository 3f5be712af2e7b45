import numpy as np
import pytest
import torch

from cocogan_core.checkpoint import load_checkpoint
from cocogan_core.errors import CheckpointError, ConfigError
from cocogan_core.files import resource
from cocogan_core.inference.graph import freeze
from cocogan_core.inference.patch_generator import PatchGenerator, choose_device, to_uint8
from cocogan_core.models.build import load_generator


@pytest.fixture(params=["tiny_checkpoint", "paper_checkpoint"])
def path(request):
    return request.getfixturevalue(request.param)


def test_frozen_equals_the_module(path):
    module, grid = load_generator(load_checkpoint(path)), load_checkpoint(path).metadata.model.grid
    for name, buffer in module.named_buffers():  # statistics as after training, not those of a fresh network
        if name.endswith(("running_mean", "running_var")):
            buffer.copy_(torch.rand(buffer.shape) + 0.5)
    state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    again = load_generator(load_checkpoint(path))
    again.load_state_dict(state)
    z = torch.rand(again.config.z_dim) * 2 - 1
    coordinates = torch.from_numpy(grid.micro_coordinates(grid.micro_ids()))
    with torch.no_grad():
        expected = module.eval()(z.expand(len(coordinates), -1), coordinates)
        frozen = freeze(again).patches(z, torch.arange(len(coordinates)))
    assert frozen.numpy() == pytest.approx(expected.numpy(), abs=1e-4)


def test_any_list_of_ids_in_any_order(path):
    synthesis = PatchGenerator.load(path, "cpu")
    grid = synthesis.metadata.model.grid
    z = np.linspace(-1, 1, synthesis.metadata.model.z_dim).astype(np.float32)
    panorama = grid.split(synthesis.panorama(z)).reshape(grid.rows, grid.columns, grid.patch_px, grid.patch_px, 3)
    ids = [(3, 11), (0, 0), (2, 12), (2, -1), (3, 11)]
    patches = synthesis.patches(z, ids)
    assert patches.dtype == np.uint8
    for patch, (row, column) in zip(patches, ids, strict=True):
        assert np.abs(patch.astype(int) - panorama[row, column % grid.columns]).max() <= 1
    assert synthesis.patches(z, []).shape == (0, grid.patch_px, grid.patch_px, 3)


def test_a_patch_has_the_same_bytes_whatever_it_is_made_with():
    synthesis = PatchGenerator.load(resource("assets/rooms.safetensors"), "cpu")
    z = np.random.default_rng(1).uniform(-1, 1, synthesis.metadata.model.z_dim).astype(np.float32)
    ids = [(row, column) for row in range(4) for column in range(12)]
    alone = np.concatenate([synthesis.patches(z, [patch]) for patch in ids])
    for size in (3, 7, 48):
        parts = [synthesis.patches(z, ids[i : i + size]) for i in range(0, 48, size)]
        assert (np.concatenate(parts) == alone).all()


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
        choose_device("nonsense")


def test_errors_name_the_file(tmp_path):
    with pytest.raises(CheckpointError, match="gone"):
        PatchGenerator.load(tmp_path / "gone.safetensors")
