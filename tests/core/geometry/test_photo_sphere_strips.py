"""Equirectangular panoramas made strip by strip: directions keep their colours, whatever the strips."""

import numpy as np
import pytest

from cocogan_core.geometry.photo_sphere import equirectangular_strips, strip_height_px, xmp
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.surfaces import Panorama

MERCATOR = Projection.of_aspect("mercator", 3)


def painted(surface):
    row, column = np.arange(surface.height_px)[:, None] + 0.5, np.arange(surface.width_px) + 0.5
    return np.rint(127.5 + 90 * surface.directions(row, column)).astype(np.uint8)


def equirectangular(image, panorama, rows):
    strips = (image[top : top + rows] for top in range(0, len(image), rows))
    return np.concatenate(list(equirectangular_strips(strips, panorama)))


@pytest.mark.parametrize("rows", [1, 5, 64, 256])
def test_directions_keep_their_colours(rows):
    panorama = Panorama(256, 768, MERCATOR)
    made = equirectangular(painted(panorama), panorama, rows)
    count = strip_height_px(768, MERCATOR.half_extent_rad)
    strip = Projection(kind="equirectangular", half_extent_rad=np.pi * count / 768)
    assert np.abs(made.astype(int) - painted(Panorama(count, 768, strip))).max() <= 1


def test_a_row_is_the_mean_of_what_it_covers(rng):
    panorama = Panorama(256, 768, MERCATOR)
    noise = np.repeat(rng.integers(0, 256, (256, 1, 1), dtype=np.uint8), 768, 1).repeat(3, 2)
    made = equirectangular(noise, panorama, 64)[:, 0, 0]
    count = len(made)
    pitch = (count / 2 - np.arange(count + 1)) * 2 * np.pi / 768
    edges = MERCATOR.v_of_pitch(pitch) * 256
    fine = np.interp(edges, np.arange(257), np.concatenate([[0], np.cumsum(noise[:, 0, 0].astype(float))]))
    assert np.abs(made - np.diff(fine) / np.diff(edges)).max() <= 0.51


def test_an_equirectangular_panorama_stays_as_it_is(rng):
    count = 44
    panorama = Panorama(count, 96, Projection(kind="equirectangular", half_extent_rad=np.pi * count / 96))
    noise = rng.integers(0, 256, (count, 96, 3), dtype=np.uint8)
    assert np.array_equal(equirectangular(noise, panorama, 8), noise)


def test_levels_look_the_same_way():
    def heading(packet):
        return float(packet.split(b"PoseHeadingDegrees>")[1].split(b"<")[0])

    coarse = Panorama(256, 768, MERCATOR)
    fine = coarse.at_level(3)
    middles = [heading(xmp(p.width_px, 100, first_yaw_rad=p.first_yaw_rad)) for p in (coarse, fine)]
    assert middles[0] == pytest.approx(middles[1], abs=1e-3)  # the edges coincide, and so do the middles
