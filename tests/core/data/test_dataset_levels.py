"""Data sets of several levels of detail: what lies in their files, who has which level, what is drawn of it."""

import json
import pickle

import numpy as np
import pytest

from cocogan_core.data.dataset import DatasetWriter, ImageDataset
from cocogan_core.data.sampler import MacroSampler
from cocogan_core.errors import DataError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.resampling import shrink

HAVE = (3, 1, 2, 3, 1)  # levels of each picture
ABOUT = {"height_px": 16, "width_px": 48, "projection": Projection(), "source": "test", "shard_size": 2, "levels": 3}
GRID = PatchGrid(patch_px=4, levels=3)


def pyramid(index):
    finest = np.random.default_rng(index).integers(0, 256, (64, 192, 3), dtype=np.uint8)
    return [shrink(finest, factor) for factor in (4, 2, 1)][: HAVE[index]]


@pytest.fixture
def folder(tmp_path):
    with DatasetWriter(tmp_path / "set", latent_names=("a.b",), **ABOUT) as writer:
        for index in range(len(HAVE)):
            image, *finer = pyramid(index)
            writer.append(image, np.array([index / 10], np.float32), finer=finer, columns=100 * index)
    return tmp_path / "set"


def test_each_picture_keeps_the_levels_it_came_with(folder):
    there = ImageDataset.open(folder)
    assert there.levels == 3
    assert tuple(there.picture_levels) == HAVE
    assert there.columns == [0, 100, 200, 300, 400]
    for index, have in enumerate(HAVE):
        assert all(np.array_equal(there.image(index, level), pyramid(index)[level]) for level in range(have))
    assert sorted(path.name for path in folder.glob("*level2*")) == [
        f"images_{shard:05d}_level2.npy" for shard in (0, 1)
    ]


def test_a_writer_goes_on_with_the_same_levels_only(folder):
    with DatasetWriter(folder, latent_names=("a.b",), **ABOUT) as writer:
        image, *finer = pyramid(0)
        writer.append(image, np.zeros(1, np.float32), finer=finer)
    there = ImageDataset.open(folder)
    assert tuple(there.picture_levels) == (*HAVE, 3)
    assert np.array_equal(there.image(5, 2), pyramid(0)[2])
    with pytest.raises(DataError, match="levels = 3, not 2"):
        DatasetWriter(folder, latent_names=("a.b",), **{**ABOUT, "levels": 2})


def test_data_sets_of_before_levels_have_one_and_go_on(tmp_path):
    about = {**ABOUT, "levels": 1}
    with DatasetWriter(tmp_path, **about) as writer:
        writer.append(pyramid(0)[0])
    index = json.loads((tmp_path / "dataset.json").read_text())
    del index["levels"]
    assert "levels" not in index["shards"][0]
    (tmp_path / "dataset.json").write_text(json.dumps(index))
    assert ImageDataset.open(tmp_path).levels == 1
    with DatasetWriter(tmp_path, **about) as writer:
        writer.append(pyramid(1)[0])
    assert tuple(ImageDataset.open(tmp_path).picture_levels) == (1, 1)


@pytest.mark.parametrize(
    "harm",
    [
        lambda f: (f / "images_00000_level1.npy").unlink(),
        lambda f: (f / "images_00001_level2.npy").write_bytes((f / "images_00001.npy").read_bytes()),
        lambda f: (f / "dataset.json").write_text(
            (f / "dataset.json").read_text().replace('"levels": 3', '"levels": 2')
        ),
    ],
)
def test_damage_to_a_level_is_one_clear_error(folder, harm):
    harm(folder)
    with pytest.raises(DataError, match=folder.name):
        ImageDataset.open(folder)


