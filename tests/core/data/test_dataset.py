import json

import numpy as np
import pytest

from cocogan_core.data.dataset import DatasetWriter, ImageDataset
from cocogan_core.data.sampler import MacroSampler
from cocogan_core.errors import DataError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection

ABOUT = {"height_px": 16, "width_px": 48, "projection": Projection(), "source": "test", "shard_size": 4}


def picture(index):
    return np.random.default_rng(index).integers(0, 256, (16, 48, 3), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path):
    with DatasetWriter(tmp_path / "set", latent_names=("a.b",), **ABOUT) as writer:
        for index in range(6):
            writer.append(picture(index), np.array([index / 10], np.float32))
    return tmp_path / "set"


def test_what_goes_in_comes_out(folder):
    there = ImageDataset.open(folder)
    assert (there.count, there.height_px, there.width_px) == (6, 16, 48)
    assert there.projection == Projection()
    assert all(np.array_equal(there.image(i), picture(i)) for i in range(6))
    assert there.parameters[:, 0] == pytest.approx(np.arange(6) / 10)


def test_a_writer_goes_on_where_it_stopped(folder):
    with DatasetWriter(folder, latent_names=("a.b",), **ABOUT) as writer:
        assert writer.count == 6
        writer.append(picture(6), np.array([0.6], np.float32))
    there = ImageDataset.open(folder)
    assert there.count == 7
    assert np.array_equal(there.image(6), picture(6))


def test_other_settings_are_refused(folder):
    with pytest.raises(DataError, match="latent_names"):
        DatasetWriter(folder, **ABOUT)


@pytest.mark.parametrize(
    "harm",
    [
        lambda f: (f / "dataset.json").unlink(),
        lambda f: (f / "dataset.json").write_text("{"),
        lambda f: (f / "dataset.json").write_text("[]"),
        lambda f: (f / "images_00001.npy").unlink(),
        lambda f: (f / "images_00000.npy").write_bytes(b"junk"),
        lambda f: (f / "parameters.npy").unlink(),
        lambda f: (f / "images_00000.npy").write_bytes((f / "images_00000.npy").read_bytes()[:400]),
    ],
)
def test_damage_is_one_clear_error(folder, harm):
    harm(folder)
    with pytest.raises(DataError, match=str(folder.name)):
        ImageDataset.open(folder)


def test_another_format_is_named(folder):
    index = json.loads((folder / "dataset.json").read_text())
    (folder / "dataset.json").write_text(json.dumps({**index, "format": 9}))
    with pytest.raises(DataError, match="format 9"):
        ImageDataset.open(folder)


def test_macro_patches_are_crops_of_their_pictures(folder):
    grid = PatchGrid(patch_px=4)
    batch = MacroSampler(ImageDataset.open(folder), grid).batch(np.random.default_rng(0), 64)
    assert batch.images.shape == (64, 8, 8, 3)
    assert set(map(tuple, batch.ids)) <= set(map(tuple, grid.macro_ids()))
    assert batch.ids[:, 1].max() == 11  # wrapping ones are drawn too
    for image, (row, column), parameters in zip(batch.images, batch.ids, batch.parameters, strict=True):
        source = picture(round(parameters[0] * 10))
        assert np.array_equal(image, grid.crop(source, (row * 4, column * 4), 8, 8))


def test_larger_pictures_are_box_filtered(folder):
    grid = PatchGrid(patch_px=2)
    whole = MacroSampler(ImageDataset.open(folder), grid).whole(np.random.default_rng(0), 3)
    source = picture(round(whole.parameters[0, 0] * 10)).reshape(8, 2, 24, 2, 3).mean((1, 3))
    assert np.abs(whole.images[0] - source).max() <= 0.5


def test_sizes_that_do_not_fit_and_falsified_names_are_refused(folder):
    there = ImageDataset.open(folder)
    with pytest.raises(DataError, match="48×16"):
        MacroSampler(there, PatchGrid(patch_px=8))
    with pytest.raises(DataError, match="named parameters"):
        MacroSampler(there, PatchGrid(patch_px=4), roll=True)


