"""Beyond-boundary generation (paper §3.3, Appendix E): post-training until pictures go on beyond their borders.

G makes macro patches anywhere on the extended grid, D judges them beside real ones of the trained image. New Adam pairs
train only the first two layers of G, "which controls the most high-level representations", and all of D. Head A learns
nothing from coordinates beyond ±1, which its tanh cannot say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cocogan_core.checkpoint import Checkpoint, Metadata
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.sampler import MacroSampler
from cocogan_core.errors import CheckpointError, ConfigError
from cocogan_core.geometry.projection import Projection
from cocogan_core.inference.latents import sample_z
from cocogan_core.metrics.seams import BorderMeter
from cocogan_core.models.base import Generator
from cocogan_core.models.build import build_discriminator, build_generator, fill
from cocogan_core.models.pixels import from_uint8, to_uint8
from cocogan_core.training import losses
from cocogan_core.training.checkpoints import network_arrays
from cocogan_core.training.objective import constant_statistics

__all__ = ["ExtensionSettings", "PostTraining", "extended_metadata", "outer_seams"]

INSIDE = 1 + 1e-4  # coordinates up to here are the trained image's, whatever rounding says
Terms = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class ExtensionSettings:
    """How post-training goes.

    Attributes:
        patches: micro patches added beyond each border; one in the paper.
        batch: macro patches a step.
        images: at most so many are seen.
        generator_rate, discriminator_rate: Adam's (Appendix E: 1e-4 and 4e-4, the default setup).
        loss: adversarial loss, that of the run which trained the checkpoint.
        gradient_penalty: λ.
        spatial_weight: α; the published code raises it to 10,000 here, which the text does not say.
        check_every: images between looks at the seams.
        seam: stop when the outer seams are at most this many times as strong as the trained image's own.
        seed: of z, places and pictures.
    """

    patches: int = 1
    batch: int = 16
    images: int = 100_000
    generator_rate: float = 1e-4
    discriminator_rate: float = 4e-4
    loss: Literal["wasserstein", "hinge", "nonsaturating"] = "wasserstein"
    gradient_penalty: float = 10.0
    spatial_weight: float = 100.0
    check_every: int = 1000
    seam: float = 1.05
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse settings that cannot run.

        Raises:
            ConfigError: what is wrong and what would be right.
        """
        for name, least in (("patches", 1), ("batch", 2), ("images", 1), ("check_every", 1)):
            if getattr(self, name) < least:
                raise ConfigError(f"--{name.replace('_', '-')} is {getattr(self, name)}; it must be at least {least}")


def extended_metadata(metadata: Metadata, patches: int) -> Metadata:
    """Of the same model with ``patches`` more micro patches beyond each border, and the pitches that they reach.

    Raises:
        ConfigError: the generator knows no coordinates, or the sphere ends before.
    """
    before, grid = metadata.projection, metadata.model.grid.extended(patches)
    share = metadata.model.grid.rows / grid.rows  # of the extended picture's height
    if before is not None and before.kind == "equirectangular" and before.half_extent_rad / share > np.pi / 2:
        reach = f"{np.degrees(before.half_extent_rad):.0f}° up and down"
        raise ConfigError(f"this model reaches {reach}: {patches} more micro patches would lie beyond the poles")
    model = replace(metadata.model, grid=grid)
    if before is None:
        return replace(metadata, model=model)
    top_rad = float(before.pitch_of_v(0.5 - 0.5 / share))
    return replace(metadata, model=model, projection=Projection(kind=before.kind, half_extent_rad=top_rad))


