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
from cocogan_core.data.rooms.drawn import DrawnRooms
from cocogan_core.data.rooms.live import LiveRooms
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

__all__ = ["EvaluationSetup", "RealPictures", "open_pictures"]

Image = NDArray[np.uint8]
RealPictures = ImageDataset | DrawnRooms
PLACES = {"pixel": "in the middle of the first pixel", "edge": "at the left edge"}
ROWS_WITHOUT_MODEL = 4  # the paper's micro patches from top to bottom
MOST_ASIDE_PX = 0.49  # of pictures beside the model's, by where they have yaw 0


@dataclass(frozen=True, kw_only=True)
class EvaluationSetup:
    """What is measured, and how.

    Attributes:
        real: the real pictures.
        generator: makes the pictures that are compared with them; None to compare real ones only.
        grid: the size at which all pictures are compared, and where their patches lie: one level's.
        level: which one that is of the generator's.
        extractor: gives the features by which they are compared.
        samples: pictures on each side.
        seed: of z, and of which real pictures are taken.
    """

    real: RealPictures
    generator: PatchGenerator | None
    grid: PatchGrid
    level: int
    extractor: FeatureExtractor
    samples: int
    seed: int

    def stats(self, name: str, images: Iterable[Image], count: int, progress: Progress) -> ImageSetStats:
        """Statistics of ``count`` full images (H, W, 3)."""
        watched = progress(images, name, count)
        return image_set_stats(watched, self.extractor, self.grid, seed=self.seed, level=self.level)

    def real_images(self, pictures: RealPictures, indices: NDArray[np.intp]) -> Iterator[Image]:
        """Pictures at the size of the grid."""
        return (_at_size(pictures, int(index), self.grid) for index in indices)

    def generated(self, z: NDArray[np.float32]) -> Image:
        """The generator's picture of one z at the size of the grid."""
        assert self.generator is not None
        return self.generator.panorama(z, level=self.level)

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
        level: int = 0,
        inception_weights: Path | None = None,
    ) -> Self:
        """Open the pictures and load the networks; arguments and errors are those of ``evaluation.evaluate``."""
        from cocogan_core.inference.patch_generator import PatchGenerator
        from cocogan_core.inference.torch_engine import torch_device

        real = open_pictures(data, samples=samples, seed=seed)
        chosen = torch_device(device).type  # the features need torch in any case
        generator = None if checkpoint is None else PatchGenerator.load(checkpoint, chosen)
        every = _grid_without_model(real, level + 1) if generator is None else generator.metadata.model.grid
        grid = every.at_level(level)
        if generator is not None:
            _require_same_front(real, generator.metadata.model, grid)
        network = load_features(features, device=chosen, weights=inception_weights, level=level)
        return cls(
            real=real,
            generator=generator,
            grid=grid,
            level=level,
            extractor=FeatureExtractor(network=network, projection=real.projection, views=views),
            samples=samples,
            seed=seed,
        )


def open_pictures(folder: Path | str, *, samples: int, seed: int) -> RealPictures:
    """Prepared pictures, or twice ``samples`` rooms of a recipe for live ones, which are drawn when looked at.

    Raises:
        DataError: it is neither, or broken.
    """
    if LiveRooms.lie_in(Path(folder)):
        return DrawnRooms.of(LiveRooms.open(Path(folder)), 2 * samples, seed)
    return ImageDataset.open(folder)


def _at_size(pictures: RealPictures, index: int, grid: PatchGrid) -> Image:
    """A picture at the size of a grid, made from the smallest of its levels of detail that is as large."""
    if isinstance(pictures, DrawnRooms):
        return pictures.at_size(index, grid)
    wanted, finest = max(0, (grid.width_px // pictures.width_px).bit_length() - 1), pictures.picture_levels[index] - 1
    return resize_to_grid(pictures.image(index, min(wanted, int(finest))), grid)


def _require_same_front(real: RealPictures, model: ModelConfig, grid: PatchGrid) -> None:
    """Half a pixel between pictures and model would be measured as an error of the model."""
    here = front_of(real.about)
    there = "edge" if model.symmetry is not None else None if model.room is None else model.room.front
    if there is not None and there != here and real.latent_names:
        raise DataError(
            f"{real.folder}: yaw 0 is {PLACES[here]} of its panoramas, and {PLACES[there]} of the model's: "
            f"make rooms with `cocogan rooms --front {there}`"
        )
    if model.room is not None and here == there == "pixel" and _are_rooms(real):
        aside_px = abs(0.5 / real.width_px - model.room.front_share) * grid.width_px
        if aside_px > MOST_ASIDE_PX:
            raise DataError(
                f"{real.folder}: yaw 0 is in the middle of a pixel of {real.width_px} columns, and of "
                f"{model.room.width_px} for the model, {aside_px:.1f} pixels aside at this level: draw rooms live "
                f"(`cocogan rooms OUT --live --width {model.room.width_px}`)"
            )


def _are_rooms(real: RealPictures) -> bool:
    return isinstance(real, DrawnRooms) or real.about.get("recipe", {}).get("source") == "rooms"


def _grid_without_model(real: RealPictures, levels: int) -> PatchGrid:
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
        levels=max(1, levels),
    )
