"""Engines of the paper's ablations (§3.7): "optimal G", whose one pass is the whole image, and "multiple G"."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocogan_core.checkpoint import Checkpoint
from cocogan_core.errors import CheckpointError
from cocogan_core.inference.engine import Cell, Latent, Patches, Shape
from cocogan_core.inference.onnx_engine import OnnxEngine
from cocogan_core.text import printable

__all__ = ["FullEngine", "MultipleEngine", "inner_checkpoints"]


class FullEngine:
    """Cuts patches out of the newest z's image; see :class:`cocogan_core.inference.engine.Engine` for the methods."""

    at_once = 1

    def __init__(self, engine: OnnxEngine) -> None:
        """``engine`` makes whole images."""
        self._engine = engine
        self._z: Latent = np.zeros(0, np.float32)
        self._image: Patches = np.zeros((0, 0, 0, 3), np.uint8)

    def shapes(self, level: int) -> Sequence[Shape]:
        """As :class:`Engine`."""
        return ((1, 1),)

    def base(self, z: Latent, corner: Cell, shape: Shape) -> tuple[Patches, Sequence[None]]:
        """As :class:`Engine`."""
        (whole,) = self._engine.shapes(0)
        if not np.array_equal(z, self._z):
            self._image, _ = self._engine.base(z, (0, 0), whole)
            self._z = z.copy()
        index = corner[0] * whole[1] + corner[1]
        return self._image[index : index + 1], ()

    def fine(self, z: Latent, corner: Cell, shape: Shape, level: int, features: None) -> Patches:
        """As :class:`Engine`; such a model has one level."""
        raise AssertionError(f"no level {level} here")

    def responses(self, z: Latent) -> NDArray[np.float32]:
        """As :class:`Engine`."""
        return self._engine.responses(z)

    def flop(self, level: int) -> float:
        """As :class:`Engine`: a share of the image."""
        return self._engine.flop(level)


class MultipleEngine:
    """Asks a patch's own engine for it, made when it is first needed; for the methods see ``engine.Engine``."""

    at_once = 1

    def __init__(self, checkpoint: Checkpoint, engine_of: Callable[[Checkpoint], OnnxEngine]) -> None:
        """``engine_of`` makes the engine of one generator.

        Raises:
            CheckpointError: the generators are not as many as the patches, or not alike.
        """
        self._grid = checkpoint.metadata.model.grid
        self._parts, self._engine_of = inner_checkpoints(checkpoint), engine_of
        self._engines: dict[int, OnnxEngine] = {}
        self._inner(0)

    def shapes(self, level: int) -> Sequence[Shape]:
        """As :class:`Engine`."""
        return ((1, 1),)

    def base(self, z: Latent, corner: Cell, shape: Shape) -> tuple[Patches, Sequence[None]]:
        """As :class:`Engine`."""
        patches, _ = self._inner(corner[0] * self._grid.columns + corner[1]).base(z, corner, shape)
        return patches, ()

    def fine(self, z: Latent, corner: Cell, shape: Shape, level: int, features: None) -> Patches:
        """As :class:`Engine`; such a model has one level."""
        raise AssertionError(f"no level {level} here")

    def responses(self, z: Latent) -> NDArray[np.float32]:
        """As :class:`Engine`: the middle patch's generator's."""
        return self._inner(len(self._parts) // 2).responses(z)

    def flop(self, level: int) -> float:
        """As :class:`Engine`."""
        return self._inner(0).flop(level)

    def _inner(self, index: int) -> OnnxEngine:
        if index not in self._engines:
            self._engines[index] = self._engine_of(self._parts[index])
        return self._engines[index]


def inner_checkpoints(checkpoint: Checkpoint) -> list[Checkpoint]:
    """The generators of a "multiple G", patch by patch.

    Raises:
        CheckpointError: a tensor is missing, unknown or misshapen, compared with the first generator.
    """
    model = checkpoint.metadata.model
    inner = replace(checkpoint.metadata, model=replace(model, generator="micro"))
    parts: list[dict[str, NDArray[Any]]] = [{} for _ in range(model.grid.rows * model.grid.columns)]
    for name, tensor in checkpoint.generator.items():
        head, number, rest = (*name.split(".", 2), "", "")[:3]
        if head != "inner" or not number.isdecimal() or int(number) >= len(parts):
            raise CheckpointError(f"generator: tensor {printable(name)} is not part of this model")
        parts[int(number)][rest] = tensor
    shapes = [{name: tensor.shape for name, tensor in part.items()} for part in parts]
    for index, found in enumerate(shapes):
        if found != shapes[0]:
            raise CheckpointError(f"generator: the tensors inner.{index} are not those of inner.0; it is incomplete")
    return [Checkpoint(metadata=inner, generator=part, discriminator={}) for part in parts]
