from dataclasses import replace

import pytest
import torch

from cocogan_core.models.build import build_generator
from cocogan_core.training.ema import WeightEMA


@pytest.fixture
def network():
    return torch.nn.BatchNorm1d(2)


def test_after_a_half_life_half_of_the_way_is_left(network):
    ema = WeightEMA(network, half_life_images=40)
    torch.nn.init.constant_(network.weight, 3.0)  # from 1
    for step in range(10):
        ema.update(network, seen=10_000 + 4 * step, batch=4)
    assert ema.network.weight.tolist() == pytest.approx([2.0, 2.0])
    assert network.weight.tolist() == [3.0, 3.0]


def test_early_in_a_run_the_half_life_is_a_share_of_what_was_seen(network):
    ema = WeightEMA(network, half_life_images=1000)
    torch.nn.init.constant_(network.weight, 3.0)
    ema.update(network, seen=80, batch=4)  # a twentieth of 80 images is 4
    assert ema.network.weight.tolist() == pytest.approx([2.0, 2.0])


def test_statistics_are_the_latest(network):
    ema = WeightEMA(network, half_life_images=1000)
    network(torch.tensor([[1.0, 2.0], [3.0, 5.0]]))
    ema.update(network, seen=4, batch=4)
    assert torch.equal(ema.network.running_mean, network.running_mean)
    assert ema.network.num_batches_tracked == 1


def test_the_mean_itself_does_not_learn(network):
    assert not any(p.requires_grad for p in WeightEMA(network, half_life_images=1).network.parameters())
    assert all(p.requires_grad for p in network.parameters())


def test_settled_statistics_are_of_the_means_own_weights(tiny_config):
    """Taken by hand from the last batch norm's input, over all the draws together."""
    config = replace(tiny_config, architecture="paper", conditioning="mlp")
    torch.manual_seed(0)
    generator = build_generator(config)
    ema = WeightEMA(generator, half_life_images=1000)
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter.add_(torch.randn_like(parameter))
    ema.update(generator, seen=80, batch=4)
    draws = [(torch.rand(6, config.z_dim) * 2 - 1, torch.randint(0, 3, (6, 2))) for _ in range(3)]
    ema.settle(draws)
    seen = []
    ema.network.norm.register_forward_pre_hook(lambda _norm, inputs: seen.append(inputs[0]))
    settled = ema.network.norm.running_mean.clone()
    latest = generator.norm.running_mean
    with torch.no_grad():
        for module in ema.network.eval().modules():
            module.train(isinstance(module, torch.nn.BatchNorm2d))
        for z, ids in draws:
            ema.network.macro(z, ids)
    by_hand = torch.stack([x.mean((0, 2, 3)) for x in seen]).mean(0)
    assert settled.tolist() == pytest.approx(by_hand.tolist(), rel=1e-4, abs=1e-5)
    assert not torch.allclose(settled, latest, atol=0.02)
    assert ema.network.norm.momentum == 0.1


def test_networks_without_batch_norms_draw_nothing(tiny_config):
    ema = WeightEMA(build_generator(tiny_config), half_life_images=1)
    ema.settle(pytest.fail("drawn") for _ in range(1))
