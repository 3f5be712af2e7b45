"""Pictures as the bytes of a file, encoded in memory. Pure."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError

__all__ = ["encode"]

Pixels = NDArray[np.uint8]
JPEG_QUALITY = 95


def encode(pixels: Pixels, path: Path) -> bytes:
    """A picture (h, w, 3) as the bytes of a .png or .jpg file, whichever ``path`` ends in.

    Raises:
        ConfigError: it ends in something else.
    """
    from PIL import Image  # only now: windows import this module, and most write no picture

    file, picture = io.BytesIO(), Image.fromarray(pixels)
    if path.suffix.lower() in (".jpg", ".jpeg"):
        picture.save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    elif path.suffix.lower() == ".png":
        picture.save(file, "PNG")
    else:
        raise ConfigError(f"cannot write {path}; name a .png or .jpg")
    return file.getvalue()
