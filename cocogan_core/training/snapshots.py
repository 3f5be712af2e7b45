"""Whole pictures of a generator in training, and sheets of them: the same z each time, to be compared by eye."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cocogan_core.inference.picture_file import write_picture
from cocogan_core.models.base import Generator
from cocogan_core.models.pixels import to_uint8
from cocogan_core.training.batches import TrainingBatch

__all__ = ["SampleGrid", "pictures"]

PIXELS = 1 << 20  # a pass: what a training step of these networks would need is more
COLUMNS = 8  # of planar pictures

Images = NDArray[np.uint8]


@torch.no_grad()
def pictures(generator: Generator, z: Tensor) -> Iterator[Images]:
    """Whole pictures (H, W, 3) of z (n, z_dim), one by one, with the statistics gathered in training.

    A few are made at a time, so that memory does not grow with their number or size.
    """
    grid, training = generator.config.grid, generator.training
    generator.eval()
    try:
        for part in z.split(max(1, PIXELS // (grid.height_px * grid.width_px))):  # type: ignore[no-untyped-call]
            yield from to_uint8(generator.full(part))
    finally:
        generator.train(training)


class SampleGrid:
    """A sheet of the pictures of fixed z. Panoramas stand twice side by side, so that the wrap is seen.

    Where z has named entries the real room of the same ones follows. Finer levels of detail add a row each of macro
    patches, and one of the real ones under it.
    """

    def __init__(self, batch: TrainingBatch, fine: Sequence[TrainingBatch] = (), *, paired: bool) -> None:
        """``batch`` holds whole pictures with their z, ``fine`` macro patches of each level above 0.

        ``paired`` says that pictures and z belong together.
        """
        self._batch, self._fine, self._paired = batch, fine, paired

    def draw(self, generator: Generator, path: Path) -> dict[str, float]:
        """Write the sheet to ``path``; returns ``psnr_db`` to the paired pictures, or nothing.

        Raises:
            OutputError: the system refused to write.
        """
        made = np.stack(list(pictures(generator, self._batch.z)))
        figures = {}
        columns = [made, made] if generator.config.grid.wraps else [made]
        if self._paired:
            real = to_uint8(self._batch.real)
            columns.append(real)
            error = ((made.astype(np.float32) - real) / 255) ** 2 * self._weights()
            figures["psnr_db"] = float(-10 * np.log10(error.mean((1, 2, 3)).clip(1e-10)).mean())
        rows = [np.concatenate(row, axis=1) for row in zip(*columns, strict=True)]
        if len(columns) == 1:
            rows = [np.concatenate(made[i : i + COLUMNS], axis=1) for i in range(0, len(made), COLUMNS)]
        rows += self._fine_rows(generator, rows[0].shape[1])
        sheet = np.concatenate(rows)
        write_picture(path, [sheet], height_px=sheet.shape[0], width_px=sheet.shape[1])
        return figures

    def _weights(self) -> NDArray[np.float32] | float:
        """What errors in the pictures' rows count, (n, h, 1, 1)."""
        weights = self._batch.weights
        return weights if isinstance(weights, float) else weights.permute(0, 2, 3, 1).cpu().numpy()

    @torch.no_grad()
    def _fine_rows(self, generator: Generator, width_px: int) -> list[Images]:
        """Macro patches of each finer level side by side, generated and real, filled up to ``width_px``."""
        rows = []
        for batch in self._fine:
            made = to_uint8(generator.macro(batch.z, batch.ids, batch.level))
            for patches in (made, to_uint8(batch.real)):
                row = np.concatenate(list(patches), axis=1)[:, :width_px]
                rows.append(np.pad(row, ((0, 0), (0, width_px - row.shape[1]), (0, 0))))
        return rows
