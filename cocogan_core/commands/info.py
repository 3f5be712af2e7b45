"""``cocogan info``: what a checkpoint says of itself. Does not import torch."""

import math
from pathlib import Path

import tyro

from cocogan_core.checkpoint import Metadata, read_metadata, weight_counts
from cocogan_core.geometry.projection import Projection
from cocogan_core.shipped import model_path
from cocogan_core.text import LONGEST_MESSAGE, printable

__all__ = ["info"]


def info(checkpoint: tyro.conf.Positional[Path | None] = None) -> None:
    """Show what a checkpoint says of itself: model, projection, provenance.

    Args:
        checkpoint: a .safetensors file (default: the room that is shipped).
    """
    from rich.console import Console
    from rich.table import Table

    path = model_path(checkpoint)
    table = Table("", printable(path), show_lines=True)
    for name, value in _rows(path, read_metadata(path)).items():
        table.add_row(name, "\n".join(printable(line, LONGEST_MESSAGE) for line in value.split("\n")))
    Console(markup=False, emoji=False).print(table)


def _rows(path: Path, metadata: Metadata) -> dict[str, str]:
    model, grid, provenance = metadata.model, metadata.model.grid, metadata.provenance
    return {
        "picture": f"{grid.width_px}×{grid.height_px}, {grid.system}" + f", {grid.levels} levels" * (grid.levels > 1),
        "covers": _covers(metadata.projection),
        "micro patches": f"{grid.rows}×{grid.columns} of {grid.patch_px}² pixels",
        "macro patch": f"{grid.macro_rows}×{grid.macro_columns} micro patches",
        "networks": f"{model.architecture}, widths {model.generator_width} and {model.discriminator_width}",
        "weights": ", ".join(f"{name} {count:,}" for name, count in weight_counts(path).items()),
        "z": f"{model.z_dim} entries, {len(model.latent_names)} of them named",
        "named entries": _by_object(model.latent_names),
        "data set": provenance.data_set,
        "licence": str(provenance.licence or "not stated"),
        "images seen": f"{provenance.images_seen:,}",
        "metrics": ", ".join(f"{name} {value:g}" for name, value in provenance.metrics.items()) or "none",
        "code version": str(provenance.code_version),
        "notes": str(provenance.notes or "none"),
    }


def _covers(projection: Projection | None) -> str:
    """What of the sphere the pictures show."""
    if projection is None:
        return "a plane, no panorama"
    half_deg = math.degrees(projection.half_extent_rad)
    return f"360° round, {half_deg:.1f}° up and down ({projection.kind})"


def _by_object(names: tuple[str, ...]) -> str:
    """Named entries of z, a line for each object: what stands before the dot."""
    groups: dict[str, list[str]] = {}
    for name in names:
        thing, _, what = name.partition(".")
        groups.setdefault(thing, []).append(what.replace("_", " "))
    return "\n".join(f"{thing}: {', '.join(filter(None, what))}" for thing, what in groups.items()) or "none"
