"""Poses of both eyes on disk: a line of JSON with the size of an eye's picture, then one for each frame."""

import json
import math
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from cocogan_core.errors import DataError, OutputError
from cocogan_core.files import read_limited
from cocogan_core.json_text import parse_json
from viewer.xr.pose import EyePose, Frame

__all__ = ["PoseWriter", "read_poses"]

FORMAT = 1
LARGEST_SIDE_PX = 8192
DIGITS = 6  # of seconds, metres and radians: finer than any tracking
MOST_BYTES = 128 << 20  # about an hour at 90 Hz


class PoseWriter:
    """Writes frames as they come, so that a crash leaves what has been seen until then."""

    def __init__(self, path: Path) -> None:
        """Begin the file.

        Raises:
            OutputError: it cannot be written.
        """
        self._path = path
        try:
            self._file = path.open("w", encoding="utf-8")
        except OSError as error:
            raise OutputError(
                f"--record: cannot write {path} ({error}); name a file in a folder that exists"
            ) from error
        self._began_s: float | None = None

    def write(self, frame: Frame, size_px: tuple[int, int]) -> None:
        """Add a frame; the first one's time is 0.

        Raises:
            OutputError: the disk is full.
        """
        if self._began_s is None:
            self._began_s = frame.time_s
            self._add({"format": FORMAT, "size_px": size_px})
        eyes = [[_rounded(part) for part in (eye.orientation, eye.position, eye.angles_rad)] for eye in frame.eyes]
        self._add({"time_s": round(frame.time_s - self._began_s, DIGITS), "eyes": eyes})

    def close(self) -> None:
        """End the file; what no longer fits the disk has been told of."""
        with suppress(OSError):
            self._file.close()

    def _add(self, entry: dict[str, Any]) -> None:
        try:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()
        except OSError as error:
            raise OutputError(f"--record: cannot write {self._path} ({error.strerror}); what is there stays") from error


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, DIGITS) for value in values]


def read_poses(path: Path) -> tuple[tuple[int, int], tuple[Frame, ...]]:
    """The size of an eye's picture, and the frames.

    Raises:
        DataError: it cannot be read, or holds something else.
    """
    try:
        first, *rest = (parse_json(line) for line in read_limited(path, MOST_BYTES).splitlines())
        if first["format"] != FORMAT:
            raise ValueError(f"format {first['format']!r} is not known")
        width, height = first["size_px"]
        if not all(type(side) is int and 0 < side <= LARGEST_SIDE_PX for side in (width, height)):
            raise ValueError("size_px must be two whole numbers")
        frames = tuple(_read_frame(entry) for entry in rest)
        if not frames or any(after.time_s < before.time_s for before, after in pairwise(frames)):
            raise ValueError("there is no frame, or one before another")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"--replay: {path} holds no recorded poses ({error}); record some with --record") from error
    return (width, height), frames


def _read_frame(entry: Any) -> Frame:  # noqa: ANN401
    left, right = (_read_eye(*stated) for stated in entry["eyes"])
    (time_s,) = _numbers([entry["time_s"]], 1)
    return Frame(time_s, (left, right))


def _read_eye(orientation: Any, position: Any, angles: Any) -> EyePose:  # noqa: ANN401
    x, y, z, w = _numbers(orientation, 4)
    if abs(math.hypot(x, y, z, w) - 1) > 0.01:
        raise ValueError("a quaternion's length is not 1")
    px, py, pz = _numbers(position, 3)
    left, right, up, down = _numbers(angles, 4)
    if not (-1.5 < left < right < 1.5 and -1.5 < down < up < 1.5):
        raise ValueError("the angles are no frustum's")
    return EyePose((x, y, z, w), (px, py, pz), (left, right, up, down))


def _numbers(stated: Sequence[Any], count: int) -> list[float]:
    values = [float(value) for value in stated]
    if len(values) != count or not all(map(math.isfinite, values)):
        raise ValueError(f"{count} numbers are expected")
    return values
