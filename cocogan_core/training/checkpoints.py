"""Checkpoints of a run: those that it starts from, and whether one is the best so far. Knows no training loop."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from numpy.typing import NDArray
from torch import nn

from cocogan_core.checkpoint import load_checkpoint, read_metadata
from cocogan_core.errors import CheckpointError, ConfigError

__all__ = ["Earlier", "is_best", "load_initial_weights", "network_arrays"]


class Earlier(NamedTuple):
    """Of the checkpoint that had seen most images, among those that a run starts from.

    Attributes:
        images_seen: how many.
        notes: its own of what its phases were.
    """

    images_seen: int = 0
    notes: str = ""


def load_initial_weights(paths: Sequence[Path], generator: nn.Module, discriminator: nn.Module) -> Earlier:
    """Take over every tensor of each checkpoint that fits, later ones over earlier ones.

    Returns:
        What came before: of the one that had seen most images.

    Raises:
        CheckpointError: a file cannot be used.
        ConfigError: nothing of a file's G fits.
    """
    most = Earlier()
    for path in paths:
        earlier = load_checkpoint(path)
        if not _copy_fitting(generator, earlier.generator):
            raise ConfigError(f"no weight of G in {path} fits this model: give --model.* as `cocogan info` says")
        _copy_fitting(discriminator, earlier.discriminator)
        provenance = earlier.metadata.provenance
        most = max(Earlier(provenance.images_seen, provenance.notes), most, key=lambda one: one.images_seen)
    return most


def is_best(path: Path, figures: Mapping[str, float]) -> bool:
    """Whether ``figures`` (``fd``, ``fd_samples``) beat those of the checkpoint ``path``, the best one so far.

    They do where that one is not there, or was measured by another number of pictures, which cannot be compared.
    """
    if not path.exists():
        return True
    try:
        before = read_metadata(path).provenance.metrics
    except CheckpointError:
        return True
    comparable = "fd" in before and before.get("fd_samples") == figures["fd_samples"]
    return not comparable or figures["fd"] < before["fd"]


def network_arrays(network: nn.Module) -> dict[str, NDArray[Any]]:
    """A network's tensors by name, for a checkpoint."""
    return {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}


def _copy_fitting(module: nn.Module, tensors: Mapping[str, NDArray[Any]]) -> int:
    """Copy the tensors that fit into a module; returns how many did."""
    own = module.state_dict()
    same = {k: torch.from_numpy(t) for k, t in tensors.items() if k in own and own[k].shape == t.shape}
    module.load_state_dict({**own, **same})
    return len(same)
