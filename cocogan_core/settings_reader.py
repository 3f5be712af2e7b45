"""Frozen settings classes from values of a file that anybody may have written. Knows none of them."""

from collections.abc import Callable
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from cocogan_core.errors import ConfigError
from cocogan_core.text import printable

__all__ = ["read_settings"]

T = TypeVar("T")
NONE: frozenset[type] = frozenset()
EXACT: dict[object, frozenset[type]] = {  # types, not their subclasses, that are taken without further question
    float: frozenset({float, int}), str: frozenset({str}),
}  # fmt: skip


def read_settings(cls: type[T], values: object) -> T:
    """Build a frozen settings class from untrusted values: every name known, every value of its annotated type.

    Raises:
        ConfigError: a name is unknown, or a value of another type or out of range.
    """
    if not isinstance(values, dict):
        raise ConfigError(f"{cls.__name__}: expected an object of settings, found {type(values).__name__}")
    hints = _hints(cls)  # type: ignore[arg-type]  # mypy takes a generic's class for no Hashable
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    for name, value in values.items():
        if name not in hints:
            raise ConfigError(
                f"{cls.__name__}: unknown setting {printable(repr(name))}; this file may come from a newer version"
            )
        if not _fits(value, hints[name]):
            raise ConfigError(f"{cls.__name__}: {name} is {printable(repr(value))}, which is not {hints[name]}")
    try:
        return cls(**values)
    except TypeError as error:  # says which settings are missing
        raise ConfigError(f"{cls.__name__}: {printable(str(error).partition('() ')[2] or error)}") from error


@cache
def _hints(cls: type) -> dict[str, Any]:
    """A model's objects are hundreds of one class."""
    return get_type_hints(cls)


def _fits(value: object, hint: Any) -> bool:  # noqa: ANN401 (a type, or what typing makes of some)
    return _test(hint)(value)


@cache
def _test(hint: Any) -> Callable[[object], bool]:  # noqa: ANN401 (as above)
    """Whether a value is of a type. Of a model's objects there are hundreds, with thousands of numbers."""
    inside = get_args(hint)
    if get_origin(hint) is Literal:
        return lambda value: value in inside
    if get_origin(hint) is UnionType:
        return lambda value: any(_fits(value, one) for one in inside)
    if get_origin(hint) is tuple:
        return lambda value: isinstance(value, tuple) and _all_fit(value, inside[0])
    if hint is float:
        return lambda value: isinstance(value, float | int) and not isinstance(value, bool)
    return lambda value: (
        isinstance(hint, type) and isinstance(value, hint) and isinstance(value, bool) == (hint is bool)
    )


def _all_fit(values: tuple[object, ...], hint: Any) -> bool:  # noqa: ANN401 (as above)
    return EXACT.get(hint, NONE).issuperset(map(type, values)) or all(map(_test(hint), values))
