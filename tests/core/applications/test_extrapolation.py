"""Beyond-boundary generation: what post-training may change, what it is given, and when it ends."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cocogan_core.applications import extrapolation
from cocogan_core.applications.extrapolation import ExtensionSettings, PostTraining, extended_metadata, outer_seams
from cocogan_core.checkpoint import Metadata, load_checkpoint
from cocogan_core.commands.extend import extend
from cocogan_core.config import ModelConfig
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.errors import CheckpointError, ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.models.build import build_generator


@pytest.fixture(params=["tiny_checkpoint", "mlp_checkpoint"])
def checkpoint(request):
    return load_checkpoint(request.getfixturevalue(request.param))


@pytest.fixture
def training(checkpoint, data):
    return PostTraining(checkpoint, ImageDataset.open(data), ExtensionSettings(batch=4, images=8, seam=0.0))


def test_the_papers_panorama_reaches_its_pitches():
    """768×256 → 768×384: ±51° → ±67°."""
    before = Metadata(model=ModelConfig(), projection=Projection.of_aspect("mercator", 3))
    after = extended_metadata(before, 1)
    assert (after.model.grid.height_px, after.model.grid.width_px) == (384, 768)
    assert np.degrees(after.projection.half_extent_rad) == pytest.approx(66.5, abs=0.5)
    wider = Projection.of_aspect("mercator", 2)
    assert after.projection.half_extent_rad == pytest.approx(wider.half_extent_rad, abs=1e-3)


def test_on_a_plane_the_papers_256_become_384():
    grid = PatchGrid(system="planar", rows=4, columns=4)
    after = extended_metadata(Metadata(model=ModelConfig(grid=grid)), 1)
    assert (after.model.grid.height_px, after.model.grid.width_px, after.projection) == (384, 384, None)


def test_only_the_first_layers_of_g_and_all_of_d_learn(training, checkpoint):
    training.run()
    assert training.seen == 8
    made = training.networks()
    changed = {
        name.split(".parametrizations")[0]
        for name, tensor in made.generator.items()
        if not np.array_equal(tensor, checkpoint.generator[name]) and not name.endswith(("_u", "_v"))
        if "running" not in name and "num_batches" not in name
    }
    first = (
        ("blocks.0.", "blocks.1.")
        if "blocks.0.norm1.gamma.0.bias" in made.generator
        else ("place", "style", "field", "lattice")
    )
    assert changed
    assert all(name.startswith(first) for name in changed), changed
    weights = [name for name in made.discriminator if name.endswith(("weight", "original"))]
    still = [name for name in weights if np.array_equal(made.discriminator[name], checkpoint.discriminator[name])]
    assert [name for name in still if not name.startswith("content")] == []
    assert "after 8 images" in made.metadata.provenance.notes


def test_g_makes_places_beyond_and_head_a_hears_nothing_of_them(training):
    c = torch.cat([training._made()[1] for _ in range(30)])
    assert c[:, 0].abs().max() == pytest.approx(2, abs=1e-5)
    assert c[:, 0].abs().min() <= 1
    assert training._real()[1][:, 0].abs().max() <= 1
    predicted = torch.zeros(2, 3, requires_grad=True)
    loss = extrapolation._spatial_inside(predicted, torch.tensor([[2.0, 1, 0], [1.0, 1, 0]]))
    loss.backward()
    assert predicted.grad[0].tolist() == [0, 0, 0]
    assert predicted.grad[1].abs().sum() > 0
    assert extrapolation._spatial_inside(predicted, torch.tensor([[2.0, 1, 0]] * 2)).item() == 0


def test_seams_beyond_are_measured_against_those_inside(tiny_config, monkeypatch):
    config = replace(tiny_config, grid=tiny_config.grid.extended(1))
    generator, s = build_generator(config), config.grid.patch_px
    levels = torch.arange(config.grid.height_px) * 3 + 60
    ramp = (levels / 127.5 - 1)[None, None, :, None].expand(1, 3, -1, config.grid.width_px)
    stepped = ramp.clone()
    stepped[:, :, :s] -= 0.4
    monkeypatch.setattr(generator, "full", lambda z: ramp)
    assert outer_seams(generator, seed=0) == pytest.approx(1, abs=0.05)
    monkeypatch.setattr(generator, "full", lambda z: stepped)
    assert outer_seams(generator, seed=0) > 3


def test_it_ends_when_the_seams_are_gone(checkpoint, data, monkeypatch):
    seams = iter([3.0, 2.0, 1.0])
    monkeypatch.setattr(extrapolation, "outer_seams", lambda generator, seed: next(seams))
    training = PostTraining(checkpoint, ImageDataset.open(data), ExtensionSettings(batch=2, images=100, check_every=4))
    heard = []
    terms = training.run(lambda seen, terms: heard.append(seen))
    assert (terms["seam"], heard) == (1.0, [2, 4, 6, 8])


def test_what_had_the_weakest_seams_is_kept(checkpoint, data, monkeypatch):
    seams = iter([3.0, 1.5, 2.0, 2.5])
    monkeypatch.setattr(extrapolation, "outer_seams", lambda generator, seed: next(seams))
    training = PostTraining(checkpoint, ImageDataset.open(data), ExtensionSettings(batch=2, images=6, check_every=2))
    weights = []
    first = training.generator.first_layers()[0]
    training.run(lambda *_: weights.append(next(first.parameters()).detach().clone().numpy()))
    made = training.networks()
    assert (training.kept_seam, training.kept_seen) == (1.5, 2)
    assert "after 2 images" in made.metadata.provenance.notes
    assert any(np.array_equal(tensor, weights[0]) for tensor in made.generator.values())
    assert not any(np.array_equal(tensor, weights[2]) for tensor in made.generator.values())


def test_the_penalty_leaves_the_heads_statistics_alone(mlp_checkpoint, data, monkeypatch):
    training = PostTraining(load_checkpoint(mlp_checkpoint), ImageDataset.open(data), ExtensionSettings(batch=2))
    norm = next(module for module in training.discriminator.modules() if isinstance(module, torch.nn.BatchNorm1d))
    penalty, moved = extrapolation.losses.gradient_penalty, []

    def watched(*given):
        before = norm.running_mean.clone()
        answer = penalty(*given)
        moved.append(not torch.equal(norm.running_mean, before))
        return answer

    monkeypatch.setattr(extrapolation.losses, "gradient_penalty", watched)
    before = norm.running_mean.clone()
    training.step()
    assert moved == [False]
    assert not torch.equal(norm.running_mean, before)


def test_the_command_writes_a_checkpoint_of_larger_pictures(mlp_checkpoint, data, tmp_path, capsys):
    out = tmp_path / "wider.safetensors"
    extend(mlp_checkpoint, out=out, data=data, images=4, batch=2, seam=0.0)
    generator = PatchGenerator.load(out, "cpu")
    assert generator.panorama(np.zeros(12, np.float32)).shape == (48, 96, 3)
    assert "96×48 after 4 images" in capsys.readouterr().out


def test_ctrl_c_writes_what_there_is(mlp_checkpoint, data, tmp_path, monkeypatch, capsys):
    step = PostTraining.step

    def interrupted(training):
        if training.seen:
            raise KeyboardInterrupt
        return step(training)

    monkeypatch.setattr(PostTraining, "step", interrupted)
    extend(mlp_checkpoint, out=tmp_path / "wider.safetensors", data=data, images=400, batch=2, seam=0.0)
    assert "96×48 after 2 images" in capsys.readouterr().out
    assert "after 2 images" in load_checkpoint(tmp_path / "wider.safetensors").metadata.provenance.notes


def test_what_cannot_be_extended_is_refused(mlp_checkpoint, data, tmp_path):
    bare = replace(load_checkpoint(mlp_checkpoint), discriminator={})
    with pytest.raises(CheckpointError, match="holds none"):
        PostTraining(bare, ImageDataset.open(data), ExtensionSettings())
    with pytest.raises(ConfigError, match="no coordinates beyond"):
        extended_metadata(Metadata(model=ModelConfig(generator="multiple")), 1)
    sphere = Projection(kind="equirectangular", half_extent_rad=np.pi / 2)
    with pytest.raises(ConfigError, match="reaches 90° up and down: 1 more micro patches would lie beyond the poles"):
        extended_metadata(Metadata(model=ModelConfig(), projection=sphere), 1)
    with pytest.raises(ConfigError, match="patches"):
        ExtensionSettings(patches=0)
