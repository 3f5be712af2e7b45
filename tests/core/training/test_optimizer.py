import json
from dataclasses import replace

import pytest
import torch

from cocogan_core.errors import TrainingError
from cocogan_core.training.config import TrainConfig
from cocogan_core.training.distributed import Ranks
from cocogan_core.training.optimizer import NetworkOptimizer, constant, rate_share


@pytest.fixture
def network():
    torch.manual_seed(0)
    return torch.nn.Linear(3, 1)


def loss_of(network):
    return network(torch.ones(2, 3)).square().mean()


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), 2e6])
def test_a_loss_that_is_lost_changes_nothing(network, loss):
    before = network.weight.detach().clone()
    with pytest.raises(TrainingError, match="a loss is"):
        NetworkOptimizer(network, TrainConfig(), Ranks()).step(loss_of(network) * 0 + loss, 1e-3)
    assert torch.equal(before, network.weight)


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_scaling_does_not_change_a_step_and_its_state_travels_as_json(network, precision):
    optimizer = NetworkOptimizer(network, replace(TrainConfig(), precision=precision), Ranks())
    before = loss_of(network).item()
    optimizer.step(loss_of(network), 1e-2)
    assert loss_of(network).item() < before
    again = NetworkOptimizer(network, replace(TrainConfig(), precision=precision), Ranks())
    again.restore(json.loads(json.dumps(optimizer.state())))
    assert again.state() == optimizer.state()


def test_a_clipped_step_sees_a_gradient_of_that_norm(network):
    optimizer = NetworkOptimizer(network, TrainConfig(), Ranks(), clip=1e-3)
    optimizer.step(loss_of(network), 0.0)
    norm = torch.cat([p.grad.flatten() for p in network.parameters()]).norm()
    assert norm.item() == pytest.approx(1e-3, rel=1e-3)


def test_a_constant_network_passes_gradients_and_keeps_none(network):
    x = torch.ones(1, 3, requires_grad=True)
    with constant(network):
        network(x).sum().backward()
    assert x.grad.abs().sum() > 0
    assert network.weight.grad is None
    assert network.weight.requires_grad


def test_rates_rise_over_the_warm_up_and_fall_along_a_cosine():
    config = TrainConfig(images=1000, batch=10, final_rate=0.1)
    shares = [rate_share(config, seen, warmup_images=100) for seen in range(0, 1001, 10)]
    assert shares[0] == pytest.approx(0.1)
    assert max(shares) == pytest.approx(1.0, abs=0.03)
    assert shares[50] == pytest.approx(0.55)
    assert shares[-1] == pytest.approx(0.1)
    assert all(rate_share(TrainConfig(), seen, warmup_images=0) == 1 for seen in (0, 500_000))
