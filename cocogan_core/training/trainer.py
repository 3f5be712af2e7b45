"""Trains G, D and D's heads A and Q: the loop, and what a run leaves behind. Knows no command line.

Progress is counted in images seen. The same settings on the same folder go on where the last state was written, and end
bit-identical to a run that was never stopped (one process on a CPU).
"""

import copy
from collections.abc import Mapping
from typing import Any, TypeVar

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cocogan_core import checkpoint
from cocogan_core.checkpoint import Metadata
from cocogan_core.errors import ConfigError, TrainingError
from cocogan_core.models.build import build_discriminator, build_generator
from cocogan_core.training.config import TrainConfig
from cocogan_core.training.data import TrainingData
from cocogan_core.training.distributed import Ranks, share_batch_norms
from cocogan_core.training.interrupts import stop_signals
from cocogan_core.training.logger import MetricLogger, ProgressDisplay
from cocogan_core.training.objective import Objective
from cocogan_core.training.optimizer import Optimizers, constant, rate_share
from cocogan_core.training.state import load_state, read_progress, require_same, save_state
from cocogan_core.training.validation import FrechetValidator

__all__ = ["Trainer"]

# The average's longest half-life as a share of the images seen, so that it soon forgets the first weights (as in
# StyleGAN2-ADA, Karras et al. 2020).
EMA_RAMP = 0.05

Network = TypeVar("Network", bound=nn.Module)
Figures = dict[str, float]


