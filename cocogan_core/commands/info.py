"""``cocogan info``: what a checkpoint says of itself. Does not import torch."""

from pathlib import Path

import tyro
from rich.console import Console
from rich.table import Table

from cocogan_core.checkpoint import read_metadata, weight_counts

__all__ = ["info"]


def info(checkpoint: tyro.conf.Positional[Path]) -> None:
    """Show what a checkpoint says of itself: model, projection, provenance.

    Args:
        checkpoint: a .safetensors file.
    """
    metadata = read_metadata(checkpoint)
    model, grid = metadata.model, metadata.model.grid
    rows = {
        "picture": f"{grid.width_px}×{grid.height_px}, {grid.system}",
        "micro patches": f"{grid.rows}×{grid.columns} of {grid.patch_px}² pixels",
        "macro patch": f"{grid.macro_rows}×{grid.macro_columns} micro patches",
        "networks": f"{model.architecture}, widths {model.generator_width} and {model.discriminator_width}",
        "weights": ", ".join(f"{name} {count:,}" for name, count in weight_counts(checkpoint).items()),
        "z": f"{model.z_dim} entries, {len(model.latent_names)} named: {', '.join(model.latent_names) or 'none'}",
        "projection": str(metadata.projection or "none (planar)"),
    }
    rows |= {name.replace("_", " "): str(value) for name, value in vars(metadata.provenance).items()}
    table = Table("", str(checkpoint))
    for name, value in rows.items():
        table.add_row(name, value)
    Console().print(table)
