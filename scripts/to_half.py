"""Write a checkpoint with float16 weights, D and its heads included: ``python scripts/to_half.py IN OUT [REPORT]``.

Textures, which are most of some models, become bytes: 127ths of their largest value, by which what mixes them is
multiplied. They are noise and patterns of which no place has to be exact. So do the two largest layers of what z says,
input by input: a unit before them may be as large as one likes, since leaky ReLUs keep factors.
REPORT, written by ``cocogan evaluate IN --json REPORT``, goes into the provenance.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocogan_core import CocoganError, load_checkpoint, save_checkpoint
from cocogan_core.checkpoint import BYTE_SHARES

# Layers that become bytes, what comes before them (leaky ReLUs between), and what else looks at its units.
LAST = {"style.4": ("style.2", ""), "objects.codes": ("objects.hidden.2", "objects.tiles.mix.")}
LEAST = 1e-3  # what a unit is divided by, so that halves hold what else looks at it


def to_float16(tensors: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Floating-point tensors as float16."""
    return {name: tensor.astype(np.float16) if tensor.dtype.kind == "f" else tensor for name, tensor in tensors.items()}


def to_bytes(tensors: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """With textures as int8, in 127ths."""
    rounded = dict(tensors)
    for name, table in tensors.items():
        if mixes := _mixes_of(name, tensors):
            most = float(abs(table).max()) or 1.0
            rounded[name] = np.round(table * (BYTE_SHARES / most)).astype(np.int8)
            rounded |= {mix: tensors[mix] * np.float32(most) for mix in mixes}
    return rounded


def layers_to_bytes(tensors: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """With the weights of LAST layers as int8, in 127ths of each input's largest, by which its unit is multiplied."""
    rounded = dict(tensors)
    for last, (before, others) in LAST.items():
        if (name := f"{last}.weight") not in tensors:
            continue
        most = np.maximum(abs(tensors[name]).max(0), LEAST).astype(np.float32)
        rounded[name] = np.round(tensors[name] * (BYTE_SHARES / most)).astype(np.int8)
        rounded[f"{before}.weight"] = tensors[f"{before}.weight"] * most[:, None]
        rounded[f"{before}.bias"] = tensors[f"{before}.bias"] * most
        same = [other for other in tensors if other.startswith(others) and other.endswith(".weight")] if others else []
        rounded |= {other: rounded[other] / most for other in same}
    return rounded


def _mixes_of(name: str, tensors: Iterable[str]) -> list[str]:
    """Names of all that a texture is multiplied by, that of all stages (without a number) by several; empty of others.

    What mixes that one follows from z, weight and bias alike.
    """
    before, _, number = name.rpartition("texture")
    own = f"{before}mix{number}.weight"
    return [mix for mix in tensors if mix == own or (not number and mix.startswith(f"{before}mix."))]


def figures_of(report: str) -> dict[str, float]:
    """The figures of a report of ``cocogan evaluate`` that go into the provenance."""
    results = json.loads(Path(report).read_text())
    made = results["comparisons"][0]
    figures = {"frechet": made["frechet"], "pictures": made["pictures"], "wasserstein": results["wasserstein"]}
    return {name: round(float(value), 3) for name, value in figures.items() if value is not None}


def main(source: str, target: str, report: str = "") -> None:
    """Convert."""
    whole = load_checkpoint(source)
    earlier = whole.metadata.provenance.notes.rstrip(". ")
    notes = f"{earlier}. Weights rounded to float16, textures and two layers to bytes.".lstrip(". ")
    metrics = figures_of(report) if report else whole.metadata.provenance.metrics
    metadata = replace(whole.metadata, provenance=replace(whole.metadata.provenance, notes=notes, metrics=metrics))
    generator = to_float16(layers_to_bytes(to_bytes(whole.generator)))
    save_checkpoint(Path(target), metadata, generator=generator, discriminator=to_float16(whole.discriminator))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (CocoganError, OSError, ValueError, LookupError) as error:
        sys.exit(f"to_half: error: {error}")
