"""Where gradients flow, what is fed to whom, for both architectures."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cocogan_core.models.base import DiscriminatorOutput
from cocogan_core.models.build import build_discriminator, build_generator
from cocogan_core.training.augment import DRAWS
from cocogan_core.training.batches import TrainingBatch
from cocogan_core.training.config import TrainConfig
from cocogan_core.training.objective import Objective
from cocogan_core.training.optimizer import constant

ARCHITECTURES = ["compact", "paper"]
QUIET = {"spatial_weight": 0.0, "content_weight": 0.0, "gradient_penalty": 0.0}


def given_for(model, count=4):
    torch.manual_seed(5)
    grid = model.grid
    ids = torch.tensor([[0, 0], [1, 3], [2, 11], [1, 1]])[:count]
    return TrainingBatch(
        real=torch.rand(count, 3, grid.macro_height_px, grid.macro_width_px) * 2 - 1,
        ids=ids,
        coordinates=torch.from_numpy(grid.macro_coordinates(ids.numpy())),
        z=torch.rand(count, model.z_dim) * 2 - 1,
        mix=torch.rand(count, 1, 1, 1),
        jitter=torch.rand(count, DRAWS),
    )


@pytest.fixture(params=ARCHITECTURES)
def model(request, tiny_config):
    return replace(tiny_config, architecture=request.param, generator_width=4, latent_names=())


def objectives(model, **settings):
    torch.manual_seed(6)
    return Objective(TrainConfig(model=model, **settings), build_generator(model), build_discriminator(model))


def touched(network):
    return {name for name, p in network.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0}


def test_gs_step_reaches_all_of_g_through_merged_patches_and_nothing_of_d(model):
    both = objectives(model, content_weight=1.0)
    with constant(both.discriminator):
        both.generation(given_for(model))[0].backward()
    assert touched(both.generator) == set(dict(both.generator.named_parameters()))
    assert touched(both.discriminator) == set()
    assert all(p.requires_grad for p in both.discriminator.parameters())


def test_ds_step_reaches_all_of_d_and_nothing_of_g(model):
    both = objectives(model, content_weight=1.0)
    both.critic(given_for(model))[0].backward()
    assert touched(both.generator) == set()
    unmoved = set(dict(both.discriminator.named_parameters())) - touched(both.discriminator)
    # the real and made batches' bias gradients cancel exactly in the Wasserstein distance, and batch norm takes away
    # the bias of what comes before it
    assert unmoved <= {"score.bias"} | {f"{head}.0.bias" for head in ("spatial", "content")}


@pytest.mark.parametrize(("head", "weight"), [("spatial", "spatial_weight"), ("content", "content_weight")])
def test_a_heads_loss_teaches_that_head_and_what_it_reads_but_no_other_head(model, head, weight):
    settings = {**QUIET, weight: 1.0}
    losses = []
    both = objectives(model, **settings)
    for factor in (1.0, 2.0):
        both.config = replace(both.config, **{weight: factor})
        both.critic(given_for(model))[0].backward()
        layer = next(p for name, p in both.discriminator.named_parameters() if name.startswith(f"{head}."))
        losses.append(layer.grad.abs().sum().item())
        both.discriminator.zero_grad()
    other = "content" if head == "spatial" else "spatial"
    both.critic(given_for(model))[0].backward()
    assert losses[1] > losses[0] > 0
    assert not [name for name in touched(both.discriminator) if name.startswith(f"{other}.")]


@pytest.mark.parametrize(("head", "weight"), [("spatial", "spatial_weight"), ("content", "content_weight")])
def test_a_heads_loss_reaches_g(model, head, weight):
    both = objectives(model, **QUIET)
    given, adversarial = given_for(model), {}
    for value in (0.0, 1.0):
        both.config = replace(both.config, **{weight: value})
        both.generator.zero_grad()
        both.generation(given)[0].backward()
        adversarial[value] = torch.cat([p.grad.flatten() for p in both.generator.parameters()])
    assert (adversarial[1.0] - adversarial[0.0]).abs().max() > 1e-7


def test_ds_judgement_reaches_every_micro_patch_of_a_merge_and_each_reaches_z(model):
    both = objectives(model)
    both.generator.eval()
    both.discriminator.eval()
    given = given_for(model, 1)
    z, s = given.z.clone().requires_grad_(), model.grid.patch_px
    macro = both.generator.macro(z, given.ids)
    for row in range(2):
        for column in range(2):
            cell = macro[:, :, row * s : (row + 1) * s, column * s : (column + 1) * s].square().sum()
            (slope,) = torch.autograd.grad(cell, z, retain_graph=True)
            assert slope.abs().sum() > 0
    (pixels,) = torch.autograd.grad(both.discriminator(macro, given.coordinates).score.sum(), macro)
    cells = pixels.abs().reshape(3, 2, s, 2, s).sum((0, 2, 4))
    assert (cells > 0).all()


def test_coordinates_as_fed_to_g_and_d(model):
    """G hears the micro coordinates of the macro patch's members, row by row and wrapped; D the macro coordinate."""
    both = objectives(model)
    heard, told = [], []
    if model.architecture == "paper":
        both.generator.register_forward_pre_hook(lambda _module, inputs: heard.append(inputs[1]))
    both.discriminator.register_forward_pre_hook(lambda _module, inputs: told.append(inputs[1]))
    given = given_for(model)
    both.generation(given)
    grid = model.grid
    assert told[0].numpy() == pytest.approx(grid.macro_coordinates(given.ids.numpy()))
    if heard:
        members = grid.members(given.ids.numpy()).reshape(-1, 2)
        assert heard[0].numpy() == pytest.approx(grid.micro_coordinates(members), abs=1e-6)
        assert (members[:, 1] < grid.columns).all()


