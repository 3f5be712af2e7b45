"""From a checkpoint to ONNX graphs with everything that is constant worked out beforehand. Numpy only.

Spectral norm, batch statistics, the coordinate half of conditional layers, placed positions and up-sampling kernels
are folded; what a graph makes equals the trained torch module to rounding.
"""

from cocogan_core.checkpoint import Checkpoint
from cocogan_core.config import ModelConfig
from cocogan_core.inference.compact_graph import CompactGraph
from cocogan_core.inference.compact_weights import fold_compact
from cocogan_core.inference.graph_request import FLOP, GraphRequest
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.paper_graph import Given, PaperGraph
from cocogan_core.inference.pixel_graph import patches_from_maps, total_of_maps
from cocogan_core.inference.weights import WeightReader
from cocogan_core.models.dimensions import full_image_model

__all__ = ["build_graph", "image_maps", "patch_index"]


def build_graph(checkpoint: Checkpoint, request: GraphRequest) -> bytes:
    """A graph of a checkpoint as an ONNX file.

    Raises:
        CheckpointError: a tensor is missing, unknown or misshapen.
        ConfigError: the model makes no sense.
    """
    model, b, reader = checkpoint.metadata.model, GraphBuilder(), WeightReader(checkpoint.generator)
    build = _compact if model.architecture == "compact" and model.generator == "micro" else _paper
    build(b, model, reader, request)
    return b.finish({FLOP: str(b.flop)})


def _compact(b: GraphBuilder, model: ModelConfig, reader: WeightReader, request: GraphRequest) -> None:
    graph = CompactGraph(model, fold_compact(model, reader), request.block, request.level)
    reader.finish()
    if request.part == "responses":
        b.output("responses", graph.responses(b, b.input("z", ["n", model.z_dim])), ["n", "d"])
        return
    known = request.part == "style" or model.room is not None
    z = b.reshape(b.input("z", [model.z_dim]), [1, 1, -1]) if known else ""
    if request.part == "style":
        for name, value in graph.known(b, z).items():
            b.output(name, value, graph.known_shapes[name])
        return
    corners = b.input("corners", [1, 2], "int64")
    shape, fine = graph.features_shape, request.part == "fine"
    known_of_z = {name: b.input(name, sizes) for name, sizes in graph.needed_shapes(fine=fine).items()}
    if fine:
        maps = graph.fine(b, z, known_of_z, corners, b.input("features", [1, *shape]))
    else:
        maps, features = graph.base(b, z, known_of_z, corners)
        if model.grid.levels > 1:
            b.output("features", features, [1, *shape])
    _output(b, maps, model, graph.block)


def _paper(b: GraphBuilder, model: ModelConfig, reader: WeightReader, request: GraphRequest) -> None:
    if request.part == "responses":
        responses = _paper_graph(model, reader).responses(b, b.input("z", ["n", model.z_dim]))
        b.output("responses", responses, ["n", "d"])
        return
    z, corners = b.input("z", [model.z_dim]), b.input("corners", [1, 2], "int64")
    maps = image_maps(b, model, reader, z, corners)
    reader.finish()
    _output(b, maps, model, request.block)


def image_maps(b: GraphBuilder, model: ModelConfig, reader: WeightReader, z: str, ids: str) -> str:
    """(n, 3, h, w) in [−1, 1] by the paper's G from z (z_dim,) and ids (n, 2): patches, or "optimal G"'s one image."""
    index = patch_index(b, ids, 0 if model.generator == "full" else model.grid.columns)
    return _paper_graph(model, reader).maps(b, Given(b.reshape(z, [1, -1]), index))


def patch_index(b: GraphBuilder, ids: str, columns: int) -> str:
    """(row, column) (n, 2) → numbers (n,) of patches counted row by row."""
    return b.add("ReduceSum", b.add("Mul", ids, b.constant([columns, 1])), b.constant([1]), keepdims=0)


def _paper_graph(model: ModelConfig, reader: WeightReader) -> PaperGraph:
    if model.generator != "full":
        return PaperGraph(model, reader)
    inner, base = full_image_model(model)
    return PaperGraph(inner, reader.under("inner."), base)


def _output(b: GraphBuilder, maps: str, model: ModelConfig, block: tuple[int, int]) -> None:
    s = model.grid.patch_px
    b.output("patches", patches_from_maps(b, maps, block, s), [block[0] * block[1], s, s, 3], "uint8")
    b.output("total", total_of_maps(b, maps), [])
