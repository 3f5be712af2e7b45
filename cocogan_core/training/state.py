"""The training state: one safetensors file with all that a run needs to go on bit-identically; no pickle.

With the weights and Adam's moments it holds the run's identity, the settings and data that must not change within a
run, so that it cannot go on as another one. Knows no networks.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from filelock import FileLock, Timeout
from torch import Tensor, nn

from cocogan_core.config import require_built_as_now
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.errors import ConfigError, OutputError, TrainingError
from cocogan_core.files import write_atomically
from cocogan_core.training.config import TrainConfig, TrainingSource

__all__ = ["load_state", "lock_run", "read_progress", "require_same_run", "run_identity", "save_state"]

FORMAT = 2
KEY = "cocogan_state"
LOCK = ".lock"
MOMENTS = ("exp_avg", "exp_avg_sq", "step")
# Folders, intervals and what only the speed depends on may change, and a run may be made longer.
FREE = {
    *("run", "data", "init", "images", "threads", "workers", "compile", "channels_last", "tensorboard"),
    *("save_every", "log_every", "fd_every", "fd_samples", "held_out"),
}


@contextmanager
def lock_run(folder: Path) -> Iterator[None]:
    """Keep a run's folder to this process; the lock of one that died is no longer one.

    Raises:
        TrainingError: another process trains there.
        OutputError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / LOCK, timeout=0):
            yield
    except Timeout as error:
        raise TrainingError(f"{folder} is being trained by another process; wait, or name another --run") from error
    except NotADirectoryError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror}; choose another folder") from error


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


def run_identity(config: TrainConfig, dataset: TrainingSource, *, held_out: int) -> dict[str, Any]:
    """What must not change within a run, as JSON values: settings by dotted name, and a short word for the data set.

    ``held_out`` pictures at the data's end are not trained on, so their number belongs to the run.
    """
    stated = {**_settings(config), "held-out pictures": held_out, "data set": _fingerprint(dataset)}
    identity: dict[str, Any] = json.loads(json.dumps(stated))
    return identity


def require_same_run(run: Path, stated: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Compare a run's stated identity with what it is asked to go on as.

    A setting that the program did not have yet when the run began was at its default then.

    Raises:
        ConfigError: names the first difference.
    """
    if "model.conditioning" not in stated:
        require_built_as_now(*(stated.get(f"model.{name}") for name in ("architecture", "generator", "grid.patch_px")))
    defaults = {"model.room.front": "pixel", **json.loads(json.dumps(_settings(TrainConfig())))}
    for name in sorted(now.keys() | stated.keys()):
        before = stated.get(name, defaults.get(name))
        if before != now.get(name):
            raise ConfigError(
                f"{run} was started with {name} = {before!r}, not {now.get(name)!r}; "
                "give the same settings and data, or another --run"
            )


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


def _settings(config: TrainConfig) -> dict[str, Any]:
    """The settings that shape a run, by dotted name."""
    return _flatten({name: value for name, value in asdict(config).items() if name not in FREE})


def _flatten(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        flat |= _flatten(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return flat


def _fingerprint(dataset: TrainingSource) -> str:
    """The data set's index and its first and last picture, hashed: two data sets of one source still differ there."""
    about = {name: value for name, value in dataset.about.items() if (name, value) != ("levels", 1)}  # as before levels
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    if isinstance(dataset, ImageDataset) and dataset.count:
        digest.update(dataset.image(0).tobytes() + dataset.image(dataset.count - 1).tobytes())
    size = f"{dataset.width_px}×{dataset.height_px}"
    return f"{dataset.about['source']}, {dataset.count} of {size}, {digest.hexdigest()[:8]}"