@pytest.mark.parametrize("named", [True, False])
def test_q_learns_names_from_real_pictures_and_all_of_z_from_made_ones(model, named, monkeypatch):
    model = replace(model, latent_names=("a", "b") if named else ())
    both = objectives(model, **{**QUIET, "content_weight": 1.0})
    given, answers = given_for(model), []

    def judge(images, coordinates):
        answers.append(torch.zeros(len(images), model.z_dim, requires_grad=True))
        scores = torch.zeros(len(images), requires_grad=True)
        return DiscriminatorOutput(scores, torch.zeros(len(images), 3), answers[-1], scores)

    monkeypatch.setattr(both, "_judge", judge)
    both.critic(given)[0].backward()
    of_real, of_fake = answers
    asked, silent = (of_real, of_fake) if named else (of_fake, of_real)
    assert silent.grad is None
    assert (asked.grad.abs().sum(0) > 0).sum() == (2 if named else model.z_dim)


def test_d_sees_one_policy_on_real_and_fake(model, monkeypatch):
    both = objectives(model, augment=("translation",), **QUIET)
    seen, given = [], given_for(model)
    monkeypatch.setattr(both, "_make", lambda z, ids: given.real)  # a G that is perfect
    judge = both._judge
    monkeypatch.setattr(both, "_judge", lambda images, c: (seen.append(images), judge(images, c))[1])
    both.critic(given)
    assert torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[0], given.real)


def test_lazy_r1_is_paid_at_its_steps_only_and_scaled(model):
    both = objectives(model, r1=1.0, r1_every=8, **QUIET)
    both.discriminator.eval()  # the same spectral norms at every call
    given = given_for(model)
    lazy, paid = both.critic(given, lazy=False)[0].item(), both.critic(given, lazy=True)[0].item()
    both.config = replace(both.config, r1_every=1)
    once = both.critic(given, lazy=True)[0].item()
    assert paid - lazy == pytest.approx(8 * (once - lazy), rel=1e-3)
    assert once > lazy


def test_sixteen_bits_come_near_thirty_two(model):
    """Autocast runs on CPUs too, if slowly, so that what a card would do can be tested here."""
    found = []
    for precision in ("float32", "bfloat16"):
        both = objectives(model, precision=precision)
        both.discriminator.eval()
        loss, terms = both.critic(given_for(model))
        loss.backward()
        assert loss.dtype == torch.float32
        assert all(p.grad is None or p.grad.dtype == torch.float32 for p in both.discriminator.parameters())
        found.append([float(value) for value in terms.values()])
    assert np.allclose(*found, atol=0.1)