def outer_seams(generator: Generator, *, seed: int, pictures: int = 16) -> float:
    """Mean border ratio between the trained image and what lies beyond, over that of the borders inside it.

    1: what was added joins as well as micro patches join inside (``cocogan_core.metrics.seams``).
    """
    grid = generator.config.grid
    meter, zs = BorderMeter(grid), sample_z(seed, generator.config.z_dim, count=pictures)
    like = next(generator.parameters())
    training = generator.training
    generator.eval()
    with torch.no_grad():
        for z in zs:
            meter.add(to_uint8(generator.full(torch.from_numpy(z)[None].to(like)))[0])
    generator.train(training)
    axes = [meter.ratios.rows] if grid.wraps else [meter.ratios.rows, meter.ratios.columns]
    outer = [ratio for axis in axes for ratio in (axis[grid.beyond - 1], axis[len(axis) - grid.beyond])]
    inner = [ratio for axis in axes for ratio in axis[grid.beyond : len(axis) - grid.beyond]]
    return float(np.mean(outer) / (np.mean(inner) if inner else 1.0))


class PostTraining:
    """One post-training; :meth:`run` until the seams are gone.

    Attributes:
        metadata: of the extended model.
        seen: images so far.
        kept_seam, kept_seen: of the networks that are kept: how strong their outer seams are, and images seen.

    Raises:
        ConfigError: the checkpoint's generator cannot go beyond its image, or knows upright rooms only.
        CheckpointError: it holds no discriminator, or does not fit its own model.
        DataError: the pictures do not fit the model.
    """

    def __init__(self, checkpoint: Checkpoint, data: ImageDataset, settings: ExtensionSettings) -> None:
        """Build both networks on the extended grid, with the checkpoint's weights."""
        if not checkpoint.discriminator:
            raise CheckpointError("post-training needs the discriminator, and this checkpoint holds none")
        checkpoint.metadata.model.require_any_way("post-training")
        self.settings, self.seen = settings, 0
        self.kept_seam, self.kept_seen = float("inf"), 0
        self._kept: Checkpoint | None = None
        self._looked = 0
        self.metadata = extended_metadata(checkpoint.metadata, settings.patches)
        model = self.metadata.model
        torch.manual_seed(settings.seed)
        self.generator, self.discriminator = build_generator(model), build_discriminator(model)
        fill(self.generator, _copied(checkpoint.generator), "generator")
        fill(self.discriminator, _copied(checkpoint.discriminator), "discriminator")
        self._sampler = MacroSampler(data, model.grid.inner)
        self._rng = np.random.default_rng(settings.seed)
        trained = _freeze_later_layers(self.generator)
        betas = (0.0, 0.999)
        self._of_g = torch.optim.Adam(trained, settings.generator_rate, betas=betas)
        self._of_d = torch.optim.Adam(self.discriminator.parameters(), settings.discriminator_rate, betas=betas)

    def run(self, report: Callable[[int, Terms], None] = lambda _seen, _terms: None) -> Terms:
        """Train until the outer seams are as weak as ``settings.seam`` says, or all images are seen.

        ``report`` hears of the images seen and the latest figures after each step, ``seam`` among them.

        Returns:
            The last figures.
        """
        settings = self.settings
        terms: Terms = {"seam": self.outer_seams()}
        while self.seen < settings.images and terms["seam"] > settings.seam:
            before = self.seen
            terms |= self.step()
            if self.seen // settings.check_every > before // settings.check_every:
                terms["seam"] = self._look()
            report(self.seen, terms)
        return terms

    def outer_seams(self) -> float:
        """How strong the seams at the trained image's border are now (:func:`outer_seams`)."""
        return outer_seams(self.generator, seed=self.settings.seed)

    def step(self) -> Terms:
        """D's step and G's on one batch each."""
        made, c = self._made()
        real, real_c = self._real()
        loss_d, gap = self._discriminator_loss(real, real_c, made.detach(), c)
        _descend(self._of_d, loss_d)
        self.discriminator.requires_grad_(False)
        made, c = self._made()
        loss_g = self._generator_loss(made, c)
        _descend(self._of_g, loss_g)
        self.discriminator.requires_grad_(True)
        self.seen += self.settings.batch
        return {"W": gap.item(), "G": loss_g.item()}

    def networks(self) -> Checkpoint:
        """The extended checkpoint as it was when its outer seams were weakest, of all looks at them and now."""
        if self._kept is None or self._looked < self.seen:
            self._look()
        assert self._kept is not None
        return self._kept

    def _look(self) -> float:
        """Measure the outer seams, and keep the networks if they are the weakest so far."""
        seam, self._looked = self.outer_seams(), self.seen
        if self._kept is None or seam < self.kept_seam:
            self.kept_seam, self.kept_seen, self._kept = seam, self.seen, self._as_it_stands()
        return seam

    def _as_it_stands(self) -> Checkpoint:
        provenance = self.metadata.provenance
        notes = (
            f"{provenance.notes}; {self.settings.patches} patches beyond the border after {self.seen} images".lstrip(
                "; "
            )
        )
        metadata = replace(self.metadata, provenance=replace(provenance, notes=notes))
        return Checkpoint(
            metadata=metadata,
            generator=_copied(network_arrays(self.generator)),
            discriminator=_copied(network_arrays(self.discriminator)),
        )

    def _made(self) -> tuple[Tensor, Tensor]:
        """Macro patches anywhere on the extended grid, original coordinates among them, and their coordinates."""
        grid, size = self.metadata.model.grid, self.settings.batch
        ids = grid.macro_ids()[self._rng.integers(len(grid.macro_ids()), size=size)]
        z = torch.from_numpy(self._rng.uniform(-1, 1, (size, self.metadata.model.z_dim)).astype(np.float32))
        return self.generator.macro(z, torch.from_numpy(ids)), torch.from_numpy(grid.macro_coordinates(ids))

    def _real(self) -> tuple[Tensor, Tensor]:
        batch = self._sampler.batch(self._rng, self.settings.batch)
        coordinates = self.metadata.model.grid.inner.macro_coordinates(batch.ids)
        return from_uint8(batch.images), torch.from_numpy(coordinates)

    def _discriminator_loss(self, real: Tensor, real_c: Tensor, made: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """Eq. 1 for D; the penalty's pictures and coordinates lie between the randomly paired ones (eq. 3)."""
        settings, discriminator = self.settings, self.discriminator
        of_real, of_made = discriminator(real, real_c), discriminator(made, c)
        mix = torch.from_numpy(self._rng.random((len(real), 1, 1, 1)).astype(np.float32))
        between = mix[:, :, 0, 0] * real_c + (1 - mix[:, :, 0, 0]) * c
        with constant_statistics(discriminator):
            penalty = losses.gradient_penalty(lambda images: discriminator(images, between).score, real, made, mix)
        spatial = losses.spatial_loss(of_real.spatial, real_c) + _spatial_inside(of_made.spatial, c)
        adversarial = losses.discriminator_loss(settings.loss, of_real.score, of_made.score)
        loss = adversarial + settings.gradient_penalty * penalty + settings.spatial_weight * spatial
        return loss, (of_real.score.mean() - of_made.score.mean()).detach()

    def _generator_loss(self, made: Tensor, c: Tensor) -> Tensor:
        """Eq. 1 for G."""
        output = self.discriminator(made, c)
        adversarial = losses.generator_loss(self.settings.loss, output.score)
        return adversarial + self.settings.spatial_weight * _spatial_inside(output.spatial, c)


def _spatial_inside(predicted: Tensor, c: Tensor) -> Tensor:
    """Spatial consistency (eq. 4) of the samples whose coordinates lie in [−1, 1]; 0 where there are none."""
    inside = (c.abs() <= INSIDE).all(1)
    if not inside.any():
        return predicted.sum() * 0
    return losses.spatial_loss(predicted[inside], c[inside]) * inside.float().mean()


def _freeze_later_layers(generator: Generator) -> list[nn.Parameter]:
    """Leave gradients to the first two layers alone; returns their weights."""
    generator.requires_grad_(False)
    first = [parameter for layer in generator.first_layers() for parameter in layer.parameters()]
    for parameter in first:
        parameter.requires_grad_(True)
    return first


def _copied(tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Weights of one's own: networks work in the arrays that they are filled with."""
    return {name: tensor.copy() for name, tensor in tensors.items()}


def _descend(adam: torch.optim.Adam, loss: Tensor) -> None:
    adam.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    adam.step()
