"""The training state: one safetensors file with all that a run needs to go on bit-identically; no pickle.

With the weights and Adam's moments it holds the run's identity, the settings and data that must not change within a
run, so that it cannot go on as another one. Knows no networks.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from cocogan_core.config import require_built_as_now
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.errors import ConfigError, TrainingError
from cocogan_core.files import lock_folder, open_atomically, open_regular
from cocogan_core.json_text import parse_json
from cocogan_core.text import printable
from cocogan_core.training.config import TrainConfig, TrainingSource

__all__ = [
    "BrokenStateError", "Progress", "before", "load_state", "lock_run", "read_progress", "require_same_run",
    "run_identity", "save_state",
]  # fmt: skip

FORMAT = 2
KEY = "cocogan_state"
MOMENTS = ("exp_avg", "exp_avg_sq", "step")
# Folders, intervals and what only the speed depends on may change, and a run may be made longer.
FREE = {
    *("run", "data", "init", "images", "threads", "workers", "compile", "channels_last", "tensorboard"),
    *("save_every", "log_every", "fd_every", "fd_samples", "held_out"),
}


def lock_run(folder: Path) -> AbstractContextManager[None]:
    """Keep a run's folder to this process; the lock of one that died is no longer one.

    Raises (when the block begins):
        TrainingError: another process trains there.
        OutputError: the folder cannot be written.
    """
    busy = TrainingError(f"{folder} is being trained by another process; wait, or name another --run")
    return lock_folder(folder, busy)


class BrokenStateError(TrainingError):
    """A state file that no run can go on from; the one before it may do."""


@dataclass(frozen=True)
class Progress:
    """What a state says besides its tensors.

    Attributes:
        seen: images of this run.
        seen_before: of the checkpoints that it started from.
        identity: see :func:`run_identity`.
        scalers: of each optimizer's gradients, by name (:meth:`NetworkOptimizer.state`).
    """

    seen: int
    seen_before: int
    identity: Mapping[str, Any]
    scalers: Mapping[str, Mapping[str, float]]


def save_state(
    path: Path, progress: Progress, modules: Mapping[str, nn.Module], optimizers: Mapping[str, torch.optim.Adam]
) -> None:
    """Write weights, Adam's moments and ``progress`` atomically; what was there before stays as :func:`before`.

    Raises:
        OutputError: the folder cannot be written; what was there stays as it was.
    """
    tensors = {f"{name}.{key}": t for name, module in modules.items() for key, t in module.state_dict().items()}
    for name, optimizer in optimizers.items():
        tensors |= {f"{name}.{key}": t for key, t in _moments(optimizer).items()}
    whole = {key: tensor.detach().cpu().contiguous().clone() for key, tensor in tensors.items()}
    stated = json.dumps({"format": FORMAT, **asdict(progress)}, allow_nan=False)
    with open_atomically(path) as file:
        file.write(safetensors.torch.save(whole, {KEY: stated}))
        file.flush()
        os.fsync(file.fileno())  # all of it is on the disk before the former one leaves its place
        if path.exists():
            path.replace(before(path))


def before(path: Path) -> Path:
    """The state that was saved before ``path``."""
    return path.with_name(f"{path.stem}-before{path.suffix}")


def read_progress(path: Path) -> Progress:
    """The progress of a state file, without its tensors.

    Raises:
        BrokenStateError: the file is broken.
        TrainingError: it is of another version, or the system refuses to read it.
        FileNotFoundError, NotADirectoryError: there is none.
    """
    try:
        open_regular(path).close()
        with safetensors.safe_open(path, "pt") as file:
            stated = parse_json((file.metadata() or {})[KEY])
        if not isinstance(stated, dict):
            raise TypeError("not an object")
        if stated.get("format") == FORMAT:
            return _progress(stated)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        why = error.strerror or error
        raise TrainingError(f"cannot read {path}: {why}; check the disk and its permissions") from error
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError) as error:
        raise BrokenStateError(f"{path} is broken ({printable(error)})") from error
    raise TrainingError(
        f"{path} was written by another version of this program; start another --run with --init "
        f"{path.with_name('checkpoint.safetensors')}"
    )


def load_state(path: Path, modules: Mapping[str, nn.Module], optimizers: Mapping[str, torch.optim.Adam]) -> None:
    """Read the tensors that :func:`save_state` wrote into modules and optimizers: all of them, or nothing.

    Raises:
        BrokenStateError: a tensor is missing, unknown, misshapen or not finite.
    """
    expected = {f"{name}.{key}": t for name, module in modules.items() for key, t in module.state_dict().items()}
    moments = {key: t for name, adam in optimizers.items() for key, t in _expected_moments(name, adam).items()}
    try:
        with safetensors.safe_open(path, "pt") as file:
            names = set(file.keys())
            _require_complete(names, expected.keys(), moments.keys())
            tensors = {key: _sound(file, key, (expected | moments)[key]) for key in sorted(names)}
    except (safetensors.SafetensorError, ValueError) as error:
        raise BrokenStateError(f"{path} is broken or of another model ({printable(error)})") from error
    for name, module in modules.items():
        module.load_state_dict(_under(name, tensors))
    for name, optimizer in optimizers.items():
        _restore(optimizer, _under(name, tensors))


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


def _progress(stated: Mapping[str, Any]) -> Progress:
    """Checked by type and range; raises KeyError, TypeError or ValueError."""
    counts, identity, scalers = (stated["seen"], stated["seen_before"]), stated["identity"], stated["scalers"]
    if not all(type(count) is int and count >= 0 for count in counts):
        raise ValueError(f"{counts} are no numbers of images")
    if not isinstance(identity, dict) or not isinstance(scalers, dict):
        raise TypeError("identity and scalers must be objects")
    for scaler in scalers.values():
        if not isinstance(scaler, dict) or not all(type(value) in (int, float) for value in scaler.values()):
            raise TypeError("scalers must be numbers by name")
    return Progress(*counts, identity, scalers)


def _expected_moments(name: str, adam: torch.optim.Adam) -> dict[str, Tensor]:
    """Tensors on no device of the shapes that an optimizer's state may have."""
    parameters = [parameter for group in adam.param_groups for parameter in group["params"]]
    shapes = {f"{name}.{n}.{moment}": p.shape for n, p in enumerate(parameters) for moment in MOMENTS}
    return {key: torch.empty(() if key.endswith(".step") else shape, device="meta") for key, shape in shapes.items()}


