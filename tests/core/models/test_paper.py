from dataclasses import replace

import numpy as np
import pytest
import torch

from cocogan_core.config import ModelConfig
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.models.build import build_discriminator, build_generator

ARCHITECTURES = ["compact", "paper"]


def size(network):
    return sum(parameter.numel() for parameter in network.parameters()) / 1e6


def test_the_papers_matterport_setting_has_the_papers_size():
    # The published code's G has about 11.5 M parameters and its D 9.9 M; ours has head Q (0.08 M) besides, and a bias
    # in the coordinate's projection.
    config = ModelConfig(content_head=True)
    assert size(build_generator(config)) == pytest.approx(11.5, abs=0.05)
    assert size(build_discriminator(config)) == pytest.approx(9.9 + 0.08, abs=0.12)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("patch_px", [4, 8, 32])
@pytest.mark.parametrize("system", ["cylindrical", "planar"])
def test_shapes_for_any_patch_size(tiny_config, architecture, patch_px, system):
    grid = PatchGrid(system=system, rows=3, columns=5, patch_px=patch_px)
    config = replace(tiny_config, architecture=architecture, grid=grid, generator_width=8)
    z, ids = torch.rand(4, config.z_dim) * 2 - 1, torch.tensor([[0, 0], [1, 3], [0, 2], [1, 1]])
    macro = build_generator(config).macro(z, ids)
    assert macro.shape == (4, 3, 2 * patch_px, 2 * patch_px)
    output = build_discriminator(config)(macro, torch.from_numpy(grid.macro_coordinates(ids.numpy())))
    assert output.score.shape == (4,)
    assert output.spatial.shape == (4, grid.coordinate_dim)
    assert output.content.shape == (4, config.z_dim)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_blocks_are_their_micro_patches_merged(tiny_config, architecture):
    config = replace(tiny_config, architecture=architecture)
    generator, grid = build_generator(config).eval(), config.grid
    z = torch.rand(1, config.z_dim) * 2 - 1
    with torch.no_grad():
        full = generator.full(z)[0]
        ids = torch.from_numpy(grid.micro_ids())
        patches = generator(z.expand(len(ids), -1), torch.from_numpy(grid.micro_coordinates(grid.micro_ids())))
        wrapped = generator.macro(z, torch.tensor([[1, grid.columns - 1]]))[0]
    merged = grid.merge(patches.permute(0, 2, 3, 1).numpy())
    assert full.permute(1, 2, 0).numpy() == pytest.approx(merged, abs=1e-4)
    s = grid.patch_px
    expected = torch.cat([full[:, s : 3 * s, -s:], full[:, s : 3 * s, :s]], 2)
    assert wrapped.numpy() == pytest.approx(expected.numpy(), abs=1e-4)


def test_compact_patches_meet_without_a_border(tiny_config):
    """What one patch would show beyond its edge is what its neighbour shows: the field is one, whoever draws it."""
    generator = build_generator(tiny_config).eval()
    z, s = torch.rand(1, tiny_config.z_dim), tiny_config.grid.patch_px
    with torch.no_grad():
        left_two = generator.block(z, torch.tensor([[0, 3]]), (1, 2))
        right_two = generator.block(z, torch.tensor([[0, 4]]), (1, 2))
    assert left_two[..., s:].numpy() == pytest.approx(right_two[..., :s].numpy(), abs=1e-4)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_small_models_tensors_fit_a_larger_patch(tiny_config, architecture):
    small = build_generator(replace(tiny_config, architecture=architecture)).state_dict()
    grid = replace(tiny_config.grid, patch_px=16)
    large = build_generator(replace(tiny_config, architecture=architecture, grid=grid)).state_dict()
    same = [name for name in small if name in large and small[name].shape == large[name].shape]
    assert len(same) >= 0.9 * len(small)


