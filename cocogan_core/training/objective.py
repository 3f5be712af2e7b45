"""What D and G minimise, as scalars with named terms: a batch in, losses out. Knows no optimizer, loop or file."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from cocogan_core.errors import ConfigError
from cocogan_core.models.base import Discriminator, DiscriminatorOutput, Generator
from cocogan_core.training import losses
from cocogan_core.training.augment import augment
from cocogan_core.training.batches import TrainingBatch
from cocogan_core.training.config import TrainConfig

__all__ = ["Objective", "Terms", "constant_statistics"]

Terms = dict[str, Tensor]
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


class Objective:
    """The losses of G and D with its heads A and Q.

    Raises:
        ConfigError: --compile has no compiler here.
    """

    def __init__(self, config: TrainConfig, generator: Generator, discriminator: Discriminator) -> None:
        """``config.model`` is that of the networks, names included."""
        self.config, self.generator, self.discriminator = config, generator, discriminator
        self.named = len(config.model.latent_names)
        self._device = next(generator.parameters()).device
        self._generate: Callable[[Tensor, Tensor, int], Tensor] = generator.macro
        self._discriminate: Callable[[Tensor, Tensor, int], DiscriminatorOutput] = discriminator
        if config.compile:
            _require_compiler()
            _leave_spectral_norms_out(generator, discriminator)
            self._generate, self._discriminate = torch.compile(generator.macro), torch.compile(discriminator)

    def regression_loss(self, batch: TrainingBatch) -> tuple[Tensor, Terms]:
        """L1 from named parameters to pictures: shows G the rooms before D judges them.

        Whole pictures on level 0, macro patches on finer ones, so that a step's memory does not grow with the width.
        """
        with self._autocast():
            made = self._generate(batch.z, batch.ids, batch.level) if batch.level else self.generator.full(batch.z)
        error = _difference(made, batch)
        return error, {f"L1 of level {batch.level}" if batch.level else "L1": error.detach()}

    def discriminator_loss(self, batch: TrainingBatch, *, lazy: bool = True) -> tuple[Tensor, Terms]:
        """D's loss on macro patches with its penalties; A learns from real and fake; Q too (paper §2, §3.5).

        ``lazy`` says whether this step pays R1, which is scaled up to match (StyleGAN2, Karras et al. 2020, §4.1).
        """
        config, c = self.config, batch.coordinates
        with torch.no_grad(), self._autocast():
            made = self._generate(batch.z, batch.ids, batch.level)
        real, fake = self._augment(batch.real, batch), self._augment(_widen(made), batch)
        of_real, of_fake = self._judge(real, batch), self._judge(fake, batch)
        adversarial = losses.discriminator_loss(config.loss, of_real.score, of_fake.score)
        spatial = losses.spatial_loss(of_real.spatial, c) + losses.spatial_loss(of_fake.spatial, c)
        loss = adversarial + config.spatial_weight * spatial
        of_known = of_real if self.named else of_fake  # a real picture's z is known only where its entries are named
        if of_known.content is not None:
            loss = loss + config.content_weight * losses.content_loss(of_known.content, self._content_target(batch.z))
        loss = loss + self._penalty(real, fake, batch, lazy=lazy)
        gap = of_real.score.mean() - of_fake.score.mean()
        return loss, {"D": adversarial.detach(), "W": gap.detach(), "A": spatial.detach() / 2}

    def generator_loss(self, batch: TrainingBatch) -> tuple[Tensor, Terms]:
        """Fool D on merged macro patches; be where A says (eq. 4) and what Q says (§3.5); stay near the paired room."""
        config, c = self.config, batch.coordinates
        with self._autocast():
            made = self._generate(batch.z, batch.ids, batch.level)
        output = self._judge(self._augment(_widen(made), batch), batch)
        adversarial = losses.generator_loss(config.loss, output.score)
        loss = adversarial + config.spatial_weight * losses.spatial_loss(output.spatial, c)
        terms = {"G": adversarial.detach()}
        if output.content is not None and config.content_weight:
            content = losses.content_loss(output.content, self._content_target(batch.z))
            loss, terms["Q"] = loss + config.content_weight * content, content.detach()
        if config.regression_weight and self.named:
            error = _difference(made, batch)
            loss, terms["L1"] = loss + config.regression_weight * error, error.detach()
        return loss, terms

    def _penalty(self, real: Tensor, fake: Tensor, batch: TrainingBatch, *, lazy: bool) -> Tensor:
        """Gradient penalties, in float32 and never compiled: both are differentiated twice."""
        config = self.config
        total = torch.zeros((), device=self._device)
        if config.gradient_penalty:
            slope = losses.gradient_penalty(self._score(batch), real, fake, batch.mix)
            total = total + config.gradient_penalty * slope
        if config.r1 and lazy:
            total = total + config.r1 * config.r1_every * losses.r1_penalty(self._score(batch), real)
        return total

    def _score(self, batch: TrainingBatch) -> Callable[[Tensor], Tensor]:
        def score(images: Tensor) -> Tensor:
            """D's score of pictures that are no samples: its heads' batch statistics are not to follow them."""
            with constant_statistics(self.discriminator):
                output: DiscriminatorOutput = self.discriminator(images, batch.coordinates, batch.level)
            return output.score

        return score

    def _judge(self, images: Tensor, batch: TrainingBatch) -> DiscriminatorOutput:
        """D's answer in float32, whatever precision it was worked out in."""
        with self._autocast():
            output = self._discriminate(images, batch.coordinates, batch.level)
        score, spatial, content, features = output
        content = None if content is None else _widen(content)
        return DiscriminatorOutput(_widen(score), _widen(spatial), content, _widen(features))

    def _augment(self, images: Tensor, batch: TrainingBatch) -> Tensor:
        """Pictures as D sees them, with the same policy and draws on real and fake."""
        grid = self.config.model.grid
        closes = grid.wraps and grid.macro_columns == grid.columns
        return augment(images, batch.jitter, self.config.augment, wraps=closes)

    def _content_target(self, z: Tensor) -> Tensor:
        """What head Q is asked for: the named entries of z, which real pictures have too; all of z without names."""
        return z[:, : self.named or None]

    def _autocast(self) -> AbstractContextManager[object]:
        dtype = DTYPES[self.config.precision]
        return torch.autocast(self._device.type, dtype, enabled=self.config.precision != "float32")


@contextmanager
def constant_statistics(network: nn.Module) -> Iterator[None]:
    """Let batch norms use a batch's statistics without moving their running ones."""
    norms = [module for module in network.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    before = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, before, strict=True):
            norm.momentum = momentum


def _leave_spectral_norms_out(*networks: nn.Module) -> None:
    """Spectral norm iterates in place; compiled, D's second pass overwrites what its first needs to go back."""
    for module in (module for network in networks for module in network.modules()):
        if parametrize.is_parametrized(module):
            assert isinstance(module.parametrizations, nn.ModuleDict)
            for parametrization in module.parametrizations.values():
                parametrization.forward = torch.compiler.disable(parametrization.forward)  # type: ignore[no-untyped-call]


def _difference(made: Tensor, batch: TrainingBatch) -> Tensor:
    """L1 to the real pictures, by area of the sphere."""
    return ((_widen(made) - batch.real).abs() * batch.weights).mean()


def _widen(x: Tensor) -> Tensor:
    """At least 32 bits wide: losses are not taken in 16."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def _require_compiler() -> None:
    if not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++"))):
        raise ConfigError("--compile needs a C++ compiler (c++, g++ or clang++), and there is none: leave it out")
