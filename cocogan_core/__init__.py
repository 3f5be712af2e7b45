"""COCO-GAN on a cylinder: panoramas made by parts. The names below are the library; what they need loads at first use.

>>> from cocogan_core import PatchGenerator, sample_z
>>> generator = PatchGenerator.load("room.safetensors")
>>> panorama = generator.panorama(sample_z(7, generator.metadata.model.z_dim))  # uint8 (H, W, 3)

Knows no window. Importing the package loads neither torch nor numpy; mistakes of a user raise :class:`CocoganError`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cocogan_core.checkpoint import Checkpoint, load_checkpoint, read_metadata, save_checkpoint
    from cocogan_core.config import ModelConfig
    from cocogan_core.data.dataset import ImageDataset
    from cocogan_core.data.prepare import prepare_dataset
    from cocogan_core.errors import CocoganError
    from cocogan_core.geometry.grid import PatchGrid
    from cocogan_core.geometry.projection import Projection
    from cocogan_core.inference.latents import sample_z
    from cocogan_core.inference.patch_generator import PatchGenerator
    from cocogan_core.metrics.evaluation import evaluate
    from cocogan_core.training.config import TrainConfig
    from cocogan_core.training.trainer import train

__all__ = [
    "Checkpoint",
    "CocoganError",
    "ImageDataset",
    "ModelConfig",
    "PatchGenerator",
    "PatchGrid",
    "Projection",
    "TrainConfig",
    "evaluate",
    "load_checkpoint",
    "prepare_dataset",
    "read_metadata",
    "sample_z",
    "save_checkpoint",
    "train",
]

_MODULES = {
    "Checkpoint": "checkpoint",
    "CocoganError": "errors",
    "ImageDataset": "data.dataset",
    "ModelConfig": "config",
    "PatchGenerator": "inference.patch_generator",
    "PatchGrid": "geometry.grid",
    "Projection": "geometry.projection",
    "TrainConfig": "training.config",
    "evaluate": "metrics.evaluation",
    "load_checkpoint": "checkpoint",
    "prepare_dataset": "data.prepare",
    "read_metadata": "checkpoint",
    "sample_z": "inference.latents",
    "save_checkpoint": "checkpoint",
    "train": "training.trainer",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names beside what is loaded."""
    return sorted({*globals(), *__all__})
