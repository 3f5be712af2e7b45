"""``cocogan prepare``: turns any source of pictures into training shards, in parallel, with a report.

Resumable: pictures that the shards hold by name are not made again. Knows no source by name but in its command line.
"""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Annotated

import numpy as np
import tyro
from numpy.typing import NDArray
from PIL import Image as Pillow
from rich.progress import track

from cocogan_core.data.dataset import DatasetWriter, ImageDataset
from cocogan_core.data.parallel import in_order, worker_count
from cocogan_core.data.prepare_report import PrepareReport
from cocogan_core.data.sources.base import Entry, Found, PictureSource
from cocogan_core.data.sources.equirect import Equirect
from cocogan_core.data.sources.image_io import Rejected
from cocogan_core.data.sources.images import Images
from cocogan_core.data.sources.matterport import Matterport3D
from cocogan_core.errors import DataError
from cocogan_core.files import replacing

__all__ = ["prepare", "prepare_pictures"]

Image = NDArray[np.uint8]
SHARD_BYTES = 160_000_000  # at most, which is also what waits in memory; 256 panoramas of 768×256 are 151 MB


def prepare(
    source: Annotated[
        Annotated[Matterport3D, tyro.conf.subcommand("matterport3d", prefix_name=False)]
        | Annotated[Equirect, tyro.conf.subcommand("equirect", prefix_name=False)]
        | Annotated[Images, tyro.conf.subcommand("images", prefix_name=False)],
        tyro.conf.arg(name=""),
    ],
) -> None:
    """Prepare real pictures for training. Run the same command again to go on after an interruption.

    Args:
        source: What kind of pictures; each kind has its own --help.
    """
    report = prepare_pictures(source)
    print(report.summary)
    if not report.prepared:
        name, reason = report.rejected[0]
        raise DataError(f"no picture in {source.src} could be used; the first: {name} {reason}")


def prepare_pictures(source: PictureSource) -> PrepareReport:
    """Fill ``source.out`` with shards, a report and a contact sheet; broken pictures are skipped and reported.

    Raises:
        ConfigError, DataError: options, folders or shards that do not fit together.
    """
    began = perf_counter()
    found = source.find()
    earlier, rejected = _fill(source, found, worker_count(source.workers))
    there = ImageDataset.open(source.out)
    if source.export_png is not None:
        _export(there, source.export_png)
    report = PrepareReport(
        title=source.title,
        found=len(found.entries) + len(found.rejected),
        prepared=there.count,
        earlier=earlier,
        rejected=(*found.rejected, *rejected),
        seconds=perf_counter() - began,
    )
    report.write(there)
    return report


def _fill(source: PictureSource, found: Found, workers: int) -> tuple[int, list[tuple[str, str]]]:
    """Append what the shards lack; how many they held before, and (name, reason) of what was rejected."""
    rejected = []
    with _writer(source, found) as writer:
        earlier, known = writer.count, set(writer.names)
        seen = _digests(source.out) if earlier else {}
        missing = [entry for entry in found.entries[: source.limit or None] if entry.name not in known]
        for entry, made in _made(source, missing, workers):
            if isinstance(made, str):
                rejected.append((entry.name, made))
            elif twin := seen.get(digest := _digest(made)):
                rejected.append((entry.name, f"shows the same picture as {twin}"))
            else:
                seen[digest] = entry.name
                writer.append(made, found.parameters.get(entry.name), entry.name)
    return earlier, rejected


def _writer(source: PictureSource, found: Found) -> DatasetWriter:
    height, width = source.size
    return DatasetWriter(
        source.out,
        height_px=height,
        width_px=width,
        projection=source.projection,
        source=source.title,
        licence=source.licence,
        latent_names=found.latent_names,
        recipe=source.recipe,
        shard_size=max(1, min(256, SHARD_BYTES // (3 * height * width))),
    )


def _made(source: PictureSource, entries: list[Entry], workers: int) -> Iterator[tuple[Entry, Image | str]]:
    """Each entry with its picture, or why there is none, in order."""
    if entries:
        made = in_order(partial(_attempt, source), entries, workers=min(workers, len(entries)))
        yield from track(zip(entries, made, strict=True), description="preparing", total=len(entries))


def _attempt(source: PictureSource, entry: Entry) -> Image | str:
    """In a worker process."""
    try:
        return source.load(entry)
    except Rejected as reason:
        return str(reason)


def _digests(folder: Path) -> dict[bytes, str]:
    there = ImageDataset.open(folder)
    return {_digest(there.image(index)): name for index, name in enumerate(there.names)}


def _digest(image: Image) -> bytes:
    return hashlib.blake2b(image.tobytes(), digest_size=16).digest()


def _export(there: ImageDataset, folder: Path) -> None:
    """Write every picture that is not there yet as ``<number>_<name>.png``."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for index, name in track(list(enumerate(there.names)), description="PNG files"):
            path = folder / f"{index:06d}_{Path(name).with_suffix('').as_posix().replace('/', '_')}.png"
            if not path.exists():
                with replacing(path) as file:
                    Pillow.fromarray(there.image(index)).save(file, "PNG")
    except OSError as error:
        raise DataError(f"cannot write to {folder}: {error.strerror or error}; free space or choose another") from error
