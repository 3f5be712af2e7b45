"""Panoramas as other viewers read them: equirectangular, with Photo Sphere (GPano) XMP metadata. Numpy only.

https://developers.google.com/streetview/spherical-metadata: the picture may be a part of the full panorama, twice as
wide as high; its place in that is stated, and viewers show what is missing as empty.
"""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.surfaces import Panorama

__all__ = ["equirectangular_strips", "strip_height_px", "whole_sphere_strips", "xmp"]

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]


def strip_height_px(width_px: int, half_extent_rad: float) -> int:
    """Rows of the strip that lies wholly within ±``half_extent_rad`` and exactly in the middle of width / 2 rows."""
    rows = min(int(width_px * half_extent_rad / math.pi + 1e-9), width_px // 2)
    return rows - (width_px // 2 - rows) % 2


def xmp(
    width_px: int, height_px: int, *, yaw_rad: float = 0.0, first_yaw_rad: float = 0.0, whole: bool = False
) -> bytes:
    """The packet for a strip in the middle of its full panorama, first seen at ``yaw_rad``; yaw 0 is north.

    ``first_yaw_rad`` is where the middle of the first column looks: 0 on level 0, a little to the left on finer ones.
    ``whole``: the file holds all of the sphere, twice as wide as high, of which ``height_px`` rows mean something.
    """
    full_px = width_px // 2
    middle_deg = 180 - 180 / width_px + math.degrees(first_yaw_rad)
    fields = {
        "ProjectionType": "equirectangular",
        "UsePanoramaViewer": "True",
        "CroppedAreaImageWidthPixels": width_px,
        "CroppedAreaImageHeightPixels": full_px if whole else height_px,
        "FullPanoWidthPixels": width_px,
        "FullPanoHeightPixels": full_px,
        "CroppedAreaLeftPixels": 0,
        "CroppedAreaTopPixels": 0 if whole else (full_px - height_px) // 2,
        "PoseHeadingDegrees": f"{middle_deg:.4f}",
        "InitialViewHeadingDegrees": round(math.degrees(yaw_rad)) % 360,
    }
    if whole:
        fields |= {
            "LargestValidInteriorRectLeft": 0,
            "LargestValidInteriorRectTop": (full_px - height_px) // 2,
            "LargestValidInteriorRectWidth": width_px,
            "LargestValidInteriorRectHeight": height_px,
        }
    lines = "".join(f"<GPano:{name}>{value}</GPano:{name}>" for name, value in fields.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:GPano="http://ns.google.com/photos/1.0/panorama/">{lines}</rdf:Description></rdf:RDF></x:xmpmeta>'
        '<?xpacket end="w"?>'
    ).encode()


def equirectangular_strips(strips: Iterable[Pixels], panorama: Panorama) -> Iterator[Pixels]:
    """A panorama that comes in strips, as an equirectangular one that goes out in strips.

    Columns stay, since both have equally spaced ones; a row made is the mean of the rows that it covers, by how much of
    each. Holds no more of the panorama than one strip needs.

    Args:
        strips: (n, W, 3) each, from the top; together ``panorama.height_px`` rows.
        panorama: where they lie.

    Yields:
        (n, W, 3) each, from the top; together :func:`strip_height_px` rows.
    """
    edges, first, made = _edges(panorama), 0, 0
    rows = np.zeros((0, panorama.width_px, 3), np.uint8)  # from row ``first`` of the panorama on
    for strip in strips:
        rows = np.concatenate([rows, strip])
        complete = int(np.searchsorted(edges, first + len(rows), side="right")) - 1
        if complete > made:
            yield _mean_rows(rows, edges[made : complete + 1] - first)
            done = int(edges[complete])
            rows, first, made = rows[done - first :], done, complete


def whole_sphere_strips(strips: Iterable[Pixels], width_px: int, height_px: int) -> Iterator[Pixels]:
    """An equirectangular strip of ``height_px`` rows made up to the whole sphere, ``width_px // 2`` rows.

    Above and below lies the mean colour of the row that it ends with, so that nothing there passes for a picture.
    """
    missing = (width_px // 2 - height_px) // 2
    last: Pixels | None = None
    for strip in strips:
        if last is None:
            yield _plain_rows(strip[0], missing)
        last = strip[-1]
        yield strip
    if last is not None:
        yield _plain_rows(last, missing)


def _plain_rows(row: Pixels, count: int) -> Pixels:
    """So many rows (count, W, 3) of the mean colour of one."""
    return np.broadcast_to(np.rint(row.mean(0)).astype(np.uint8), (count, *row.shape)).copy()


def _edges(panorama: Panorama) -> Floats:
    """Where the edges of the equirectangular rows lie, in rows of the panorama, from the top."""
    count = strip_height_px(panorama.width_px, panorama.projection.half_extent_rad)
    pitch_rad = np.linspace(1, -1, count + 1, dtype=np.float64) * (np.pi * count / panorama.width_px)
    edges = panorama.projection.v_of_pitch(pitch_rad) * panorama.height_px
    return np.asarray(edges.round(6).clip(0, panorama.height_px))  # rounded, so that no sliver of a row is missing


def _mean_rows(rows: Pixels, edges: Floats) -> Pixels:
    """Rows (n, W, 3) between each two of n + 1 edges."""
    made = np.empty((len(edges) - 1, *rows.shape[1:]), np.uint8)
    for number, (top, bottom) in enumerate(pairwise(edges)):
        first, last = int(top), int(np.ceil(bottom))
        at = np.arange(first, last)
        share = np.minimum(at + 1, bottom) - np.maximum(at, top)
        made[number] = np.rint(np.tensordot((share / share.sum()).astype(np.float32), rows[first:last], 1))
    return made
