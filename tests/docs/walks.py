"""The walks of docs/architecture.md, read."""

import re
from importlib import import_module
from pathlib import Path

import pyglet

pyglet.options.headless = True  # the viewer's modules import pyglet.window, which else asks for a display at once

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"


def walk(title: str) -> list[str]:
    """The dotted names of a walk: the first code span of each numbered line under its heading."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(f"### {title}\n")
    section, _, _ = rest.partition("\n#")
    return re.findall(r"^\d+\. `([\w.]+)`", section, re.MULTILINE)


def found(name: str) -> object:
    """What a dotted name means: a module, then attributes of it."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing: object = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            thing = getattr(thing, part)
        return thing
    raise ModuleNotFoundError(name)
