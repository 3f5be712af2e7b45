"""Joins the page's JavaScript modules into one script, so that no bundler is needed. Knows no page.

Each module becomes a function that is called once and returns what it exports, in the order that imports need. Scripts
of this kind run where modules cannot: in a page that is opened as a file, and in a worker made from text.
"""

import re
from pathlib import Path

__all__ = ["join_modules"]

IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let) (\w+))", re.MULTILINE)
TYPES = re.compile(r"^[ \t]*/\*\*.*?\*/[ \t]*\n?|^[ \t]*//[^\n]*\n", re.MULTILINE | re.DOTALL)


def join_modules(root: Path, entry: str) -> str:
    """One script of ``entry`` (a path below ``root``) and all that it imports; comments on lines of their own go."""
    ordered: list[str] = []
    _visit(root, entry, ordered)
    parts = [_wrapped(root, name, last=name == entry) for name in ordered]
    return '"use strict";\nconst modules = {};\n' + "".join(parts)


def _visit(root: Path, name: str, ordered: list[str]) -> None:
    """Append a module's imports, then the module, each once."""
    for _, target in IMPORT.findall((root / name).read_text(encoding="utf-8")):
        wanted = _resolved(root, name, target)
        if wanted not in ordered:
            _visit(root, wanted, ordered)
    if name not in ordered:
        ordered.append(name)


def _resolved(root: Path, name: str, target: str) -> str:
    """A module that is imported as ``target`` by the module ``name``."""
    return (root / name).parent.joinpath(target).resolve().relative_to(root.resolve()).as_posix()


def _wrapped(root: Path, name: str, *, last: bool) -> str:
    source = (root / name).read_text(encoding="utf-8")
    exports = ", ".join(EXPORT.findall(source))

    def taken(match: re.Match[str]) -> str:
        names = " ".join(match[1].replace(" as ", ": ").split())
        return f'const {{ {names.rstrip(",")} }} = modules["{_resolved(root, name, match[2])}"];\n'

    body = EXPORT.sub("", IMPORT.sub(taken, TYPES.sub("", source)))
    if last:  # nothing waits for what the entry does
        return f"(async () => {{\n{body}}})();\n"
    return f'modules["{name}"] = (() => {{\n{body}return {{ {exports} }};\n}})();\n'
