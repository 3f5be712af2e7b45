"""Picture files to uint8 RGB: whatever Pillow reads, Radiance .hdr and, with the extra ``exr``, OpenEXR.

Every way in which a file can be broken ends as one exception with a few words. Knows nothing of projections.
"""

import io
import struct
import warnings
import zlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps

from cocogan_core.data.radiance import decode_radiance
from cocogan_core.data.tone import tone_mapped
from cocogan_core.errors import ConfigError

__all__ = ["ENDINGS", "Rejected", "decoded", "read_picture", "require_readers"]

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".hdr", ".exr")
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, RuntimeError, struct.error, zlib.error)

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


class Rejected(Exception):  # noqa: N818 (a verdict on a file, not a failure of the program)
    """A picture that cannot be used, and why; reported and skipped, so it never reaches the user as an error."""


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
        Rejected: it cannot be read.
    """
    ending = path.suffix.lower()
    try:
        if ending == ".exr":
            return tone_mapped(_exr(path), exposure_stops)
        content = path.read_bytes()
        if ending == ".hdr":
            return tone_mapped(decode_radiance(content), exposure_stops)
    except BROKEN as error:
        raise Rejected(f"cannot be read: {error}") from error
    return decoded(content)


def decoded(content: bytes) -> Image:
    """The bytes of a picture file that Pillow knows (H, W, 3), turned as its EXIF says.

    Raises:
        Rejected: they are broken, truncated, or more than Pillow's 179 million pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures and odd metadata: neither is the user's mistake
            with Pillow.open(io.BytesIO(content)) as file:
                return np.asarray(ImageOps.exif_transpose(file).convert("RGB"))
    except (*BROKEN, Pillow.DecompressionBombError) as error:
        said = str(error).split("<")[0].strip()  # Pillow names the buffer's address
        raise Rejected(f"cannot be read: {said or 'not a picture'}") from error


def _exr(path: Path) -> Floats:
    import OpenEXR

    with OpenEXR.File(str(path)) as file:
        channels = file.channels()
        for wanted in ("RGB", "RGBA", "Y"):
            name = next((name for name in channels if name.split(".")[-1] == wanted), None)
            if name is not None:
                pixels = np.asarray(channels[name].pixels, np.float32)
                return np.repeat(pixels[..., None], 3, -1) if wanted == "Y" else pixels[..., :3]
    raise Rejected(f"has no colours, only {', '.join(channels)}")
