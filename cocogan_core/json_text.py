"""Reads JSON that a stranger may have written: within a budget, each name once, every number finite.

What the values mean is for each reader to check; this one sees to it that nothing surprises it before.
"""

import json
import math
from collections import Counter
from typing import Any

from cocogan_core.text import printable

__all__ = ["parse_json"]

MOST_BYTES = 8 << 20
MOST_DEPTH = 32  # of objects and lists within each other; ours have five
LARGEST = 2**63  # of a whole number


def parse_json(text: str | bytes, *, most_bytes: int = MOST_BYTES) -> Any:  # noqa: ANN401 (JSON)
    """The value of a JSON text.

    Raises:
        ValueError: it is no JSON or no UTF-8, longer than ``most_bytes``, nested deeper than 32 levels, has a name
            twice in one object, or a number that is not finite or, if whole, beyond ±2⁶³.
    """
    if len(text) > most_bytes:
        raise ValueError(f"{len(text)} bytes of JSON; at most {most_bytes} are read")
    try:
        value = json.loads(
            text if isinstance(text, str) else text.decode(),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
    _require_shallow(value)
    return value


_TOO_DEEP = f"objects and lists nested deeper than {MOST_DEPTH} levels"


def _require_shallow(value: object) -> None:
    level = [value]
    for _ in range(MOST_DEPTH + 1):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise ValueError(_TOO_DEEP)


def _inside(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"{printable(twice)!r} stands there twice")
    return values


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a finite number")


def _finite(digits: str) -> float:
    if not math.isfinite(value := float(digits)):
        raise ValueError(f"{printable(digits, 40)} is not a finite number")
    return value


def _whole(digits: str) -> int:
    if len(digits) > 20 or abs(value := int(digits)) >= LARGEST:
        raise ValueError(f"{printable(digits, 40)} is not a number within ±2⁶³, so not finite here")
    return value
