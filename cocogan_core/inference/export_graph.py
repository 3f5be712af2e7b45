"""A checkpoint's level 0 as one ONNX model for other programs: z and the ids of any patches in, their bytes out."""

import json
from dataclasses import asdict

from cocogan_core.checkpoint import Checkpoint, Metadata
from cocogan_core.config import ModelConfig
from cocogan_core.errors import ConfigError
from cocogan_core.inference.compact_graph import CompactGraph
from cocogan_core.inference.compact_weights import fold_compact
from cocogan_core.inference.graph import image_maps, patch_index
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.pixel_graph import patches_from_maps
from cocogan_core.inference.weights import WeightReader

__all__ = ["export_graph"]

DESCRIPTIONS = {
    "z": "float32 (z_dim,), the room, each entry in [-1, 1]",
    "ids": "int64 (n, 2), row and column of each micro patch, from 0 at the top left; column 0 is yaw 0",
    "patches": "uint8 (n, s, s, 3), sRGB, rows from the top",
}


def export_graph(checkpoint: Checkpoint) -> bytes:
    """The ONNX file: z (z_dim,) and ids int64 (n, 2) → patches uint8 (n, s, s, 3), each a function of z and its id.

    Its metadata say what inputs and outputs are, and under ``cocogan`` as JSON what the checkpoint says of itself: the
    grid, the latents' names, the projection, the provenance.

    Raises:
        CheckpointError: a tensor is missing, unknown or misshapen.
        ConfigError: the model is a network for each patch (ablation "multiple G"), which makes no one graph.
    """
    model = checkpoint.metadata.model
    if model.generator == "multiple":
        raise ConfigError("this model has a network of its own for each patch; only one network can be exported")
    b, reader = GraphBuilder(), WeightReader(checkpoint.generator)
    z, ids = b.input("z", [model.z_dim]), b.input("ids", ["n", 2], "int64")
    patches = (_compact if model.architecture == "compact" else _paper)(b, model, reader, z, ids)
    reader.finish()
    s = model.grid.patch_px
    b.output("patches", patches, ["n", s, s, 3], "uint8")
    return b.finish({**DESCRIPTIONS, "cocogan": _stated(checkpoint.metadata)})


def _compact(b: GraphBuilder, model: ModelConfig, reader: WeightReader, z: str, ids: str) -> str:
    graph = CompactGraph(model, fold_compact(model, reader), (1, 1))
    return graph.base(b, b.reshape(z, [1, 1, -1]), ids)[0]


def _paper(b: GraphBuilder, model: ModelConfig, reader: WeightReader, z: str, ids: str) -> str:
    """Of "optimal G" the image is made once, and the patches are cut out."""
    grid, whole = model.grid, model.generator == "full"
    if not whole:
        return patches_from_maps(b, image_maps(b, model, reader, z, ids), (1, 1), grid.patch_px)
    image = image_maps(b, model, reader, z, b.constant([[0, 0]]))
    patches = patches_from_maps(b, image, (grid.rows, grid.columns), grid.patch_px)
    return b.add("Gather", patches, patch_index(b, ids, grid.columns))


def _stated(metadata: Metadata) -> str:
    projection = None if metadata.projection is None else asdict(metadata.projection)
    stated = {"model": metadata.model.to_json(), "projection": projection, "provenance": asdict(metadata.provenance)}
    return json.dumps(stated)
