"""Frozen settings classes from values of a file that anybody may have written. Knows none of them."""

from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from cocogan_core.errors import ConfigError
from cocogan_core.text import printable

__all__ = ["read_settings"]

T = TypeVar("T")


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


def _fits(value: object, hint: object) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) is UnionType:
        return any(_fits(value, one) for one in get_args(hint))
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(_fits(entry, get_args(hint)[0]) for entry in value)
    if hint is float:
        return isinstance(value, float | int) and not isinstance(value, bool)
    return isinstance(hint, type) and isinstance(value, hint) and isinstance(value, bool) == (hint is bool)
