"""ONNX Runtime's sessions: how they are opened, and what is done to graphs before they are kept so that it is quick."""

import hashlib
import sys
import tempfile
from pathlib import Path

import numpy as np

from cocogan_core.errors import ConfigError
from cocogan_core.inference.engine import PROVIDERS
from cocogan_core.inference.onnx_file import GraphBuilder, metadata_entry
from cocogan_core.inference.onnx_runtime import onnxruntime

__all__ = ["open_session", "optimised", "optimiser"]

ERRORS_ONLY = 3  # ONNX Runtime's severities; its warnings are about graphs, which are not the user's
OPTIMISED = metadata_entry("optimised", "1")  # behind graphs that need no more of it
PROBE_CHANNELS = 64  # a multiple of every block of channels that there is


def open_session(
    graph: bytes, provider: str = PROVIDERS["cpu"], threads: int | None = 1
) -> onnxruntime.InferenceSession:
    """A session of a graph, :func:`optimised` or not, on so many threads, as many as there are cores if None.

    Raises:
        ConfigError: the provider does not work here.
    """
    options = _options(threads)
    if graph.endswith(OPTIMISED):
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(graph, options, providers=[provider])
    if session.get_providers()[0] != provider:
        raise ConfigError(f"ONNX Runtime's {provider} does not start here; use --device cpu")
    session._model_bytes = None  # it would hold the weights twice, for another provider that is to take over
    return session


def optimised(graph: bytes) -> bytes:
    """A graph as ONNX Runtime's CPU provider wants it on this processor; as it is where that cannot be written.

    That is most of what opening a session costs: 350 → 65 ms for a block of a room with objects.
    """
    try:
        return _as_run(graph) + OPTIMISED
    except Exception:  # of ONNX Runtime, which have no common base; a bad graph fails again where it is opened
        return graph


def optimiser() -> str:
    """Names all that :func:`optimised` depends on: the release, and how a convolution is laid out on this processor.

    Graphs of another processor would be wrong here, and a cache folder may be shared.
    """
    b, side = GraphBuilder(), 4
    weight = np.arange(PROBE_CHANNELS**2 * 9, dtype=np.float32).reshape(PROBE_CHANNELS, PROBE_CHANNELS, 3, 3)
    x = b.input("x", [1, PROBE_CHANNELS, side, side])
    b.output("y", b.convolve(x, weight, None, side * side, padding=1), [1, PROBE_CHANNELS, side, side])
    probe = hashlib.sha256(optimised(b.finish({}))).hexdigest()
    return f"-onnxruntime-{onnxruntime.__version__}-{probe[:8]}"


def _as_run(graph: bytes) -> bytes:
    """With everything done to it that a session does before it runs."""
    options = _options(1)
    with tempfile.TemporaryDirectory() as folder:
        options.optimized_model_filepath = str(Path(folder) / "graph.onnx")
        onnxruntime.InferenceSession(graph, options, providers=[PROVIDERS["cpu"]])
        return (Path(folder) / "graph.onnx").read_bytes()


def _options(threads: int | None) -> onnxruntime.SessionOptions:
    """One node at a time, on threads that sleep when there is nothing to do: a window wants the cores too.

    Under Linux passes take memory from the C library and give it back: as fast as ONNX Runtime's own arenas, of which
    every graph has one that only grows (269 MB instead of 382 after blocks of three levels on two threads).
    """
    options = onnxruntime.SessionOptions()
    if sys.platform.startswith("linux"):
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = ERRORS_ONLY
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
