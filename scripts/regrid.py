"""The compact G's weights on patches of another size: ``python scripts/regrid.py IN OUT --patch-px 64``.

Its stages are the same whatever the patch; levels of detail begin at another one. D, which is not, is left out.
"""

import math
from dataclasses import replace
from pathlib import Path

import tyro

from cocogan_core import CocoganError, load_checkpoint, save_checkpoint
from cocogan_core.config import ModelConfig


def regridded(model: ModelConfig, patch_px: int) -> ModelConfig:
    """The model whose level 0 has patches of ``patch_px``, of macro patches of 2×2, with as many stages."""
    more = math.log2(patch_px / model.grid.patch_px)
    levels = model.grid.levels - int(more)
    if model.architecture != "compact" or more != int(more) or levels < 1:
        raise SystemExit(f"no {model.architecture} model of {model.grid.patch_px}-pixel patches has such of {patch_px}")
    return replace(model, grid=replace(model.grid, patch_px=patch_px, levels=levels, macro_rows=2, macro_columns=2))


def main(source: tyro.conf.Positional[Path], target: tyro.conf.Positional[Path], patch_px: int = 64) -> None:
    """Write it.

    Args:
        source: checkpoint of a compact model.
        target: file to write.
        patch_px: side of the patches.
    """
    whole = load_checkpoint(source)
    model = regridded(whole.metadata.model, patch_px)
    save_checkpoint(target, replace(whole.metadata, model=model), generator=whole.generator)


if __name__ == "__main__":
    try:
        tyro.cli(main)
    except (CocoganError, OSError) as error:
        raise SystemExit(f"regrid: error: {error}") from error
