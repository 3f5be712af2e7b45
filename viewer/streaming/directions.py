"""Principal directions kept in the platform's cache folder: they take seconds to work out and belong to a checkpoint.

Named after the checkpoint's content, so that a changed file never meets another's. A cache that cannot be read or
written costs those seconds and a line in the log, nothing else.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from cocogan_core.errors import CocoganError
from cocogan_core.files import read_limited, write_atomically
from viewer.state.recipe_files import fingerprint
from viewer.streaming.protocol import Latent

__all__ = ["cached_directions"]

NAME = "directions"
LONGEST = 1.001  # they are unit vectors
MOST_BYTES = 16 << 20


def cached_directions(
    checkpoint: Path, folder: Path, *, shape: tuple[int, int], method: int, work_out: Callable[[int], Latent]
) -> tuple[Latent, str]:
    """The directions (n, z_dim) of ``shape`` from ``folder``, or worked out by ``work_out(n)`` and kept there.

    ``method`` numbers how they are worked out. The second value is a line for the log, mostly empty.
    """
    try:
        path = folder / f"{NAME}-{fingerprint(checkpoint)}-{shape[0]}-{method}.safetensors"
    except CocoganError as error:  # the file is gone, but its generator is loaded
        return work_out(shape[0]), str(error)
    unit, note = _read(path, shape)
    if unit is None:
        unit = work_out(shape[0])
        note = " ".join(filter(None, (note, _write(path, unit))))
    return unit, note


def _read(path: Path, shape: tuple[int, int]) -> tuple[Latent | None, str]:
    """What is kept; None if nothing is, or nothing that can be trusted, with a word on it."""
    try:
        return _check(safetensors.numpy.load(read_limited(path, MOST_BYTES))[NAME], shape), ""
    except FileNotFoundError:
        return None, ""
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        return None, f"{path} is broken ({error}); its directions were worked out again."


def _check(unit: Latent, shape: tuple[int, int]) -> Latent:
    if unit.shape != shape or unit.dtype != np.float32:
        raise ValueError(f"{unit.dtype} {unit.shape} rather than float32 {shape}")
    if not (np.linalg.norm(unit, axis=1) <= LONGEST).all():  # nor NaN
        raise ValueError("they are no unit vectors")
    return unit


def _write(path: Path, unit: Latent) -> str:
    try:
        write_atomically(path, safetensors.numpy.save({NAME: np.ascontiguousarray(unit)}))
    except CocoganError as error:
        return str(error)
    return ""
