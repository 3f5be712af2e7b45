"""What one evaluation measures, and how. Importing it does not import torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.config import ModelConfig
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.rooms.placement import front_of, symmetry_of
from cocogan_core.errors import DataError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.symmetry import upright_rooms
from cocogan_core.inference.latents import sample_z
from cocogan_core.metrics.features import FeatureExtractor, FeatureName, load_features
from cocogan_core.metrics.frechet import resize_to_grid
from cocogan_core.metrics.image_sets import ImageSetStats, image_set_stats
from cocogan_core.progress import Progress

if TYPE_CHECKING:
    from cocogan_core.inference.patch_generator import PatchGenerator

__all__ = ["EvaluationSetup"]

Image = NDArray[np.uint8]
PLACES = {"pixel": "in the middle of the first pixel", "edge": "at the left edge"}
ROWS_WITHOUT_MODEL = 4  # the paper's micro patches from top to bottom


@dataclass(frozen=True, kw_only=True)
class EvaluationSetup:
    """What is measured, and how.

    Attributes:
        real: the real pictures.
        generator: makes the pictures that are compared with them; None to compare real ones only.
        grid: the size at which all pictures are compared, and where their patches lie.
        extractor: gives the features by which they are compared.
        samples: pictures on each side.
        seed: of z, and of which real pictures are taken.
    """

    real: ImageDataset
    generator: PatchGenerator | None
    grid: PatchGrid
    extractor: FeatureExtractor
    samples: int
    seed: int

    def stats(self, name: str, images: Iterable[Image], count: int, progress: Progress) -> ImageSetStats:
        """Statistics of ``count`` full images (H, W, 3)."""
        return image_set_stats(progress(images, name, count), self.extractor, self.grid, seed=self.seed)

    def real_images(self, dataset: ImageDataset, indices: NDArray[np.intp]) -> Iterator[Image]:
        """Pictures of a data set at the size of the grid."""
        return (resize_to_grid(dataset.image(int(index)), self.grid) for index in indices)

    @property
    def row_weights(self) -> NDArray[np.float64] | None:
        """What errors in each row of pixels count; None where all count alike."""
        projection = self.real.projection
        return None if projection is None else projection.row_weights(self.grid.height_px)

    @property
    def upright(self) -> bool:
        """Whether the real pictures are of rooms that were all set upright."""
        return symmetry_of(self.real.about) is not None

    def random_z(self) -> NDArray[np.float32]:
        """As many z as pictures on each side: of upright rooms where the real ones are, and the model tells them."""
        assert self.generator is not None
        model = self.generator.metadata.model
        z = sample_z(self.seed, model.z_dim, count=self.samples)
        if model.symmetry is None or not self.upright:
            return z
        return np.asarray(upright_rooms(z, model.latent_names, model.symmetry), np.float32)

    @classmethod
    def load(
        cls,
        checkpoint: Path | str | None,
        data: Path | str,
        *,
        features: FeatureName,
        views: int,
        samples: int,
        seed: int,
        device: str,
        inception_weights: Path | None = None,
    ) -> Self:
        """Open the data set and load the networks; arguments and errors are those of ``evaluation.evaluate``."""
        from cocogan_core.inference.patch_generator import PatchGenerator
        from cocogan_core.inference.torch_engine import torch_device

        real = ImageDataset.open(data)
        chosen = torch_device(device).type  # the features need torch in any case
        generator = None if checkpoint is None else PatchGenerator.load(checkpoint, chosen)
        if generator is not None:
            _require_same_front(real, generator.metadata.model)
        network = load_features(features, device=chosen, weights=inception_weights)
        return cls(
            real=real,
            generator=generator,
            grid=_grid_without_model(real) if generator is None else generator.metadata.model.grid,
            extractor=FeatureExtractor(network=network, projection=real.projection, views=views),
            samples=samples,
            seed=seed,
        )


def _require_same_front(real: ImageDataset, model: ModelConfig) -> None:
    """Half a pixel between pictures and model would be measured as an error of the model."""
    here = front_of(real.about)
    there = "edge" if model.symmetry is not None else None if model.room is None else model.room.front
    if there is not None and there != here and real.latent_names:
        raise DataError(
            f"{real.folder}: yaw 0 is {PLACES[here]} of its panoramas, and {PLACES[there]} of the model's: "
            f"make rooms with `cocogan rooms --front {there}`"
        )


def _grid_without_model(real: ImageDataset) -> PatchGrid:
    """The paper's number of patches from top to bottom, for the real pictures' own border ratios."""
    patch_px = max(1, real.height_px // ROWS_WITHOUT_MODEL)
    if real.height_px % patch_px or real.width_px % patch_px:
        raise DataError(
            f"{real.folder}: {real.width_px}×{real.height_px} does not cut into square patches, "
            f"{ROWS_WITHOUT_MODEL} down"
        )
    system: Literal["cylindrical", "planar"] = "planar" if real.projection is None else "cylindrical"
    rows, columns = real.height_px // patch_px, real.width_px // patch_px
    return PatchGrid(
        system=system,
        rows=rows,
        columns=columns,
        macro_rows=min(2, rows),
        macro_columns=min(2, columns),
        patch_px=patch_px,
    )
