"""The README's table of use lists every key that the program knows."""

import re
from pathlib import Path

import pytest

from viewer.ui.actions import KEY_TABLE

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def use_table(text):
    """The rows of the table under the heading "Use"."""
    section = text.split("\n## Use\n", 1)[1].split("\n## ", 1)[0]
    return "\n".join(line for line in section.splitlines() if line.startswith("|"))


def missing_keys(row, table):
    keys = [key for key in re.split(r", | and | (?=[WASD+-](?: |$))", row.keys) if key]
    return [key for key in keys if not re.search(rf"(?<![\w+]){re.escape(key)}(?!\w)", table)]


@pytest.mark.parametrize("row", KEY_TABLE, ids=lambda row: row.keys)
def test_the_readme_lists_the_keys(row):
    assert missing_keys(row, use_table(README)) == []


def test_a_missing_key_is_found():
    table = use_table("\n## Use\n\n| Ctrl+S | save |\n\n## Data\n| Z |")
    rows = {row.keys: missing_keys(row, table) for row in KEY_TABLE}
    assert rows["Ctrl+Z, Ctrl+Shift+Z"] == ["Ctrl+Z", "Ctrl+Shift+Z"]
    assert rows["Ctrl+S, Ctrl+C, Ctrl+V"] == ["Ctrl+C", "Ctrl+V"]
    assert rows["drag, arrows, W A S D"] == ["drag", "arrows", "W", "A", "S", "D"]
    assert rows["P"] == ["P"]
