"""The page's kernel against ONNX Runtime Web: ``python -m benchmarks.web_kernel`` (Node, ``npm ci`` in web/).

CPU time of a patch of the shipped room, one thread each, by turns in one process; medians. ONNX Runtime Web runs the
desktop's own graphs, in blocks that share their margins as on the desktop.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.table import Table

from benchmarks.performance_page import report
from cocogan_core.checkpoint import load_checkpoint
from cocogan_core.files import resource
from cocogan_core.inference.graph import BLOCKS, GraphRequest, build_graph

TURNS = 40
GOAL = 1.3
HERE = Path(__file__).parent


def measured(folder: Path, turns: int) -> dict[str, float]:
    """Median milliseconds of CPU time a patch, by contender."""
    path = resource("assets/rooms.safetensors")
    requests = {f"{rows}x{columns}": GraphRequest("base", block=(rows, columns)) for rows, columns in BLOCKS}
    graphs = {}
    for name, request in {"style": GraphRequest("style"), **requests}.items():
        graphs[name] = str(folder / f"{name}.onnx")
        Path(graphs[name]).write_bytes(build_graph(load_checkpoint(path), request))
    asked = json.dumps({"checkpoint": str(path), "style": graphs.pop("style"), "graphs": graphs, "turns": turns})
    done = subprocess.run(["node", HERE / "web_kernel.mjs"], input=asked, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stderr}\nRun npm install in web/ first.")
    return {name: statistics.median(ms) for name, ms in json.loads(done.stdout).items()}


def table_of(found: dict[str, float]) -> Table:
    """Every contender, and how many times faster the kernel's best is than ONNX Runtime Web's."""
    table = Table("patches made in one pass", "CPU time a patch, ms", "goal")
    for name, ms in sorted(found.items()):
        table.add_row(name, f"{ms:.2f}", "")
    best = {who: min(ms for name, ms in found.items() if name.startswith(who)) for who in ("kernel", "ONNX")}
    table.add_row("ONNX Runtime Web's best / the kernel's best", f"{best['ONNX'] / best['kernel']:.2f}", f"≥ {GOAL}")
    return table


def main() -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory() as folder:
        report("web-kernel", "python -m benchmarks.web_kernel", table_of(measured(Path(folder), TURNS)))


if __name__ == "__main__":
    main()
