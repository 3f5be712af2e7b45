"""Reads picture files as 8-bit RGB: whatever Pillow reads, Radiance .hdr and, with the extra ``exr``, OpenEXR.

Pictures of light (.hdr, .exr) are tone-mapped for a screen. Every way in which a file can be broken ends as one
exception with a few words. Knows nothing of projections.
"""

import contextlib
import io
import os
import struct
import sys
import tempfile
import warnings
import zlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps

from cocogan_core.data.sources.budgets import MOST_FILE_BYTES, MOST_LIGHT_PIXELS, refuse_canvas, refuse_size
from cocogan_core.data.sources.radiance import decode_radiance
from cocogan_core.errors import ConfigError
from cocogan_core.files import open_regular, read_limited
from cocogan_core.text import printable

__all__ = ["ENDINGS", "UnusablePicture", "decode_picture", "read_picture", "require_readers", "tone_map"]

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".hdr", ".exr")
# By content, whatever the ending says: left to itself Pillow also runs Ghostscript on PostScript, among much else.
FORMATS = ("JPEG", "PNG", "WEBP")
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, RuntimeError, struct.error, zlib.error)

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
TONE_PIXELS = 1 << 20  # tone-mapped at a time: what lies between light and bytes takes six times as much
MIDDLE = 0.20  # where the mean of the logarithm of light goes, before the curve
DARKEST = 1e-6  # of light that counts for the mean: unlit parts must not brighten the rest without end


class UnusablePicture(Exception):  # noqa: N818 (a verdict on a file, not a failure of the program)
    """A picture that cannot be used, and why; reported and skipped, so it never reaches the user as an error."""

    def __str__(self) -> str:
        """A few words of seen characters."""
        return printable(super().__str__())


def require_readers(paths: list[Path]) -> None:
    """Refuse EXR files before work starts where their reader is missing.

    Raises:
        ConfigError: what to install.
    """
    first = next((path for path in paths if path.suffix.lower() == ".exr"), None)
    if first is not None and find_spec("OpenEXR") is None:
        raise ConfigError(f"{first.name} needs OpenEXR: pip install 'cocogan-panorama[exr]', or use .hdr files")


def read_picture(path: Path, exposure_stops: float = 0.0) -> Image:
    """A picture file (H, W, 3); files of light (.hdr, .exr) are tone-mapped.

    Raises:
        UnusablePicture: it cannot be read.
    """
    ending = path.suffix.lower()
    try:
        if ending == ".exr":
            return tone_map(_read_exr(path), exposure_stops)
        content = read_limited(path, MOST_FILE_BYTES)
        if ending == ".hdr":
            return tone_map(decode_radiance(content), exposure_stops)
    except BROKEN as error:
        raise UnusablePicture(f"cannot be read: {error}") from error
    return decode_picture(content)


def decode_picture(content: bytes) -> Image:
    """The bytes of a picture file that Pillow knows (H, W, 3), turned as its EXIF says.

    Raises:
        UnusablePicture: they are broken, truncated, or ask for too much memory (:mod:`.budgets`).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures and odd metadata: neither is the user's mistake
            refuse_canvas(content, len(content))
            with Pillow.open(io.BytesIO(content), formats=FORMATS) as file:
                refuse_size(*file.size, len(content))
                ImageOps.exif_transpose(file, in_place=True)
                return _to_rgb(file)
    except (*BROKEN, Pillow.DecompressionBombError) as error:
        why = str(error).split("<")[0].strip()  # Pillow names the buffer's address
        raise UnusablePicture(f"cannot be read: {why or 'not a picture'}") from error


def _to_rgb(picture: Pillow.Image) -> Image:
    """8-bit RGB (H, W, 3). Pillow's own conversion of 16-bit grey cuts everything from 256 on to white."""
    if not picture.mode.startswith("I"):
        return np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))
    grey = np.rint(np.asarray(picture, np.float32) / (65535 / 255)).clip(0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, -1)


def _read_exr(path: Path) -> Floats:
    """In a process that reads nothing else meanwhile.

    Raises:
        UnusablePicture, and what OpenEXR raises.
    """
    open_regular(path).close()
    with _heard() as complaints:
        light = _exr_pixels(path)
    if complaints:
        raise UnusablePicture("is damaged")  # the library has only warned, and leaves pixels out
    return light


@contextlib.contextmanager
def _heard() -> Iterator[list[bytes]]:
    """What a C++ library and its Python part print, names of files as they are, instead of having it printed."""
    said: list[bytes] = []
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as file, contextlib.redirect_stdout(io.StringIO()) as words:
        kept = {number: os.dup(number) for number in (1, 2)}
        try:
            for number in kept:
                os.dup2(file.fileno(), number)
            yield said
        finally:
            for number, before in kept.items():
                os.dup2(before, number)
                os.close(before)
            file.seek(0)
            said += [*file.read(1 << 16).splitlines(), *words.getvalue().encode().splitlines()]


def _exr_pixels(path: Path) -> Floats:
    import OpenEXR

    with OpenEXR.File(str(path), header_only=True) as file:
        corners, channels = file.header()["dataWindow"], file.header()["channels"]
        width, height = (int(side) + 1 for side in corners[1].astype(np.int64) - corners[0])
        refuse_size(width, height * max(1, len(channels) // 4), path.stat().st_size, MOST_LIGHT_PIXELS)
    with OpenEXR.File(str(path)) as file:
        channels = file.channels()
        for wanted in ("RGB", "RGBA", "Y"):
            name = next((name for name in channels if name.split(".")[-1] == wanted), None)
            if name is not None:
                pixels = np.asarray(channels[name].pixels, np.float32)
                return np.repeat(pixels[..., None], 3, -1) if wanted == "Y" else pixels[..., :3]
    raise UnusablePicture(f"has no colours, only {', '.join(channels)}")


def tone_map(light: NDArray[np.float32], exposure_stops: float = 0.0) -> NDArray[np.uint8]:
    """Light (H, W, 3), any scale, to 8-bit sRGB: exposed to its logarithmic mean, then Narkowicz's fit of ACES.

    ``exposure_stops`` brightens by powers of two. Negative and broken values count as dark, infinite ones as bright.
    """
    light = np.nan_to_num(np.asarray(light, np.float32), nan=0.0, posinf=65504.0).clip(0, None)
    luminance = light @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    mean = np.exp(np.log(np.maximum(luminance, DARKEST)).mean(dtype=np.float64))
    exposure = np.float32(MIDDLE / mean * 2.0**exposure_stops)
    rows = max(1, TONE_PIXELS // light.shape[1])
    parts = [_tone_curve(light[row : row + rows] * exposure) for row in range(0, len(light), rows)]
    return np.concatenate(parts)


def _tone_curve(x: Floats) -> Image:
    """Exposed light to 8-bit sRGB."""
    curve = (x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)).clip(0, 1)
    srgb = np.where(curve <= 0.0031308, 12.92 * curve, 1.055 * curve ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(srgb * 255), np.uint8)
