"""Panoramas as other viewers read them, encoded in memory: equirectangular strips with GPano metadata. Pure."""

import io
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from cocogan_core.errors import ConfigError
from cocogan_core.geometry.photo_sphere import strip_height_px, xmp
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.resampling import Resampler
from cocogan_core.geometry.surfaces import Panorama

__all__ = ["encode", "equirectangular", "strip_height_px", "xmp"]

Pixels = NDArray[np.uint8]
JPEG_QUALITY = 95


def equirectangular(panorama: Pixels, projection: Projection) -> Pixels:
    """A panorama (H, W, 3) of any projection as an equirectangular strip (h, W, 3), h as :func:`strip_height_px`."""
    height, width = panorama.shape[:2]
    rows = strip_height_px(width, projection.half_extent_rad)
    strip = Projection(kind="equirectangular", half_extent_rad=math.pi * rows / width)
    made: Pixels = Resampler(Panorama(height, width, projection), Panorama(rows, width, strip))(panorama)
    return made


def encode(pixels: Pixels, path: Path, *, metadata: bytes = b"") -> bytes:
    """A picture as the bytes of a .png or .jpg file, whichever ``path`` ends in, with XMP ``metadata``.

    Raises:
        ConfigError: it ends in something else.
    """
    file, picture = io.BytesIO(), Image.fromarray(pixels)
    if path.suffix.lower() in (".jpg", ".jpeg"):
        picture.save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0, **({"xmp": metadata} if metadata else {}))
    elif path.suffix.lower() == ".png":
        info = PngImagePlugin.PngInfo()
        if metadata:
            info.add_itxt("XML:com.adobe.xmp", metadata.decode())
        picture.save(file, "PNG", pnginfo=info)
    else:
        raise ConfigError(f"cannot write {path}; name a .png or .jpg")
    return file.getvalue()
