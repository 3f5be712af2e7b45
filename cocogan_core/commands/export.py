"""``cocogan export``: a checkpoint as an ONNX model for other programs. Imports neither torch nor an engine."""

from pathlib import Path
from typing import Annotated

import tyro

from cocogan_core.errors import CheckpointError, ConfigError
from cocogan_core.files import write_atomically
from cocogan_core.shipped import model_path

__all__ = ["export"]


def export(
    checkpoint: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="CHECKPOINT")] = None,
    *,
    out: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="PATH")],
    level: int = 0,
) -> None:
    """Write a level of a model as ONNX: z and ids of micro patches in, their pixels out, the projection in metadata.

    Args:
        checkpoint: Model (default: the room that is shipped).
        out: File to write, .onnx.
        level: Of detail; a model of more than one has finer ones.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        ConfigError: ``out`` has another ending, there is no such level, or the model cannot be exported.
        OutputError: ``out`` cannot be written.
    """
    from cocogan_core.checkpoint import load_checkpoint
    from cocogan_core.inference.export_graph import export_graph

    if out.suffix != ".onnx":
        raise ConfigError(f"{out} would be an ONNX model; name a file that ends in .onnx")
    path = model_path(checkpoint)
    try:
        model = export_graph(load_checkpoint(path), level)
    except CheckpointError as error:
        raise error if str(path) in str(error) else CheckpointError(f"{path}: {error}") from error
    write_atomically(out, model)
