"""Runs the real program as a user would; for the tests beside it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "viewer", "view"]


def environment(**changes):
    plain = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return {**plain, "PYTHONPATH": str(ROOT), **changes}


def run(*arguments, **changes):
    """The viewer's command, with ``changes`` of its environment."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], env=environment(**changes), capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip


def one_line_error(done, word):
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert word in done.stderr
