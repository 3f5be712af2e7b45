"""The house in figures: ``python scripts/house_figures.py [CLONE]`` prints one row of a table for LOG.md.

Reads the files of a clone and its import contracts; runs none of them.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp

PACKAGES = ("cocogan_core", "viewer")
LONG_FUNCTION = 30  # lines, its docstring not counted


def modules_at_the_top(package: Path) -> int:
    """Modules and subpackages directly inside a package."""
    names = {path.stem for path in package.glob("*.py")} | {path.parent.name for path in package.glob("*/__init__.py")}
    return len(names - {"__init__"})


def layers(clone: Path) -> dict[str, int]:
    """How many layers the import contracts give each package."""
    settings = tomllib.loads((clone / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = [c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "layers"]
    return {package: len(c["layers"]) for c in contracts for package in c["containers"]}


def function_lines(path: Path) -> Iterator[int]:
    """Length of every function of a file, without its docstring and decorators."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            whole = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            documented = ast.get_docstring(node) is not None
            yield whole - ((first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0)


def imported_once(clone: Path) -> int:
    """Modules that exactly one other module imports."""
    sys.path.insert(0, str(clone.resolve()))
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    packages = {name.rpartition(".")[0] for name in graph.modules}
    return sum(len(graph.find_modules_that_directly_import(name)) == 1 for name in graph.modules - packages)


def row(clone: Path) -> str:
    """All figures of a clone, in the order of the table in LOG.md."""
    files = [path for package in PACKAGES for path in (clone / package).rglob("*.py")]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    longest = max(files, key=lengths.__getitem__)
    functions = [lines for path in files for lines in function_lines(path)]
    deep = layers(clone)
    figures = [
        ", ".join(f"{modules_at_the_top(clone / package)}" for package in PACKAGES),
        ", ".join(f"{deep[package]}" for package in PACKAGES),
        f"{len(files)}",
        f"{lengths[longest]} ({longest.relative_to(clone)})",
        f"{sum(lines > LONG_FUNCTION for lines in functions)} of {len(functions)} (longest {max(functions)})",
        f"{imported_once(clone)}",
    ]
    return "| " + " | ".join(figures) + " |"


if __name__ == "__main__":
    print("| at the top | layers | files | longest file | functions over 30 lines | imported by exactly one other |")
    print("|---|---|---|---|---|---|")
    print(row(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
