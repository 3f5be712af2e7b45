"""A training state that an earlier version wrote still opens, and what may differ from it."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import torch

from cocogan_core.config import ModelConfig
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.training.state import require_same_run
from cocogan_core.training.trainer import Trainer

# Of commit 13fde4d: after 12 of the 24 images of `small`, on one thread.
EARLIER = Path(__file__).with_name("state_13fde4d") / "state.safetensors"


@pytest.fixture
def small(config):
    """The paper's networks at their smallest."""
    grid = PatchGrid(rows=2, columns=6, patch_px=16)
    model = ModelConfig(grid=grid, z_dim=4, generator_width=1, discriminator_width=1, content_head=True)
    return replace(config, model=model)


def test_a_run_of_an_earlier_version_goes_on(small, tmp_path):
    earlier = replace(small, run=tmp_path / "earlier")
    earlier.run.mkdir()
    shutil.copy(EARLIER, earlier.run)
    trainer = Trainer(earlier)
    assert trainer.seen == 12
    saved = safetensors.numpy.load_file(EARLIER)
    for name, tensor in trainer.ema.network.state_dict().items():
        assert np.array_equal(tensor.numpy(), saved[f"average.{name}"]), name
    moments = trainer.optimizers["optimizer_d"].adam.state_dict()["state"][0]["exp_avg_sq"]
    assert np.array_equal(moments.numpy(), saved["optimizer_d.0.exp_avg_sq"])
    trainer.run()
    whole = Trainer(small)
    whole.run()
    # To the bit where the two ran on one machine; another CPU's kernels round otherwise.
    for name, tensor in whole.generator.state_dict().items():
        assert torch.allclose(tensor, trainer.generator.state_dict()[name], atol=1e-3), name


def test_a_setting_that_came_later_was_at_its_default(config):
    settings = {"batch": 4, "data set": "rooms"}
    require_same_run(config.run, settings, {**settings, "r1_every": 8, "model.content_head": False})
    with pytest.raises(ConfigError, match="r1_every = 8, not 4"):
        require_same_run(config.run, settings, {**settings, "r1_every": 4})
    with pytest.raises(ConfigError, match=r"model\.content_head = False, not True"):
        require_same_run(config.run, settings, {**settings, "model.content_head": True})


def test_a_run_whose_networks_are_built_otherwise_now_is_refused(config):
    settings = {"model.architecture": "paper", "model.generator": "micro", "model.grid.patch_px": 8}
    with pytest.raises(ConfigError, match="fewer blocks"):
        require_same_run(config.run, settings, settings)
    known = {**settings, "model.conditioning": "mlp"}
    require_same_run(config.run, known, known)
