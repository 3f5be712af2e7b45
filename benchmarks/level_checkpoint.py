"""A model of several levels for measurements: the shipped room, with fine stages of random weights above its own.

They cost what trained ones do. Imports torch only while the file is made, in a process of its own.
"""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cocogan_core.shipped import shipped_model

__all__ = ["LEVELS", "write_level_checkpoint"]

LEVELS = 4
SEED = 1


def write_level_checkpoint(path: Path, levels: int = LEVELS) -> float:
    """Write it; 10⁹ operations that a patch of the finest level takes if its pixels, and those below, had no margin."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_write, path, levels).result()


def _write(path: Path, levels: int) -> float:
    from dataclasses import replace

    import torch

    from cocogan_core.checkpoint import load_checkpoint, save_checkpoint
    from cocogan_core.models.build import build_generator

    shipped = load_checkpoint(shipped_model())
    metadata = shipped.metadata
    model = replace(metadata.model, grid=replace(metadata.model.grid, levels=levels))
    torch.manual_seed(SEED)
    generator = build_generator(model)
    trained = {name: torch.from_numpy(array) for name, array in shipped.generator.items()}
    generator.load_state_dict({name: trained.get(name, tensor) for name, tensor in generator.state_dict().items()})
    tensors = {name: tensor.numpy() for name, tensor in generator.state_dict().items()}
    save_checkpoint(path, replace(metadata, model=model), generator=tensors)
    return _own_gflop(generator)


def _own_gflop(generator: object) -> float:
    """Of a finest patch: every stage over just the cells under its pixels, a multiply-add counted as two."""
    from itertools import pairwise

    from cocogan_core.models.compact import CompactGenerator
    from cocogan_core.models.dimensions import (
        FIELD_DEPTH,
        OBJECT_FEATURES,
        ROOM_FEATURES,
        compact_widths,
    )

    assert isinstance(generator, CompactGenerator)
    config, widths = generator.config, compact_widths(generator.config)
    told = (ROOM_FEATURES if config.room else 0) + (OBJECT_FEATURES if config.objects else 0)
    last, pixels = len(widths) - 1, generator.config.grid.patch_px**2
    flop: float = (FIELD_DEPTH * config.field_width**2 + config.field_width * widths[0]) * pixels / 4**last
    for stage, (before, after) in enumerate(pairwise(widths), 1):
        up, refine, rgb = 4 * before * after, 9 * after**2, 3 * after  # of the up's 4×4, a quarter meets each cell
        flop += (up + refine + rgb + told * after) * pixels / 4 ** (last - stage)
    return float(2 * flop / 1e9)