def test_rolls_and_flips_of_unnamed_pictures(tmp_path):
    with DatasetWriter(tmp_path / "set", **ABOUT) as writer:
        writer.append(picture(0))
    grid = PatchGrid(patch_px=4)
    sampler = MacroSampler(ImageDataset.open(tmp_path / "set"), grid, roll=True, flip=True)
    mirrored = np.roll(picture(0)[:, ::-1], 1, 1)  # about the middle of column 0, which is yaw 0
    candidates = [
        grid.crop(source, (row * 4, x), 8, 8)
        for source in (picture(0), mirrored)
        for row in range(3)
        for x in range(48)
    ]
    found = [
        next(i for i, candidate in enumerate(candidates) if np.array_equal(image, candidate))
        for image in sampler.batch(np.random.default_rng(0), 64).images
    ]
    assert 10 < sum(number >= len(candidates) // 2 for number in found) < 54
    assert len(set(found)) > 40
    for image in sampler.whole(np.random.default_rng(0), 8).images:
        assert any(np.array_equal(image, np.roll(s, x, 1)) for s in (picture(0), mirrored) for x in range(48))


def test_planar_flips_are_about_the_middle(tmp_path):
    with DatasetWriter(tmp_path / "set", **{**ABOUT, "projection": None}) as writer:
        writer.append(picture(0))
    grid = PatchGrid(system="planar", rows=4, columns=12, patch_px=4)
    batch = MacroSampler(ImageDataset.open(tmp_path / "set"), grid, roll=True, flip=True).batch(
        np.random.default_rng(0), 64
    )
    kinds = set()
    for image, (row, column) in zip(batch.images, batch.ids * 4, strict=True):
        straight, flipped = (p[row : row + 8, column : column + 8] for p in (picture(0), picture(0)[:, ::-1]))
        assert np.array_equal(image, straight) or np.array_equal(image, flipped)
        kinds.add(bool(np.array_equal(image, flipped)))
    assert kinds == {False, True}


def test_names_and_recipes_stay_with_the_pictures(tmp_path):
    with DatasetWriter(tmp_path, **ABOUT, recipe={"samples": 4, "kind": "a"}) as writer:
        for index in range(5):
            writer.append(picture(index), name=f"n{index}")
        assert writer.names == [*ImageDataset.open(tmp_path).names, "n4"] == [f"n{index}" for index in range(5)]
    assert ImageDataset.open(tmp_path).names == [f"n{index}" for index in range(5)]
    with DatasetWriter(tmp_path, **ABOUT, recipe={"kind": "a", "samples": 4}) as writer:
        writer.append(picture(5))
    assert ImageDataset.open(tmp_path).names[4:] == ["n4", ""]
    with pytest.raises(DataError, match="samples = 4, not 9;"):
        DatasetWriter(tmp_path, **ABOUT, recipe={"kind": "a", "samples": 9})


def test_shards_without_a_record_of_their_settings_are_not_appended_to(folder):
    index = json.loads((folder / "dataset.json").read_text())
    del index["recipe"]
    (folder / "dataset.json").write_text(json.dumps(index))
    assert ImageDataset.open(folder).count == 6
    with pytest.raises(DataError, match="no record of all the settings"):
        DatasetWriter(folder, latent_names=("a.b",), **ABOUT)


def test_a_kill_between_parameters_and_index_loses_nothing(folder):
    index = (folder / "dataset.json").read_text()
    with DatasetWriter(folder, latent_names=("a.b",), **ABOUT) as writer:
        writer.append(picture(6), np.array([0.6], np.float32))
    (folder / "dataset.json").write_text(index)
    with DatasetWriter(folder, latent_names=("a.b",), **ABOUT) as writer:
        assert writer.count == 6
        writer.append(picture(7), np.array([0.7], np.float32))
    there = ImageDataset.open(folder)
    assert np.array_equal(there.image(6), picture(7))
    assert there.parameters[5:, 0] == pytest.approx([0.5, 0.7])


def test_a_folder_that_another_process_fills_is_refused(tmp_path, monkeypatch):
    from cocogan_core.data.dataset import lock_data
    from cocogan_core.data.rooms import generate
    from cocogan_core.data.rooms.spec import RoomDatasetSpec

    monkeypatch.setattr(generate, "_render", lambda *_: pytest.fail("it was begun"))
    with lock_data(tmp_path):
        for make in (generate.make_panoramas, generate.make_sky_boxes):
            with pytest.raises(DataError, match="is being filled by another process; wait"):
                make(tmp_path, RoomDatasetSpec(), count=1)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
