"""The checkpoint file: safetensors whose metadata key ``cocogan`` holds one JSON object.

docs/architecture.md describes the format. Strict, and free of pickle and torch.
Knows no networks; whether tensors fit a model is asked by whoever builds it (``cocogan_core.models.build``).
"""

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from cocogan_core.config import ModelConfig
from cocogan_core.errors import CheckpointError, ConfigError
from cocogan_core.files import write_atomically
from cocogan_core.geometry.projection import Projection
from cocogan_core.json_text import parse_json
from cocogan_core.safetensors_header import check_layout, read_header
from cocogan_core.settings_reader import read_settings
from cocogan_core.text import printable

__all__ = [
    "BYTE_SHARES",
    "Checkpoint",
    "Metadata",
    "Provenance",
    "code_version",
    "load_checkpoint",
    "read_metadata",
    "save_checkpoint",
    "weight_counts",
]

FORMAT = 1
KEY = "cocogan"
BYTE_SHARES = 127  # what a byte holds of textures are 127ths
Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a checkpoint comes from.

    Attributes:
        data_set: what it was trained on.
        licence: of that data.
        images_seen: real pictures (or macro patches of them) seen in all phases.
        metrics: figures by name.
        code_version: of this project.
        notes: anything else, in words.
    """

    data_set: str = ""
    licence: str = ""
    images_seen: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    code_version: str = ""
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What a checkpoint says of itself; ``projection`` is None for planar models."""

    model: ModelConfig
    projection: Projection | None = None
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A whole checkpoint in memory.

    Attributes:
        metadata: model, projection and provenance.
        generator: weights of G (their running mean over training) by name, float32 except counters.
        discriminator: weights of D and its heads likewise; empty where the file has none.
    """

    metadata: Metadata
    generator: dict[str, NDArray[Any]]
    discriminator: dict[str, NDArray[Any]]


def code_version() -> str:
    """Version of this project, or ``"unreleased"`` when run from a clone that is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # only now: reading asks for no version

    try:
        return version("cocogan-panorama")
    except PackageNotFoundError:
        return "unreleased"


def read_metadata(path: Path | str) -> Metadata:
    """Read a checkpoint's model, projection and provenance; no tensor is read, but all of their sizes are checked.

    Raises:
        CheckpointError: the file is missing, is not a checkpoint of format 1, or its header does not fit its size.
    """
    path = Path(path)
    header, body_bytes = read_header(path)
    stated = header.pop("__metadata__", None)
    if not isinstance(stated, dict) or not isinstance(stated.get(KEY), str):
        raise CheckpointError(f"{path} is a safetensors file but not a COCO-GAN checkpoint: no '{KEY}' metadata")
    check_layout(path, header, body_bytes)
    metadata = _metadata(path, stated[KEY])
    _require_tensors(path, metadata.model, header)
    return metadata


def weight_counts(path: Path | str) -> dict[str, int]:
    """How many numbers each network of a checkpoint holds, by its name; raises as :func:`read_metadata`."""
    header, _ = read_header(Path(path))
    counts: Counter[str] = Counter()
    for name, entry in header.items():
        if name != "__metadata__":
            counts[name.partition(".")[0]] += math.prod(entry["shape"])
    return dict(counts)


def load_checkpoint(path: Path | str) -> Checkpoint:
    """Read a checkpoint whole, weights as float32.

    Raises:
        CheckpointError: as :func:`read_metadata`, or a tensor holds NaN or infinity.
    """
    path = Path(path)
    metadata = read_metadata(path)
    networks: dict[str, dict[str, NDArray[Any]]] = {"generator": {}, "discriminator": {}}
    for name, tensor in _tensors(path).items():
        if not np.isfinite(tensor).all():
            raise CheckpointError(
                f"{path}: tensor {printable(name)} holds NaN or infinity; training diverged, take an earlier one"
            )
        network, _, rest = name.partition(".")
        if network not in networks:
            raise CheckpointError(f"{path}: tensor {printable(name)} belongs to neither generator nor discriminator")
        networks[network][rest] = _floats(tensor)
    if not networks["generator"]:
        raise CheckpointError(f"{path} holds no generator: not a complete checkpoint")
    return Checkpoint(metadata=metadata, **networks)


