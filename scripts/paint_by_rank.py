"""A compact G's painting layers by rank: ``python scripts/paint_by_rank.py IN OUT --rank 64``.

What z says of how objects look goes through a layer for each stage, or through so many numbers that all stages share
(``paint_rank``), which is fewer weights. The numbers are those of the singular value decomposition of all layers
together, of what they are given of random rooms.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import tyro
from numpy.typing import NDArray
from torch import nn

from cocogan_core import Checkpoint, CocoganError, load_checkpoint, save_checkpoint
from cocogan_core.models.build import load_generator
from cocogan_core.models.compact import CompactGenerator
from cocogan_core.models.object_coordinates import told_of

Matrix = NDArray[np.float64]
ROOMS, LEAST = 4000, 1e-9


def by_rank(checkpoint: Checkpoint, rank: int) -> Checkpoint:
    """The same with ``paint_rank``.

    Raises:
        SystemExit: the model has no such layers.
    """
    generator = load_generator(checkpoint)
    if not isinstance(generator, CompactGenerator) or generator.objects is None or generator.config.paint_rank:
        raise SystemExit("the model has no layers for each stage that say how objects look")
    layers = generator.objects
    rows, root = len(layers.table[0]) + 1, _root(generator)
    every = np.concatenate([_of_rows(layer, rows) for layer in layers.paint if isinstance(layer, nn.Linear)], 1)
    channels = every.shape[1]
    left, sizes, right = np.linalg.svd((every @ root).transpose(1, 0, 2).reshape(channels, -1), full_matrices=False)
    paint = left[:, :rank] * np.sqrt(sizes[:rank])
    codes = (np.sqrt(sizes[:rank, None]) * right[:rank]).reshape(rank, rows, -1) @ np.linalg.inv(root)
    codes = codes.transpose(1, 0, 2).reshape(rows * rank, -1)
    tensors = {name: x for name, x in checkpoint.generator.items() if not name.startswith("objects.paint.")}
    tensors |= {"objects.codes.weight": _single(codes[:, :-1]), "objects.codes.bias": _single(codes[:, -1])}
    ends = np.cumsum([len(layer.bias) // rows for layer in layers.paint if isinstance(layer, nn.Linear)])
    parts = np.split(paint, ends[:-1])
    tensors |= {f"objects.paint.{k}.weight": _single(part) for k, part in enumerate(parts)}
    model = replace(generator.config, paint_rank=rank)
    return replace(checkpoint, metadata=replace(checkpoint.metadata, model=model), generator=tensors)


def _root(generator: CompactGenerator) -> Matrix:
    """(P + 1, P + 1) root of the second moments of what the layers are given, and of 1."""
    assert generator.objects is not None
    z = torch.rand(ROOMS, generator.config.z_dim, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.no_grad():
        given = generator.objects.hidden(told_of(generator.objects.scene, z)).double().numpy()
    given = np.concatenate([given, np.ones((ROOMS, 1))], 1)
    sizes, vectors = np.linalg.eigh(given.T @ given / ROOMS)
    return np.asarray((vectors * np.sqrt(sizes.clip(LEAST))) @ vectors.T)


def _of_rows(layer: nn.Linear, rows: int) -> Matrix:
    """(rows, C, P + 1) weights and biases of a layer."""
    both = torch.cat([layer.weight, layer.bias[:, None]], 1).detach().double().numpy()
    return np.asarray(both).reshape(rows, -1, both.shape[1])


def _single(x: Matrix) -> NDArray[np.float32]:
    return np.ascontiguousarray(x, np.float32)


def main(source: tyro.conf.Positional[Path], target: tyro.conf.Positional[Path], rank: int = 64) -> None:
    """Write it.

    Args:
        source: checkpoint of a compact model with object coordinates.
        target: file to write.
        rank: so many numbers a row.
    """
    made = by_rank(load_checkpoint(source), rank)
    notes = f"{made.metadata.provenance.notes.rstrip('. ')}. Painting layers by rank {rank} of their decomposition."
    metadata = replace(made.metadata, provenance=replace(made.metadata.provenance, notes=notes))
    save_checkpoint(target, metadata, generator=made.generator, discriminator=made.discriminator)


if __name__ == "__main__":
    try:
        tyro.cli(main)
    except (CocoganError, OSError) as error:
        raise SystemExit(f"paint_by_rank: error: {error}") from error
