"""A checkpoint's tensors taken one by one, each checked against the shape that the model gives it. Numpy only."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import CheckpointError
from cocogan_core.text import printable

__all__ = ["Array", "Layer", "WeightReader"]

Array = NDArray[np.float32]
NORM_EPS = 1e-5  # of torch's batch norms


class Layer(NamedTuple):
    """A linear or convolutional layer."""

    weight: Array
    bias: Array


class WeightReader:
    """Generator tensors by name. Every ``take`` and its kin raise CheckpointError on a missing or misshapen tensor."""

    def __init__(self, tensors: Mapping[str, NDArray[Any]], prefix: str = "") -> None:
        """Read ``tensors``, whose names all begin with ``prefix``."""
        self._tensors, self._prefix = tensors, prefix
        self._left = set(tensors)

    def under(self, prefix: str) -> "WeightReader":
        """The tensors of a part, whose names begin with ``prefix``; what it takes counts as taken here."""
        part = WeightReader(self._tensors, self._prefix + prefix)
        part._left = self._left
        return part

    def take(self, name: str, *shape: int) -> Array:
        """A tensor as float32."""
        return self._take(name, shape).astype(np.float32, copy=False)

    def layer(self, name: str, *shape: int) -> Layer:
        """Weight, of this shape, and bias."""
        return Layer(self.take(f"{name}.weight", *shape), self.take(f"{name}.bias", shape[0]))

    def normed(self, name: str, *shape: int) -> Array:
        """The weight of a layer under torch's spectral norm: over its largest singular value, u·Wv (Appendix C)."""
        weight = self.take(f"{name}.parametrizations.weight.original", *shape)
        matrix = weight.reshape(shape[0], -1)
        u = self.take(f"{name}.parametrizations.weight.0._u", shape[0])
        v = self.take(f"{name}.parametrizations.weight.0._v", matrix.shape[1])
        return weight / np.float32(u @ (matrix @ v))

    def statistics(self, name: str, channels: int) -> tuple[Array, Array]:
        """A batch norm's running statistics as y = scale·x + shift, before any affine of its own."""
        self._take(f"{name}.num_batches_tracked", ())
        scale = 1 / np.sqrt(self.take(f"{name}.running_var", channels) + np.float32(NORM_EPS))
        return scale, -self.take(f"{name}.running_mean", channels) * scale

    def finish(self) -> None:
        """Say that all has been taken.

        Raises:
            CheckpointError: a tensor is left.
        """
        for name in sorted(self._left):
            raise CheckpointError(f"generator: tensor {printable(name)} is not part of this model")

    def _take(self, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
        key = self._prefix + name
        if key not in self._tensors:
            raise CheckpointError(
                f"generator: tensor {key} is missing; the checkpoint is incomplete or of another model"
            )
        tensor = self._tensors[key]
        if tensor.shape != shape:
            raise CheckpointError(
                f"generator: tensor {key} has shape {list(tensor.shape)}, the model needs {list(shape)}"
            )
        self._left.discard(key)
        return tensor
