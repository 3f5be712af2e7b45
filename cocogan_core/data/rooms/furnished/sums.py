"""Arithmetic on a room's numbers before they are known: sums that are kept, and what is derived from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cocogan_core.geometry.derived import DERIVED_MARK, DerivedNumber, Function

__all__ = ["ONE", "Derivation", "Sum", "between", "number"]

MOST_M = 8.0
DIGITS = 9  # of weights: differences of lengths are exact to so many


@dataclass(frozen=True)
class Sum:
    """A constant and weights of numbers by their names."""

    constant: float = 0.0
    weights: Mapping[str, float] = field(default_factory=dict)

    def __add__(self, other: "Sum | float") -> "Sum":
        if not isinstance(other, Sum):
            return Sum(self.constant + other, self.weights)
        names = dict.fromkeys((*self.weights, *other.weights))
        weights = {name: self.weights.get(name, 0.0) + other.weights.get(name, 0.0) for name in names}
        return Sum(self.constant + other.constant, {name: weight for name, weight in weights.items() if weight})

    def __mul__(self, factor: float) -> "Sum":
        return Sum(self.constant * factor, {name: weight * factor for name, weight in self.weights.items() if factor})

    def __neg__(self) -> "Sum":
        return self * -1.0

    def __sub__(self, other: "Sum | float") -> "Sum":
        return self + -other

    def __rsub__(self, other: float) -> "Sum":
        return -self + other

    __radd__, __rmul__ = __add__, __mul__

    def rounded(self) -> "Sum":
        """With weights that are worth writing down."""
        weights = {name: round(weight, DIGITS) for name, weight in self.weights.items()}
        return Sum(round(self.constant, DIGITS), {name: weight for name, weight in weights.items() if weight})


ONE = Sum(1.0)


def number(name: str) -> Sum:
    """A number by its name."""
    return Sum(0.0, {name: 1.0})


def between(name: str, low: float, high: float) -> Sum:
    """``low`` where a number is −1, ``high`` where it is 1."""
    return Sum((low + high) / 2, {name: (high - low) / 2})


class Derivation:
    """Collects numbers that are worked out from others; what is asked for twice is worked out once.

    Flags are sums that are 0 or 1.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self._known: dict[tuple[Function, float, tuple[tuple[str, float], ...]], str] = {}
        self._depth: dict[str, int] = {}

    def positive(self, x: Sum) -> Sum:
        """x where it is above 0, else 0."""
        return self._of("positive", x)

    def above(self, x: Sum) -> Sum:
        """A flag: whether x is above 0."""
        return self._of("above", x)

    def product(self, a: Sum, b: Sum) -> Sum:
        """Of any two: (a + b)² − (a − b)² over 4."""
        if not a.weights or not b.weights:
            return (b * a.constant) if not a.weights else (a * b.constant)
        return (self._of("square", a + b) - self._of("square", a - b)) * 0.25

    def both(self, p: Sum, q: Sum) -> Sum:
        """A flag: whether two are 1."""
        if not p.weights or not q.weights:
            return (q * p.constant) if not p.weights else (p * q.constant)
        return self.positive(p + q - 1)

    def where(self, flag: Sum, x: Sum, most: float) -> Sum:
        """x, which lies in −``most`` … ``most``, where a flag is 1; else 0."""
        if not flag.weights:
            return x * flag.constant
        return self.positive(x + most + (flag - 1) * (2 * most)) - flag * most

    def least(self, a: Sum, b: Sum) -> Sum:
        """The smaller of two."""
        return a - self.positive(a - b)

    def as_one(self, x: Sum) -> Sum:
        """A length within 8 m as a single number, so that what depends on it is short."""
        return self.positive(x + MOST_M) - MOST_M if len(x.weights) > 1 else x

    def name(self, x: Sum) -> str:
        """A number's name; of a sum that is nowhere below 0 that of a number which is the same."""
        if len(x.weights) == 1 and x == number(next(iter(x.weights))):
            return next(iter(x.weights))
        return next(iter(self.positive(x).weights))

    def _of(self, function: Function, x: Sum) -> Sum:
        x = x.rounded()
        key = (function, x.constant, tuple(x.weights.items()))
        if key not in self._known:
            name = f"{DERIVED_MARK}{len(self._known)}"
            self._known[key] = name
            self._depth[name] = 1 + max((self._depth.get(term, 0) for term in x.weights), default=0)
        return number(self._known[key])

    @property
    def derived(self) -> tuple[DerivedNumber, ...]:
        """All numbers, each after what it is made of, and those that can be worked out at once together."""
        every = [
            DerivedNumber(
                name=name, function=function, weights=(constant, *(weight for _, weight in terms)),
                terms=tuple(term for term, _ in terms),
            )
            for (function, constant, terms), name in self._known.items()
        ]  # fmt: skip
        return tuple(sorted(every, key=lambda one: (self._depth[one.name], one.function)))
