import math

import pytest
import torch

from cocogan_core.training import losses


@pytest.fixture
def scores():
    torch.manual_seed(0)
    return torch.randn(8), torch.randn(8)


def test_wasserstein_is_the_difference_of_means(scores):
    real, fake = scores
    gap = (sum(fake) - sum(real)).item() / 8
    assert losses.discriminator_loss("wasserstein", real, fake) == pytest.approx(gap, abs=1e-6)
    assert losses.generator_loss("wasserstein", fake) == pytest.approx(-sum(fake).item() / 8, abs=1e-6)


def test_hinge(scores):
    real, fake = scores
    expected = sum(max(0, 1 - r) for r in real.tolist()) / 8 + sum(max(0, 1 + f) for f in fake.tolist()) / 8
    assert losses.discriminator_loss("hinge", real, fake).item() == pytest.approx(expected, abs=1e-6)


def logistic(x):
    return 1 / (1 + math.exp(-x))


def test_nonsaturating_is_cross_entropy(scores):
    real, fake = scores
    expected = -sum(math.log(logistic(r)) for r in real.tolist()) / 8
    expected -= sum(math.log(1 - logistic(f)) for f in fake.tolist()) / 8
    assert losses.discriminator_loss("nonsaturating", real, fake).item() == pytest.approx(expected, abs=1e-5)
    expected = -sum(math.log(logistic(f)) for f in fake.tolist()) / 8
    assert losses.generator_loss("nonsaturating", fake).item() == pytest.approx(expected, abs=1e-5)


def quadratic(x):
    weights = torch.arange(x[0].numel(), dtype=x.dtype).reshape(x[0].shape) / 10
    return (weights * x.square()).flatten(1).sum(1)


def finite_difference_norms(x, step=1e-5):
    norms = []
    for sample in x:
        slope = torch.zeros_like(sample)
        for index in range(sample.numel()):
            nudge = torch.zeros_like(sample).reshape(-1)
            nudge[index] = step
            up, down = sample + nudge.reshape(sample.shape), sample - nudge.reshape(sample.shape)
            slope.reshape(-1)[index] = (quadratic(up[None]) - quadratic(down[None]))[0] / (2 * step)
        norms.append(slope.norm().item())
    return norms


def test_gradient_penalty_against_finite_differences():
    torch.manual_seed(1)
    real, fake = torch.randn(2, 3, 1, 2, 2, dtype=torch.float64)
    mix = torch.rand(3, 1, 1, 1, dtype=torch.float64)
    norms = finite_difference_norms(mix * real + (1 - mix) * fake)
    expected = sum((norm - 1) ** 2 for norm in norms) / 3
    penalty = losses.gradient_penalty(quadratic, real, fake, mix)
    assert penalty.item() == pytest.approx(expected, rel=1e-6)


def test_r1_against_finite_differences():
    torch.manual_seed(2)
    real = torch.randn(3, 1, 2, 2, dtype=torch.float64)
    expected = sum(norm**2 for norm in finite_difference_norms(real)) / 3 / 2
    assert losses.r1_penalty(quadratic, real).item() == pytest.approx(expected, rel=1e-6)


def test_penalties_differentiate_twice():
    weight = torch.tensor(0.5, requires_grad=True)
    losses.r1_penalty(lambda x: (weight * x).flatten(1).sum(1), torch.randn(2, 1, 2, 2)).backward()
    assert weight.grad.item() == pytest.approx(4 * 0.5)  # ½·4·w², four pixels


def test_spatial_loss_sums_entries_and_takes_a_vertical_head():
    predicted, c = torch.tensor([[0.5, 0.0, 0.0]]), torch.tensor([[1.0, 1.0, 0.0]])
    assert losses.spatial_loss(predicted, c).item() == pytest.approx(0.25 + 1)
    assert losses.spatial_loss(predicted[:, :1], c).item() == pytest.approx(0.25)


def test_content_loss_compares_named_entries_only():
    predicted = torch.tensor([[0.5, -0.5, 9.0]])
    assert losses.content_loss(predicted, torch.tensor([[0.0, 0.0]])).item() == pytest.approx(0.5)
