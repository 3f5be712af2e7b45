"""Arithmetic on values of an ONNX graph written as arithmetic. Knows no networks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cocogan_core.inference.onnx_file import Attribute, GraphBuilder

__all__ = ["Term"]

FLOAT, INT32 = 1, 6  # TensorProto.DataType
Number: TypeAlias = "Term | float | np.int64 | NDArray[Any]"


@dataclass(frozen=True)
class Term:
    """A value of the graph ``b`` that is under construction; operators add nodes to it and broadcast as numpy's."""

    b: GraphBuilder
    name: str

    @classmethod
    def constant(cls, b: GraphBuilder, value: NDArray[Any] | float) -> "Term":
        """A float, or an array as it is."""
        return cls(b, b.constant(value))

    def apply(self, operator: str, *others: Number, **attributes: Attribute) -> "Term":
        """A node of this value and ``others``; https://onnx.ai/onnx/operators lists the operators."""
        return Term(self.b, self.b.add(operator, self.name, *(self._of(other).name for other in others), **attributes))

    def __add__(self, other: Number) -> "Term":
        return self.apply("Add", other)

    def __sub__(self, other: Number) -> "Term":
        return self.apply("Sub", other)

    def __mul__(self, other: Number) -> "Term":
        return self.apply("Mul", other)

    def __truediv__(self, other: Number) -> "Term":
        return self.apply("Div", other)

    def __gt__(self, other: Number) -> "Term":  # type: ignore[misc]
        return self.apply("Greater", other)

    def __lt__(self, other: Number) -> "Term":  # type: ignore[misc]
        return self.apply("Less", other)

    def __ge__(self, other: Number) -> "Term":
        return self.apply("GreaterOrEqual", other)

    def __and__(self, other: "Term") -> "Term":
        return self.apply("And", other)

    def __or__(self, other: "Term") -> "Term":
        return self.apply("Or", other)

    def __invert__(self) -> "Term":
        return self.apply("Not")

    def one_less(self) -> "Term":
        """1 − x."""
        return Term.constant(self.b, 1.0) - self

    def min(self, *others: Number) -> "Term":
        return self.apply("Min", *others)

    def max(self, *others: Number) -> "Term":
        return self.apply("Max", *others)

    def clip(self, low: float, high: float) -> "Term":
        return self.apply("Clip", low, high)

    def abs(self) -> "Term":
        return self.apply("Abs")

    def where(self, yes: Number, no: Number) -> "Term":
        """Where this is true ``yes``, else ``no``."""
        return self.apply("Where", yes, no)

    def floats(self) -> "Term":
        """Booleans as 0 and 1."""
        return self.apply("Cast", to=FLOAT)

    def integers(self) -> "Term":
        """Whole floats as indices."""
        return self.apply("Cast", to=INT32)

    def equals(self, number: int) -> "Term":
        """Where integers are ``number``."""
        return self.apply("Equal", np.int64(number))

    def gather(self, which: Number, axis: int = 0) -> "Term":
        """Entries along an axis by integers of any shape."""
        return self.apply("Gather", which, axis=axis)

    def chosen(self, flags: "Term", size: tuple[int, int]) -> "Term":
        """Rows of this table (n, C) as maps (1, C, h, w), by one flag of n (1, n, h, w) a pixel; 0 without.

        The same numbers as gathered ones, without maps of single pixels' rows to be transposed.
        """
        flat = flags.reshape(-1, size[0] * size[1])
        return self.apply("Transpose", perm=[1, 0]).apply("MatMul", flat).reshape(1, -1, *size)

    def reshape(self, *shape: int) -> "Term":
        """0 keeps a size, −1 is what remains."""
        return Term(self.b, self.b.reshape(self.name, shape))

    def part(self, axis: int, start: int, stop: int) -> "Term":
        """Entries from ``start`` to before ``stop``."""
        return Term(self.b, self.b.slice(self.name, axis, start, stop))

    def parts(self, axis: int, sizes: Sequence[int]) -> "list[Term]":
        """Consecutive parts."""
        return [Term(self.b, part) for part in self.b.split(self.name, axis, sizes)]

    def joined(self, *others: "Term", axis: int) -> "Term":
        """With others behind it along an axis."""
        return self.apply("Concat", *others, axis=axis) if others else self

    def _of(self, other: Number) -> "Term":
        if isinstance(other, Term):
            return other
        return Term(self.b, self.b.constant(np.asarray(other) if not isinstance(other, float) else other))
