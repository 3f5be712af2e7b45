"""How soon a view is there, of this checkout and others: ``python -m benchmarks.starts OTHER [OTHER …]``.

From a process's start until ``cocogan view --headless --screenshot`` has written a picture of the shipped room at
1280×720 on level 0, in turns, by the Python and the packages that run this. A checkout is a folder such as
``git worktree add`` makes; each shows the room that it ships. One whose command has no levels makes what it has.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from rich.table import Table

from benchmarks.engine import installed_environment, ratio
from benchmarks.performance_page import report

HERE = Path(__file__).parents[1]
ROUNDS = 5
TORCH = ["-c", "import torch"]


class Cost(NamedTuple):
    """Of a command: CPU time of all its processes, and the clock's."""

    cpu_s: float
    clock_s: float


def cost(folder: Path, arguments: list[str]) -> Cost:
    """Run Python in a checkout.

    Raises:
        RuntimeError: it fails.
    """
    environment = {**installed_environment(), "PYTHONPATH": str(folder)}
    before, began = os.times(), time.monotonic()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    clock_s, after = time.monotonic() - began, os.times()
    if done.returncode:
        raise RuntimeError(f"{folder}: {done.stderr}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(used, clock_s)


def view_arguments(folder: Path, picture: Path) -> list[str]:
    """Of the command in a checkout."""
    command = ["-m", "viewer", "view", "--headless", "--screenshot", str(picture), "--size", "1280x720"]
    sources = (folder / "viewer" / name for name in ("__main__.py", "view.py"))
    leveled = any("level:" in source.read_text() for source in sources if source.exists())
    return [*command, "--level", "0"] if leveled else command


def commit(folder: Path) -> str:
    """Its short name."""
    command = ["git", "-C", str(folder), "log", "-1", "--format=%h"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def costs(folders: list[Path]) -> list[Cost]:
    """Medians of ``import torch``, then of each checkout; the first round fills caches."""
    with TemporaryDirectory() as out:
        programs = [(HERE, TORCH), *((folder, view_arguments(folder, Path(out) / "view.png")) for folder in folders)]
        rounds = [[cost(*program) for program in programs] for _ in range(ROUNDS + 1)][1:]
    return [Cost(*np.median(taken, 0).tolist()) for taken in zip(*rounds, strict=True)]


def main() -> None:
    """Measure and report."""
    folders = [HERE, *(Path(name).resolve() for name in sys.argv[1:] if not name.startswith("--"))]
    torch, *found = costs(folders)
    table = Table("until a view is a picture", "CPU time / `import torch`", "clock / `import torch`")
    for folder, taken in zip(folders, found, strict=True):
        table.add_row(commit(folder), ratio(taken.cpu_s, torch.cpu_s), ratio(taken.clock_s, torch.clock_s))
    report("starts", "python -m benchmarks.starts", table)


if __name__ == "__main__":
    main()
