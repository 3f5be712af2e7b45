"""What must not change within a run: the settings that shape it, and the data. Knows no networks."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cocogan_core.data.shards import Panoramas
from cocogan_core.errors import ConfigError
from cocogan_core.train_config import TrainConfig

__all__ = ["identity_of", "require_same"]

# Folders, intervals and what only the speed depends on may change, and a run may be made longer.
FREE = {
    *("run", "data", "init", "images", "threads", "compile", "channels_last", "tensorboard"),
    *("save_every", "log_every", "fd_every", "fd_samples", "held_out"),
}


def identity_of(config: TrainConfig, panoramas: Panoramas, *, held_out: int) -> dict[str, Any]:
    """Settings by dotted name and a short word for the data set, as JSON values.

    ``held_out`` pictures at the data's end are not trained on, so their number belongs to the run.
    """
    settings = {name: value for name, value in asdict(config).items() if name not in FREE}
    stated = {**_flat(settings), "held-out pictures": held_out, "data set": _fingerprint(panoramas)}
    identity: dict[str, Any] = json.loads(json.dumps(stated))
    return identity


def require_same(run: Path, stated: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Compare a run's identity with what it is asked to go on as.

    Raises:
        ConfigError: names the first difference.
    """
    for name in now.keys() | stated.keys():
        if stated.get(name) != now.get(name):
            raise ConfigError(
                f"{run} was started with {name} = {stated.get(name)!r}, not {now.get(name)!r}; "
                "give the same settings and data, or another --run"
            )


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return flat


def _fingerprint(panoramas: Panoramas) -> str:
    """The data set's index and its first and last picture, hashed: two data sets of one source still differ there."""
    digest = hashlib.sha256(json.dumps(panoramas.about, sort_keys=True).encode())
    if panoramas.count:
        digest.update(panoramas.image(0).tobytes() + panoramas.image(panoramas.count - 1).tobytes())
    size = f"{panoramas.width_px}×{panoramas.height_px}"
    return f"{panoramas.about['source']}, {panoramas.count} of {size}, {digest.hexdigest()[:8]}"
