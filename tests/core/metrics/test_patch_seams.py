"""Border ratios of single patches, as the viewer's seam microscope shows them."""

import numpy as np

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.metrics.seams import patch_border_ratios, worst_border

GRID = PatchGrid(patch_px=16)


def patches(picture):
    return dict(zip([tuple(map(int, at)) for at in GRID.micro_ids()], GRID.split(picture), strict=True))


def test_a_picture_without_seams_has_ratio_one_everywhere(rng):
    found = patch_border_ratios(patches(rng.integers(0, 256, (GRID.height_px, GRID.width_px, 3), dtype=np.uint8)), GRID)
    assert len(found) == 4 * 12 + 3 * 12  # every patch has one to its right, the last column too: a cylinder
    assert 0.6 < min(found.values()) <= max(found.values()) < 1.6
    assert 0.95 < np.mean(list(found.values())) < 1.05


def test_a_step_is_found_and_named():
    picture = np.full((GRID.height_px, GRID.width_px, 3), 100, np.uint8)
    picture[32:48, 80:96] = 130  # patch (2, 5) alone is lighter
    found = patch_border_ratios(patches(picture), GRID)
    high = {border for border, ratio in found.items() if ratio > 5}
    assert high == {((2, 4), "right"), ((2, 5), "right"), ((1, 5), "below"), ((2, 5), "below")}
    assert worst_border(found) in high


def test_missing_neighbours_have_no_border():
    few = {(0, 0): np.zeros((16, 16, 3), np.uint8), (2, 2): np.zeros((16, 16, 3), np.uint8)}
    assert patch_border_ratios(few, GRID) == {}
    assert worst_border({}) is None
