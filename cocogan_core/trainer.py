"""Trains G, D and D's heads A and Q: the two steps, the loop around them, and what a run leaves behind.

Progress is counted in images seen, and all randomness is a function of (seed, images seen), so that a run that was
stopped anywhere goes on as if nothing had happened. Knows no command line.
"""

import copy
import json
import math
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch
from PIL import Image
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from torch import Tensor, nn

from cocogan_core import checkpoint, losses
from cocogan_core.checkpoint import Metadata, Provenance
from cocogan_core.data.sampler import MacroBatch, MacroSampler
from cocogan_core.data.shards import Panoramas
from cocogan_core.errors import ConfigError, TrainingError
from cocogan_core.interrupts import stop_signals
from cocogan_core.models import build_discriminator, build_generator
from cocogan_core.synthesis import to_uint8
from cocogan_core.train_config import TrainConfig
from cocogan_core.training_state import load_state, save_state

__all__ = ["Trainer"]

Terms = dict[str, float]
SHEET_ROOMS = 6


class Trainer:
    """One run on one device.

    Raises:
        ConfigError, DataError, CheckpointError, TrainingError: settings, data or files that do not fit together.
    """

    def __init__(self, config: TrainConfig) -> None:
        """Build or resume."""
        if config.threads:
            torch.set_num_threads(config.threads)
        self.panoramas = Panoramas.open(config.data)
        if config.objective == "regression" and not self.panoramas.latent_names:
            raise ConfigError(f"{config.data} has no named parameters to regress on; use --objective adversarial")
        model = replace(config.model, latent_names=self.panoramas.latent_names)
        self.config = replace(config, model=model)
        self.sampler = MacroSampler(self.panoramas, model.grid, roll=config.roll, flip=config.flip)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(config.seed)
        self.generator = build_generator(model).to(self.device)
        self.discriminator = build_discriminator(model).to(self.device)
        self.seen_before = self._grow() if config.init else 0
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.seen = 0
        self.optimizers = {
            "optimizer_g": _adam(self.generator, config),
            "optimizer_d": _adam(self.discriminator, config),
        }
        self._resume()

    def run(self) -> None:
        """Train to ``config.images``; SIGTERM and SIGINT save the state first.

        Raises:
            TrainingError: the losses are no longer finite; the last good state stays.
        """
        with stop_signals() as stopped, self._bar() as bar:
            task = bar.add_task("training", total=self.config.images, completed=self.seen, terms="")
            while self.seen < self.config.images and not stopped:
                before = self.seen
                terms = self.step()
                bar.update(task, completed=self.seen, terms=_words(terms))
                if stopped or self.seen >= self.config.images or self._due(before):
                    self.save(terms)

    def _due(self, before: int) -> bool:
        return self.seen // self.config.save_every > before // self.config.save_every

    def step(self) -> Terms:
        """One batch: a regression step, or D's step and G's."""
        rng, noise = self._randomness()
        self._set_rates()
        if self.config.objective == "regression":
            terms = self.step_regression(self.sampler.whole(rng, self.config.batch), noise)
        else:
            terms = self.step_d(self.sampler.batch(rng, self.config.batch), noise)
            terms |= self.step_g(self.sampler.batch(rng, self.config.batch), noise)
        self.seen += self.config.batch
        self._average()
        return terms

    def step_regression(self, batch: MacroBatch, noise: torch.Generator) -> Terms:
        """L1 from named parameters to whole panoramas: shows G the rooms before D judges them."""
        error = (self.generator.full(self._latents(batch, noise)) - self._pixels(batch)).abs().mean()
        self._descend("optimizer_g", error)
        return {"L1": error.item()}

    def step_d(self, batch: MacroBatch, noise: torch.Generator) -> Terms:
        """Critic loss and penalty on macro patches; A on real and fake; Q too (paper §3.3, §3.6)."""
        config, real, c = self.config, self._pixels(batch), self._coordinates(batch)
        with torch.no_grad():
            z = self._latents(batch, noise)
            fake = self.generator.macro(z, self._ids(batch))
        of_real, of_fake = self.discriminator(real, c), self.discriminator(fake, c)
        loss = critic = losses.critic_loss(config.loss, of_real.score, of_fake.score)
        spatial = losses.spatial_loss(of_real.spatial, c) + losses.spatial_loss(of_fake.spatial, c)
        loss = loss + config.spatial_weight * spatial
        known, said = self._known(z), of_real if self.panoramas.latent_names else of_fake
        if said.content is not None:
            loss = loss + config.content_weight * losses.content_loss(said.content, known)
        loss = loss + self._penalty(real, fake, c, noise)
        self._descend("optimizer_d", loss)
        gap = (of_real.score.mean() - of_fake.score.mean()).item()
        return {"D": critic.item(), "W": gap, "A": spatial.item() / 2}

    def step_g(self, batch: MacroBatch, noise: torch.Generator) -> Terms:
        """Fool D on merged macro patches; be where A says (eq. 4) and what Q says (§3.6); stay near the paired room."""
        config, c, z = self.config, self._coordinates(batch), self._latents(batch, noise)
        fake = self.generator.macro(z, self._ids(batch))
        said = self.discriminator(fake, c)
        loss = adversarial = losses.generator_loss(config.loss, said.score)
        loss = loss + config.spatial_weight * losses.spatial_loss(said.spatial, c)
        terms = {"G": adversarial.item()}
        if said.content is not None and config.content_weight:
            content = losses.content_loss(said.content, self._known(z))
            loss, terms["Q"] = loss + config.content_weight * content, content.item()
        if config.regression_weight and self.panoramas.latent_names:
            error = (fake - self._pixels(batch)).abs().mean()
            loss, terms["L1"] = loss + config.regression_weight * error, error.item()
        self._descend("optimizer_g", loss)
        return terms

    def save(self, terms: Terms) -> None:
        """Write state, checkpoint, sheet and a line of the log; what is broken never replaces what is not."""
        if not all(p.isfinite().all() for network in self._modules().values() for p in network.parameters()):
            raise self._diverged("a weight is no longer finite")
        folder = self.config.run
        progress = {"seen": self.seen, "seen_before": self.seen_before, "config": self._fingerprint()}
        save_state(folder / "state.safetensors", progress, self._modules(), self.optimizers)
        checkpoint.save(
            folder / "checkpoint.safetensors",
            Metadata(model=self.config.model, projection=self.panoramas.projection, provenance=self._provenance()),
            generator=_arrays(self.average),
            discriminator=_arrays(self.discriminator) if self.config.objective == "adversarial" else None,
        )
        psnr = self._sheet()
        with (folder / "log.jsonl").open("a") as log:
            log.write(json.dumps({"seen": self.seen, **terms, **psnr}) + "\n")

    def _penalty(self, real: Tensor, fake: Tensor, c: Tensor, noise: torch.Generator) -> Tensor:
        config = self.config
        total = torch.zeros((), device=self.device)
        if config.gradient_penalty:
            slope = losses.gradient_penalty(lambda x: self.discriminator(x, c).score, real, fake, noise)
            total = total + config.gradient_penalty * slope
        if config.r1 and self.seen // config.batch % config.r1_every == 0:
            slope = losses.r1_penalty(lambda x: self.discriminator(x, c).score, real)
            total = total + config.r1 * config.r1_every * slope
        return total

    def _descend(self, name: str, loss: Tensor) -> None:
        if not torch.isfinite(loss):
            raise self._diverged(f"a loss is {loss.item()}")
        network = self.generator if name == "optimizer_g" else self.discriminator
        optimizer = self.optimizers[name]
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        if self.config.gradient_clip and network is self.generator:
            nn.utils.clip_grad_norm_(network.parameters(), self.config.gradient_clip)
        optimizer.step()

    def _diverged(self, why: str) -> TrainingError:
        return TrainingError(
            f"training diverged after {self.seen} images ({why}); the last good state is in {self.config.run}: "
            "lower the rates and start another --run"
        )

    def _latents(self, batch: MacroBatch, noise: torch.Generator) -> Tensor:
        """z ~ U[−1, 1] (paper §4); where the data has named parameters, its first entries are those."""
        size = (len(batch.ids), self.config.model.z_dim)
        z = torch.rand(size, generator=noise, device=self.device) * 2 - 1
        named = torch.from_numpy(batch.parameters).to(self.device)
        return torch.cat([named, z[:, named.shape[1] :]], 1)

    def _known(self, z: Tensor) -> Tensor:
        """What head Q is asked for: the named entries of z, which real pictures have too; all of z without names."""
        return z[:, : len(self.panoramas.latent_names) or None]

    def _pixels(self, batch: MacroBatch) -> Tensor:
        images = torch.from_numpy(batch.images).to(self.device).permute(0, 3, 1, 2)
        return images.float() / 127.5 - 1

    def _coordinates(self, batch: MacroBatch) -> Tensor:
        return torch.from_numpy(self.config.model.grid.macro_coordinates(batch.ids)).to(self.device)

    def _ids(self, batch: MacroBatch) -> Tensor:
        return torch.from_numpy(batch.ids).to(self.device)

    def _randomness(self) -> tuple[np.random.Generator, torch.Generator]:
        rng = np.random.default_rng((self.config.seed, self.seen))
        noise = torch.Generator(self.device).manual_seed(int(rng.integers(2**62)))
        return rng, noise

    def _set_rates(self) -> None:
        config = self.config
        done = self.seen / config.images
        rate = config.final_rate + (1 - config.final_rate) * (1 + math.cos(math.pi * min(1, done))) / 2
        rate *= min(1.0, (self.seen + config.batch) / max(1, config.warmup_images))
        for name, base in (("optimizer_g", config.generator_rate), ("optimizer_d", config.discriminator_rate)):
            for group in self.optimizers[name].param_groups:
                group["lr"] = base * rate

    @torch.no_grad()
    def _average(self) -> None:
        keep = 0.5 ** (self.config.batch / max(self.config.ema_images, 1e-9))
        for mean, now in zip(self.average.parameters(), self.generator.parameters(), strict=True):
            mean.lerp_(now, 1 - keep)
        for kept, latest in zip(self.average.buffers(), self.generator.buffers(), strict=True):
            kept.copy_(latest)

    def _grow(self) -> int:
        """Take over every tensor of ``config.init`` that fits; returns the images it had seen."""
        assert self.config.init is not None
        earlier = checkpoint.load(self.config.init)
        for module, tensors in ((self.generator, earlier.generator), (self.discriminator, earlier.discriminator)):
            own = module.state_dict()
            same = {k: torch.from_numpy(t) for k, t in tensors.items() if k in own and own[k].shape == t.shape}
            module.load_state_dict({**own, **same})
        return earlier.metadata.provenance.images_seen

    def _resume(self) -> None:
        path = self.config.run / "state.safetensors"
        if not path.exists():
            return
        progress = load_state(path, self._modules(), self.optimizers)
        for name, value in self._fingerprint().items():
            if progress["config"].get(name) != value:
                raise ConfigError(
                    f"{self.config.run} was started with {name} = {progress['config'].get(name)!r}, not {value!r}; "
                    "give the same settings or another --run"
                )
        self.seen, self.seen_before = int(progress["seen"]), int(progress["seen_before"])

    def _fingerprint(self) -> dict[str, Any]:
        """Settings that must not change within a run; folders, intervals and threads may."""
        free = {"run", "data", "init", "save_every", "threads"}
        settings = {name: value for name, value in asdict(self.config).items() if name not in free}
        fingerprint: dict[str, Any] = json.loads(json.dumps(settings))
        return fingerprint

    def _modules(self) -> dict[str, nn.Module]:
        return {"generator": self.generator, "discriminator": self.discriminator, "average": self.average}

    def _provenance(self) -> Provenance:
        about = self.panoramas.about
        return Provenance(
            data_set=f"{about['source']}, {self.panoramas.count} pictures",
            licence=about["licence"],
            images_seen=self.seen_before + self.seen,
            code_version=checkpoint.code_version(),
            notes=f"{self.config.objective} run of {self.seen} images at patch {self.config.model.grid.patch_px} px",
        )

    @torch.no_grad()
    def _sheet(self) -> Terms:
        """Fixed rooms, generated, twice side by side so that the wrap is seen, then the real room if there is one."""
        rng = np.random.default_rng(self.config.seed)
        batch = self.sampler.whole(rng, SHEET_ROOMS)
        noise = torch.Generator(self.device).manual_seed(self.config.seed)
        self.average.eval()
        made = to_uint8(self.average.full(self._latents(batch, noise)))
        self.average.train()
        columns, figures = [made, made], {}
        if self.panoramas.latent_names:
            columns.append(batch.images)
            error = ((made.astype(np.float32) - batch.images) / 255) ** 2
            figures["psnr_db"] = float(-10 * np.log10(error.mean((1, 2, 3))).mean())
        sheet = np.concatenate([np.concatenate(list(column)) for column in columns], axis=1)
        Image.fromarray(sheet).save(self.config.run / f"sheet_{self.seen:08d}.png")
        return figures

    def _bar(self) -> Progress:
        return Progress("training", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), "{task.fields[terms]}")


def _adam(network: nn.Module, config: TrainConfig) -> torch.optim.Adam:
    return torch.optim.Adam(network.parameters(), lr=0.0, betas=(config.beta1, config.beta2))


def _arrays(module: nn.Module) -> dict[str, Any]:
    return {name: tensor.detach().cpu().numpy() for name, tensor in module.state_dict().items()}


def _words(terms: Terms) -> str:
    return " ".join(f"{name} {value:.3f}" for name, value in terms.items())
