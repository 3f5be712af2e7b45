"""The paper's ablations (§3.7): continuous sampling, optimal D, optimal G, multiple G."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from cocogan_core.data.dataset import DatasetWriter, ImageDataset
from cocogan_core.data.sampler import MacroSampler
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.models.build import build_generator
from cocogan_core.training.trainer import Trainer


@pytest.fixture
def paper(config):
    grid = PatchGrid(rows=2, columns=6, patch_px=16)
    return replace(config, model=replace(config.model, architecture="paper", generator_width=2, grid=grid), images=8)


@pytest.mark.parametrize("name", ["continuous_sampling", "optimal_d", "optimal_g", "multiple_g"])
def test_an_ablation_trains_and_what_it_exports_can_be_seen(paper, name):
    trainer = Trainer(replace(paper, **{name: True}))
    before = [p.detach().clone() for p in trainer.generator.parameters()]
    trainer.run()
    assert any(not torch.equal(a, b) for a, b in zip(before, trainer.generator.parameters(), strict=True))
    line = json.loads((paper.run / "log.jsonl").read_text().splitlines()[-1])
    assert line["seen"] == 8
    generator = PatchGenerator.load(paper.run / "checkpoint.safetensors", "cpu")
    z = np.zeros(paper.model.z_dim, np.float32)
    assert generator.panorama(z).shape == (32, 96, 3)
    assert generator.principal_directions(2).shape == (2, paper.model.z_dim)


def test_optimal_d_sees_the_full_image(paper):
    trainer = Trainer(replace(paper, optimal_d=True))
    batch = trainer.data.loader.macro(np.random.default_rng(0), 3)
    assert batch.real.shape == (3, 3, 32, 96)
    assert trainer.generator.macro(batch.z, batch.ids).shape == (3, 3, 32, 96)


@pytest.mark.parametrize("system", ["cylindrical", "planar"])
def test_optimal_g_makes_the_full_image_and_patches_are_cut_out_of_it(tiny_config, system):
    grid = PatchGrid(system=system, rows=4, columns=12 if system == "cylindrical" else 4, patch_px=8)
    model = replace(tiny_config, architecture="paper", generator_width=2, grid=grid, generator="full")
    generator = build_generator(model).eval()
    z, s = torch.rand(2, model.z_dim), 8
    with torch.no_grad():
        full = generator.full(z)
        macro = generator.macro(z, torch.tensor([[1, 2], [2, 1]]))
        patch = generator(z, torch.from_numpy(grid.micro_coordinates(np.array([[3, 1], [0, 3]]))))
    assert full.shape == (2, 3, grid.height_px, grid.width_px)
    assert torch.allclose(macro[0], full[0, :, s : 3 * s, 2 * s : 4 * s])
    assert torch.allclose(patch[1], full[1, :, :s, 3 * s : 4 * s])
    if grid.wraps:
        with torch.no_grad():
            wrapped = generator.macro(z, torch.tensor([[0, 11], [0, 0]]))
        assert torch.allclose(wrapped[0], torch.cat([full[0, :, : 2 * s, -s:], full[0, :, : 2 * s, :s]], 2))


def test_multiple_g_gives_each_patch_to_its_own_generator(tiny_config):
    model = replace(tiny_config, architecture="paper", generator_width=2, generator="multiple")
    generator = build_generator(model)
    coordinates = torch.from_numpy(model.grid.micro_coordinates(np.array([[1, 2], [1, 2], [3, 11]])))
    generator(torch.rand(3, model.z_dim), coordinates).sum().backward()
    learnt = [i for i, one in enumerate(generator.inner) if any(p.grad is not None for p in one.parameters())]
    assert learnt == [1 * 12 + 2, 3 * 12 + 11]


def test_continuous_sampling_lies_between_grid_points_and_true_to_the_picture(tmp_path):
    grid = PatchGrid(rows=2, columns=6, macro_rows=1, macro_columns=2, patch_px=4)
    ramp = np.arange(8 * 24, dtype=np.uint8).reshape(8, 24, 1).repeat(3, 2)
    projection = Projection.of_aspect("mercator", 3)
    with DatasetWriter(tmp_path, height_px=8, width_px=24, projection=projection, source="t") as writer:
        writer.append(ramp)
    batch = MacroSampler(ImageDataset.open(tmp_path), grid, continuous=True).batch(np.random.default_rng(0), 200)
    pixels = np.rint(batch.ids * 4).astype(int)
    assert (batch.ids % 1 != 0).mean() > 0.5
    assert set(pixels[:, 0]) == set(range(5))  # the last row of positions included, and none beyond
    assert set(pixels[:, 1]) == set(range(24))  # every column of the cylinder
    for image, (y, x) in zip(batch.images, pixels, strict=True):
        assert (image == grid.crop(ramp, (y, x), 4, 8)).all()


def test_on_a_plane_continuous_macro_patches_stay_inside(tmp_path):
    grid = PatchGrid(system="planar", rows=2, columns=3, macro_rows=1, macro_columns=2, patch_px=4)
    with DatasetWriter(tmp_path, height_px=8, width_px=12, projection=None, source="t") as writer:
        writer.append(np.zeros((8, 12, 3), np.uint8))
    ids = MacroSampler(ImageDataset.open(tmp_path), grid, continuous=True).batch(np.random.default_rng(0), 200).ids
    assert ids.min() == 0
    assert ids.max() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"optimal_g": True, "multiple_g": True}, "choose one"),
        ({"continuous_sampling": True, "multiple_g": True}, "continuous-sampling"),
    ],
)
def test_ablations_that_exclude_each_other_are_refused(paper, changes, said):
    with pytest.raises(ConfigError, match=said):
        replace(paper, **changes)


def test_optimal_g_is_refused_where_it_means_nothing(config):
    with pytest.raises(ConfigError, match="architecture paper"):
        Trainer(replace(config, optimal_g=True))
    grid = PatchGrid(rows=3, columns=12, patch_px=8)
    with pytest.raises(ConfigError, match="power of two"):
        build_generator(replace(config.model, architecture="paper", generator="full", grid=grid))
