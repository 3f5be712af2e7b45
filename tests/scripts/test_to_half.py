"""What ships is rounded, and makes the same rooms."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from cocogan_core import load_checkpoint, save_checkpoint
from cocogan_core.checkpoint import BYTE_SHARES, Metadata
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.models.build import build_generator, load_generator
from cocogan_core.training.checkpoints import network_arrays
from tests.core.models.test_surface_textures import CONFIG
from tests.core.models.test_tile_textures import TILED

SCRIPT = Path(__file__).parents[2] / "scripts" / "to_half.py"


def test_weights_become_halves_and_textures_bytes_and_a_picture_hardly_changes(tmp_path):
    torch.manual_seed(1)
    generator = build_generator(CONFIG)
    with torch.no_grad():
        for mix in generator.surfaces.mix:
            mix.weight.normal_(std=0.3)
    before = tmp_path / "before.safetensors"
    save_checkpoint(before, Metadata(model=CONFIG), generator=network_arrays(generator))
    after = tmp_path / "after.safetensors"
    subprocess.run([sys.executable, SCRIPT, before, after], check=True)
    rounded = load_checkpoint(after)
    table = rounded.generator["surfaces.texture.0"]
    assert abs(table).max() == 1
    assert np.allclose(table * BYTE_SHARES, np.round(table * BYTE_SHARES), atol=1e-4)
    assert after.stat().st_size < 0.47 * before.stat().st_size
    z, corner = torch.rand(1, CONFIG.z_dim) * 2 - 1, torch.zeros(1, 2)
    with torch.no_grad():
        made, again = (each.block(z, corner, (2, 4)) for each in (generator, load_generator(rounded)))
    assert (made - again).abs().max() < 4 / 255
    assert (made - made.mean()).abs().max() > 40 / 255


def test_tiles_become_bytes_and_all_that_mixes_them_is_multiplied(tmp_path):
    grid = PatchGrid(rows=6, columns=12, patch_px=16, levels=3)
    model = replace(TILED, generator_width=16, paint_rank=5, grid=grid)
    torch.manual_seed(1)
    generator = build_generator(model)
    with torch.no_grad():
        for parameter in generator.objects.tiles.mix.parameters():
            parameter.normal_(std=0.7)
        generator.objects.codes.weight.normal_()
    before, after = tmp_path / "before.safetensors", tmp_path / "after.safetensors"
    save_checkpoint(before, Metadata(model=model), generator=network_arrays(generator))
    subprocess.run([sys.executable, SCRIPT, before, after], check=True)
    rounded = load_checkpoint(after)
    most = generator.objects.tiles.texture.abs().max().item()
    bias = rounded.generator["objects.tiles.mix.1.bias"]
    assert np.allclose(bias, generator.objects.tiles.mix[1].bias.detach().numpy() * most, rtol=1e-2, atol=1e-4)
    assert abs(rounded.generator["objects.tiles.texture"]).max() == 1
    for layer in ("style.4", "objects.codes"):  # of every input the largest weight is a whole byte
        assert abs(rounded.generator[f"{layer}.weight"]).max(0) == pytest.approx(1)
    z, corner, without = torch.rand(1, model.z_dim) * 2 - 1, torch.tensor([[9, 43]]), build_generator(model)
    without.load_state_dict(generator.state_dict() | {"objects.tiles.texture": generator.objects.tiles.texture * 0})
    with torch.no_grad():
        made, again, plain = (
            each.block(z, corner, (3, 3), 2) for each in (generator, load_generator(rounded), without)
        )
    assert (made - again).abs().max() < 4 / 255
    assert (made - plain).abs().max() > 40 / 255
