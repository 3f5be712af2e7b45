"""A data set as training reads it: a folder of memory-mapped uint8 pictures with their named parameters.

``dataset.json`` says what is there; ``images_00000.npy`` … hold up to ``shard_size`` pictures (n, H, W, 3) each;
``parameters.npy`` holds (count, K) float32 where the pictures' parameters are known. The index also keeps each
picture's name, where it has one, and the recipe: every setting that decided the pictures' bytes. Knows nothing of where
they come from.

A data set may keep finer levels of detail of its pictures, level l 2^l times as wide and high, in
``images_00000_level1.npy`` and so on: there lie those of the shard's pictures, in order, that have the level.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.dataset_index import FORMAT, read_index
from cocogan_core.data.npy import save_array
from cocogan_core.data.shards import check_shard, level_file, level_shape, levels_in, mapped, names_in, rows_of
from cocogan_core.errors import ConfigError, DataError, OutputError
from cocogan_core.files import lock_folder, write_atomically
from cocogan_core.geometry.projection import Projection
from cocogan_core.text import printable

__all__ = ["DatasetWriter", "ImageDataset", "lock_data"]

INDEX = "dataset.json"
PARAMETERS = "parameters.npy"

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


def lock_data(folder: Path) -> AbstractContextManager[None]:
    """Keep a folder that is being filled to this process; the lock of one that died is no longer one.

    Raises (when the block begins):
        DataError: another process fills it.
        OutputError: it cannot be written.
    """
    return lock_folder(folder, DataError(f"{folder} is being filled by another process; wait, or name another folder"))


class DatasetWriter:
    """Appends pictures; a context manager that finishes the folder.

    The index is rewritten after each finished shard, each file appears whole or not at all, and a writer on a folder
    that exists goes on after its last finished shard: ``count`` says how many pictures are there.

    Raises:
        DataError: the folder holds a data set of other settings.
        OutputError: it cannot be written.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        height_px: int,
        width_px: int,
        projection: Projection | None,
        source: str,
        licence: str = "",
        latent_names: tuple[str, ...] = (),
        recipe: Mapping[str, object] | None = None,
        levels: int = 1,
        shard_size: int = 256,
    ) -> None:
        """Open ``folder`` for appending; ``projection`` is None for planar pictures, ``levels`` the most that one has.

        ``recipe`` holds plain JSON values: all that decides the pictures' bytes beside what has a name here.
        """
        self.folder = Path(folder)
        self._shard_size = shard_size
        self._about: dict[str, Any] = {
            "format": FORMAT,
            "projection": None if projection is None else asdict(projection),
            "height_px": height_px,
            "width_px": width_px,
            "source": source,
            "licence": licence,
            "latent_names": list(latent_names),
            "recipe": dict(recipe or {}),
            "levels": levels,
        }
        self._shards: list[dict[str, Any]] = []
        self._pyramids: list[tuple[Image, ...]] = []
        self._names: list[str] = []
        self._columns: list[int] = []
        self._parameters: list[Floats] = []
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot write {self.folder}: {error.strerror}; choose another folder") from error
        if (self.folder / INDEX).exists():
            self._resume()

    @property
    def count(self) -> int:
        """Pictures appended so far, those of an earlier run included."""
        return sum(int(shard["count"]) for shard in self._shards) + len(self._pyramids)

    @property
    def names(self) -> list[str]:
        """Names of all the pictures so far, in order; "" where one was given none."""
        return [name for shard in self._shards for name in names_in(shard)] + self._names

    def append(
        self,
        image: Image,
        parameters: Floats | None = None,
        name: str = "",
        *,
        finer: Sequence[Image] = (),
        columns: int = 0,
    ) -> None:
        """Add a picture (H, W, 3) and, where latents are named, its parameters (K,).

        ``finer`` are its further levels from 1 on, (2^l·H, 2^l·W, 3) each, as many as it has; ``columns`` the width
        in pixels that it came with, 0 where nobody knows.
        """
        pyramid = (image, *finer)
        assert len(pyramid) <= self._about["levels"]
        assert all(one.shape == level_shape(self._about, level) for level, one in enumerate(pyramid))
        assert (0 if parameters is None else len(parameters)) == len(self._about["latent_names"])
        self._pyramids.append(pyramid)
        self._names.append(name)
        self._columns.append(columns)
        if parameters is not None:
            self._parameters.append(np.asarray(parameters, np.float32))
        if len(self._pyramids) == self._shard_size:
            self._flush()

    def close(self) -> None:
        """Write what is left and the index."""
        self._flush()

    def __enter__(self) -> Self:
        """Nothing to do: the folder is open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; after an interruption too, since every picture appended is whole."""
        self.close()

    def _resume(self) -> None:
        dataset = ImageDataset.open(self.folder)
        earlier = {"levels": 1, **dataset.about}  # versions without levels do not say so
        for key, value in self._about.items():
            if (before := earlier.get(key)) != value:
                raise DataError(
                    f"{self.folder} already holds pictures with {_first_difference(key, before, value)}; "
                    "choose another folder or the same settings"
                )
        self._shards = list(dataset.about["shards"])
        self._parameters = list(np.asarray(dataset.parameters))

    def _flush(self) -> None:
        if self._pyramids:
            self._shards.append(self._write_shard(f"images_{len(self._shards):05d}.npy"))
            for waiting in (self._pyramids, self._names, self._columns):
                waiting.clear()
        if self._parameters:
            save_array(self.folder / PARAMETERS, np.stack(self._parameters))
        index = {**self._about, "count": self.count, "shards": self._shards}
        write_atomically(self.folder / INDEX, json.dumps(index, indent=1))

    def _write_shard(self, file: str) -> dict[str, Any]:
        """Save what waits, a file a level; the shard's entry in the index."""
        for level in range(self._about["levels"]):
            images = [pyramid[level] for pyramid in self._pyramids if len(pyramid) > level]
            if images:
                save_array(self.folder / level_file(file, level), np.stack(images))
        shard: dict[str, Any] = {"file": file, "count": len(self._pyramids)}
        if any(self._names):
            shard["names"] = list(self._names)
        if any(self._columns):
            shard["columns"] = list(self._columns)
        return shard if self._about["levels"] == 1 else {**shard, "levels": [len(one) for one in self._pyramids]}


