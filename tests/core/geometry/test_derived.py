"""Numbers worked out from others, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocogan_core.data.rooms.furnished.sums import Derivation, Sum, number
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.derived import DerivedNumber, require_bounded, steps_of, with_derived

NAMES = ("a", "b")
unit = st.floats(-1, 1)


def worked_out(derivation, x, a, b):
    """A sum's value where the latents are ``a`` and ``b``."""
    numbers = with_derived(steps_of(derivation.derived, NAMES), np.array([1.0, a, b]))
    known = dict(zip((*NAMES, *(one.name for one in derivation.derived)), numbers[1:], strict=True))
    return x.constant + sum(weight * known[name] for name, weight in x.weights.items())


@given(a=unit, b=unit)
def test_sums_and_steps_are_arithmetic(a, b):
    d, x, y = Derivation(), number("a"), number("b")
    wanted = [
        (d.product(x, y + 2), a * (b + 2)), (d.least(x * 3, y), min(3 * a, b)),
        (d.where(d.above(x - y), x, 1.0), a if a > b else 0), (d.both(d.above(x), d.above(y)), float(a > 0 and b > 0)),
        (d.as_one(x + y - 1), a + b - 1),
    ]  # fmt: skip
    for one, value in wanted:
        assert worked_out(d, one, a, b) == pytest.approx(value, abs=1e-9)
    require_bounded(d.derived)


def test_what_is_asked_for_twice_is_worked_out_once_and_in_few_steps():
    d = Derivation()
    flags = [d.above(number(name) - limit) for limit in (0.0, 0.5) for name in NAMES]
    assert d.above(number("a")) == flags[0]
    d.both(flags[0], flags[1])
    d.both(flags[2], flags[3])
    assert [(function, rows.shape) for function, rows in steps_of(d.derived, NAMES)] == [
        ("above", (4, 3)), ("positive", (2, 7)),
    ]  # fmt: skip


def test_flags_of_what_is_known_cost_nothing():
    d = Derivation()
    assert d.both(Sum(1.0), number("a")) == number("a")
    assert d.product(number("a"), Sum(2.0)) == number("a") * 2
    assert d.derived == ()


ONE = DerivedNumber(name="=a", function="square", weights=(0, 1), terms=("a",))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "a"}, "must begin with ="),
        ({"weights": (0,)}, "a weight for each"),
        ({"weights": (0, float("nan"))}, "below 1000"),
        ({"terms": ("a", "a"), "weights": (0, 1, 1)}, "distinct"),
    ],
)
def test_what_is_no_sum_is_one_line(changes, words):
    stated = {"name": "=a", "function": "square", "weights": (0, 1), "terms": ("a",)}
    with pytest.raises(ConfigError, match=words):
        DerivedNumber(**{**stated, **changes})


def test_numbers_come_in_order_once_and_within_reason():
    later = DerivedNumber(name="=b", function="positive", weights=(0, 900), terms=("=a",))
    squares = [
        DerivedNumber(name=f"={k}", function="square", weights=(0, 999), terms=(f"={k - 1}" if k else "a",))
        for k in range(3)
    ]
    require_bounded([ONE, later])
    for wrong, words in (
        ([later, ONE], "before"),
        ([ONE, ONE], "twice"),
        (squares, "more than"),
        ([ONE] * 2049, "2049"),
    ):
        with pytest.raises(ConfigError, match=words):
            require_bounded(wrong)
