"""A data set as training reads it: a folder of memory-mapped uint8 pictures with their named parameters.

``dataset.json`` says what is there; ``images_00000.npy`` … hold up to ``shard_size`` pictures (n, H, W, 3) each;
``parameters.npy`` holds (count, K) float32 where the pictures' parameters are known. The index also keeps each
picture's name, where it has one, and the recipe: every setting that decided the pictures' bytes. Knows nothing of where
they come from.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError, DataError, OutputError
from cocogan_core.files import open_atomically, write_atomically
from cocogan_core.geometry.projection import Projection

__all__ = ["DatasetWriter", "ImageDataset"]

FORMAT = 1
INDEX = "dataset.json"
PARAMETERS = "parameters.npy"

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


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
        shard_size: int = 256,
    ) -> None:
        """Open ``folder`` for appending; ``projection`` is None for planar pictures.

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
        }
        self._shards: list[dict[str, Any]] = []
        self._images: list[Image] = []
        self._names: list[str] = []
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
        return sum(int(shard["count"]) for shard in self._shards) + len(self._images)

    @property
    def names(self) -> list[str]:
        """Names of all the pictures so far, in order; "" where one was given none."""
        return [name for shard in self._shards for name in _names_in(shard)] + self._names

    def append(self, image: Image, parameters: Floats | None = None, name: str = "") -> None:
        """Add a picture (H, W, 3) and, where latents are named, its parameters (K,)."""
        assert image.shape == (self._about["height_px"], self._about["width_px"], 3)
        assert (0 if parameters is None else len(parameters)) == len(self._about["latent_names"])
        self._images.append(image)
        self._names.append(name)
        if parameters is not None:
            self._parameters.append(np.asarray(parameters, np.float32))
        if len(self._images) == self._shard_size:
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
        for key, value in self._about.items():
            if (before := dataset.about.get(key)) != value:
                raise DataError(
                    f"{self.folder} already holds pictures with {_first_difference(key, before, value)}; "
                    "choose another folder or the same settings"
                )
        self._shards = list(dataset.about["shards"])
        self._parameters = list(np.asarray(dataset.parameters))

    def _flush(self) -> None:
        if self._images:
            name = f"images_{len(self._shards):05d}.npy"
            _save_array(self.folder / name, np.stack(self._images))
            named = {"names": list(self._names)} if any(self._names) else {}
            self._shards.append({"file": name, "count": len(self._images), **named})
            self._images.clear()
            self._names.clear()
        if self._parameters:
            _save_array(self.folder / PARAMETERS, np.stack(self._parameters))
        index = {**self._about, "count": self.count, "shards": self._shards}
        write_atomically(self.folder / INDEX, json.dumps(index, indent=1))


class ImageDataset:
    """A prepared data set: pictures of one size, memory-mapped, with what is known of them.

    Attributes:
        folder: where it lies.
        about: its index, ``dataset.json``.
        parameters: float32 (count, K) in [−1, 1], what :attr:`latent_names` names; K may be 0.
    """

    def __init__(self, folder: Path, about: dict[str, Any], shards: list[Image], parameters: Floats) -> None:
        """Use :meth:`open`."""
        self.folder, self.about, self.parameters = folder, about, parameters
        self._shards = shards
        self._starts = np.cumsum([0, *(len(shard) for shard in shards)])

    @classmethod
    def open(cls, folder: Path | str) -> Self:
        """Open a folder that ``cocogan prepare`` or ``cocogan rooms --panorama`` filled (:class:`DatasetWriter`).

        Raises:
            DataError: it is missing, incomplete or broken; says which file.
        """
        folder = Path(folder)
        try:
            about = json.loads((folder / INDEX).read_text())
            if about["format"] != FORMAT:
                raise DataError(f"{folder} is of format {about['format']}; this version reads format {FORMAT}")
            shape = (about["height_px"], about["width_px"], 3)
            shards = [_map_array(folder / shard["file"], (shard["count"], *shape)) for shard in about["shards"]]
            names = len(about["latent_names"])
            count = sum(map(len, shards))
            parameters = _map_rows(folder / PARAMETERS, count, names) if names and count else np.zeros((count, names))
        except FileNotFoundError as error:
            raise DataError(
                f"{error.filename} is missing: {folder} is not a prepared data set, or is incomplete"
            ) from error
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise DataError(f"{folder} is broken ({error}); prepare it again") from error
        return cls(folder, about, shards, np.asarray(parameters, np.float32))

    def unnamed(self) -> Self:
        """The same pictures without their parameters."""
        about, nothing = {**self.about, "latent_names": []}, np.zeros((self.count, 0), np.float32)
        return type(self)(self.folder, about, self._shards, nothing)

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return int(self._starts[-1])

    @property
    def height_px(self) -> int:
        """Height of every picture."""
        return int(self.about["height_px"])

    @property
    def width_px(self) -> int:
        """Width of every picture."""
        return int(self.about["width_px"])

    @property
    def projection(self) -> Projection | None:
        """How rows lie in pitch; None for planar pictures.

        Raises:
            DataError: the index holds nonsense.
        """
        try:
            return None if self.about["projection"] is None else Projection(**self.about["projection"])
        except (TypeError, ConfigError) as error:
            raise DataError(f"{self.folder}: its projection is broken ({error})") from error

    @property
    def latent_names(self) -> tuple[str, ...]:
        """What the columns of ``parameters`` mean."""
        return tuple(self.about["latent_names"])

    @property
    def names(self) -> list[str]:
        """Names of all the pictures in order; "" where one has none."""
        return [name for shard in self.about["shards"] for name in _names_in(shard)]

    def image(self, index: int) -> Image:
        """Picture number ``index`` from 0: uint8 sRGB (H, W, 3), rows top to bottom, a view of the file."""
        shard = int(np.searchsorted(self._starts, index, side="right")) - 1
        view: Image = self._shards[shard][index - self._starts[shard]]
        return view


def _names_in(shard: Mapping[str, Any]) -> list[str]:
    return list(shard.get("names") or [""] * int(shard["count"]))


def _first_difference(key: str, before: object, after: object) -> str:
    """The first setting that differs, by name where it is one of a recipe's."""
    if key == "recipe" and before is None:
        return "no record of all the settings that made them (an older version wrote them)"
    if isinstance(before, dict) and isinstance(after, dict):
        key = next(name for name in sorted({*before, *after}) if before.get(name) != after.get(name))
        before, after = before.get(key), after.get(key)
    return f"{key} = {before!r}, not {after!r}"


def _map_rows(path: Path, count: int, names: int) -> NDArray[Any]:
    """Memory-map the first ``count`` rows: a killed writer may have left those of a shard that the index lacks."""
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    if array.ndim != 2 or len(array) < count or array.shape[1] != names:
        raise ValueError(f"{path.name} has shape {array.shape}, the index says {(count, names)}")
    return array[:count]


def _map_array(path: Path, shape: tuple[int, ...]) -> NDArray[Any]:
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    if array.shape != shape:
        raise ValueError(f"{path.name} has shape {array.shape}, the index says {shape}")
    return array


def _save_array(path: Path, array: NDArray[Any]) -> None:
    with open_atomically(path) as file:
        np.save(file, array)
