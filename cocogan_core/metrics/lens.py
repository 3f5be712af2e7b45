"""How pictures are looked at before they are compared: whole or by views, through a feature network.

Knows no checkpoints and no files.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError
from cocogan_core.metrics.features import FeatureNetwork
from cocogan_core.metrics.views import views_of
from cocogan_core.projection import Projection

__all__ = ["Lens"]

Image = NDArray[np.uint8]
BATCH = 16  # pictures a pass of the feature network
VIEW_PX = 224  # EfficientNet-Lite0's own input
GOLDEN_TURN = 0.6180339887498949  # successive panoramas begin their views this share of a turn apart


@dataclass(frozen=True, kw_only=True)
class Lens:
    """A feature network and what it is shown of each picture.

    Attributes:
        network: turns pictures into features.
        projection: of the panoramas; None for planar pictures.
        views: 90° views a panorama, evenly round the horizon; 0 shows the whole picture.

    Raises:
        ConfigError: views of planar pictures, or a negative number of them.
    """

    network: FeatureNetwork
    projection: Projection | None
    views: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be looked at."""
        if self.views < 0 or (self.views and self.projection is None):
            raise ConfigError(
                f"views is {self.views}: planar pictures have no views, panoramas 0 or more; use --views 0"
            )

    def features(self, images: Iterable[Image]) -> NDArray[np.float32]:
        """Features (n · max(1, views), d) of full images (H, W, 3), all of one size, taken one by one."""
        shown = (part for index, image in enumerate(images) for part in self._shown(image, index))
        return np.concatenate([self.network.extract(np.stack(batch)) for batch in _batches(shown)])

    def _shown(self, image: Image, index: int) -> Iterable[Image]:
        if self.projection is None:
            return [image]
        if not self.views:
            # half a turn, so that the 0°/360° border, where a generator breaks first, is seen in the middle
            return [np.roll(image, image.shape[1] // 2, 1)]
        first_yaw_rad = 2 * np.pi * (index * GOLDEN_TURN % 1)
        return views_of(image, self.projection, count=self.views, size_px=VIEW_PX, first_yaw_rad=first_yaw_rad)


def _batches(images: Iterator[Image]) -> Iterator[list[Image]]:
    while batch := list(islice(images, BATCH)):
        yield batch
