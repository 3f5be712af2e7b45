"""The header of a safetensors file, checked against the file's size before anything is allocated.

Names what else a user may have opened instead. Knows nothing of COCO-GAN.
"""

import math
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cocogan_core.errors import CheckpointError
from cocogan_core.files import open_regular
from cocogan_core.json_text import parse_json
from cocogan_core.text import printable

__all__ = ["check_layout", "read_header"]

ITEM_BYTES = {"F32": 4, "F16": 2, "I8": 1, "I64": 8}  # long integers: how many batches a batch norm has seen
MOST_HEADER_BYTES = 8 << 20
MOST_AXES = 8
# How other files begin, so that the message can name what the user has opened.
STRANGERS = {
    b"<": "an HTML or XML page; the download may have failed",
    b"PK": "a zip archive, perhaps a PyTorch .pt or .pth file; only .safetensors checkpoints are read",
    b"\x80": "a Python pickle; pickles can run code and are never read",
    b"\xff\xd8\xff": "a picture, not a model; `cocogan prepare` makes training data of pictures",
    b"\x89PNG": "a picture, not a model; `cocogan prepare` makes training data of pictures",
    b"RIFF": "a picture or a film, not a model; `cocogan prepare` makes training data of pictures",
    b"version https://git-lfs": "a Git LFS pointer; run `git lfs pull`",
}


def read_header(path: Path) -> tuple[dict[str, Any], int]:
    """The header's entries, and how many bytes of tensors follow it.

    Raises:
        CheckpointError: the file is missing, or does not begin as safetensors files do.
    """
    try:
        if path.is_dir():
            raise CheckpointError(f"{path} is a folder; name the .safetensors file in it")
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            start = file.read(32)
            _recognise(path, start, size)
            (length,) = struct.unpack("<Q", start[:8])
            if length > min(MOST_HEADER_BYTES, size - 8):
                raise CheckpointError(f"{path} is not a safetensors file, or is truncated: its header ends beyond it")
            file.seek(8)
            text = file.read(length)
    except FileNotFoundError as error:
        raise CheckpointError(f"{path} does not exist; check the path") from error
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error.strerror}") from error
    try:
        header = parse_json(text, most_bytes=MOST_HEADER_BYTES)
    except ValueError as error:
        raise CheckpointError(
            f"{path} is not a safetensors file: its header is not JSON that is read ({printable(error)})"
        ) from error
    if not isinstance(header, dict):
        raise CheckpointError(f"{path} is not a safetensors file: its header is not an object")
    return header, size - 8 - length


def _recognise(path: Path, start: bytes, size: int) -> None:
    if size == 0:
        raise CheckpointError(f"{path} is empty; the download or copy may have failed")
    for beginning, what in STRANGERS.items():
        if start.lstrip().startswith(beginning) and not start[8:9] == b"{":
            raise CheckpointError(f"{path} is {what}")
    if size < 10:
        raise CheckpointError(f"{path} is too short to be a checkpoint ({size} bytes)")


def check_layout(path: Path, header: Mapping[str, Any], body_bytes: int) -> None:
    """Ask for tensors of known types, each as large as its shape says, that fill ``body_bytes`` without a gap.

    Raises:
        CheckpointError: they are not so.
    """
    reached = 0
    for start, end in sorted(_extent(path, name, entry, body_bytes) for name, entry in header.items()):
        if start != reached:
            raise CheckpointError(f"{path} is broken: its tensors overlap or leave gaps; download or copy it again")
        reached = end
    if reached != body_bytes:
        raise CheckpointError(
            f"{path} is broken: {body_bytes - reached} bytes follow its last tensor; download or copy it again"
        )


def _extent(path: Path, name: str, entry: dict[str, Any], body_bytes: int) -> tuple[int, int]:
    """First byte of a tensor and the one after its last, counted from the end of the header."""
    try:
        kind, (start, end), shape = entry["dtype"], entry["data_offsets"], list(entry["shape"])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: the header's entry for tensor {printable(name)} is broken") from error
    if len(shape) > MOST_AXES or not all(type(number) is int and number >= 0 for number in (start, end, *shape)):
        raise CheckpointError(f"{path}: the header's entry for tensor {printable(name)} is broken")
    if not isinstance(kind, str) or kind not in ITEM_BYTES:
        raise CheckpointError(
            f"{path}: tensor {printable(name)} is of type {printable(kind)}; float32, float16 and int8 are read"
        )
    if not start <= end <= body_bytes or end - start != math.prod(shape) * ITEM_BYTES[kind]:
        raise CheckpointError(
            f"{path}: tensor {printable(name)} claims shape {printable(shape)}, which {body_bytes} bytes of tensors in "
            "the file do not hold; it is truncated or broken"
        )
    return start, end
