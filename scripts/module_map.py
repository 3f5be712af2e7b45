"""Writes the generated parts of docs/architecture.md anew: ``python scripts/module_map.py``.

The layers come from the import contracts in pyproject.toml, the list of modules from the first line of each docstring,
so that the page says what the files say.
"""

import ast
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
PACKAGES = ("cocogan_core", "viewer")


def modules() -> list[Path]:
    """Every module of both packages, relative to the clone; a package's own before what is in it."""
    found = (path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(found, key=lambda path: (path.parent, path.name))


def summary(module: Path) -> str:
    """First line of a module's docstring, as Markdown for a table's cell."""
    docstring = ast.get_docstring(ast.parse((ROOT / module).read_text(encoding="utf-8"))) or ""
    plain = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", docstring.partition("\n")[0]).replace("``", "`")
    return plain.replace("|", "\\|")


def module_map() -> str:
    """The list: for each package and subpackage a heading, which stands for its ``__init__.py``, and a table."""
    lines: list[str] = []
    for module in modules():
        if module.name == "__init__.py":
            depth = "###" if len(module.parts) == 2 else "####"
            lines += ["", f"{depth} {module.parent}", "", summary(module), "", "| | |", "|---|---|"]
        else:
            lines.append(f"| `{module.name}` | {summary(module)} |")
    empty = re.compile(r"\n\| \| \|\n\|---\|---\|(?=\n(?:\n|$))")  # a package without modules of its own
    return empty.sub("", "\n".join([*lines, ""])) + "\n"


def layers() -> str:
    """The layers of each package, highest first, as a block of code."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = [c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "layers"]
    stacks = [[*contract["containers"], *(f"  {layer}" for layer in contract["layers"])] for contract in contracts]
    blocks = ["\n".join(f"    {line}" for line in stack) for stack in stacks]
    return "\n" + "\n\n".join(blocks) + "\n"


GENERATED: dict[str, Callable[[], str]] = {"layers": layers, "modules": module_map}


def rewritten(page: str) -> str:
    """The page with its generated parts fresh."""
    for name, write in GENERATED.items():
        begin, end = f"<!-- {name}: written by scripts/module_map.py -->", f"<!-- end of {name} -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n{write()}\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
