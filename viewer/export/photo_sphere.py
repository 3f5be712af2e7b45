"""Panoramas as other viewers read them: equirectangular strips with Photo Sphere (GPano) XMP metadata. Pure.

https://developers.google.com/streetview/spherical-metadata: the picture may be a part of the full panorama, twice as
wide as high; its place in that is stated, and viewers show what is missing as empty.
"""

import io
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from cocogan_core.errors import ConfigError
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.resampling import Resampler
from cocogan_core.geometry.surfaces import Panorama

__all__ = ["encode", "equirectangular", "strip_height_px", "xmp"]

Pixels = NDArray[np.uint8]
JPEG_QUALITY = 95


def strip_height_px(width_px: int, half_extent_rad: float) -> int:
    """Rows of the strip that lies wholly within ±``half_extent_rad`` and exactly in the middle of width / 2 rows."""
    rows = min(int(width_px * half_extent_rad / math.pi + 1e-9), width_px // 2)
    return rows - (width_px // 2 - rows) % 2


def equirectangular(panorama: Pixels, projection: Projection) -> Pixels:
    """A panorama (H, W, 3) of any projection as an equirectangular strip (h, W, 3), h as :func:`strip_height_px`."""
    height, width = panorama.shape[:2]
    rows = strip_height_px(width, projection.half_extent_rad)
    strip = Projection(kind="equirectangular", half_extent_rad=math.pi * rows / width)
    made: Pixels = Resampler(Panorama(height, width, projection), Panorama(rows, width, strip))(panorama)
    return made


def xmp(width_px: int, height_px: int, *, yaw_rad: float = 0.0) -> bytes:
    """The packet for a strip in the middle of its full panorama, first seen at ``yaw_rad``; yaw 0 is north."""
    full_px = width_px // 2
    middle_deg = 180 - 180 / width_px  # yaw 0 is the middle of the first column
    fields = {
        "ProjectionType": "equirectangular",
        "UsePanoramaViewer": "True",
        "CroppedAreaImageWidthPixels": width_px,
        "CroppedAreaImageHeightPixels": height_px,
        "FullPanoWidthPixels": width_px,
        "FullPanoHeightPixels": full_px,
        "CroppedAreaLeftPixels": 0,
        "CroppedAreaTopPixels": (full_px - height_px) // 2,
        "PoseHeadingDegrees": f"{middle_deg:.4f}",
        "InitialViewHeadingDegrees": round(math.degrees(yaw_rad)) % 360,
    }
    lines = "".join(f"<GPano:{name}>{value}</GPano:{name}>" for name, value in fields.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:GPano="http://ns.google.com/photos/1.0/panorama/">{lines}</rdf:Description></rdf:RDF></x:xmpmeta>'
        '<?xpacket end="w"?>'
    ).encode()


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
