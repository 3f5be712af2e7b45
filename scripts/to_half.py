"""Write a checkpoint with float16 weights, D and its heads included: ``python scripts/to_half.py IN OUT``."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocogan_core import checkpoint
from cocogan_core.errors import CocoganError


def halved(tensors: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Floating-point tensors as float16."""
    return {name: tensor.astype(np.float16) if tensor.dtype.kind == "f" else tensor for name, tensor in tensors.items()}


def main(source: str, target: str) -> None:
    """Convert."""
    whole = checkpoint.load(source)
    said = whole.metadata.provenance.notes.rstrip(". ")
    notes = f"{said}. Weights rounded to float16.".lstrip(". ")
    metadata = replace(whole.metadata, provenance=replace(whole.metadata.provenance, notes=notes))
    networks = {"generator": halved(whole.generator), "discriminator": halved(whole.discriminator)}
    checkpoint.save(Path(target), metadata, **networks)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except CocoganError as error:
        sys.exit(f"to_half: error: {error}")
