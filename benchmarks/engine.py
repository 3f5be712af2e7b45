"""What the engine without torch brings, as ratios taken in one run: ``python -m benchmarks.engine`` (three minutes).

With the shipped room on the CPU; torch and, for its rows, OpenVINO have to be installed. What is compared is measured
in turns. The window is one on the screen where there is a screen.
"""

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import numpy as np
from rich.table import Table

from benchmarks.engine_programs import IMPORT, MEMORY, PATCH, ROOM, VIEW
from benchmarks.performance_page import report
from cocogan_core.checkpoint import load_checkpoint
from cocogan_core.inference.engine import Shape
from cocogan_core.inference.graph_cache import GraphCache
from cocogan_core.inference.graph_request import block_shapes
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.onnx_engine import OnnxEngine
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.onnx_runtime import onnxruntime
from cocogan_core.inference.patch_generator import PatchGenerator

STARTS, ROUNDS = 5, 15
PEAK_SHAPES = [(channels, side) for channels in (32, 64, 128, 256) for side in (16, 32, 64)]
BLOCKS, SINGLE, WHOLE = "ONNX Runtime", "ONNX Runtime, single patches", "ONNX Runtime, one pass"
SHARED, SPINNING = "ONNX Runtime, threads share a block", "ONNX Runtime, spinning threads share a block"
EAGER, FROZEN, OPENVINO = "torch, eager", "torch, frozen", "OpenVINO"
Row = tuple[str, str, str]
Times = dict[str, float]


@dataclass(frozen=True)
class OpenVinoSession:
    """What :class:`OnnxEngine` needs of a session, from OpenVINO."""

    compiled: Any

    def get_inputs(self) -> list[SimpleNamespace]:
        """Their names."""
        return [SimpleNamespace(name=entry.any_name) for entry in self.compiled.inputs]

    def run(self, names: Sequence[str] | None, inputs: Mapping[str, Any]) -> list[Any]:
        """Outputs of these names, or all."""
        made = self.compiled(dict(inputs))
        return list(made.values()) if names is None else [made[name] for name in names]


class OtherEngine(OnnxEngine):
    """The engine with other sessions or blocks than it has."""

    def __init__(self, opened: Callable[[bytes], Any], *, at_once: int = 1, shapes: Sequence[Shape] = ()) -> None:
        """``opened`` makes a session of a graph as it was built; shapes left out are as in :class:`OnnxEngine`."""
        self._opened, self._shapes = opened, shapes
        super().__init__(load_checkpoint(ROOM).metadata.model, GraphCache(ROOM), threads=at_once)

    def shapes(self, level: int) -> Sequence[Shape]:
        """As :class:`OnnxEngine`, unless given."""
        return self._shapes or super().shapes(level)

    def _open(self, graph: bytes) -> onnxruntime.InferenceSession | OpenVinoSession:
        session: onnxruntime.InferenceSession | OpenVinoSession = self._opened(graph)
        return session


def openvino_session(graph: bytes, threads: int) -> OpenVinoSession:
    """In single precision, as the others."""
    openvino = importlib.import_module("openvino")
    core = openvino.Core()
    hints = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
    return OpenVinoSession(core.compile_model(core.read_model(graph), "CPU", hints))


def onnx_session(graph: bytes, threads: int, *, spinning: bool = False) -> onnxruntime.InferenceSession:
    """ONNX Runtime with options to be compared; the engine's own are the defaults."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads, options.inter_op_num_threads = 3, threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spinning)))
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def generators(threads: int) -> dict[str, PatchGenerator]:
    """Everything that makes a panorama of the shipped room."""
    metadata = load_checkpoint(ROOM).metadata
    shared, alone = partial(onnx_session, threads=threads), partial(onnx_session, threads=1)
    single, whole = block_shapes(metadata.model)[-1:], [(metadata.model.grid.rows, metadata.model.grid.columns)]
    others = {
        SINGLE: OtherEngine(alone, at_once=threads, shapes=single),
        WHOLE: OtherEngine(shared, shapes=whole),
        SHARED: OtherEngine(shared),
        SPINNING: OtherEngine(partial(shared, spinning=True)),
    }
    if importlib.util.find_spec("openvino"):
        others[OPENVINO] = OtherEngine(partial(openvino_session, threads=threads))
    torch = {name: PatchGenerator.load(ROOM, "cpu", engine="torch", threads=threads) for name in (EAGER, FROZEN)}
    unfreeze(torch[EAGER])
    ours = torch | {name: PatchGenerator(metadata, engine) for name, engine in others.items()}
    return ours | {BLOCKS: PatchGenerator.load(ROOM, "cpu", threads=threads)}


def unfreeze(generator: PatchGenerator) -> None:
    """Give torch's engine the module as it is trained: spectral norms and kernels are worked out each time."""
    from cocogan_core.models.build import load_generator

    plain = load_generator(load_checkpoint(ROOM)).eval()
    generator._engine._generator = plain  # type: ignore[attr-defined]


def panoramas(threads: int) -> Times:
    """Median seconds of a panorama by each, in turns, and the engine's share of the peak rate."""
    found, z = generators(threads), sample_z(0, load_checkpoint(ROOM).metadata.model.z_dim)
    seconds: dict[str, list[float]] = {name: [] for name in found}
    peak = 0.0
    for _ in range(ROUNDS + 1):  # the first is a warm-up
        for name, generator in found.items():
            began = time.perf_counter()
            generator.panorama(z)
            seconds[name].append(time.perf_counter() - began)
        peak = max(peak, peak_rate(threads))
    times = {name: float(np.median(taken[1:])) for name, taken in seconds.items()}
    patches = len(load_checkpoint(ROOM).metadata.model.grid.micro_ids())
    rate = patches * found[BLOCKS].patch_gflop() * 1e9 / min(seconds[BLOCKS][1:])  # as the peak, of the best round
    return times | {"share of peak": rate / peak}


