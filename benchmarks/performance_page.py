"""Puts the table of a benchmark on the screen, and with ``--write`` into its place in docs/performance.md."""

import contextlib
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

__all__ = ["report", "section"]

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def report(name: str, command: str, table: Table) -> None:
    """Print; with ``--write`` on the command line replace what the page says between the marks of ``name``."""
    Console().print(table)
    if "--write" in sys.argv:
        PAGE.write_text(section(PAGE.read_text(), name, f"{note(command)}\n\n{markdown(table)}"))


def section(page: str, name: str, content: str) -> str:
    """The page with ``content`` between its marks ``<!-- name: … -->`` and ``<!-- end of name -->``.

    Raises:
        ValueError: the page has no such marks.
    """
    before, begin, rest = page.partition(f"<!-- {name}: ")
    opening, _, rest = rest.partition("-->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->")
    if not (begin and end):
        raise ValueError(f"the page has no place for {name}; add its marks")
    return f"{before}{begin}{opening}-->\n\n{content}\n\n{end}{after}"


def note(command: str) -> str:
    """When and on what it was measured."""
    machine = f"{os.cpu_count()} cores of {cpu()}, Python {platform.python_version()}"
    return f"`{command}` on {datetime.now(UTC):%Y-%m-%d}: {machine}."


def cpu() -> str:
    """Name of the processor."""
    with contextlib.suppress(OSError):  # Linux only
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def markdown(table: Table) -> str:
    """The same table in Markdown."""
    head = [str(column.header) for column in table.columns]
    rows = zip(*([str(cell) for cell in column.cells] for column in table.columns), strict=True)
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(cell or " " for cell in line) + " |" for line in lines)
