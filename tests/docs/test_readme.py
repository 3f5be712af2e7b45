"""The README's example runs, and every command that the documents show is one that the program takes."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "docs" / "index.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]
ANSWER_S = 120


def shown_commands() -> list[str]:
    """Lines of indented code that begin with ``cocogan``, in all pages, without what is said about them."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES).replace("\\\n", "")
    shown = [line.partition("  #")[0].strip() for line in re.findall(r"^ {4}(cocogan .*)", text, re.MULTILINE)]
    return sorted(set(shown))


def installed_as(command: str) -> str:
    """The function that an installed command calls, as ``module:name``."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(settings["project"]["scripts"][command])


@cache
def helped(words: tuple[str, ...]) -> str:
    """What ``cocogan WORDS --help`` prints, in one long line."""
    module, _, function = installed_as("cocogan").partition(":")
    command = [sys.executable, "-c", f"from {module} import {function}; {function}()", *words, "--help"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=ANSWER_S,
        env={**os.environ, "COLUMNS": "300"},
    )
    return " ".join(done.stdout.split())


def subcommand(words: list[str]) -> tuple[str, ...]:
    """The subcommand that a command line names; ``prepare`` and ``train`` have subcommands of their own."""
    return tuple(words[1:3] if words[1] in ("prepare", "train") else words[1:2])


def test_the_example_makes_a_room(tmp_path):
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path}
    command = [sys.executable, "-c", example]
    done = subprocess.run(
        command, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=ANSWER_S, env=environment
    )
    assert done.stdout.strip() == re.search(r"print\(.*\)  # (.*)", example)[1]  # what the README says it prints
    with Image.open(tmp_path / "room.png") as picture:
        assert picture.size == (768, 384)
        assert picture.convert("L").entropy() > 4  # a room, not a blank


def test_the_pages_show_commands():
    assert len(shown_commands()) > 10


@pytest.mark.parametrize("line", shown_commands())
def test_shown_commands_exist_with_their_options(line):
    words = shlex.split(line)
    told = helped(subcommand(words))
    assert told.startswith(f"usage: cocogan {' '.join(subcommand(words))} [")
    for option in (word for word in words if re.fullmatch(r"--?[a-z][\w.-]*", word)):
        assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", told), option