def peak_rate(threads: int) -> float:
    """Operations a second of ONNX Runtime's best 3×3 convolution."""
    return max(convolution_rate(channels, side, threads) for channels, side in PEAK_SHAPES)


def convolution_rate(channels: int, side: int, threads: int) -> float:
    """Operations a second of three 3×3 convolutions in a row; the best of three runs."""
    b, rng = GraphBuilder(), np.random.default_rng(0)
    value, shape = b.input("x", [1, channels, side, side]), [1, channels, side, side]
    for _ in range(3):
        weight = rng.standard_normal((channels, channels, 3, 3), np.float32) / np.float32(channels)
        value = b.convolve(value, weight, None, side * side, padding=1)
    b.output("y", value, shape)
    session, inputs = onnx_session(b.finish({}), threads), {"x": np.ones(shape, np.float32)}
    return b.flop / min(seconds_of(lambda: session.run(None, inputs)) for _ in range(4))


def seconds_of(work: Callable[[], Any]) -> float:
    """How long it takes once."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def milestones(program: str) -> list[float]:
    """Seconds from a process's start to what its program prints."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"  # a file, which child processes read again, as they do a command's
        path.write_text(program)
        began = time.monotonic()
        printed = subprocess.run(
            [sys.executable, path], check=True, capture_output=True, text=True, env=installed_environment()
        ).stdout
    return [float(line) - began for line in printed.split()]


def installed_environment() -> dict[str, str]:
    """With bytecode kept, as that of installed packages is: torch's is there, this repository's may not be."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def in_turns(programs: Iterable[str]) -> list[list[float]]:
    """Medians of each program's milestones; each is once run before, so that files and graphs are in their caches."""
    runs = [[milestones(program) for program in programs] for _ in range(STARTS + 1)][1:]
    return [np.median(taken, 0).tolist() for taken in zip(*runs, strict=True)]


def starts() -> list[Row]:
    """How soon there is something to see."""
    (torch,), (patch,), (window, first, coarse, sharp) = in_turns((IMPORT, PATCH, VIEW))
    where = "on a screen" if "DISPLAY" in os.environ else "headless"
    return [
        ("`import torch` in a process of its own", f"{torch:.2f} s", ""),
        ("process start → first patch, no window / `import torch`", ratio(patch, torch), ""),
        (f"process start → first frame, {where} / `import torch`", ratio(window, torch), ""),
        ("first frame → first patch / `import torch`", ratio(first - window, torch), "≤ 0.35"),
        ("process start → 90° view complete on level 0 / `import torch`", ratio(coarse, torch), "≤ 0.60"),
        ("process start → 90° view sharp / `import torch`", ratio(sharp, torch), ""),
    ]


def memory() -> list[Row]:
    """Resident memory of a process that has made a panorama on one thread."""
    onnx, torch = (memory_mb(engine) for engine in ("onnxruntime", "torch"))
    return [("memory of a generator process / torch's", f"{onnx / torch:.2f} ({onnx:.0f} / {torch:.0f} MB)", "≤ 0.40")]


def memory_mb(engine: str) -> float:
    """Median of three processes."""
    program = f"ENGINE = {engine!r}\n{MEMORY}"
    command = [sys.executable, "-c", program]
    used = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(3)]
    return float(np.median([int(kib) for kib in used])) * 1024 / 1e6


def speeds(threads: int) -> list[Row]:
    """Panoramas by parts on so many threads."""
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        times = pool.submit(panoramas, threads).result()
    on, own = f"{threads} thread{'s' if threads > 1 else ''}", times[BLOCKS]
    openvino = ratio(times[OPENVINO], own) if OPENVINO in times else "not installed"
    return [
        (f"a panorama by parts, {on}", f"{own * 1e3:.0f} ms", ""),
        (f"speed / torch eager, {on}", ratio(times[EAGER], own), "≥ 3"),
        (f"speed / torch frozen, {on}", ratio(times[FROZEN], own), ""),
        (f"speed / OpenVINO with the same blocks, {on}", openvino, "≥ 0.90"),
        (f"time by blocks / in one pass, {on}", ratio(own, times[WHOLE]), "≤ 1.15"),
        (f"time patch by patch / in one pass, {on}", ratio(times[SINGLE], times[WHOLE]), ""),
        (f"operations a second / best convolution's, {on}", f"{times['share of peak']:.2f}", "≥ 0.70"),
        (f"time where threads share a block / as it is, {on}", ratio(times[SHARED], own), ""),
        (f"time where spinning threads do / as it is, {on}", ratio(times[SPINNING], own), ""),
    ]


def ratio(a: float, b: float) -> str:
    """Two decimals."""
    return f"{a / b:.2f}"


def measured() -> Iterator[Row]:
    """All rows, as they come."""
    for threads in (1, 2):
        yield from speeds(threads)
    yield from starts()
    yield from memory()


def main() -> None:
    """Measure and report."""
    table = Table("the engine without torch", "measured", "goal")
    for row in measured():
        table.add_row(*row)
        print(*row, sep=" | ", flush=True)
    report("engine", "python -m benchmarks.engine", table)


if __name__ == "__main__":
    main()
