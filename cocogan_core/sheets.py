"""Sample sheets: the same z again and again as training goes, to be looked at one after the other."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cocogan_core.feed import Inputs
from cocogan_core.gallery import pictures
from cocogan_core.networks import Generator
from cocogan_core.synthesis import to_uint8

__all__ = ["Sheet"]

Images = NDArray[np.uint8]
COLUMNS = 8  # of planar pictures


class Sheet:
    """Pictures of fixed inputs. Panoramas stand twice side by side, so that the wrap is seen.

    Where z has named entries the real room of the same ones follows.
    """

    def __init__(self, fixed: Inputs, *, named: bool) -> None:
        """``fixed`` holds whole pictures with their z."""
        self._fixed, self._named = fixed, named

    def draw(self, generator: Generator, path: Path) -> dict[str, float]:
        """Write the sheet; returns ``psnr_db`` against the named rooms, or nothing."""
        made = np.stack(list(pictures(generator, self._fixed.z)))
        figures = {}
        columns = [made, made] if generator.config.grid.wraps else [made]
        if self._named:
            real = to_uint8(self._fixed.real)
            columns.append(real)
            error = ((made.astype(np.float32) - real) / 255) ** 2
            figures["psnr_db"] = float(-10 * np.log10(error.mean((1, 2, 3)).clip(1e-10)).mean())
        rows = [np.concatenate(row, axis=1) for row in zip(*columns, strict=True)]
        if len(columns) == 1:
            rows = [np.concatenate(made[i : i + COLUMNS], axis=1) for i in range(0, len(made), COLUMNS)]
        Image.fromarray(np.concatenate(rows)).save(path)
        return figures