def test_a_data_set_travels_to_other_processes_without_its_pictures(folder):
    sampler = MacroSampler(ImageDataset.open(folder), GRID)
    sent = pickle.dumps(sampler)
    assert len(sent) < 8000  # one picture alone has 36,864 bytes on level 2
    here, there = (s.batch(np.random.default_rng(0), 4, 2).images for s in (sampler, pickle.loads(sent)))
    assert np.array_equal(here, there)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_macro_patches_of_a_level_are_crops_of_pictures_that_have_it(folder, level):
    grid = GRID.at_level(level)
    batch = MacroSampler(ImageDataset.open(folder), GRID).batch(np.random.default_rng(0), 200, level)
    assert batch.images.shape == (200, 8, 8, 3)
    assert batch.level == level
    assert set(map(tuple, batch.ids)) <= set(map(tuple, grid.macro_ids()))
    assert batch.ids[:, 1].max() > 0.9 * grid.columns  # wrapping ones are drawn too
    which = np.rint(batch.parameters[:, 0] * 10).astype(int)
    assert set(which) == {index for index, have in enumerate(HAVE) if have > level}
    for image, (row, column), index in zip(batch.images, batch.ids, which, strict=True):
        assert np.array_equal(image, grid.crop(pyramid(index)[level], (row * 4, column * 4), 8, 8))


@pytest.mark.parametrize(("level", "data_level", "factor"), [(0, 0, 2), (1, 0, 1), (2, 1, 1), (3, 2, 1)])
def test_a_grid_half_as_large_has_a_level_more(folder, level, data_level, factor):
    small = PatchGrid(patch_px=2, levels=4)
    batch = MacroSampler(ImageDataset.open(folder), small).batch(np.random.default_rng(0), 50, level)
    for image, (row, column), at in zip(batch.images, batch.ids * 2, batch.parameters[:, 0], strict=True):
        source = shrink(pyramid(round(at * 10))[data_level], factor)
        assert np.array_equal(image, small.crop(source, (row, column), 4, 4))


def test_pictures_three_times_as_large_are_shrunk_on_every_level(tmp_path):
    fine = np.random.default_rng(0).integers(0, 256, (24, 72, 3), dtype=np.uint8)
    with DatasetWriter(tmp_path, **{**ABOUT, "height_px": 12, "width_px": 36}) as writer:
        writer.append(shrink(fine, 2), finer=[fine])
    grid = PatchGrid(rows=2, columns=6, macro_rows=1, patch_px=2, levels=2)
    batch = MacroSampler(ImageDataset.open(tmp_path), grid).batch(np.random.default_rng(0), 20, 1)
    for image, (row, column) in zip(batch.images, batch.ids * 2, strict=True):
        assert np.array_equal(image, grid.crop(shrink(fine, 3), (row, column), 2, 4))


def test_the_last_pictures_are_held_out_on_every_level(folder):
    sampler = MacroSampler(ImageDataset.open(folder), GRID, held_out=2)
    assert set(sampler.batch(np.random.default_rng(0), 50, 2).parameters[:, 0]) == {0}


def test_levels_that_no_picture_has_are_refused_in_one_line(folder):
    there = ImageDataset.open(folder)
    with pytest.raises(DataError, match="no picture for level 3 of the model, which needs --levels 4") as refused:
        MacroSampler(there, PatchGrid(patch_px=4, levels=4))
    assert "\n" not in str(refused.value)


def test_turns_are_by_whole_pixels_of_level_0_on_every_level(tmp_path):
    with DatasetWriter(tmp_path, **ABOUT) as writer:
        image, *finer = pyramid(0)
        writer.append(image, finer=finer)
    sampler = MacroSampler(ImageDataset.open(tmp_path), GRID, roll=True, flip=True)
    grid, finest = GRID.at_level(2), pyramid(0)[2]
    mirrored = np.roll(finest[:, ::-1], 4, 1)  # about the middle of level 0's first pixel, four columns wide here
    wanted = {
        (flip, x): np.roll(source, -4 * x, 1) for flip, source in enumerate((finest, mirrored)) for x in range(48)
    }
    batch = sampler.batch(np.random.default_rng(0), 64, 2)
    found = [
        [key for key, turned in wanted.items() if np.array_equal(image, grid.crop(turned, tuple(place * 4), 8, 8))]
        for image, place in zip(batch.images, batch.ids, strict=True)
    ]
    assert all(len(keys) == 1 for keys in found)
    assert {keys[0][0] for keys in found} == {0, 1}
    assert len({keys[0][1] for keys in found}) > 20
