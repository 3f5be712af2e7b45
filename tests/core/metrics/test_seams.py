"""Border ratios of pictures whose borders are known."""

import numpy as np
import pytest

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.metrics.seams import BorderMeter

GRID = PatchGrid(rows=3, columns=6, patch_px=8)


def smooth(grid=GRID, seed=0):
    """Waves that close at 0°/360° and keep every row and column about equally busy."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: grid.height_px, : grid.width_px]
    image = np.zeros((grid.height_px, grid.width_px, 3))
    for channel in range(3):
        for _ in range(6):
            turns, tilt, phase = rng.integers(1, 4), rng.uniform(-0.3, 0.3), rng.uniform(0, 2 * np.pi)
            image[..., channel] += np.sin(2 * np.pi * turns * x / grid.width_px + tilt * y + phase)
    return np.uint8(127 + 20 * image.clip(-6, 6))


def ratios(images, grid=GRID):
    meter = BorderMeter(grid)
    for image in images:
        meter.add(image)
    return meter.ratios


def test_a_seamless_picture_has_ratios_about_one():
    found = ratios([smooth(seed=seed) for seed in range(60)])
    assert len(found.columns) == 5
    assert len(found.rows) == 2
    assert np.allclose([*found.columns, *found.rows, found.wrap], 1, atol=0.1)


def test_patches_that_do_not_meet_show_at_every_border():
    images = []
    for seed in range(10):
        patches = GRID.split(smooth(seed=seed)).astype(int)
        offsets = np.random.default_rng(seed).integers(-25, 26, (len(patches), 1, 1, 1))
        images.append(GRID.merge((patches + offsets).clip(0, 255).astype(np.uint8)))
    found = ratios(images)
    assert min(*found.columns, *found.rows, found.wrap) > 1.5
    assert found.worst == max(*found.columns, *found.rows, found.wrap)


@pytest.mark.parametrize("border", range(6))
def test_a_break_is_told_at_its_own_border(border):
    """A step between two patch columns, faded out over the rest of the turn so that nothing else breaks."""
    ramp = np.linspace(60, 0, GRID.width_px)
    ramp = np.roll(ramp, border * GRID.patch_px)[None, :, None]
    found = ratios([(smooth(seed=seed) * 0.7 + ramp).clip(0, 255).astype(np.uint8) for seed in range(30)])
    all_columns = np.array([found.wrap, *found.columns])
    assert np.argmax(all_columns) == border
    assert all_columns[border] > 2
    assert np.delete(all_columns, border).max() < 1.3


def test_interiors_far_from_a_border_do_not_count():
    """Patches busy in their middles alone: their borders are as calm as what is near them."""
    patch = np.full((8, 8, 3), 100, np.uint8)
    patch[:, 3:5] = [[0], [255]]
    assert ratios([np.tile(patch, (3, 6, 1))]).columns == pytest.approx([1] * 5)


def test_one_set_over_another():
    calm, busy = ratios([smooth(seed=1)]), ratios([smooth(seed=2)])
    over = busy.over(calm)
    assert over.wrap == busy.wrap / calm.wrap
    assert over.columns[3] == busy.columns[3] / calm.columns[3]
    assert busy.over(busy).worst == 1


def test_a_plane_has_no_border_that_wraps():
    grid = PatchGrid(system="planar", rows=3, columns=6, patch_px=8)
    assert ratios([smooth(grid)], grid).wrap is None


def test_flat_pictures_have_ratio_one():
    found = ratios([np.full((GRID.height_px, GRID.width_px, 3), 90, np.uint8)])
    assert found.worst == pytest.approx(1)


def test_a_picture_of_another_size_is_refused():
    with pytest.raises(ValueError, match="grid"):
        BorderMeter(GRID).add(np.zeros((8, 8, 3), np.uint8))
