"""Trains G, D and D's heads A and Q: the loop, and what a run leaves behind. Knows no command line.

Progress is counted in images seen. The same settings on the same folder go on where the last state was written, and end
bit-identical to a run that was never stopped (one process on a CPU).
"""

from collections.abc import Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from cocogan_core.checkpoint import Metadata, Provenance, code_version, save_checkpoint
from cocogan_core.errors import ConfigError, TrainingError
from cocogan_core.models.build import build_discriminator, build_generator
from cocogan_core.training.checkpoints import is_best, load_initial_weights, network_arrays
from cocogan_core.training.config import TrainConfig
from cocogan_core.training.data import TrainingData, open_source
from cocogan_core.training.distributed import Ranks, share_batch_norms
from cocogan_core.training.ema import WeightEMA
from cocogan_core.training.interrupts import stop_signals
from cocogan_core.training.logger import MetricLogger, ProgressDisplay
from cocogan_core.training.objective import Objective
from cocogan_core.training.optimizer import NetworkOptimizer, constant, rate_share
from cocogan_core.training.resume import Resumable
from cocogan_core.training.state import lock_run, run_identity
from cocogan_core.training.validation import FrechetValidator

__all__ = ["TrainResult", "Trainer", "train"]

STATE, CHECKPOINT, BEST = "state.safetensors", "checkpoint.safetensors", "best.safetensors"
MOST_NOTES = 1000  # characters of what earlier phases were

Network = TypeVar("Network", bound=nn.Module)
Figures = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class TrainResult:
    """What a run left behind.

    Attributes:
        checkpoint: file with the mean of G's weights and, of an adversarial run, D.
        images_seen: in this run; fewer than ``config.images`` where SIGTERM or SIGINT stopped it.
        figures: the last step's losses and what was last measured, by the names in log.jsonl; empty where the run had
            seen enough before.
    """

    checkpoint: Path
    images_seen: int
    figures: Mapping[str, float]


