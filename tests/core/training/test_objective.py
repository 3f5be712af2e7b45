"""Where gradients flow, what is given to whom, for both architectures."""

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


def batch_for(model, count=4):
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


def objective_of(model, **settings):
    torch.manual_seed(6)
    return Objective(TrainConfig(model=model, **settings), build_generator(model), build_discriminator(model))


def touched(network):
    return {name for name, p in network.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0}


def test_gs_step_reaches_all_of_g_through_merged_patches_and_nothing_of_d(model):
    objective = objective_of(model, content_weight=1.0)
    with constant(objective.discriminator):
        objective.generator_loss(batch_for(model))[0].backward()
    assert touched(objective.generator) == set(dict(objective.generator.named_parameters()))
    assert touched(objective.discriminator) == set()
    assert all(p.requires_grad for p in objective.discriminator.parameters())


def test_ds_step_reaches_all_of_d_and_nothing_of_g(model):
    objective = objective_of(model, content_weight=1.0)
    objective.discriminator_loss(batch_for(model))[0].backward()
    assert touched(objective.generator) == set()
    unmoved = set(dict(objective.discriminator.named_parameters())) - touched(objective.discriminator)
    # the real and made batches' bias gradients cancel exactly in the Wasserstein distance, and batch norm takes away
    # the bias of what comes before it
    assert unmoved <= {"score.bias"} | {f"{head}.0.bias" for head in ("spatial", "content")}


@pytest.mark.parametrize(("head", "weight"), [("spatial", "spatial_weight"), ("content", "content_weight")])
def test_a_heads_loss_teaches_that_head_and_what_it_reads_but_no_other_head(model, head, weight):
    settings = {**QUIET, weight: 1.0}
    losses = []
    objective = objective_of(model, **settings)
    for factor in (1.0, 2.0):
        objective.config = replace(objective.config, **{weight: factor})
        objective.discriminator_loss(batch_for(model))[0].backward()
        layer = next(p for name, p in objective.discriminator.named_parameters() if name.startswith(f"{head}."))
        losses.append(layer.grad.abs().sum().item())
        objective.discriminator.zero_grad()
    other = "content" if head == "spatial" else "spatial"
    objective.discriminator_loss(batch_for(model))[0].backward()
    assert losses[1] > losses[0] > 0
    assert not [name for name in touched(objective.discriminator) if name.startswith(f"{other}.")]


@pytest.mark.parametrize(("head", "weight"), [("spatial", "spatial_weight"), ("content", "content_weight")])
def test_a_heads_loss_reaches_g(model, head, weight):
    objective = objective_of(model, **QUIET)
    batch, adversarial = batch_for(model), {}
    for value in (0.0, 1.0):
        objective.config = replace(objective.config, **{weight: value})
        objective.generator.zero_grad()
        objective.generator_loss(batch)[0].backward()
        adversarial[value] = torch.cat([p.grad.flatten() for p in objective.generator.parameters()])
    assert (adversarial[1.0] - adversarial[0.0]).abs().max() > 1e-7


def test_ds_judgement_reaches_every_micro_patch_of_a_merge_and_each_reaches_z(model):
    objective = objective_of(model)
    objective.generator.eval()
    objective.discriminator.eval()
    batch = batch_for(model, 1)
    z, s = batch.z.clone().requires_grad_(), model.grid.patch_px
    macro = objective.generator.macro(z, batch.ids)
    for row in range(2):
        for column in range(2):
            cell = macro[:, :, row * s : (row + 1) * s, column * s : (column + 1) * s].square().sum()
            (slope,) = torch.autograd.grad(cell, z, retain_graph=True)
            assert slope.abs().sum() > 0
    (pixels,) = torch.autograd.grad(objective.discriminator(macro, batch.coordinates).score.sum(), macro)
    cells = pixels.abs().reshape(3, 2, s, 2, s).sum((0, 2, 4))
    assert (cells > 0).all()


