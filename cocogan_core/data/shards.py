"""The files of a data set: shards of pictures as .npy, a file for each level of detail, and their entries in its index.

An entry names the ``file`` of level 0 and the ``count`` of its pictures; where there are more levels, ``levels`` says
how many each picture has, and the file of a finer one holds those that have it, in order.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.npy import map_array

__all__ = ["check_shard", "level_file", "level_shape", "levels_in", "mapped", "names_in", "rows_of"]

OPEN_FILES = 128  # shards that stay mapped: each holds one of the few files that a process may have open

Image = NDArray[np.uint8]
Entry = Mapping[str, Any]


def names_in(shard: Entry) -> list[str]:
    """Names of a shard's pictures; "" where one has none."""
    return list(shard.get("names") or [""] * int(shard["count"]))


def level_shape(about: Entry, level: int) -> tuple[int, int, int]:
    """Height, width and channels of a picture on a level; ``about`` is the data set's index."""
    return about["height_px"] << level, about["width_px"] << level, 3


def level_file(file: str, level: int) -> str:
    """Name of the file of a level of the shard whose level 0 is ``file``."""
    return f"{file.removesuffix('.npy')}_level{level}.npy" if level else file


def levels_in(shard: Entry) -> list[int]:
    """How many levels each of a shard's pictures has."""
    return list(shard.get("levels") or [1] * int(shard["count"]))


def check_shard(folder: Path, about: Entry, shard: Entry) -> None:
    """Look whether a shard's files are what the index says.

    Raises:
        ValueError, OSError: they are not, or are missing.
    """
    having, most = np.array(levels_in(shard), np.intp), about.get("levels", 1)
    if len(having) != shard["count"] or having.min() < 1 or having.max() > most:
        raise ValueError(f"{shard['file']} has {shard['count']} pictures of up to {most} levels, not {having.tolist()}")
    for level in range(having.max()):
        path = folder / level_file(shard["file"], level)
        shape = (np.count_nonzero(having > level), *level_shape(about, level))
        found = map_array(path, np.uint8)
        if found.shape != shape:
            raise ValueError(f"{path.name} has shape {found.shape}, the index says {shape}")


def mapped(path: Path) -> Image:
    """A file's pictures (n, H, W, 3), memory-mapped: in any process, however many files there are."""
    return _mapped(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=OPEN_FILES)
def _mapped(path: Path, _changed_ns: int) -> Image:
    """By the time of the file's last change, so that one made anew is read anew."""
    return map_array(path, np.uint8)


def rows_of(path: Path, count: int, names: int) -> NDArray[np.float32]:
    """The first ``count`` rows of the parameters: a killed writer may have left those of a shard that the index lacks.

    Raises:
        ValueError, OSError: they are not there, or not finite.
    """
    array = map_array(path, np.float32)
    if array.ndim != 2 or len(array) < count or array.shape[1] != names:
        raise ValueError(f"{path.name} has shape {array.shape}, the index says {(count, names)}")
    if not np.isfinite(array[:count]).all():
        raise ValueError(f"{path.name} holds NaN or infinity")
    return array[:count]
