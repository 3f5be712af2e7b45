"""What makes pixels: the one protocol of all engines, and which of them a device means. Imports none of them."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError

__all__ = ["DEVICES", "Cell", "Device", "Engine", "EngineName", "Latent", "Patches", "Shape", "choose_engine"]

Device = Literal["auto", "cpu", "cuda", "mps", "directml", "coreml"]
DEVICES: tuple[str, ...] = get_args(Device)
EngineName = Literal["auto", "onnxruntime", "torch"]

Latent = NDArray[np.float32]
Patches = NDArray[np.uint8]
Cell = tuple[int, int]  # (row, column) of a micro patch
Shape = tuple[int, int]  # (rows, columns) of patches
Features = TypeVar("Features")

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
# CoreML is part of every onnxruntime for macOS and not measured; the others are there because somebody wanted them.
AUTOMATIC = ("cuda", "directml", "cpu")


class Engine(Protocol[Features]):
    """Makes blocks of neighbouring micro patches of one checkpoint.

    A block is named by its first patch's (row, column), a multiple of the block's shape, and comes as sRGB bytes
    (rows·columns, s, s, 3), row by row. A patch has the same bytes in every block and whenever it is made.
    ``Features`` are what a patch of level 0 leaves behind for the finer levels to go on from.

    Attributes:
        at_once: how many threads may ask for a block at the same time.
    """

    @property
    def at_once(self) -> int: ...

    def shapes(self, level: int) -> Sequence[Shape]:
        """Blocks that can be made on a level, largest first, (1, 1) last; fine ones lie within a patch of level 0."""

    def base(self, z: Latent, corner: Cell, shape: Shape) -> tuple[Patches, Sequence[Features]]:
        """A block of level 0 of z (z_dim,), and its patches' features, none where there are no finer levels."""

    def fine(self, z: Latent, corner: Cell, shape: Shape, level: int, features: Features) -> Patches:
        """A block of a level above 0, from the features of the patch of level 0 that it lies in."""

    def responses(self, z: Latent) -> NDArray[np.float32]:
        """First features (n, d) of many z (n, z_dim), whose principal components are the picture's main changes."""

    def flop(self, level: int) -> float:
        """Floating-point operations of a patch in the largest block, margins included; a multiply-add counts as two."""


def choose_engine(
    device: str, engine: str = "auto", available: Callable[[], Any] | None = None
) -> tuple[Literal["onnxruntime", "torch"], str]:
    """Which engine runs on a device, and ONNX Runtime's provider or torch's device.

    ``auto`` is the best provider of ONNX Runtime that is installed; torch is not imported to find out. ``cuda`` is that
    provider, or else torch's; ``mps`` is torch's. ``available`` lists the providers, for tests.

    Raises:
        ConfigError: there is no such device or engine here.
    """
    providers = _providers() if available is None else list(available())
    here = [name for name, provider in PROVIDERS.items() if provider in providers]
    if device not in DEVICES or engine not in get_args(EngineName):
        raise ConfigError(f"there is no device {device} or no engine {engine}; use --device {', '.join(DEVICES)}")
    if engine == "torch" or device == "mps" or (device == "cuda" and engine == "auto" and "cuda" not in here):
        if device in ("directml", "coreml"):
            raise ConfigError(f"torch has no device {device}; leave --engine out, or use --device cuda, mps or cpu")
        return "torch", device
    if device == "auto":
        return "onnxruntime", PROVIDERS[next(name for name in AUTOMATIC if name in here)]
    if device not in here:
        raise ConfigError(
            f"device {device} is not available here; use --device cpu, or install an onnxruntime that has it"
        )
    return "onnxruntime", PROVIDERS[device]


def _providers() -> list[str]:
    from cocogan_core.inference.onnx_runtime import onnxruntime

    found: list[str] = onnxruntime.get_available_providers()
    return found
