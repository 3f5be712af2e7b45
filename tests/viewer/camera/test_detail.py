"""Which level a view needs: the coarsest with a texel in each pixel, without flutter."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.camera.camera import View
from viewer.camera.detail import MOST_TEXELS, choose_level, slots_like, slots_needed, texels_per_pixel

GRID, PROJECTION = PatchGrid(levels=4), Projection.of_aspect("mercator", 3)
SCREEN = (1280, 720)


def view(fov_deg, pitch_rad=0.0):
    return View(0.3, pitch_rad, math.radians(fov_deg))


def test_texels_in_a_pixel_are_those_of_the_middle():
    # 90° across 1280 pixels: the middle one spans 2 / 1280 radians
    assert texels_per_pixel(view(90), SCREEN, 768, PROJECTION) == pytest.approx(768 / (2 * math.pi) * 2 / 1280)
    steep = texels_per_pixel(view(90, 0.8), SCREEN, 768, PROJECTION)
    assert steep == pytest.approx(texels_per_pixel(view(90), SCREEN, 768, PROJECTION) / math.cos(0.8))


@pytest.mark.parametrize(
    ("screen", "fov", "level"), [((160, 90), 120, 0), (SCREEN, 90, 3), ((640, 360), 120, 1), (SCREEN, 20, 3)]
)
def test_a_sharper_screen_and_a_closer_look_need_a_finer_level(screen, fov, level):
    assert choose_level(view(fov), screen, GRID, PROJECTION) == level


def test_a_model_of_one_level_has_nothing_to_choose():
    assert choose_level(view(20), SCREEN, PatchGrid(), PROJECTION) == 0


@given(fov=st.floats(1, 120), present=st.integers(0, 3), width=st.integers(64, 4096))
def test_each_pixel_has_a_texel_and_not_many_more(fov, present, width):
    screen = (width, width * 9 // 16)
    level = choose_level(view(fov), screen, GRID, PROJECTION, present)
    texels = texels_per_pixel(view(fov), screen, GRID.width_px, PROJECTION) * 2**level
    assert texels >= 1 or level == GRID.levels - 1
    assert texels < MOST_TEXELS or level == 0


def test_the_level_stays_while_the_look_wavers():
    edge = next(fov for fov in range(120, 1, -1) if choose_level(view(fov), (640, 360), GRID, PROJECTION) == 2)
    level, changes = 2, 0
    for fov in [edge, edge + 1] * 10:
        after = choose_level(view(fov), (640, 360), GRID, PROJECTION, level)
        changes, level = changes + (after != level), after
    assert changes <= 1


def test_slots_are_as_many_as_the_screen_needs_however_wide_the_panorama():
    wide = PatchGrid(levels=10)
    assert slots_needed(SCREEN, wide.at_level(9)) == slots_needed(SCREEN, wide.at_level(6))
    assert slots_needed((100_000, 100_000), GRID.at_level(0)) == (4, 12)


@given(st.integers(1, 300), st.integers(1, 300))
def test_fine_slots_are_a_power_of_two_just_where_those_of_level_0_are(base, needed):
    slots = slots_like(base, needed)
    assert (slots & (slots - 1) == 0) == (base & (base - 1) == 0)
    assert needed <= slots <= max(2 * needed, 2 * base, 16)
