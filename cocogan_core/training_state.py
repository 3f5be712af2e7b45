"""Everything a run needs to go on bit-identically, as one safetensors file; no pickle."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from cocogan_core.checkpoint import write_atomically
from cocogan_core.errors import TrainingError

__all__ = ["load_state", "read_progress", "save_state"]

FORMAT = 2
KEY = "cocogan_state"
MOMENTS = ("exp_avg", "exp_avg_sq", "step")


def save_state(
    path: Path,
    progress: Mapping[str, Any],
    modules: Mapping[str, nn.Module],
    optimizers: Mapping[str, torch.optim.Adam],
) -> None:
    """Write weights, Adam's moments and ``progress`` (JSON values) atomically."""
    tensors = {f"{name}.{key}": t for name, module in modules.items() for key, t in module.state_dict().items()}
    for name, optimizer in optimizers.items():
        tensors |= {f"{name}.{key}": t for key, t in _moments(optimizer).items()}
    whole = {key: tensor.detach().cpu().contiguous().clone() for key, tensor in tensors.items()}
    write_atomically(path, safetensors.torch.save(whole, {KEY: json.dumps({"format": FORMAT, **progress})}))


def read_progress(path: Path) -> dict[str, Any]:
    """The ``progress`` of a state file, without its tensors.

    Raises:
        TrainingError: the file is broken or of another version.
    """
    try:
        with safetensors.safe_open(path, "pt") as file:
            progress: dict[str, Any] = json.loads(file.metadata()[KEY])
    except (safetensors.SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"{path} is broken ({error}); remove it to start the run anew") from error
    if progress.get("format") != FORMAT:
        raise TrainingError(
            f"{path} was written by another version of this program; start another --run with --init "
            f"{path.with_name('checkpoint.safetensors')}"
        )
    return progress


def load_state(path: Path, modules: Mapping[str, nn.Module], optimizers: Mapping[str, torch.optim.Adam]) -> None:
    """Read the tensors that :func:`save_state` wrote into modules and optimizers.

    Raises:
        TrainingError: the file is broken or of another model.
    """
    try:
        tensors = safetensors.torch.load_file(path)
        for name, module in modules.items():
            module.load_state_dict(_under(name, tensors))
        for name, optimizer in optimizers.items():
            _restore(optimizer, _under(name, tensors))
    except (safetensors.SafetensorError, KeyError, RuntimeError, ValueError) as error:
        raise TrainingError(
            f"{path} is broken or of another model ({error}); remove it to start the run anew"
        ) from error


def _under(name: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(f"{name}."): tensor for key, tensor in tensors.items() if key.startswith(f"{name}.")}


def _moments(optimizer: torch.optim.Adam) -> dict[str, Tensor]:
    state = optimizer.state_dict()["state"]
    return {f"{index}.{moment}": entry[moment] for index, entry in state.items() for moment in MOMENTS}


def _restore(optimizer: torch.optim.Adam, moments: Mapping[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in moments.items():
        index, moment = key.split(".")
        state.setdefault(int(index), {})[moment] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
