"""A level of a checkpoint as one ONNX model for other programs: z and the ids of any patches in, their bytes out."""

import json
from dataclasses import asdict

from cocogan_core.checkpoint import Checkpoint, Metadata
from cocogan_core.config import ModelConfig
from cocogan_core.errors import ConfigError
from cocogan_core.inference.compact_graph import CompactGraph
from cocogan_core.inference.compact_weights import CompactWeights, fold_compact
from cocogan_core.inference.graph import image_maps, patch_index
from cocogan_core.inference.onnx_file import GraphBuilder
from cocogan_core.inference.pixel_graph import patches_from_maps
from cocogan_core.inference.weights import WeightReader

__all__ = ["export_graph"]

DESCRIPTIONS = {
    "z": "float32 (z_dim,), the room, each entry in [-1, 1]",
    "ids": "int64 (n, 2), row and column of each micro patch on the level, from 0 at the top left; column 0 is yaw 0; "
    "n is 1 where the input's shape says so",
    "patches": "uint8 (n, s, s, 3), sRGB, rows from the top",
}


def export_graph(checkpoint: Checkpoint, level: int = 0) -> bytes:
    """The ONNX file: z (z_dim,) and ids int64 (n, 2) → patches uint8 (n, s, s, 3), each a function of z and its id.

    n is 1 for a model with object coordinates, which looks for what each patch can see of the room's objects.

    Its metadata say what inputs and outputs are, which ``level`` of detail it makes, and under ``cocogan`` as JSON what
    the checkpoint says of itself: the grid (of level 0), the latents' names, the projection, the provenance.

    Raises:
        CheckpointError: a tensor is missing, unknown or misshapen.
        ConfigError: there is no such level, or the model is a network for each patch (ablation "multiple G"), which
            makes no one graph.
    """
    model = checkpoint.metadata.model
    if model.generator == "multiple":
        raise ConfigError("this model has a network of its own for each patch; only one network can be exported")
    model.grid.at_level(level)
    b, reader = GraphBuilder(), WeightReader(checkpoint.generator)
    count: int | str = "n" if model.objects is None else 1
    z, ids = b.input("z", [model.z_dim]), b.input("ids", [count, 2], "int64")
    if model.architecture == "compact":
        patches = _compact(b, model, fold_compact(model, reader), (z, ids), level)
    else:
        patches = _paper(b, model, reader, z, ids)
    reader.finish()
    s = model.grid.patch_px
    b.output("patches", patches, [count, s, s, 3], "uint8")
    return b.finish({**DESCRIPTIONS, "level": str(level), "cocogan": _stated(checkpoint.metadata)})


def _compact(b: GraphBuilder, model: ModelConfig, weights: CompactWeights, inputs: tuple[str, str], level: int) -> str:
    """A finer patch goes on from its patch of level 0, which is made for each anew: other programs keep no features."""
    z, ids = b.reshape(inputs[0], [1, 1, -1]), inputs[1]
    base, fine = CompactGraph(model, weights, (1, 1)), CompactGraph(model, weights, (1, 1), level)
    known = base.known(b, z)
    maps, features = base.base(b, z, known, b.add("Div", ids, b.constant([1 << level])))
    maps = fine.fine(b, z, known, ids, _part(b, features, ids, fine)) if level else maps
    return patches_from_maps(b, maps, (1, 1), model.grid.patch_px)


def _part(b: GraphBuilder, features: str, ids: str, fine: CompactGraph) -> str:
    """What each fine patch needs of its level-0 patch's features: (n, C, H, W) to :attr:`features_shape`."""
    side = fine.config.grid.patch_px >> fine.level
    within = b.add("Mod", ids, b.constant([1 << fine.level]))
    starts = b.split(b.add("Mul", within, b.constant([side])), 1, [1, 1])
    x = b.add("Transpose", features, perm=[0, 2, 3, 1])
    for start, cells in zip(starts, fine.features_shape[1:], strict=True):  # rows, then columns
        at = b.add("Unsqueeze", b.add("Add", start, b.constant(range(cells))), b.constant([2]))
        x = b.add("Transpose", b.add("GatherND", x, at, batch_dims=1), perm=[0, 2, 1, 3])
    return b.add("Transpose", x, perm=[0, 3, 1, 2])


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
