"""Picture files of any size, written strip by strip: TIFF in tiles and PNG hold a strip at a time, JPEG the whole.

A file is complete or not there. Knows no panoramas.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError
from cocogan_core.files import replacement_path

__all__ = ["require_writable", "write_picture"]

Pixels = NDArray[np.uint8]
Strips = Iterable[Pixels]
TILE_PX = 256  # a TIFF's; what deep-zoom programs use
CLASSIC_BYTES = (1 << 32) - (1 << 25)  # beyond, offsets of a TIFF need 64 bits: BigTIFF, which fewer programs read
XMP_TAG = 700
JPEG_SIDE_PX = 65_500  # libjpeg's limit
JPEG_QUALITY = 95
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_EFFORT = 4  # of zlib: 6, its default, takes twice the time for a hundredth of the size
UP = 2  # the PNG filter that stores the difference to the row above


def require_writable(path: Path, height_px: int = 1, width_px: int = 1) -> None:
    """Refuse before work starts what no file of this ending can hold.

    Raises:
        ConfigError: the ending is none of .tif, .png and .jpg, or the picture is larger than its format allows.
    """
    if path.suffix.lower() not in WRITERS:
        raise ConfigError(f"cannot write {path}; name a .tif, .png or .jpg")
    if WRITERS[path.suffix.lower()] is _write_jpeg and max(height_px, width_px) > JPEG_SIDE_PX:
        raise ConfigError(
            f"{path.name} would be {width_px}×{height_px}, and a JPEG has at most {JPEG_SIDE_PX} pixels a side; "
            "name a .tif or .png"
        )


def write_picture(path: Path, strips: Strips, *, height_px: int, width_px: int, metadata: bytes = b"") -> None:
    """Write strips (n, W, 3), from the top, as one picture with XMP ``metadata``; strips are asked for as they go.

    Raises:
        ConfigError: as :func:`require_writable`.
        OutputError: the system refused to write; nothing is left.
    """
    require_writable(path, height_px, width_px)
    with replacement_path(path) as part:
        WRITERS[path.suffix.lower()](part, strips, (height_px, width_px), metadata)


def _write_tiff(path: Path, strips: Strips, size: tuple[int, int], metadata: bytes) -> None:
    import tifffile

    height, width = size
    tags = [(XMP_TAG, "B", len(metadata), metadata, True)] if metadata else []
    with tifffile.TiffWriter(path, bigtiff=3 * height * width > CLASSIC_BYTES) as file:
        file.write(
            _tiles(strips), shape=(height, width, 3), dtype=np.uint8, tile=(TILE_PX, TILE_PX), photometric="rgb",
            compression="zlib", predictor=True, metadata=None, software="cocogan", extratags=tags, maxworkers=1,
        )  # fmt: skip


def _tiles(strips: Strips) -> Iterator[Pixels]:
    """Tiles row by row; those at the right and bottom edges may be smaller."""
    for rows in _regrouped(strips, TILE_PX):
        for left in range(0, rows.shape[1], TILE_PX):
            yield np.ascontiguousarray(rows[:, left : left + TILE_PX])


def _regrouped(strips: Strips, rows: int) -> Iterator[Pixels]:
    """The same picture in strips of so many rows; the last may have fewer."""
    waiting: list[Pixels] = []
    for strip in strips:
        waiting.append(strip)
        if sum(map(len, waiting)) >= rows:
            whole = np.concatenate(waiting)
            full = len(whole) // rows * rows
            yield from np.split(whole[:full], full // rows)
            waiting = [whole[full:]]
    if sum(map(len, waiting)):
        yield np.concatenate(waiting)


def _write_png(path: Path, strips: Strips, size: tuple[int, int], metadata: bytes) -> None:
    height, width = size
    with path.open("wb") as file:
        file.write(PNG_SIGNATURE)
        _chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))  # 8 bits, RGB, not interlaced
        if metadata:
            _chunk(file, b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + metadata)  # not compressed, of no language
        packer = zlib.compressobj(PNG_EFFORT)
        for content in _filtered(strips, width):
            _chunk(file, b"IDAT", packer.compress(content))
        _chunk(file, b"IDAT", packer.flush())
        _chunk(file, b"IEND", b"")


def _filtered(strips: Strips, width: int) -> Iterator[bytes]:
    """Each row as its difference to the one above, modulo 256, behind the filter's number."""
    above = np.zeros((1, 3 * width), np.uint8)
    for strip in strips:
        rows = strip.reshape(len(strip), -1)
        content = np.full((len(rows), 1 + rows.shape[1]), UP, np.uint8)
        np.subtract(rows, np.concatenate([above, rows[:-1]]), out=content[:, 1:])
        above = rows[-1:]
        yield content.tobytes()


def _chunk(file: BinaryIO, kind: bytes, content: bytes) -> None:
    file.write(struct.pack(">I", len(content)) + kind)
    file.write(content)
    file.write(struct.pack(">I", zlib.crc32(content, zlib.crc32(kind))))


def _write_jpeg(path: Path, strips: Strips, _size: tuple[int, int], metadata: bytes) -> None:
    """By way of memory: into a real file Pillow does not hear that a full disk took a part only."""
    from PIL import Image  # only now: windows import this module, and most write no picture

    picture, file = Image.fromarray(np.concatenate(list(strips))), BytesIO()
    picture.save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0, **({"xmp": metadata} if metadata else {}))
    path.write_bytes(file.getvalue())


WRITERS: dict[str, Callable[[Path, Strips, tuple[int, int], bytes], None]] = {
    ".tif": _write_tiff,
    ".tiff": _write_tiff,
    ".png": _write_png,
    ".jpg": _write_jpeg,
    ".jpeg": _write_jpeg,
}