class ImageDataset:
    """A prepared data set: pictures of one size, memory-mapped, with what is known of them.

    Attributes:
        folder: where it lies.
        about: its index, ``dataset.json``.
        parameters: float32 (count, K) in [−1, 1], what :attr:`latent_names` names; K may be 0.
        picture_levels: how many levels of detail each picture has (count,), from level 0 on.
    """

    def __init__(self, folder: Path, about: dict[str, Any], parameters: Floats) -> None:
        """Use :meth:`open`."""
        self.folder, self.about, self.parameters = folder, about, parameters
        self._starts = np.cumsum([0, *(shard["count"] for shard in about["shards"])])
        self.picture_levels = np.array([many for shard in about["shards"] for many in levels_in(shard)], np.intp)

    @classmethod
    def open(cls, folder: Path | str) -> Self:
        """Open a folder that ``cocogan prepare`` or ``cocogan rooms --panorama`` filled (:class:`DatasetWriter`).

        Raises:
            DataError: it is missing, incomplete or broken; says which file.
        """
        folder = Path(folder)
        try:
            about = read_index(folder / INDEX)
            for shard in about["shards"]:
                check_shard(folder, about, shard)
            names = len(about["latent_names"])
            count = sum(shard["count"] for shard in about["shards"])
            parameters = rows_of(folder / PARAMETERS, count, names) if names and count else np.zeros((count, names))
        except FileNotFoundError as error:
            raise DataError(
                f"{error.filename} is missing: {folder} is not a prepared data set, or is incomplete"
            ) from error
        except OSError as error:
            raise DataError(f"cannot read {error.filename or folder}: {error.strerror}; check the path") from error
        except (ValueError, KeyError, TypeError, ConfigError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else error
            raise DataError(f"{folder} is broken ({printable(reason)}); prepare it again") from error
        return cls(folder, about, np.asarray(parameters, np.float32))

    def unnamed(self) -> Self:
        """The same pictures without their parameters."""
        about, nothing = {**self.about, "latent_names": []}, np.zeros((self.count, 0), np.float32)
        return type(self)(self.folder, about, nothing)

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return int(self._starts[-1])

    @property
    def height_px(self) -> int:
        """Height of every picture on level 0."""
        return int(self.about["height_px"])

    @property
    def width_px(self) -> int:
        """Width of every picture on level 0."""
        return int(self.about["width_px"])

    @property
    def levels(self) -> int:
        """How many levels of detail the data set was made for; each picture has some or all of them."""
        return int(self.about.get("levels", 1))

    @property
    def projection(self) -> Projection | None:
        """How rows lie in pitch; None for planar pictures."""
        return None if self.about["projection"] is None else Projection(**self.about["projection"])

    @property
    def latent_names(self) -> tuple[str, ...]:
        """What the columns of ``parameters`` mean."""
        return tuple(self.about["latent_names"])

    @property
    def names(self) -> list[str]:
        """Names of all the pictures in order; "" where one has none."""
        return [name for shard in self.about["shards"] for name in names_in(shard)]

    @property
    def columns(self) -> list[int]:
        """The width in pixels that each picture came with, in order; 0 where nobody knows."""
        return [many for shard in self.about["shards"] for many in shard.get("columns") or [0] * int(shard["count"])]

    def image(self, index: int, level: int = 0) -> Image:
        """Picture number ``index`` from 0: uint8 sRGB (H, W, 3), rows top to bottom, a view of the file.

        ``level`` is one that the picture has (:attr:`picture_levels`): 2^level times as high and wide.
        """
        number = int(np.searchsorted(self._starts, index, side="right")) - 1
        before = self.picture_levels[self._starts[number] : index]
        path = self.folder / level_file(self.about["shards"][number]["file"], level)
        view: Image = mapped(path)[np.count_nonzero(before > level)]
        return view


def _first_difference(key: str, before: object, after: object) -> str:
    """The first setting that differs, by name where it is one of a recipe's."""
    if key == "recipe" and before is None:
        return "no record of all the settings that made them (an older version wrote them)"
    if isinstance(before, dict) and isinstance(after, dict):
        key = next(name for name in sorted({*before, *after}) if before.get(name) != after.get(name))
        before, after = before.get(key), after.get(key)
    return f"{key} = {before!r}, not {after!r}"
