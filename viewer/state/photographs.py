"""360° photographs as the viewer opens them: what their headers say, and where to look first."""

import math
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from cocogan_core.errors import CheckpointError
from cocogan_core.files import is_picture
from viewer.camera.camera import DEFAULT_FOV_RAD, NARROWEST_RAD, View
from viewer.camera.view_projection import WIDEST_RAD

if TYPE_CHECKING:
    from cocogan_core.inference.photo_patches import PhotoSphere

EXIF_FOLDER, FOCAL_LENGTH_35MM, ORIENTATION, SIDEWAYS = 0x8769, 0xA405, 0x0112, 5
FILM_MM = (36.0, 24.0)  # what EXIF's equivalent focal length is about
PHONE_FOV_RAD = math.radians(65)
MOST_TELE_MM = 1000.0

__all__ = ["field_of_view_rad", "is_plain_picture", "photo_look", "read_photo_sphere"]


def read_photo_sphere(path: Path) -> "PhotoSphere":
    """What a picture's header says of the sphere.

    Raises:
        DataError: it cannot be read, or cannot be shown.
        CheckpointError: it is no 360° photograph.
    """
    from cocogan_core.inference.photo_patches import PhotoSphere  # only now: most starts open no picture

    sphere = PhotoSphere.read(path)
    if sphere is None:
        raise CheckpointError(
            f"{path} is a picture, not a model, and no 360° photograph (twice as wide as high, or with Photo Sphere "
            f"metadata); `cocogan guide` makes a room that answers to it, and so does dropping it on the window"
        )
    return sphere


def field_of_view_rad(path: Path) -> float:
    """Horizontal field of view of a perspective photograph, as its camera wrote it; a phone's if it wrote nothing."""
    from PIL import Image  # only now: processes that make patches import this module

    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as file:
            exif, upright = file.getexif(), file.size[0] < file.size[1]
            focal_mm = float(exif.get_ifd(EXIF_FOLDER).get(FOCAL_LENGTH_35MM, 0))
            upright ^= exif.get(ORIENTATION, 1) >= SIDEWAYS
    except (OSError, SyntaxError, ValueError, TypeError, struct.error):
        return PHONE_FOV_RAD
    width_mm, height_mm = FILM_MM
    side_mm = height_mm if upright else width_mm
    return 2 * math.atan(side_mm / 2 / focal_mm) if MOST_TELE_MM > focal_mm > 1 else PHONE_FOV_RAD


def is_plain_picture(path: Path) -> bool:
    """Whether a file is a picture but no 360° photograph.

    Raises:
        DataError: it is a picture that cannot be read, or cannot be shown.
    """
    if not is_picture(path):
        return False
    from cocogan_core.inference.photo_patches import PhotoSphere  # only now: see above

    return PhotoSphere.read(path) is None


def photo_look(path: Path) -> View:
    """Where to look first in a 360° photograph; raises as :func:`read_photo_sphere`."""
    sphere = read_photo_sphere(path)
    fov_rad = min(max(sphere.tags.fov_rad or DEFAULT_FOV_RAD, NARROWEST_RAD), WIDEST_RAD["rectilinear"])
    return View(sphere.yaw_rad, sphere.tags.pitch_rad or 0.0, fov_rad)
