"""Command lines of ``cocogan view`` that say no more than values and flags, read without tyro.

tyro takes 0.1 s to make a parser, and 0.03 s to be imported, a fifth of what there is until the first frame. What is
not understood here at once is left to it: mistakes, abbreviations, help.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["CHOICES", "FLAGS", "VALUES", "plain_arguments"]

# Parameters of viewer.view.view, which is not imported here: it takes numpy along. A test compares them.
VALUES: dict[str, Callable[[str], object]] = {
    "recipe": str,
    "checkpoint": Path,
    "seed": int,
    "yaw": float,
    "pitch": float,
    "fov": float,
    "size": str,
    "screenshot": Path,
    "record": Path,
    "replay": Path,
    "level": int,
}
CHOICES = {
    "lens": ("rectilinear", "panini", "stereographic", "cylindrical"),
    "device": ("auto", "cpu", "cuda", "mps", "directml", "coreml"),
}
FLAGS = ("headless", "reduced_motion", "only_visible", "vr", "sphere", "safe")


def plain_arguments(words: Sequence[str]) -> dict[str, Any] | None:
    """Arguments of ``view``, or None where the line is not plain."""
    if "None" in words:  # a value of its own to tyro
        return None
    found: dict[str, Any] = {}
    rest = list(words)
    try:
        while rest:
            name, value = _next(rest)
            if name in found:
                return None
            found[name] = value
    except (LookupError, ValueError):
        return None
    return found


def _next(rest: list[str]) -> tuple[str, object]:
    """The first argument of the rest, which it is taken from; LookupError or ValueError if it is none."""
    word = rest.pop(0)
    if not word.startswith("-"):
        return "file", word
    name = word.removeprefix("--").replace("-", "_")
    if word != _spelled(name):
        raise LookupError(word)
    if name in FLAGS:
        return name, True
    value = rest.pop(0)
    if name in CHOICES:
        return name, CHOICES[name][CHOICES[name].index(value)]
    read = VALUES[name]
    if value.startswith("-") and read in (str, Path):
        raise ValueError(value)
    return name, read(value)


def _spelled(name: str) -> str:
    return "--" + name.replace("_", "-")
