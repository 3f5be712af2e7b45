"""Splits prepared pictures into those to train on and those to measure by (Table 1: 50,000 real ones held out).

Usage: python scripts/reproduce/hold_out.py DATA TRAIN HELD_OUT [--count 50000] [--seed 0]
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from rich.progress import track

from cocogan_core.data.dataset import DatasetWriter, ImageDataset
from cocogan_core.errors import ConfigError


@dataclass(frozen=True)
class Settings:
    """What to split."""

    data: tyro.conf.Positional[Path]
    """prepared pictures"""
    train: tyro.conf.Positional[Path]
    """folder to write, of those to train on"""
    held_out: tyro.conf.Positional[Path]
    """folder to write, of those to measure by"""
    count: int = 50_000
    """how many to hold out"""
    seed: int = 0
    """chooses which"""


def main(settings: Settings) -> None:
    """Write both folders; those that exist must be new or empty.

    Raises:
        ConfigError: there are not so many pictures, or a folder holds pictures already.
    """
    whole = ImageDataset.open(settings.data)
    if not 0 < settings.count < whole.count:
        raise ConfigError(f"--count is {settings.count}, and {settings.data} holds {whole.count} pictures")
    held = set(np.random.default_rng(settings.seed).permutation(whole.count)[: settings.count].tolist())
    with _writer(settings.train, whole) as train, _writer(settings.held_out, whole) as held_out:
        for index in track(range(whole.count), "splitting"):
            parameters = whole.parameters[index] if whole.latent_names else None
            (held_out if index in held else train).append(whole.image(index), parameters)


def _writer(folder: Path, whole: ImageDataset) -> DatasetWriter:
    """An empty data set of the same kind, of level 0 only."""
    about = whole.about
    writer = DatasetWriter(
        folder,
        height_px=whole.height_px,
        width_px=whole.width_px,
        projection=whole.projection,
        source=about["source"],
        licence=about["licence"],
        latent_names=whole.latent_names,
        recipe={"split of": about.get("recipe", {})},
    )
    if writer.count:
        raise ConfigError(f"{folder} holds {writer.count} pictures already; name a new folder")
    return writer


if __name__ == "__main__":
    main(tyro.cli(Settings))
