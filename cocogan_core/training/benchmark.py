"""One measurement of ``cocogan bench train``, a process: ``python -m cocogan_core.training.benchmark JSON``.

The baseline is the paper's (§3.6): the same backbone on full images, with no micro patches at all.
"""

import json
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cocogan_core.errors import CocoganError, ConfigError
from cocogan_core.models.base import Generator
from cocogan_core.models.build import build_discriminator, build_generator
from cocogan_core.training.augment import DRAWS
from cocogan_core.training.batches import TrainingBatch
from cocogan_core.training.config import PRESETS, TrainConfig
from cocogan_core.training.distributed import Ranks
from cocogan_core.training.objective import Objective
from cocogan_core.training.optimizer import NetworkOptimizer, constant

__all__ = ["measure"]


def measure(wanted: dict[str, Any]) -> dict[str, Any]:
    """Train a few steps on random pictures, or make pictures of random z.

    ``wanted["mode"]`` is "macro" or "full" for steps of D and G on macro patches, or on full images that G makes in
    one pass; "micro" or "image" for inference alone, patch by patch or the full image in one pass.

    ``wanted`` holds what ``cocogan bench`` asks for; ``levels`` of detail and the ``level`` to train on may be added.

    Returns:
        ``size`` in words, ``peak_bytes``, ``images_per_s`` and the ``device``.

    Raises:
        ConfigError: no such preset, or settings that do not fit together.
    """
    config, ranks = _config(wanted), Ranks.alone()
    ranks.require_precision(config.precision)
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])  # imports much more of torch, which is not what is measured
    before = _memory_bytes(ranks.device)
    generator = build_generator(config.model).to(ranks.device)
    if wanted["mode"] in ("macro", "full"):
        objective = Objective(config, generator, build_discriminator(config.model).to(ranks.device))
        took_s = _seconds_a_step(objective, ranks, wanted["steps"], wanted.get("level", 0))
    else:
        took_s = _seconds_a_picture(generator, config.batch, wanted["steps"]) * config.batch
    height, width = _size(config, wanted["mode"])
    return {
        "size": f"{width}×{height}",
        "peak_bytes": _memory_bytes(ranks.device) - before,
        "images_per_s": config.batch / took_s,
        "device": torch.cuda.get_device_name() if ranks.device.type == "cuda" else f"{torch.get_num_threads()} threads",
    }


def _size(config: TrainConfig, mode: str) -> tuple[int, int]:
    """Height and width in pixels of what one pass works on."""
    grid = config.model.grid
    return (grid.patch_px, grid.patch_px) if mode == "micro" else (grid.macro_height_px, grid.macro_width_px)


@torch.inference_mode()
def _seconds_a_picture(generator: Generator, batch: int, rounds: int) -> float:
    """Mean over ``rounds`` of ``batch`` full pictures each, after one that is not counted.

    A generator of micro patches makes one place of all the pictures at a time, and lets go of it.
    """
    grid, like = generator.eval().config.grid, next(generator.parameters())
    z = (torch.rand(batch, generator.config.z_dim) * 2 - 1).to(like)
    places = torch.from_numpy(grid.micro_coordinates(grid.micro_ids())).to(like)

    def make() -> None:
        if generator.config.generator == "full":
            generator.full(z).cpu()
            return
        for place in places:
            generator(z, place.expand(batch, -1)).cpu()

    make()
    started = time.perf_counter()
    for _ in range(rounds):
        make()
    return (time.perf_counter() - started) / (rounds * batch)


def _seconds_a_step(objective: Objective, ranks: Ranks, steps: int, level: int) -> float:
    """Mean over ``steps``, after one that is not counted."""
    config = objective.config
    networks = objective.generator, objective.discriminator
    optimizers = [NetworkOptimizer(network, config, ranks) for network in networks]
    batch = _random_batch(config, ranks.device, level)
    _step(objective, optimizers, batch)
    started = time.perf_counter()
    for _ in range(steps):
        _step(objective, optimizers, batch)
    return (time.perf_counter() - started) / steps


def _config(wanted: dict[str, Any]) -> TrainConfig:
    if wanted["preset"] not in PRESETS:
        raise ConfigError(f"there is no preset {wanted['preset']}; choose one of {', '.join(sorted(PRESETS))}")
    config = PRESETS[wanted["preset"]]
    model = config.model
    width = {f"{n}_width": wanted["width"] or getattr(model, f"{n}_width") for n in ("generator", "discriminator")}
    grid = replace(model.grid, patch_px=wanted["patch"] or model.grid.patch_px, levels=wanted.get("levels", 1))
    model = replace(model, grid=grid, **width)
    config = replace(config, model=model, batch=wanted["batch"], precision=wanted["precision"], objective="adversarial")
    whole = wanted["mode"] in ("full", "image")  # the compact G makes full images in one pass anyhow
    return replace(config, optimal_d=whole, optimal_g=whole and model.architecture == "paper").with_latents(())


def _random_batch(config: TrainConfig, device: torch.device, level: int) -> TrainingBatch:
    grid, size = config.model.grid.at_level(level), config.batch
    ids = torch.from_numpy(np.random.default_rng(0).integers(grid.macro_shape, size=(size, 2)))
    return TrainingBatch(
        real=torch.rand(size, 3, grid.macro_height_px, grid.macro_width_px, device=device) * 2 - 1,
        ids=ids.to(device),
        coordinates=torch.from_numpy(grid.macro_coordinates(ids.numpy())).to(device),
        z=torch.rand(size, config.model.z_dim, device=device) * 2 - 1,
        mix=torch.rand(size, 1, 1, 1, device=device),
        jitter=torch.rand(size, DRAWS, device=device),
        level=level,
    )


def _step(objective: Objective, optimizers: list[NetworkOptimizer], batch: TrainingBatch) -> None:
    """D's step and G's, as in training; reading the loss waits for the card."""
    of_g, of_d = optimizers
    of_d.step(objective.discriminator_loss(batch)[0], 1e-6)
    with constant(objective.discriminator):
        of_g.step(objective.generator_loss(batch)[0], 1e-6)


def _memory_bytes(device: torch.device) -> int:
    """The most memory that this process has used so far: on a card its tensors', else resident."""
    if device.type == "cuda":
        torch.cuda.synchronize()
        return torch.cuda.max_memory_allocated()
    status = Path("/proc/self/status")
    if status.exists():
        # maxrss of a fresh process starts at its parent's; the high-water mark of its own pages does not
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main() -> int:
    """Measure what the one argument asks for, and print it as JSON."""
    try:
        print(json.dumps(measure(json.loads(sys.argv[1]))))
    except CocoganError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
