import pytest
import torch

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
