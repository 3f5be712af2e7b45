"""Reads the Photo Sphere (GPano) metadata of a picture: which part of the sphere it shows, and where to look first.

https://developers.google.com/streetview/spherical-metadata.
"""

import math
import re
from dataclasses import dataclass
from typing import Self

from cocogan_core.errors import DataError

__all__ = ["PhotoSphereTags"]

TAG = re.compile(rb'(?<!/)GPano:(\w+)(?:\s*=\s*["\']([^"\']{0,64})["\']|>([^<]{0,64})</)')
MOST_BYTES = 1 << 20  # of a packet that is looked through
SLACK = 1e-3  # shares of the sphere: writers round to whole pixels


@dataclass(frozen=True)
class PhotoSphereTags:
    """Shares of the whole sphere, from its left and top edge, and angles in radians.

    Attributes:
        left, top, width, height: which part of the sphere the picture shows, each in [0, 1].
        heading_rad: where the sphere's middle column looks, to the right of north; None if that is not said.
        yaw_rad, pitch_rad, fov_rad: the look to begin with: to the right of north, or of the sphere's middle where no
            heading is said; None if not said.
        tilt_rad, roll_rad: how the camera was held, 0 if not said: its middle looked so far up, and then it was turned
            about that so far clockwise, its right side down.
    """

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0
    heading_rad: float | None = None
    yaw_rad: float | None = None
    pitch_rad: float | None = None
    fov_rad: float | None = None
    tilt_rad: float = 0.0
    roll_rad: float = 0.0

    @classmethod
    def parse(cls, packet: bytes, name: str) -> Self | None:
        """What an XMP packet says; None if it says nothing of a sphere. ``name`` stands for the picture in messages.

        Raises:
            DataError: it is of another projection, or its numbers make no sense.
        """
        found = TAG.findall(packet[:MOST_BYTES])
        tags = {key.decode(): (value or text).decode("utf-8", "replace").strip() for key, value, text in found}
        kind = tags.get("ProjectionType")
        if kind is None:
            return None
        if kind != "equirectangular":
            raise DataError(f"{name} is a {kind} panorama; only equirectangular ones can be shown")
        try:
            area = _area(tags)
            heading, yaw, pitch, fov = (_angle(tags, key) for key in ANGLES)
            tilt, roll = (_angle(tags, key) or 0.0 for key in POSE)
        except ValueError as error:
            raise DataError(f"{name}: its Photo Sphere metadata makes no sense ({error}); save it anew") from error
        return cls(*area, heading, yaw, pitch, fov, tilt, roll)


ANGLES = (
    "PoseHeadingDegrees", "InitialViewHeadingDegrees", "InitialViewPitchDegrees", "InitialHorizontalFOVDegrees"
)  # fmt: skip
POSE = "PosePitchDegrees", "PoseRollDegrees"


def _angle(tags: dict[str, str], key: str) -> float | None:
    return math.radians(_number(tags, key)) if key in tags else None


def _area(tags: dict[str, str]) -> tuple[float, float, float, float]:
    """Left, top, width and height as shares of the sphere; all of it where no crop is stated."""
    if "FullPanoWidthPixels" not in tags:
        return 0.0, 0.0, 1.0, 1.0
    full_width, full_height = _number(tags, "FullPanoWidthPixels"), _number(tags, "FullPanoHeightPixels")
    if min(full_width, full_height) < 1:
        raise ValueError("the whole panorama has no size")
    left, width = (_number(tags, f"CroppedArea{key}Pixels") / full_width for key in ("Left", "ImageWidth"))
    top, height = (_number(tags, f"CroppedArea{key}Pixels") / full_height for key in ("Top", "ImageHeight"))
    for start, size in ((left, width), (top, height)):
        if not (start >= -SLACK and size > 0 and start + size <= 1 + SLACK):
            raise ValueError("the picture lies outside the whole panorama")
    return max(left, 0.0), max(top, 0.0), min(width, 1.0), min(height, 1.0)


def _number(tags: dict[str, str], key: str) -> float:
    if key not in tags:
        raise ValueError(f"{key} is missing")
    value = float(tags[key])
    if not math.isfinite(value):
        raise ValueError(f"{key} is {tags[key]}")
    return value