def test_gradients_reach_every_weight_through_merged_patches_and_heads(tiny_config):
    generator, discriminator = build_generator(tiny_config), build_discriminator(tiny_config)
    z, ids = torch.rand(4, tiny_config.z_dim), torch.tensor([[0, 0], [1, 3], [2, 11], [1, 1]])
    c = torch.from_numpy(tiny_config.grid.macro_coordinates(ids.numpy()))
    output = discriminator(generator.macro(z, ids), c)
    (output.score.sum() + output.spatial.sum() + output.content.sum()).backward()
    silent = [name for name, p in generator.named_parameters() if p.grad is None or not p.grad.abs().sum()]
    assert silent == []


def test_heads_learn_apart_from_the_score(tiny_config):
    discriminator = build_discriminator(tiny_config)
    discriminator(torch.rand(2, 3, 16, 16), torch.zeros(2, 3)).spatial.sum().backward()
    assert discriminator.spatial.weight.grad.abs().sum() > 0
    assert discriminator.score.weight.grad is None
    assert discriminator.content.weight.grad is None


@pytest.mark.parametrize(("patch_px", "doubling"), [(4, 1), (8, 2), (16, 3)])
def test_small_patches_keep_the_blocks_of_16_pixels_without_strides(patch_px, doubling):
    """Appendix C: "we keep using (N4,M4,S16) architecture, but without strides in the last one and two layer(s)"."""
    grid = PatchGrid(system="planar", rows=4, columns=4, patch_px=patch_px)
    generator = build_generator(ModelConfig(grid=grid, generator_width=2))
    assert [block.convolution1.out_channels for block in generator.blocks] == [16, 8, 4]
    assert [block.scale for block in generator.blocks] == [2] * doubling + [1] * (3 - doubling)
    assert generator(torch.rand(2, 128), torch.rand(2, 2)).shape == (2, 3, patch_px, patch_px)


def test_conditional_norms_are_two_mlps_of_z_and_c_and_heads_end_with_a_norm(tiny_config):
    """Appendix C, Fig. 14c: apart for γ and β, and no linear function of the condition."""
    config = replace(tiny_config, architecture="paper", conditioning="mlp")
    norm = build_generator(config).blocks[0].norm1.eval()
    z, step = torch.rand(1, config.z_dim + 3), torch.rand(1, config.z_dim + 3)
    with torch.no_grad():
        gamma, beta = norm.modulation(torch.cat([z - 3 * step, z, z + 3 * step]))
    for answer in (gamma, beta):
        assert (answer[0] + answer[2] - 2 * answer[1]).abs().max() > 1e-3
    norm.modulation(z)[0].sum().backward()
    assert norm.gamma[0].parametrizations.weight.original.grad.abs().sum() > 0
    assert norm.beta[0].parametrizations.weight.original.grad is None
    head = build_discriminator(config).spatial
    assert [type(layer).__name__ for layer in head] == [
        "ParametrizedLinear", "BatchNorm1d", "LeakyReLU", "ParametrizedLinear", "BatchNorm1d", "Tanh"
    ]  # fmt: skip


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_extended_grid_shows_the_same_image_with_more_around_it(tiny_config, architecture):
    config = replace(tiny_config, architecture=architecture)
    generator = build_generator(config).eval()
    wider = build_generator(replace(config, grid=config.grid.extended(1))).eval()
    wider.load_state_dict(generator.state_dict())
    z, s = torch.rand(1, config.z_dim), config.grid.patch_px
    with torch.no_grad():
        full, whole = generator.full(z), wider.full(z)
        patch = wider(z, torch.from_numpy(wider.config.grid.micro_coordinates(np.array([[0, 3]]))))
    assert whole.shape[2] == full.shape[2] + 2 * s
    assert whole[:, :, s:-s].numpy() == pytest.approx(full.numpy(), abs=1e-5)
    assert patch.numpy() == pytest.approx(whole[:, :, :s, 3 * s : 4 * s].numpy(), abs=1e-5)