def _require_complete(found: set[str], needed: Iterable[str], optional: Iterable[str]) -> None:
    """Every tensor of the networks; of each parameter's moments all or none; nothing else."""
    groups = Counter(key.rpartition(".")[0] for key in found.intersection(optional))
    halves = [f"{group}.*" for group, count in groups.items() if count < len(MOMENTS)]
    if wrong := sorted({*needed} - found) or halves:
        raise ValueError(f"tensor {wrong[0]} is missing")
    if wrong := sorted(found.difference(needed, optional)):
        raise ValueError(f"tensor {printable(wrong[0])} is unknown")


def _sound(file: Any, key: str, like: Tensor) -> Tensor:  # noqa: ANN401 (safetensors has no types)
    """A tensor of the shape, type and device-independent soundness of ``like``; raises ValueError."""
    if tuple(shape := file.get_slice(key).get_shape()) != tuple(like.shape):
        raise ValueError(f"tensor {key} has shape {shape}, not {list(like.shape)}")
    tensor: Tensor = file.get_tensor(key).clone()  # else it lives in the file, which may be cut short
    if tensor.dtype != like.dtype or not tensor.isfinite().all():
        raise ValueError(f"tensor {key} is of type {tensor.dtype}, or holds NaN or infinity")
    return tensor


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
