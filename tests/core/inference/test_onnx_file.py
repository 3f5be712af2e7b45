"""Models as files: what is said of one is read without its graph."""

import numpy as np

from cocogan_core.inference.onnx_file import GraphBuilder, metadata_entry, metadata_of
from cocogan_core.inference.onnx_session import open_session, optimised


def test_what_is_said_of_a_model_is_read_without_opening_it():
    b = GraphBuilder()
    x = b.input("x", [1, 300])  # a size of two bytes
    b.output("y", b.linear(x, np.full((300, 300), 0.01, np.float32), np.full(300, 0.5, np.float32), rows=1), [1, 300])
    said = {"flop": str(b.flop), "in other words": "höher — " * 40}
    model = b.finish(said)
    assert metadata_of(model) == said
    assert metadata_of(model + metadata_entry("late", "1")) == said | {"late": "1"}
    kept = optimised(model)
    assert kept != model
    assert metadata_of(kept) == open_session(kept).get_modelmeta().custom_metadata_map
    assert metadata_of(kept).items() >= said.items()
