"""ONNX graph of the paper's generator (Fig. 13): spectral norm, statistics and the coordinate folded with numpy.

Every layer conditioned on (z, c) is linear in both, so that its coordinate half is a table with a row for each micro
patch. The network itself is ``cocogan_core.models.paper``.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from cocogan_core.config import ModelConfig
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.weights import Array, WeightReader
from cocogan_core.models.dimensions import BASE, CONDITION_WIDTH, PAPER_BASE_WIDTHS, base_stages, paper_widths

__all__ = ["Given", "PaperGraph"]


@dataclass(frozen=True)
class Conditional:
    """A linear layer of (z, c): ``table`` (patches, out) is the c half with the bias, ``weight`` (out, z_dim)."""

    table: Array
    weight: Array

    def scaled(self, scale: Array) -> "Conditional":
        """Every output times a constant."""
        return Conditional(self.table * scale, self.weight * scale[:, None])

    def plus(self, other: "Conditional") -> "Conditional":
        """The sum of two layers."""
        return Conditional(self.table + other.table, self.weight + other.weight)

    def half(self, which: int) -> "Conditional":
        """The first or second half of the outputs."""
        part = slice(which * len(self.weight) // 2, (which + 1) * len(self.weight) // 2)
        return Conditional(self.table[:, part], self.weight[part])


class Given(NamedTuple):
    """What pictures are made from: z (1, z_dim), and the numbers (n,) of micro patches, counted row by row."""

    z: str
    patch: str


class PaperGraph:
    """Reads the weights one by one as the graph grows; made for one graph."""

    def __init__(self, config: ModelConfig, reader: WeightReader, base: tuple[int, int] = (BASE, BASE)) -> None:
        """A generator that starts from ``base`` cells."""
        grid, wide = config.grid, PAPER_BASE_WIDTHS * config.generator_width
        self._reader, self._z_dim, self._base = reader, config.z_dim, base
        self._widths = [wide, *paper_widths(grid.patch_px, config.generator_width)]
        self._doublings, self._mlp = base_stages(config), config.conditioning == "mlp"
        self._coordinates = grid.micro_coordinates(grid.micro_ids())

    def maps(self, b: GraphBuilder, given: Given) -> str:
        """Pictures (n, 3, h, w) in [−1, 1]."""
        h, w = self._base
        x = _conditioned(b, self._dense(), given)
        x = b.reshape(x, [0, self._widths[0], h, w])
        for number, (width_in, width_out) in enumerate(pairwise(self._widths)):
            up = number < self._doublings
            h, w = (h << up, w << up)
            x = self._residual(b, f"blocks.{number}", x, given, (width_in, width_out, h * w), up=up)
        scale, shift = self._reader.statistics("norm", self._widths[-1])
        weight, bias = (self._reader.take(f"norm.{name}", self._widths[-1]) for name in ("weight", "bias"))
        scale, shift = (part[:, None, None] for part in (scale * weight, shift * weight + bias))
        x = b.add("Relu", b.add("Add", b.add("Mul", x, b.constant(scale)), b.constant(shift)))
        return b.add("Tanh", self._convolve(b, "rgb", x, (self._widths[-1], 3, h * w)))

    def responses(self, b: GraphBuilder, zs: str) -> str:
        """From many z (n, z_dim) to the linear layer's answers (n, d), which the coordinate only shifts."""
        return b.linear(zs, self._dense().weight, None, rows=1)

    def _dense(self) -> Conditional:
        return self._conditional("dense", self._widths[0] * self._base[0] * self._base[1])

    def _residual(
        self, b: GraphBuilder, name: str, x: str, given: Given, sizes: tuple[int, int, int], *, up: bool
    ) -> str:
        """A residual block, ``up`` with ×2 nearest up-sampling; ``sizes`` are channels in and out, and pixels out."""
        width_in, width_out, pixels = sizes
        enlarged = _enlarged if up else _unchanged
        h = enlarged(b, self._normed(b, f"{name}.norm1", x, given, width_in))
        h = self._convolve(b, f"{name}.convolution1", h, sizes)
        h = self._normed(b, f"{name}.norm2", h, given, width_out)
        h = self._convolve(b, f"{name}.convolution2", h, (width_out, width_out, pixels))
        short = self._convolve(b, f"{name}.shortcut", x, (width_in, width_out, pixels >> 2 * up), kernel=1)
        return b.add("Add", h, enlarged(b, short))

    def _normed(self, b: GraphBuilder, name: str, x: str, given: Given, width: int) -> str:
        """Conditional batch norm (Fig. 13b) as one multiply-add, and ReLU."""
        parts = (self._mlps if self._mlp else self._affine)(b, name, given, width)
        factor, summand = (b.reshape(part, [0, width, 1, 1]) for part in parts)
        return b.add("Relu", b.add("Add", b.add("Mul", x, factor), summand))

    def _affine(self, b: GraphBuilder, name: str, given: Given, width: int) -> tuple[str, str]:
        """Factor and summand (n, width) where one linear layer says γ − 1 and β."""
        affine = self._conditional(f"{name}.affine", 2 * width)
        scale, shift = self._reader.statistics(f"{name}.norm", width)
        gamma, beta = affine.half(0), affine.half(1)
        gamma = Conditional(gamma.table + 1, gamma.weight)
        return _conditioned(b, gamma.scaled(scale), given), _conditioned(b, gamma.scaled(shift).plus(beta), given)

    def _mlps(self, b: GraphBuilder, name: str, given: Given, width: int) -> tuple[str, str]:
        """Factor and summand (n, width) where two MLPs say γ − 1 and β."""
        scale, shift = self._reader.statistics(f"{name}.norm", width)
        gamma, beta = (self._answer(b, f"{name}.{part}", given, width) for part in ("gamma", "beta"))
        gamma = b.add("Add", gamma, b.constant(1.0))
        return (
            b.add("Mul", gamma, b.constant(scale)),
            b.add("Add", b.add("Mul", gamma, b.constant(shift)), beta),
        )

    def _answer(self, b: GraphBuilder, name: str, given: Given, outputs: int) -> str:
        """An MLP of (z, c) with one hidden layer: (n, outputs)."""
        hidden = b.add("Relu", _conditioned(b, self._conditional(f"{name}.0", CONDITION_WIDTH), given))
        weight = self._reader.normed(f"{name}.2", outputs, CONDITION_WIDTH)
        return b.linear(hidden, weight, self._reader.take(f"{name}.2.bias", outputs), rows=1)

    def _conditional(self, name: str, outputs: int) -> Conditional:
        weight = self._reader.normed(name, outputs, self._z_dim + self._coordinates.shape[1])
        bias = self._reader.take(f"{name}.bias", outputs)
        return Conditional(self._coordinates @ weight[:, self._z_dim :].T + bias, weight[:, : self._z_dim])

    def _convolve(self, b: GraphBuilder, name: str, x: str, sizes: tuple[int, int, int], kernel: int = 3) -> str:
        width_in, width_out, pixels = sizes
        weight = self._reader.normed(name, width_out, width_in, kernel, kernel)
        return b.convolve(x, weight, self._reader.take(f"{name}.bias", width_out), pixels, padding=kernel // 2)


def _conditioned(b: GraphBuilder, layer: Conditional, given: Given) -> str:
    """(n, out): the table's rows plus the z half, which is worked out once."""
    return b.add(
        "Add", b.add("Gather", b.constant(layer.table), given.patch), b.linear(given.z, layer.weight, None, rows=1)
    )


def _unchanged(b: GraphBuilder, x: str) -> str:
    """The same: a block "without strides" (Appendix C)."""
    return x


def _enlarged(b: GraphBuilder, x: str) -> str:
    """Nearest ×2."""
    scales = b.constant(np.array([1, 1, 2, 2], np.float32))
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return b.add("Resize", x, "", scales, **how)
