"""Painting layers by rank say the same with fewer weights."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from cocogan_core import load_checkpoint, save_checkpoint
from cocogan_core.checkpoint import Metadata
from cocogan_core.models.build import build_generator, load_generator
from cocogan_core.training.checkpoints import network_arrays
from tests.core.models.test_object_coordinates import CONFIG

SCRIPT = Path(__file__).parents[2] / "scripts" / "paint_by_rank.py"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A generator whose objects have looks, and its file."""
    torch.manual_seed(2)
    generator = build_generator(CONFIG)
    with torch.no_grad():
        for layer in generator.objects.paint:
            layer.weight.normal_(std=0.2)
            layer.bias.normal_(std=0.2)
    path = tmp_path_factory.mktemp("by_rank") / "before.safetensors"
    save_checkpoint(path, Metadata(model=CONFIG), generator=network_arrays(generator))
    return generator, path


def difference(trained, tmp_path, rank):
    generator, before = trained
    after = tmp_path / "after.safetensors"
    subprocess.run([sys.executable, SCRIPT, before, after, "--rank", str(rank)], check=True)
    made = load_generator(load_checkpoint(after))
    assert made.config.paint_rank == rank
    z, corner = torch.rand(1, CONFIG.z_dim) * 2 - 1, torch.zeros(1, 2)
    with torch.no_grad():
        return (made.block(z, corner, (4, 8)) - generator.block(z, corner, (4, 8))).abs().mean().item()


def test_of_full_rank_nothing_changes_and_of_less_something(trained, tmp_path):
    channels = sum(len(layer.bias) for layer in trained[0].objects.paint) // (len(trained[0].objects.table[0]) + 1)
    assert difference(trained, tmp_path, channels) < 1e-4
    assert difference(trained, tmp_path, channels // 4) > 1e-4


def test_a_model_of_rank_is_refused(trained, tmp_path):
    difference(trained, tmp_path, 4)
    again = subprocess.run(
        [sys.executable, SCRIPT, tmp_path / "after.safetensors", tmp_path / "x.safetensors"], check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert again.returncode != 0
    assert "no layers for each stage" in again.stderr
