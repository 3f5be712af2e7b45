"""The page's kernel against ONNX Runtime Web: ``python -m benchmarks.web_kernel`` (Node, ``npm ci`` in web/).

CPU time of a patch of the shipped room, and of the same with textures on its surfaces (noise, which takes as long as
what is learned), one thread each, by turns in one process; medians. ONNX Runtime Web runs the desktop's own graphs, in
blocks that share their margins as on the desktop.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.table import Table

from benchmarks.performance_page import report
from cocogan_core.checkpoint import load_checkpoint, save_checkpoint
from cocogan_core.files import resource
from cocogan_core.inference.graph import build_graph
from cocogan_core.inference.graph_request import BLOCKS, GraphRequest
from cocogan_core.models.dimensions import compact_widths
from cocogan_core.models.surface_textures import SurfaceTextures

TURNS = 40
GOAL = 1.3
HERE = Path(__file__).parent
SHIPPED = resource("assets/rooms.safetensors")


def with_textures(folder: Path) -> Path:
    """The shipped room with noise on its surfaces."""
    shipped = load_checkpoint(SHIPPED)
    model = replace(shipped.metadata.model, surface_textures=True)
    textures = SurfaceTextures(compact_widths(model))
    textures.reset()
    tensors = {f"surfaces.{name}": tensor.numpy() for name, tensor in textures.state_dict().items()}
    path = folder / "textures.safetensors"
    save_checkpoint(path, replace(shipped.metadata, model=model), generator={**shipped.generator, **tensors})
    return path


def measured(path: Path, folder: Path, turns: int) -> dict[str, float]:
    """Median milliseconds of CPU time a patch of a checkpoint, by contender."""
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


def ratio(found: dict[str, float]) -> float:
    """How many times faster the kernel's best is than ONNX Runtime Web's."""
    ours, theirs = (min(ms for name, ms in found.items() if name.startswith(who)) for who in ("kernel", "ONNX"))
    return theirs / ours


def table_of(rooms: dict[str, dict[str, float]]) -> Table:
    """Every contender, by room."""
    table = Table("CPU time a patch in ms, patches made in one pass", *rooms, "goal")
    for name in sorted({name for found in rooms.values() for name in found}):
        table.add_row(name, *(f"{found[name]:.2f}" if name in found else "" for found in rooms.values()), "")
    ratios = [f"{ratio(found):.2f}" for found in rooms.values()]
    table.add_row("ONNX Runtime Web's best / the kernel's best", *ratios, f"≥ {GOAL}")
    return table


def main() -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {"the shipped room": SHIPPED, "with textures": with_textures(Path(folder))}
        rooms = {room: measured(path, Path(folder), TURNS) for room, path in paths.items()}
    report("web-kernel", "python -m benchmarks.web_kernel", table_of(rooms))


if __name__ == "__main__":
    main()
