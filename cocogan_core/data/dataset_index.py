"""``dataset.json``, the index of a data set: read whole and checked before anything that it names is opened."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cocogan_core.files import read_limited
from cocogan_core.geometry.grid import MOST_LEVELS
from cocogan_core.geometry.projection import Projection
from cocogan_core.json_text import parse_json
from cocogan_core.settings_reader import read_settings
from cocogan_core.text import printable

__all__ = ["FORMAT", "read_index"]

FORMAT = 1
MOST_BYTES = 512 << 20  # LSUN's three million names
LONGEST_SIDE_PX = 1 << 16
MOST_PICTURES = 1 << 20  # in a shard
FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\.npy")  # of the data set's own folder

Entry = Mapping[str, Any]


def read_index(path: Path) -> dict[str, Any]:
    """A data set's index.

    Raises:
        OSError: it cannot be read.
        ValueError, KeyError, TypeError, ConfigError: it is broken; says what.
    """
    about = parse_json(read_limited(path, MOST_BYTES), most_bytes=MOST_BYTES)
    if not isinstance(about, dict):
        raise TypeError("the index is not an object")
    if about["format"] != FORMAT:
        raise ValueError(f"format {printable(about['format'])}; this version reads format {FORMAT}")
    for side in ("height_px", "width_px"):
        _require_whole(side, about[side], 1, LONGEST_SIDE_PX)
    _require_whole("levels", about.get("levels", 1), 1, MOST_LEVELS)
    for name in ("source", "licence"):
        if not isinstance(about[name], str):
            raise TypeError(f"{name} must be text")
    _require_list("latent_names", about["latent_names"], str)
    if about["projection"] is not None:
        read_settings(Projection, about["projection"])
    for shard in _require_list("shards", about["shards"], dict):
        _check_entry(shard)
    return about


def _check_entry(shard: Entry) -> None:
    count = shard["count"]
    _require_whole("count", count, 1, MOST_PICTURES)
    if not isinstance(shard["file"], str) or not FILE.fullmatch(shard["file"]):
        raise ValueError(f"a shard's file is {printable(repr(shard['file']))}, no .npy file of the data set's folder")
    for name, kind in (("names", str), ("columns", int), ("levels", int)):
        if name in shard and len(_require_list(name, shard[name], kind)) != count:
            raise ValueError(f"{shard['file']}: {name} are {len(shard[name])}, its pictures {count}")


def _require_whole(name: str, value: object, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name} is {printable(repr(value))}; it must be a whole number from {least} to {most}")


def _require_list(name: str, value: object, kind: type) -> list[Any]:
    if not isinstance(value, list) or not all(type(one) is kind for one in value):
        raise TypeError(f"{name} must be a list of {kind.__name__}")
    return value
