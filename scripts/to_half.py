"""Write a checkpoint with float16 weights, D and its heads included: ``python scripts/to_half.py IN OUT [REPORT]``.

Textures, which are most of some models, become bytes: 127ths of their largest value, by which what mixes them is
multiplied. They are noise and patterns of which no place has to be exact.
REPORT, written by ``cocogan evaluate IN --json REPORT``, goes into the provenance.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocogan_core import CocoganError, load_checkpoint, save_checkpoint
from cocogan_core.checkpoint import BYTE_SHARES


def to_float16(tensors: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Floating-point tensors as float16."""
    return {name: tensor.astype(np.float16) if tensor.dtype.kind == "f" else tensor for name, tensor in tensors.items()}


def to_bytes(tensors: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """With textures as int8, in 127ths."""
    rounded = dict(tensors)
    for name, table in tensors.items():
        before, _, number = name.rpartition("texture.")
        mix = f"{before}mix.{number}.weight"
        if number.isdigit() and mix in tensors:
            most = float(abs(table).max()) or 1.0
            rounded[name] = np.round(table * (BYTE_SHARES / most)).astype(np.int8)
            rounded[mix] = tensors[mix] * np.float32(most)
    return rounded


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
    notes = f"{earlier}. Weights rounded to float16, textures to bytes.".lstrip(". ")
    metrics = figures_of(report) if report else whole.metadata.provenance.metrics
    metadata = replace(whole.metadata, provenance=replace(whole.metadata.provenance, notes=notes, metrics=metrics))
    networks = {"generator": to_float16(to_bytes(whole.generator)), "discriminator": to_float16(whole.discriminator)}
    save_checkpoint(Path(target), metadata, **networks)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (CocoganError, OSError, ValueError, LookupError) as error:
        sys.exit(f"to_half: error: {error}")
