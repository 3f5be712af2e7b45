"""Scikit-learn's 1,797 handwritten digits of 8×8 pixels, enlarged, as planar pictures to train small networks on.

Usage: python scripts/reproduce/digits.py FOLDER [--side 64]
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from PIL import Image
from sklearn.datasets import load_digits

from cocogan_core.data.dataset import DatasetWriter


@dataclass(frozen=True)
class Settings:
    """What to write."""

    folder: tyro.conf.Positional[Path]
    """folder of prepared pictures to fill; one that is full is left as it is"""
    side: int = 64
    """of the pictures in pixels"""


def main(settings: Settings) -> None:
    """Write the pictures that are not there yet."""
    size = settings.side, settings.side
    writer = DatasetWriter(
        settings.folder,
        height_px=settings.side,
        width_px=settings.side,
        projection=None,
        source="scikit-learn's digits (UCI ML hand-written digits)",
        licence="CC-BY-4.0",
    )
    with writer:
        for digit in load_digits().images[writer.count :]:
            picture = Image.fromarray(np.uint8(digit * 255 / 16)).resize(size, Image.Resampling.BICUBIC)
            writer.append(np.asarray(picture.convert("RGB")))


if __name__ == "__main__":
    main(tyro.cli(Settings))
