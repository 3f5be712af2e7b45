"""A compact G without its last stages."""

from dataclasses import replace

import torch

from cocogan_core.checkpoint import load_checkpoint
from cocogan_core.models.build import build_generator, coarse_generator, load_generator


def test_it_makes_smaller_pictures_by_the_same_weights(tiny_checkpoint):
    generator = load_generator(load_checkpoint(tiny_checkpoint)).eval()
    whole = generator.config.grid.patch_px
    coarse = coarse_generator(generator, whole // 2)
    z = torch.zeros(1, generator.config.z_dim)
    assert coarse.full(z).shape[2:] == (generator.config.grid.height_px // 2, generator.config.grid.width_px // 2)
    assert not coarse.training
    with torch.no_grad():
        next(generator.parameters()).add_(1)
    assert next(coarse.parameters()).equal(next(generator.parameters()))
    # the last stage adds what its RGB layer gives to the coarse picture, enlarged
    last = generator.rgb[-1]
    torch.nn.init.zeros_(last.weight)
    torch.nn.init.zeros_(last.bias)
    large = torch.nn.functional.avg_pool2d(generator.full(z), 2)
    assert (large - coarse.full(z)).abs()[:, :, 1:-1].mean() < 0.25 * coarse.full(z).std()


def test_others_come_back_themselves(tiny_config):
    compact = build_generator(tiny_config)
    assert coarse_generator(compact, tiny_config.grid.patch_px) is compact
    paper = build_generator(replace(tiny_config, architecture="paper"))
    assert coarse_generator(paper, 2) is paper