def train(config: TrainConfig, *, progress: bool = False) -> TrainResult:
    """Train a model on prepared pictures (paper §2), or go on with the run in ``config.run`` where it stopped.

    Writes state.safetensors, checkpoint.safetensors, log.jsonl and sheets of samples into ``config.run``. Under
    torchrun each process calls this and trains a share of every batch. Sets torch's seed, and its threads where the
    settings say how many. SIGTERM and SIGINT end the run after a step, with its state saved.

    Args:
        config: the whole run, data and folder included; :data:`cocogan_core.training.config.PRESETS` has the paper's.
        progress: show a bar in a terminal, plain lines elsewhere.

    Returns:
        Where the checkpoint is, and the last figures.

    Raises:
        ConfigError: settings that make no sense together, on this machine or for this run.
        DataError: ``config.data`` cannot be read or does not fit the model.
        CheckpointError: a file of ``config.init`` cannot be used.
        OutputError: the run's folder cannot be written.
        TrainingError: the saved state is broken, or the losses are no longer finite.
    """
    ranks = Ranks.join()
    try:
        trainer = Trainer(config, ranks)  # writes nothing, so that a mistake leaves no folder behind
        with lock_run(config.run) if ranks.first else nullcontext():
            return trainer.run(progress=progress)
    finally:
        ranks.leave()


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
        dataset = open_source(config.data)
        self.config = config = config.for_dataset(dataset)
        self.data = TrainingData.of(config, dataset, self.ranks)
        _require_trainable(config, self.ranks)
        torch.manual_seed(config.seed)
        self.generator = self._place(build_generator(config.model))
        self.discriminator = self._place(build_discriminator(config.model))
        self.seen = 0
        self.seen_before, self._notes_before = load_initial_weights(config.init, self.generator, self.discriminator)
        self.ema = WeightEMA(self.generator, half_life_images=config.ema_images)
        made_by = self.generator
        shares = (made_by.base_parameters(), config.base_rate), (made_by.object_parameters(), config.object_rate)
        self.optimizers = {
            "optimizer_g": NetworkOptimizer(made_by, config, self.ranks, clip=config.gradient_clip, shares=shares),
            "optimizer_d": NetworkOptimizer(self.discriminator, config, self.ranks),
        }
        self._notice = self._resume()
        if not self.ranks.all_have(self.seen):
            raise ConfigError(f"the processes find different states in {config.run}; give all of them the same folder")
        self.ranks.copy_from_first(self._modules().values())
        self.objective = Objective(config, self.generator, self.discriminator)

    def run(self, *, progress: bool = False) -> TrainResult:
        """Train to ``config.images``; SIGTERM and SIGINT save the state first.

        Raises:
            TrainingError: the losses are no longer finite, or explode; the last good state stays.
        """
        config, first = self.config, self.ranks.first
        measures = first and config.fd_every and self.seen < config.images
        validator = self.data.validator(config, str(self.ranks.device)) if measures else None
        logger = MetricLogger(config.run, seen=self.seen, tensorboard=config.tensorboard) if first else None
        display = ProgressDisplay(config.images, self.seen, quiet=not (first and progress))
        latest: Figures = {}
        with stop_signals() as received, display, closing(logger) if logger else nullcontext():
            stop = False
            if self._notice:
                display.print_line(self._notice)
            while self.seen < config.images and not stop:
                before, terms = self.seen, self.step()
                display.update(self.seen, terms)
                stop = self.ranks.any(bool(received))
                saves = stop or self.seen >= config.images or self._due(before, config.save_every)
                figures = self.export() if saves else {}
                if config.fd_every and self._due(before, config.fd_every):
                    figures |= self.measure(validator)
                latest |= terms | figures
                if logger is not None:
                    logger.add(terms)
                    if saves or figures or self._due(before, config.log_every):
                        logger.write(self.seen, **figures)
                if saves:
                    self.save_state()
                if "fd" in figures:
                    display.print_line(f"Fréchet distance {figures['fd']:.1f} after {self.seen} images")
        return TrainResult(checkpoint=config.run / CHECKPOINT, images_seen=self.seen, figures=latest)

    def step(self) -> Figures:
        """One batch: a regression step, or D's step and G's. Returns the terms of this process's share.

        Raises:
            TrainingError: the run diverged.
        """
        config, batches = self.config, self.data.loader.step(self.seen)
        if config.objective == "regression":
            terms = self._optimize("optimizer_g", *self.objective.regression_loss(batches[0]))
        else:
            lazy = self.seen // config.batch % config.r1_every == 0
            of_d = self.objective.discriminator_loss(batches[0], lazy=lazy)
            terms = self._optimize("optimizer_d", *of_d)
            with constant(self.discriminator):
                terms |= self._optimize("optimizer_g", *self.objective.generator_loss(batches[1]))
        self.seen += config.batch
        self.ema.update(self.generator, seen=self.seen, batch=config.batch)
        return terms

    def save_state(self) -> None:
        """Write what the run needs to go on.

        After everything else of this moment: a run that is killed in between does it all once more.
        """
        if self.ranks.first:
            self._resumable.save(self.seen, self.seen_before)

    def export(self) -> Figures:
        """Write checkpoint and sheet; what is broken never replaces what is not. Every process must call it.

        Returns:
            ``psnr_db`` of the sheet where the data has named parameters.
        """
        if not all(p.isfinite().all() for network in self._modules().values() for p in network.parameters()):
            raise self._diverged("a weight is no longer finite")
        self._settle_average()
        if not self.ranks.first:
            return {}
        self._write_checkpoint(CHECKPOINT, {})
        return self.data.sample_grid(self.config).draw(self.ema.network, self.config.run / f"sheet_{self.seen:08d}.png")

    def measure(self, validator: FrechetValidator | None) -> Figures:
        """Fréchet distance of the averaged G as ``fd`` and ``fd_samples``; the best checkpoint so far is kept apart.

        Every process must call it; the first one measures, with a validator, and the others return nothing.
        """
        self._settle_average()
        if validator is None:
            return {}
        figures = {"fd": validator.distance(self.ema.network), "fd_samples": float(validator.samples)}
        if is_best(self.config.run / BEST, figures):
            self._write_checkpoint(BEST, figures)
        return figures

    def _settle_average(self) -> None:
        """Batch statistics of the averaged G's own weights: those of the latest weights are others'."""
        if self.config.ema_images:
            self.ema.settle(self.data.statistics_draws(self.config))

    def _write_checkpoint(self, name: str, metrics: Figures) -> None:
        model, projection = self.config.model, self.data.dataset.projection
        save_checkpoint(
            self.config.run / name,
            Metadata(model=model, projection=projection, provenance=self.provenance(metrics)),
            generator=network_arrays(self.ema.network),
            discriminator=network_arrays(self.discriminator) if self.config.objective == "adversarial" else None,
        )

    def provenance(self, metrics: Figures | None = None) -> Provenance:
        """Where the weights of this moment come from, and what was measured of them."""
        config, about = self.config, self.data.dataset.about
        count = self.data.dataset.count - self.data.held_out
        data_set = f"{about['source']}, {count} pictures" if count else about["source"]
        phase = f"{config.objective}, {self.seen} images of {data_set}, at patch {config.model.grid.patch_px} px"
        return Provenance(
            data_set=data_set,
            licence=about["licence"],
            images_seen=self.seen_before + self.seen,
            metrics=metrics or {},
            code_version=code_version(),
            notes="; ".join(filter(None, (self._notes_before[-MOST_NOTES:], phase))),
        )

    def _due(self, before: int, every: int) -> bool:
        """Whether the step from ``before`` images on passed a multiple of ``every``."""
        return self.seen // every > before // every

    def _optimize(self, name: str, loss: Tensor, terms: dict[str, Tensor]) -> Figures:
        """One step of the named optimizer down ``loss``; returns ``terms`` as numbers."""
        config, of_g = self.config, name == "optimizer_g"
        warmup = max(config.warmup_images, config.generator_warmup_images if of_g else 0)
        rate = config.generator_rate if of_g else config.discriminator_rate
        try:
            self.optimizers[name].step(loss, rate * rate_share(config, self.seen, warmup_images=warmup))
        except TrainingError as error:
            raise self._diverged(str(error)) from error
        return {term: value.item() for term, value in terms.items()}

    def _diverged(self, why: str) -> TrainingError:
        saved = (self.config.run / STATE).exists()
        where = f"the last good state is in {self.config.run}" if saved else "no state was saved before"
        return TrainingError(
            f"training diverged after {self.seen} images ({why}); {where}: lower the rates and start another --run"
        )

    def _place(self, network: Network) -> Network:
        """On the device, in the chosen layout, with batch norms that see every process's batch."""
        if self.ranks.size > 1:
            share_batch_norms(network)
        if self.config.channels_last:
            for parameter in network.parameters():
                if parameter.dim() == 4:
                    parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        return network.to(self.ranks.device)

    def _resume(self) -> str:
        """Go on from a saved state, if there is one; what the user is to be told of that."""
        resumed = self._resumable.resume()
        if resumed is None:
            return ""
        progress, notice = resumed
        self.seen, self.seen_before = progress.seen, progress.seen_before
        return notice

    @property
    def _resumable(self) -> Resumable:
        identity = run_identity(self.config, self.data.dataset, held_out=self.data.held_out)
        return Resumable(self.config.run / STATE, identity, self.config.batch, self._modules(), self.optimizers)

    def _modules(self) -> dict[str, nn.Module]:
        return {"generator": self.generator, "discriminator": self.discriminator, "average": self.ema.network}


def _require_trainable(config: TrainConfig, ranks: Ranks) -> None:
    """Refuse what this machine or these processes cannot do."""
    ranks.require_precision(config.precision)
    if config.model.generator == "multiple" and ranks.size > 1:
        raise ConfigError("--multiple-g trains in one process: its generators' batches differ; leave torchrun out")
    if ranks.share(config.batch) < 2 and config.model.architecture == "paper":
        raise ConfigError(f"--batch is {config.batch}: the paper's batch norms need at least 2 images a process")
