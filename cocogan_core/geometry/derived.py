"""Numbers worked out from a room's named numbers: which wall has the door, how wide a bed is. Numpy only.

Each is a function of a weighted sum of numbers before it, so that torch, ONNX and the page work them out alike. Sums
with steps decide, positive parts choose the smaller of two, and two squares make a product.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError
from cocogan_core.text import printable

__all__ = [
    "DERIVED_MARK",
    "DerivedNumber",
    "Function",
    "Step",
    "is_derived",
    "require_bounded",
    "steps_of",
    "with_derived",
]

Matrix = NDArray[np.float64]
Function = Literal["positive", "above", "square"]
Step = tuple[Function, Matrix]

DERIVED_MARK = "="  # begins their names, so that they are no latents'
MOST_DERIVED, MOST_TERMS = 2048, 64
LARGEST = 1000.0  # of a weight
LARGEST_NUMBER = 1e9  # that any can come to, as if all before were independent: far from where floats end


def is_derived(name: str) -> bool:
    """Whether a number's name is that of a derived one."""
    return name.startswith(DERIVED_MARK)


@dataclass(frozen=True, kw_only=True)
class DerivedNumber:
    """A function of a weighted sum.

    Attributes:
        name: begins with "=".
        function: "positive": the sum where that is above 0, else 0; "above": 1 where it is above 0, else 0; "square".
        weights: the sum's constant, and the weight of each of ``terms``.
        terms: names of latents, or of derived numbers before this one.
    """

    name: str
    function: Function
    weights: tuple[float, ...]
    terms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no sum.

        Raises:
            ConfigError: what is wrong and what would be right.
        """
        where = f"derived number {printable(repr(self.name))}"
        if not is_derived(self.name):
            raise ConfigError(f"{where}: its name must begin with {DERIVED_MARK}")
        if len(self.weights) != 1 + len(self.terms) or len(self.terms) > MOST_TERMS:
            raise ConfigError(f"{where}: needs a weight for each of its terms, at most {MOST_TERMS}, and a constant")
        if len(set(self.terms)) < len(self.terms) or not all(abs(weight) < LARGEST for weight in self.weights):
            raise ConfigError(f"{where}: its terms must be distinct and every weight below {LARGEST:.0f}")


def require_bounded(derived: Sequence[DerivedNumber]) -> None:
    """Refuse numbers that come out of order, twice, or to more than any room's would.

    Raises:
        ConfigError: which one.
    """
    if len(derived) > MOST_DERIVED:
        raise ConfigError(f"objects: {len(derived)} derived numbers; at most {MOST_DERIVED} can be known")
    spans: dict[str, tuple[float, float]] = {}
    for one in derived:
        if one.name in spans or any(is_derived(term) and term not in spans for term in one.terms):
            raise ConfigError(f"objects: {printable(one.name)} comes twice, or before what it is made of")
        low, high = _span(one, spans)
        if not max(abs(low), abs(high)) < LARGEST_NUMBER:
            raise ConfigError(f"objects: {printable(one.name)} can come to more than {LARGEST_NUMBER:.0e}")
        spans[one.name] = low, high


def _span(one: DerivedNumber, spans: dict[str, tuple[float, float]]) -> tuple[float, float]:
    """The least and the most that a number can be; latents are −1 … 1."""
    low = high = one.weights[0]
    for weight, term in zip(one.weights[1:], one.terms, strict=True):
        ends = [weight * end for end in spans.get(term, (-1.0, 1.0))]
        low, high = low + min(ends), high + max(ends)
    if one.function == "positive":
        return max(low, 0.0), max(high, 0.0)
    return (0.0, 1.0) if one.function == "above" else (0.0, max(low * low, high * high))


def steps_of(derived: Sequence[DerivedNumber], names: Sequence[str]) -> list[Step]:
    """A function and a matrix for each run of numbers that can be worked out at once.

    The matrix (n, 1 + latents + numbers before) makes their sums of (1, latents ``names``, numbers before).
    """
    columns = {name: 1 + k for k, name in enumerate(names)}
    steps: list[Step] = []
    for run in _runs(derived):
        rows = np.zeros((len(run), 1 + len(columns)))
        for row, one in zip(rows, run, strict=True):
            row[[0, *(columns[term] for term in one.terms)]] = one.weights
        columns |= {one.name: 1 + len(columns) + k for k, one in enumerate(run)}
        steps.append((run[0].function, rows))
    return steps


def _runs(derived: Sequence[DerivedNumber]) -> list[list[DerivedNumber]]:
    """Neighbours of one function of which none is made of another."""
    runs: list[list[DerivedNumber]] = []
    for one in derived:
        fits = runs and runs[-1][0].function == one.function
        if fits and not {*one.terms} & {before.name for before in runs[-1]}:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def with_derived(steps: Sequence[Step], numbers: Matrix) -> Matrix:
    """(..., 1 + K) of 1 and latents → (..., 1 + K + D) with the derived numbers after them."""
    for function, rows in steps:
        sums = numbers @ rows.T
        values = {"positive": np.maximum(sums, 0), "above": (sums > 0).astype(float), "square": np.square(sums)}
        numbers = np.concatenate([numbers, values[function]], -1)
    return numbers