def test_coordinates_as_given_to_g_and_d(model):
    """G hears the micro coordinates of the macro patch's members, row by row and wrapped; D the macro coordinate."""
    objective = objective_of(model)
    heard, told = [], []
    if model.architecture == "paper":
        objective.generator.register_forward_pre_hook(lambda _module, inputs: heard.append(inputs[1]))
    objective.discriminator.register_forward_pre_hook(lambda _module, inputs: told.append(inputs[1]))
    batch = batch_for(model)
    objective.generator_loss(batch)
    grid = model.grid
    assert told[0].numpy() == pytest.approx(grid.macro_coordinates(batch.ids.numpy()))
    if heard:
        members = grid.members(batch.ids.numpy()).reshape(-1, 2)
        assert heard[0].numpy() == pytest.approx(grid.micro_coordinates(members), abs=1e-6)
        assert (members[:, 1] < grid.columns).all()


@pytest.mark.parametrize("named", [True, False])
def test_q_learns_names_from_real_pictures_and_all_of_z_from_made_ones(model, named, monkeypatch):
    model = replace(model, latent_names=("a", "b") if named else ())
    objective = objective_of(model, **{**QUIET, "content_weight": 1.0})
    batch, answers = batch_for(model), []

    def judge(images, coordinates, level):
        answers.append(torch.zeros(len(images), model.z_dim, requires_grad=True))
        scores = torch.zeros(len(images), requires_grad=True)
        return DiscriminatorOutput(scores, torch.zeros(len(images), 3), answers[-1], scores)

    monkeypatch.setattr(objective, "_discriminate", judge)
    objective.discriminator_loss(batch)[0].backward()
    of_real, of_fake = answers
    asked, silent = (of_real, of_fake) if named else (of_fake, of_real)
    assert silent.grad is None
    assert (asked.grad.abs().sum(0) > 0).sum() == (2 if named else model.z_dim)


def test_d_sees_one_policy_on_real_and_fake(model, monkeypatch):
    objective = objective_of(model, augment=("translation",), **QUIET)
    seen, batch = [], batch_for(model)
    monkeypatch.setattr(objective, "_generate", lambda z, ids, level: batch.real)  # a G that is perfect
    judge = objective._discriminate
    monkeypatch.setattr(objective, "_discriminate", lambda *given: (seen.append(given[0]), judge(*given))[1])
    objective.discriminator_loss(batch)
    assert torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[0], batch.real)


def test_lazy_r1_is_paid_at_its_steps_only_and_scaled(model):
    objective = objective_of(model, r1=1.0, r1_every=8, **QUIET)
    for network in (objective.generator, objective.discriminator):
        network.eval()  # the same spectral norms at every call
    batch = batch_for(model)
    lazy, paid = (objective.discriminator_loss(batch, lazy=lazy)[0].item() for lazy in (False, True))
    objective.config = replace(objective.config, r1_every=1)
    once = objective.discriminator_loss(batch, lazy=True)[0].item()
    assert paid - lazy == pytest.approx(8 * (once - lazy), rel=1e-3)
    assert once > lazy


def test_sixteen_bits_come_near_thirty_two(model):
    """Autocast runs on CPUs too, if slowly, so that what a card would do can be tested here."""
    found = []
    for precision in ("float32", "bfloat16"):
        objective = objective_of(model, precision=precision)
        objective.discriminator.eval()
        loss, terms = objective.discriminator_loss(batch_for(model))
        loss.backward()
        assert loss.dtype == torch.float32
        assert all(p.grad is None or p.grad.dtype == torch.float32 for p in objective.discriminator.parameters())
        found.append([float(value) for value in terms.values()])
    assert np.allclose(*found, atol=0.1)


def test_a_penalty_leaves_the_heads_statistics_alone(tiny_config):
    model = replace(tiny_config, architecture="paper", generator_width=4, latent_names=())
    objective, batch = objective_of(model, gradient_penalty=10.0, r1=1.0), batch_for(model)
    running = {name: now for name, now in objective.discriminator.named_buffers() if "running" in name}
    before = {name: now.clone() for name, now in running.items()}
    assert before
    objective._penalty(batch.real, batch.real.flip(0), batch, lazy=True)
    assert all(torch.equal(before[name], now) for name, now in running.items())
    objective._judge(batch.real, batch)
    assert not any(torch.equal(before[name], now) for name, now in running.items() if name.endswith("mean"))
