"""From settings to networks: the one place that knows both architectures, and that fits tensors to them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from cocogan_core.checkpoint import Checkpoint
from cocogan_core.config import ModelConfig
from cocogan_core.errors import CheckpointError
from cocogan_core.models.ablations import FullGenerator, MultipleGenerator
from cocogan_core.models.base import Discriminator, Generator
from cocogan_core.models.compact import CompactGenerator
from cocogan_core.models.compact_discriminator import CompactDiscriminator
from cocogan_core.models.paper import PaperDiscriminator, PaperGenerator
from cocogan_core.text import printable

__all__ = [
    "build_discriminator", "build_generator", "coarse_generator", "fill", "load_discriminator", "load_generator",
]  # fmt: skip


def build_generator(config: ModelConfig) -> Generator:
    """G with fresh weights, of ``config.architecture``; one of the paper's ablations if ``config.generator`` says so.

    Raises:
        ConfigError: this architecture or size has no such ablation.
    """
    if config.generator == "full":
        return FullGenerator(config)
    if config.generator == "multiple":
        return MultipleGenerator(config, _build_one)
    return _build_one(config)


def _build_one(config: ModelConfig) -> Generator:
    return PaperGenerator(config) if config.architecture == "paper" else CompactGenerator(config)


def build_discriminator(config: ModelConfig) -> Discriminator:
    """D with fresh weights, of ``config.architecture``."""
    return PaperDiscriminator(config) if config.architecture == "paper" else CompactDiscriminator(config)


def load_generator(checkpoint: Checkpoint) -> Generator:
    """G with a checkpoint's weights.

    Raises:
        CheckpointError: tensors are missing, unknown or misshapen; nothing was allocated then.
    """
    with torch.device("meta"):
        generator = build_generator(checkpoint.metadata.model)
    fill(generator, checkpoint.generator, "generator")
    return generator


def coarse_generator(generator: Generator, patch_px: int) -> Generator:
    """G without its last stages: nearly the same pictures, averaged down to micro patches of ``patch_px``, for less.

    Weights are shared. Only the compact G can do that; any other comes back itself, as does one of no larger patches.
    """
    config = generator.config
    if not isinstance(generator, CompactGenerator) or config.grid.patch_px <= patch_px:
        return generator
    grid = replace(config.grid, patch_px=patch_px, levels=1)
    with torch.device("meta"):
        coarse = build_generator(replace(config, grid=grid)).requires_grad_(False)
    weights = generator.state_dict()
    coarse.load_state_dict({name: weights[name] for name in coarse.state_dict()}, assign=True)
    return coarse.train(generator.training)


def load_discriminator(checkpoint: Checkpoint) -> Discriminator:
    """D with a checkpoint's weights.

    Raises:
        CheckpointError: it holds no D, or tensors are missing, unknown or misshapen.
    """
    if not checkpoint.discriminator:
        raise CheckpointError("this checkpoint holds no discriminator; take one exported with it")
    with torch.device("meta"):
        discriminator = build_discriminator(checkpoint.metadata.model)
    fill(discriminator, checkpoint.discriminator, "discriminator")
    return discriminator


def fill(module: nn.Module, tensors: Mapping[str, NDArray[Any]], name: str) -> None:
    """Give ``module`` (on any device, ``meta`` too) exactly these tensors.

    Raises:
        CheckpointError: the first tensor that is missing, unknown or misshapen.
    """
    expected = module.state_dict()
    for key, tensor in expected.items():
        if key not in tensors:
            raise CheckpointError(
                f"{name}: tensor {printable(key)} is missing; the checkpoint is incomplete or of another model"
            )
        if tuple(tensors[key].shape) != tuple(tensor.shape):
            raise CheckpointError(
                f"{name}: tensor {printable(key)} has shape {list(tensors[key].shape)}, "
                f"the model needs {list(tensor.shape)}"
            )
    for key in tensors:
        if key not in expected:
            raise CheckpointError(f"{name}: tensor {printable(key)} is not part of this model")
    state = {key: torch.from_numpy(tensors[key]).to(expected[key].dtype) for key in expected}
    module.load_state_dict(state, assign=True)
