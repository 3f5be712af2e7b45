"""Arrays in .npy files of strangers: only what we write ourselves, mapped once header and size agree. No pickle.

``numpy.load`` also reads zips, pickles and headers in Python's syntax; this reads none of them.
"""

import math
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocogan_core.files import open_atomically, open_regular

__all__ = ["map_array", "save_array"]

MAGIC = b"\x93NUMPY\x01\x00"
MOST_HEADER_BYTES = 1024
SHAPE = rb"\(([0-9]{1,12}(?:, [0-9]{1,12}){0,3},?)\)"
HEADER = re.compile(rb"\{'descr': '([|<][uf][14])', 'fortran_order': False, 'shape': " + SHAPE + rb", \} *\n")
TYPES: dict[bytes, np.dtype[Any]] = {b"|u1": np.dtype(np.uint8), b"<f4": np.dtype("<f4")}


def map_array(path: Path, kind: type[np.uint8] | type[np.float32]) -> NDArray[Any]:
    """The array of a file, memory-mapped for reading.

    Raises:
        OSError: the file cannot be opened, or is no regular file.
        ValueError: it is no .npy file of ``kind`` with up to four axes in C order, or is not just as long as its header
            says.
    """
    with open_regular(path) as file:
        size, start = os.fstat(file.fileno()).st_size, file.read(MOST_HEADER_BYTES)
    offset = len(MAGIC) + 2 + int.from_bytes(start[len(MAGIC) : len(MAGIC) + 2], "little")
    match = HEADER.fullmatch(start[len(MAGIC) + 2 : offset]) if start.startswith(MAGIC) else None
    if match is None or (found := TYPES.get(match[1])) is None:
        raise ValueError(f"{path.name} is no .npy file of unsigned bytes or 32-bit floats in C order")
    if found != np.dtype(kind):
        raise ValueError(f"{path.name} holds {found}, not {np.dtype(kind)}")
    shape = tuple(int(side) for side in match[2].split(b",") if side)
    if size != offset + found.itemsize * math.prod(shape):
        raise ValueError(f"{path.name} has {size} bytes, its header's shape {shape} asks for others")
    if not math.prod(shape):
        return np.zeros(shape, found)
    return np.memmap(path, dtype=found, mode="r", offset=offset, shape=shape)


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array; the file appears whole or not at all."""
    with open_atomically(path) as file:
        np.save(file, array)
