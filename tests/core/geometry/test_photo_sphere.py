"""What a reader of the metadata finds."""

import math
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocogan_core.geometry.photo_sphere import equirectangular_strips, strip_height_px, xmp
from cocogan_core.geometry.projection import Projection, direction_of, yaw_of_u
from cocogan_core.geometry.surfaces import Panorama

SPACE = "{http://ns.google.com/photos/1.0/panorama/}"


def equirectangular(panorama, projection):
    strips = equirectangular_strips([panorama], Panorama(*panorama.shape[:2], projection))
    return np.concatenate(list(strips))


def fields(packet):
    text = packet.decode().split("?>", 1)[1].rsplit("<?", 1)[0]
    return {
        node.tag.removeprefix(SPACE): node.text for node in ElementTree.fromstring(text).iter() if SPACE in node.tag
    }


@given(st.integers(8, 600).map(lambda n: 2 * n), st.floats(0.2, math.pi / 2))
def test_a_strip_lies_in_the_middle_and_within_what_there_is(width, half_extent):
    height = strip_height_px(width, half_extent)
    stated = fields(xmp(width, height))
    top, full = int(stated["CroppedAreaTopPixels"]), int(stated["FullPanoHeightPixels"])
    assert full == width // 2
    assert 2 * top + height == full
    assert height * math.pi / width <= half_extent + 1e-9
    assert (height + 2) * math.pi / width > half_extent - 1e-9


@pytest.mark.parametrize("kind", ["mercator", "equirectangular"])
def test_a_reader_of_the_metadata_finds_a_mark_where_it_was(kind):
    width, height, mark = 240, 80, (2.0, 0.4)  # yaw and pitch
    projection = Projection.of_aspect(kind, width / height)
    v, u = np.meshgrid((np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width, indexing="ij")
    directions = direction_of(yaw_of_u(u, width), projection.pitch_of_v(v))
    light = np.exp(60 * (directions @ direction_of(*mark) - 1))
    strip = equirectangular(np.repeat(np.rint(255 * light).astype(np.uint8)[..., None], 3, 2), projection)
    stated = {
        name: float(value)
        for name, value in fields(xmp(width, len(strip))).items()
        if name.endswith(("Pixels", "Degrees"))
    }
    weights = strip[..., 0] / strip[..., 0].sum()
    row, column = (weights.sum(axis) @ (np.arange(strip.shape[1 - axis]) + 0.5) for axis in (1, 0))
    # as a viewer reads it: columns from the heading of the middle, rows from the cropped area's place
    heading = stated["PoseHeadingDegrees"] + (column - width / 2) / stated["FullPanoWidthPixels"] * 360
    pitch = 90 - (row + stated["CroppedAreaTopPixels"]) / stated["FullPanoHeightPixels"] * 180
    assert math.radians(heading) == pytest.approx(mark[0], abs=0.02)
    assert math.radians(pitch) == pytest.approx(mark[1], abs=0.03)
    flat = equirectangular(np.full((height, width, 3), 200, np.uint8), projection)
    assert (flat == 200).all()
