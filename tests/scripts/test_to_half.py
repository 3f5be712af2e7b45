"""What ships is rounded, and makes the same rooms."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import torch

from cocogan_core import load_checkpoint, save_checkpoint
from cocogan_core.checkpoint import BYTE_SHARES, Metadata
from cocogan_core.models.build import build_generator, load_generator
from cocogan_core.training.checkpoints import network_arrays
from tests.core.models.test_surface_textures import CONFIG

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
