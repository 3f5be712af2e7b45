"""What is kept of a set of pictures, too many to keep, after one pass over them. Knows no files and no networks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.resampling import shrink
from cocogan_core.metrics.features import FeatureExtractor
from cocogan_core.metrics.frechet import frechet_distance, kernel_distance, moments_of
from cocogan_core.metrics.results import Comparison
from cocogan_core.metrics.seams import BorderMeter, BorderRatios

__all__ = ["ImageSetStats", "compare_features", "image_set_stats"]

Features = NDArray[np.float32]
Image = NDArray[np.uint8]
EXAMPLES = 8
MACRO_PATCHES = 256  # for the Wasserstein estimate, one a picture


@dataclass(frozen=True, kw_only=True)
class ImageSetStats:
    """What is kept of a set of full images.

    Attributes:
        features: (n · max(1, views), d) float32.
        borders: their border ratios.
        examples: the first few, whole, at the size of level 0.
        macro_patches: one (h, w, 3) of each of the first pictures, stacked.
        macro_ids: where those lie, (n, 2).
    """

    features: Features
    borders: BorderRatios
    examples: tuple[Image, ...]
    macro_patches: Image
    macro_ids: NDArray[np.intp]


def image_set_stats(
    images: Iterable[Image], extractor: FeatureExtractor, grid: PatchGrid, *, seed: int, level: int = 0
) -> ImageSetStats:
    """Pass once over full images (H, W, 3) of the size of ``grid``, a level's; ``seed`` chooses the macro patches."""
    meter, examples, macro_patches = BorderMeter(grid), list[Image](), list[Image]()
    ids = np.random.default_rng(seed).choice(grid.macro_ids(), MACRO_PATCHES)

    def observe() -> Iterator[Image]:
        for index, image in enumerate(images):
            meter.add(image)
            if index < EXAMPLES:
                examples.append(shrink(image, 1 << level))
            if index < MACRO_PATCHES:
                top_left = int(ids[index, 0]) * grid.patch_px, int(ids[index, 1]) * grid.patch_px
                macro_patches.append(grid.crop(image, top_left, grid.macro_height_px, grid.macro_width_px))
            yield image

    features = extractor.features(observe())
    return ImageSetStats(
        features=features,
        borders=meter.ratios,
        examples=tuple(examples),
        macro_patches=np.stack(macro_patches),
        macro_ids=ids[: len(macro_patches)],
    )


def compare_features(name: str, some: Features, real: Features, *, views: int) -> Comparison:
    """Distances of some pictures' features (n · max(1, views), d) to real ones'.

    Raises:
        DataError: a side has fewer than two.
    """
    kernel = kernel_distance(some, real)
    return Comparison(
        name=name,
        frechet=frechet_distance(moments_of(some), moments_of(real)),
        kernel=kernel.value,
        kernel_error=kernel.standard_error,
        pictures=len(some) // max(1, views),
        reference_pictures=len(real) // max(1, views),
    )