def save_checkpoint(
    path: Path | str, metadata: Metadata, *, generator: Tensors, discriminator: Tensors | None = None
) -> None:
    """Write a checkpoint; the old file stays until the new one is complete.

    Args:
        path: file to write; missing folders are made.
        metadata: what :func:`read_metadata` will give back.
        generator: tensors of G by name, of any shape, float32 or float16, or int8 for 127ths (long
            integers for counters).
        discriminator: tensors of D likewise; left out, the file can make pictures but not judge them.

    Raises:
        OutputError: the file cannot be written.
    """
    stated = {"format": FORMAT, **asdict(metadata)}
    tensors = {f"generator.{name}": tensor for name, tensor in generator.items()}
    tensors |= {f"discriminator.{name}": tensor for name, tensor in (discriminator or {}).items()}
    whole = {name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}
    write_atomically(Path(path), safetensors.numpy.save(whole, {KEY: json.dumps(stated, separators=(",", ":"))}))


def _tensors(path: Path) -> dict[str, NDArray[Any]]:
    try:
        return safetensors.numpy.load_file(path)
    except (safetensors.SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} cannot be read as safetensors ({error}); download or copy it again") from error


def _floats(tensor: NDArray[Any]) -> NDArray[Any]:
    """As float32: bytes are 127ths. Long integers, which count something, as they are."""
    if tensor.dtype == np.int8:
        return (tensor / BYTE_SHARES).astype(np.float32)
    return tensor.astype(np.float32) if tensor.dtype.kind == "f" else tensor


def _require_tensors(path: Path, model: ModelConfig, header: Mapping[str, Any]) -> None:
    """A network needs its tensors: a small file cannot ask for a large one to be built."""
    sizes = {name: math.prod(entry["shape"]) for name, entry in header.items() if name.startswith("generator.")}
    separate = {name.split(".")[2] for name in sizes if name.startswith("generator.inner.")}
    patches = model.grid.rows * model.grid.columns if model.generator == "multiple" else 1
    if sum(sizes.values()) < model.least_weights * patches or (patches > 1 and len(separate) != patches):
        raise CheckpointError(
            f"{path}: its model of width {model.generator_width} needs more weights than the {sum(sizes.values())} of "
            f"{len(sizes)} tensors in the file; the checkpoint is incomplete or of another model"
        )


def _metadata(path: Path, text: str) -> Metadata:
    try:
        stated = parse_json(text)
        if type(stated["format"]) is not int or stated["format"] != FORMAT:
            raise CheckpointError(
                f"{path} is of format {printable(repr(stated['format']))}; this version reads format {FORMAT}"
            )
        projection = stated["projection"]
        return Metadata(
            model=ModelConfig.from_json(stated["model"]),
            projection=None if projection is None else read_settings(Projection, projection),
            provenance=_provenance(stated["provenance"]),
        )
    except ConfigError as error:
        raise CheckpointError(f"{path}: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path}: its '{KEY}' metadata is broken ({printable(error)})") from error


def _provenance(stated: Mapping[str, Any]) -> Provenance:
    """Checked by type, since it is shown to people and compared by scripts; raises ConfigError or TypeError."""
    words = dict(stated)
    figures = words.pop("metrics", {})
    if not isinstance(figures, dict) or not all(type(figure) in (int, float) for figure in figures.values()):
        raise TypeError("provenance: metrics must be finite numbers by name")
    provenance = read_settings(Provenance, words)
    if provenance.images_seen < 0:
        raise ValueError(f"provenance: images_seen is {provenance.images_seen}")
    return replace(provenance, metrics=figures)
