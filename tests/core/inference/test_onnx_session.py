"""Sessions of graphs that are optimised before they are kept."""

import tempfile

import numpy as np
import pytest

from cocogan_core.inference import onnx_session
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.onnx_runtime import onnxruntime
from cocogan_core.inference.onnx_session import open_session, optimised, optimiser

LEVELS = onnxruntime.GraphOptimizationLevel


@pytest.fixture
def graph():
    """A convolution, whose layout is the processor's."""
    b, weight = GraphBuilder(), np.random.default_rng(0).standard_normal((32, 32, 3, 3), np.float32)
    y = b.convolve(b.input("x", [1, 32, 8, 8]), weight, None, 64, padding=1)
    b.output("y", b.add("LeakyRelu", y, alpha=0.2), [1, 32, 8, 8])
    return b.finish({"flop": str(b.flop)})


def test_an_optimised_graph_is_opened_as_it_is_and_makes_the_same(graph):
    better = optimised(graph)
    first, second = open_session(graph), open_session(better)
    levels = [session.get_session_options().graph_optimization_level for session in (first, second)]
    assert levels == [LEVELS.ORT_ENABLE_ALL, LEVELS.ORT_DISABLE_ALL]
    x = np.random.default_rng(1).standard_normal((1, 32, 8, 8), np.float32)
    assert (first.run(None, {"x": x})[0] == second.run(None, {"x": x})[0]).all()
    assert second.get_modelmeta().custom_metadata_map["flop"] == first.get_modelmeta().custom_metadata_map["flop"]


def test_a_session_does_not_keep_the_file_that_it_was_made_of(graph):
    assert open_session(graph)._model_bytes is None  # ONNX Runtime's own name: it would hold every weight twice


def test_what_cannot_be_written_stays_as_it_was(graph, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert optimised(graph) == graph
    assert open_session(graph).get_inputs()[0].name == "x"


def test_another_processor_has_graphs_of_its_own(monkeypatch):
    here = optimiser()
    assert optimiser() == here
    assert onnxruntime.__version__ in here
    monkeypatch.setattr(onnx_session, "_as_run", lambda graph: graph + b"in blocks of eight channels")
    assert optimiser() != here
