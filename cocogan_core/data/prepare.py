"""Turns any source of pictures into training shards, in parallel, with a report.

Resumable: pictures that the shards hold by name are not made again. Knows no source by name.
"""

import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from cocogan_core.data.dataset import DatasetWriter, ImageDataset, lock_data
from cocogan_core.data.isolation import Died, Limits, map_isolated
from cocogan_core.data.parallel import worker_count
from cocogan_core.data.prepare_report import PrepareReport
from cocogan_core.data.sources.base import PictureSource, Pyramid, SourceListing, SourcePicture
from cocogan_core.data.sources.image_io import UnusablePicture
from cocogan_core.data.sources.labels import LABELS_FILE, Labels, read_labels
from cocogan_core.errors import CocoganError, DataError
from cocogan_core.files import open_atomically
from cocogan_core.progress import Progress, no_progress

__all__ = ["prepare_dataset"]

Image = NDArray[np.uint8]
SHARD_BYTES = 160_000_000  # at most, which is also what waits in memory; 256 panoramas of 768×256 are 151 MB
SHARD_PICTURES = 256  # at most
LIMITS = Limits()
KILLED = "killed the process that read it, for want of memory or time"


def prepare_dataset(source: PictureSource, *, progress: Progress = no_progress) -> PrepareReport:
    """Fill the folder ``source.out`` with shards, a report and a contact sheet.

    Broken pictures are left out and reported. The same call again goes on where it was interrupted, and takes in
    pictures that have been added or mended. Where named labels lie beside the pictures
    (``cocogan_core.data.sources.labels``), the data set holds them too.

    Args:
        source: which pictures, and what becomes of them: ``Matterport3D``, ``Equirect`` or ``Images`` of
            ``cocogan_core.data.sources``.
        progress: is passed the pictures as they are prepared and exported.

    Returns:
        How many pictures there are now, and what was left out and why.

    Raises:
        ConfigError: the options do not fit the folder, or a reader is not installed.
        DataError: there are no pictures, or the folder holds pictures of other settings or is being filled by another
            process.
        OutputError: the folder cannot be written.
    """
    began_s = perf_counter()
    workers = worker_count(source.workers)
    listing, labels = source.find(), read_labels(source.src)
    with lock_data(source.out):
        earlier, rejected = _fill_shards(source, listing, labels, workers, progress)
        dataset = ImageDataset.open(source.out)
        if source.export_png is not None:
            _export_png(dataset, source.export_png, progress)
        report = PrepareReport(
            title=str(dataset.about["source"]),
            found=len(listing.pictures) + len(listing.rejected),
            prepared=dataset.count,
            earlier=earlier,
            rejected=(*listing.rejected, *rejected),
            reaching=tuple(int((dataset.picture_levels > level).sum()) for level in range(dataset.levels)),
            enlarged=_enlarged(dataset),
            seconds=perf_counter() - began_s,
        )
        report.write(dataset)
    return report


def _fill_shards(
    source: PictureSource, listing: SourceListing, labels: Labels | None, workers: int, progress: Progress
) -> tuple[int, list[tuple[str, str]]]:
    """Append what the shards lack; how many they held before, and (name, reason) of what was rejected."""
    rejected, parameters = [], _labels_of(listing, labels, source.src)
    with _open_writer(source, labels) as writer:
        earlier, prepared = writer.count, set(writer.names)
        first_with = _digests(source.out) if earlier else {}
        missing = [picture for picture in listing.pictures[: source.limit or None] if picture.name not in prepared]
        for picture, made in _load_all(source, missing, workers, progress):
            if isinstance(made, str):
                rejected.append((picture.name, made))
            elif twin := first_with.get(digest := _digest(made.images[0])):
                rejected.append((picture.name, f"shows the same picture as {twin}"))
            else:
                first_with[digest] = picture.name
                image, *finer = made.images
                numbers = parameters.get(picture.name)
                writer.append(image, numbers, picture.name, finer=finer, columns=made.columns)
    return earlier, rejected


def _labels_of(listing: SourceListing, labels: Labels | None, src: Path) -> dict[str, NDArray[np.float32]]:
    """Every picture's numbers by its name; empty where nothing is labelled.

    Raises:
        DataError: a picture has none.
    """
    if labels is None:
        return {}
    for picture in listing.pictures:
        if picture.name not in labels.parameters:
            raise DataError(
                f"{src / LABELS_FILE} does not know {picture.name}; take that picture away, or make the file again"
            )
    return dict(labels.parameters)


def _open_writer(source: PictureSource, labels: Labels | None) -> DatasetWriter:
    height, width = source.size
    return DatasetWriter(
        source.out,
        height_px=height,
        width_px=width,
        projection=source.projection,
        source=(labels and labels.source) or source.title,
        licence=(labels and labels.licence) or source.licence,
        latent_names=labels.names if labels else (),
        recipe=source.recipe,
        levels=source.levels,
        shard_size=max(
            1, min(SHARD_PICTURES, SHARD_BYTES // (3 * height * width * sum(4**n for n in range(source.levels))))
        ),
    )


def _load_all(
    source: PictureSource, pictures: list[SourcePicture], workers: int, progress: Progress
) -> Iterable[tuple[SourcePicture, Pyramid | str]]:
    """Each picture prepared, or why it cannot be, in order."""
    if not pictures:
        return ()
    made = map_isolated(partial(_load, source), pictures, workers=min(workers, len(pictures)), limits=LIMITS)
    images = (KILLED if isinstance(one, Died) else one for one in made)
    return progress(zip(pictures, images, strict=True), "preparing", len(pictures))


def _load(source: PictureSource, picture: SourcePicture) -> Pyramid | str:
    """In a worker process: an exception with its traceback would cost more than the word that is needed."""
    try:
        return source.load(picture)
    except UnusablePicture as reason:
        return str(reason)
    except CocoganError:
        raise
    except MemoryError:
        return f"needs more than {LIMITS.memory_bytes >> 30} GiB of memory"
    except Exception as error:
        return f"cannot be read: {type(error).__name__} ({error})"


def _enlarged(dataset: ImageDataset) -> tuple[tuple[str, int], ...]:
    """(name, columns) of the pictures that have fewer columns of their own than the data set's."""
    named = zip(dataset.names, dataset.columns, strict=True)
    return tuple((name, columns) for name, columns in named if 0 < columns < dataset.width_px)


def _digests(folder: Path) -> dict[bytes, str]:
    dataset = ImageDataset.open(folder)
    return {_digest(dataset.image(index)): name for index, name in enumerate(dataset.names)}


def _digest(image: Image) -> bytes:
    return hashlib.blake2b(image.tobytes(), digest_size=16).digest()


def _export_png(dataset: ImageDataset, folder: Path, progress: Progress) -> None:
    """Write every picture that is not there yet as ``<number>_<name>.png``."""
    for index, name in progress(enumerate(dataset.names), "PNG files", dataset.count):
        path = folder / f"{index:06d}_{Path(name).with_suffix('').as_posix().replace('/', '_')}.png"
        if not path.exists():
            with open_atomically(path) as file:
                Pillow.fromarray(dataset.image(index)).save(file, "PNG")
