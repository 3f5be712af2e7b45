"""One pass over a set of pictures, too many to keep, and what it leaves behind. Knows no files."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.coordinates import PatchGrid
from cocogan_core.metrics.borders import BorderMeter, BorderRatios
from cocogan_core.metrics.frechet import frechet_distance, kernel_distance, moments_of
from cocogan_core.metrics.lens import Lens
from cocogan_core.metrics.results import Comparison

__all__ = ["Survey", "compare", "survey"]

Features = NDArray[np.float32]
Image = NDArray[np.uint8]
EXAMPLES = 8
MACROS = 256  # macro patches for the Wasserstein indicator, one a picture


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What is kept of a set of full images.

    Attributes:
        features: (n · max(1, views), d) float32.
        borders: their border ratios.
        examples: the first few, whole.
        macros: one macro patch (h, w, 3) of each of the first pictures, stacked.
        macro_ids: where those lie, (n, 2).
    """

    features: Features
    borders: BorderRatios
    examples: tuple[Image, ...]
    macros: Image
    macro_ids: NDArray[np.intp]


def survey(
    images: Iterable[Image], lens: Lens, grid: PatchGrid, *, seed: int, on_picture: Callable[[], object] = lambda: None
) -> Survey:
    """Pass over full images (H, W, 3) of the size of ``grid`` once; ``on_picture`` is called after each."""
    meter, examples, macros = BorderMeter(grid), list[Image](), list[Image]()
    ids = np.random.default_rng(seed).choice(grid.macro_ids(), MACROS)

    def watched() -> Iterator[Image]:
        for index, image in enumerate(images):
            meter.add(image)
            if index < EXAMPLES:
                examples.append(image)
            if index < MACROS:
                top_left = int(ids[index, 0]) * grid.patch_px, int(ids[index, 1]) * grid.patch_px
                macros.append(grid.crop(image, top_left, grid.macro_height_px, grid.macro_width_px))
            yield image
            on_picture()

    features = lens.features(watched())
    return Survey(
        features=features,
        borders=meter.ratios,
        examples=tuple(examples),
        macros=np.stack(macros),
        macro_ids=ids[: len(macros)],
    )


def compare(name: str, some: Features, real: Features, *, views: int) -> Comparison:
    """Distances of some pictures' features (n · max(1, views), d) to real ones.

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