class Trainer:
    """One process's part of a run on one device.

    Raises:
        ConfigError, DataError, CheckpointError, TrainingError: settings, data or files that do not fit together.
    """

    def __init__(self, config: TrainConfig, ranks: Ranks | None = None) -> None:
        """Build or resume; ``ranks`` is this process alone if left out."""
        if config.threads:
            torch.set_num_threads(config.threads)
        self.ranks = ranks or Ranks.alone()
        self.material = TrainingData.of(config, self.ranks)
        self.config = config = self.material.config
        _check(config, self.ranks)
        torch.manual_seed(config.seed)
        self.generator = self._placed(build_generator(config.model))
        self.discriminator = self._placed(build_discriminator(config.model))
        self.seen, self.seen_before = 0, self._grow() if config.init else 0
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.descents = {
            "optimizer_g": Optimizers(self.generator, config, self.ranks, clip=config.gradient_clip),
            "optimizer_d": Optimizers(self.discriminator, config, self.ranks),
        }
        self._resume()
        if not self.ranks.all_have(self.seen):
            raise ConfigError(f"the processes find different states in {config.run}; give all of them the same folder")
        self.ranks.agree(self._modules().values())
        self.objectives = Objective(config, self.generator, self.discriminator)

    def run(self) -> None:
        """Train to ``config.images``; SIGTERM and SIGINT save the state first.

        Raises:
            TrainingError: the losses are no longer finite, or explode; the last good state stays.
        """
        config, first = self.config, self.ranks.first
        measuring = config.fd_every and first and self.seen < config.images
        yardstick = self.material.yardstick(str(self.ranks.device)) if measuring else None
        journal = MetricLogger(config.run, seen=self.seen, tensorboard=config.tensorboard) if first else None
        with stop_signals() as stopped, ProgressDisplay(config.images, self.seen, quiet=not first) as ticker:
            while self.seen < config.images:
                before, terms = self.seen, self.step()
                ticker.tick(self.seen, terms)
                stop = self.ranks.any(bool(stopped))
                figures = self._leave_behind(before, yardstick, stop=stop)
                if journal is not None:
                    journal.add(terms)
                    if figures or stop or self._due(before, config.log_every):
                        journal.write(self.seen, **figures)
                if "fd" in figures:
                    ticker.say(f"Fréchet distance {figures['fd']:.1f} after {self.seen} images")
                if stop:
                    break
        if journal is not None:
            journal.close()

    def step(self) -> Figures:
        """One batch: a regression step, or D's step and G's. Returns the terms of this process's share.

        Raises:
            TrainingError: the run diverged.
        """
        config, feed, size = self.config, self.material.feed, self.ranks.share(self.config.batch)
        rng = feed.randomness(self.seen)
        if config.objective == "regression":
            terms = self._descend("optimizer_g", *self.objectives.regression(feed.whole(rng, size)))
        else:
            lazy = self.seen // config.batch % config.r1_every == 0
            terms = self._descend("optimizer_d", *self.objectives.critic(feed.macro(rng, size), lazy=lazy))
            with constant(self.discriminator):
                terms |= self._descend("optimizer_g", *self.objectives.generation(feed.macro(rng, size)))
        self.seen += config.batch
        self._average()
        return terms

    def save(self) -> Figures:
        """Write state, checkpoint and sheet; what is broken never replaces what is not.

        Returns:
            ``psnr_db`` of the sheet where the data has named parameters.
        """
        if not all(p.isfinite().all() for network in self._modules().values() for p in network.parameters()):
            raise self._diverged("a weight is no longer finite")
        if not self.ranks.first:
            return {}
        folder = self.config.run
        progress = {
            "seen": self.seen,
            "seen_before": self.seen_before,
            "identity": self.material.identity,
            "scalers": {name: descent.state() for name, descent in self.descents.items()},
        }
        save_state(folder / "state.safetensors", progress, self._modules(), self._optimizers())
        provenance = self.material.provenance(seen=self.seen, seen_before=self.seen_before)
        checkpoint.save_checkpoint(
            folder / "checkpoint.safetensors",
            Metadata(model=self.config.model, projection=self.material.panoramas.projection, provenance=provenance),
            generator=_arrays(self.average),
            discriminator=_arrays(self.discriminator) if self.config.objective == "adversarial" else None,
        )
        return self.material.sheet().draw(self.average, folder / f"sheet_{self.seen:08d}.png")

    def _leave_behind(self, before: int, yardstick: FrechetValidator | None, *, stop: bool) -> Figures:
        """Measure and save where it is time; returns what was found out."""
        config = self.config
        figures: Figures = {}
        if stop or self.seen >= config.images or self._due(before, config.save_every):
            figures |= self.save()
        if yardstick is not None and self._due(before, config.fd_every):
            figures |= {"fd": yardstick.distance(self.average), "fd_samples": yardstick.samples}
        return figures

    def _due(self, before: int, every: int) -> bool:
        return self.seen // every > before // every

    def _descend(self, name: str, loss: Tensor, terms: dict[str, Tensor]) -> Figures:
        config, of_g = self.config, name == "optimizer_g"
        warmup = max(config.warmup_images, config.generator_warmup_images if of_g else 0)
        rate = config.generator_rate if of_g else config.discriminator_rate
        try:
            self.descents[name].step(loss, rate * rate_share(config, self.seen, warmup_images=warmup))
        except TrainingError as error:
            raise self._diverged(str(error)) from error
        return {term: value.item() for term, value in terms.items()}

    def _diverged(self, why: str) -> TrainingError:
        return TrainingError(
            f"training diverged after {self.seen} images ({why}); the last good state is in {self.config.run}: "
            "lower the rates and start another --run"
        )

    @torch.no_grad()
    def _average(self) -> None:
        half_life = max(min(self.config.ema_images, EMA_RAMP * self.seen), 1e-9)
        keep = 0.5 ** (self.config.batch / half_life)
        for mean, now in zip(self.average.parameters(), self.generator.parameters(), strict=True):
            mean.lerp_(now, 1 - keep)
        for kept, latest in zip(self.average.buffers(), self.generator.buffers(), strict=True):
            kept.copy_(latest)

    def _placed(self, network: Network) -> Network:
        """On the device, in the chosen layout, with batch norms that see every process's batch."""
        if self.ranks.size > 1:
            share_batch_norms(network)
        if self.config.channels_last:
            for parameter in network.parameters():
                if parameter.dim() == 4:
                    parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        return network.to(self.ranks.device)

    def _grow(self) -> int:
        """Take over every tensor of each of ``config.init`` that fits; returns the most images that one had seen."""
        seen = 0
        for path in self.config.init:
            earlier = checkpoint.load_checkpoint(path)
            if not _take(self.generator, earlier.generator):
                raise ConfigError(f"no weight of G in {path} fits this model: give --model.* as `cocogan info` says")
            _take(self.discriminator, earlier.discriminator)
            seen = max(seen, earlier.metadata.provenance.images_seen)
        return seen

    def _resume(self) -> None:
        path = self.config.run / "state.safetensors"
        if not path.exists():
            return
        progress = read_progress(path)
        require_same(self.config.run, progress["identity"], self.material.identity)
        load_state(path, self._modules(), self._optimizers())
        for name, descent in self.descents.items():
            descent.restore(progress["scalers"][name])
        self.seen, self.seen_before = int(progress["seen"]), int(progress["seen_before"])

    def _modules(self) -> dict[str, nn.Module]:
        return {"generator": self.generator, "discriminator": self.discriminator, "average": self.average}

    def _optimizers(self) -> dict[str, torch.optim.Adam]:
        return {name: descent.optimizer for name, descent in self.descents.items()}


def _take(module: nn.Module, tensors: Mapping[str, NDArray[Any]]) -> int:
    """Copy the tensors that fit into a module; returns how many did."""
    own = module.state_dict()
    same = {k: torch.from_numpy(t) for k, t in tensors.items() if k in own and own[k].shape == t.shape}
    module.load_state_dict({**own, **same})
    return len(same)


def _check(config: TrainConfig, ranks: Ranks) -> None:
    """Refuse what this machine or these processes cannot do."""
    if config.precision != "float32" and ranks.device.type != "cuda":
        raise ConfigError(f"--precision {config.precision} needs a CUDA card, and none is here; leave it out")
    if config.model.generator == "multiple" and ranks.size > 1:
        raise ConfigError("--multiple-g trains in one process: its generators' batches differ; leave torchrun out")
    if ranks.share(config.batch) < 2 and config.model.architecture == "paper":
        raise ConfigError(f"--batch is {config.batch}: the paper's batch norms need at least 2 images a process")


def _arrays(module: nn.Module) -> dict[str, Any]:
    return {name: tensor.detach().cpu().numpy() for name, tensor in module.state_dict().items()}
