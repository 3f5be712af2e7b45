"""Training on macro patches of every level, of rooms drawn on demand and by worker processes."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.rooms.live import LiveRooms, LiveRoomSampler
from cocogan_core.errors import ConfigError, DataError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.training.batches import StepDraws
from cocogan_core.training.config import PRESETS
from cocogan_core.training.trainer import Trainer

GRID = PatchGrid(patch_px=8, levels=3)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    LiveRooms(folder=folder, projection=Projection.of_aspect("mercator", 3)).write()
    return folder


@pytest.fixture
def config(rooms, tmp_path):
    preset = PRESETS["rooms"]
    model = replace(preset.model, grid=GRID, z_dim=48, generator_width=24, discriminator_width=4)
    return replace(
        preset, data=rooms, run=tmp_path / "run", model=model, batch=4, images=16, save_every=8, threads=1,
        ema_images=8, room_coordinates=True, level_shares=(1, 1, 2), tensorboard=False,
    )  # fmt: skip


def test_patches_of_a_level_are_cut_from_the_same_rooms(rooms):
    sampler = LiveRoomSampler(LiveRooms.open(rooms), GRID)
    whole, fine = sampler.whole(np.random.default_rng(1), 2), sampler.batch(np.random.default_rng(1), 2, 2)
    assert whole.images.shape == (2, 32, 96, 3)
    assert fine.images.shape == (2, 16, 16, 3)
    assert fine.level == 2
    assert fine.parameters.shape == (2, 46)
    assert np.abs(fine.parameters).max() <= 1


def test_patches_are_cut_at_edges(rooms):
    """Walls and ceiling alone have little contrast; the draw of rooms is the same without."""
    plain, aimed = (
        LiveRoomSampler(LiveRooms.open(rooms), GRID, edge_share=share).batch(np.random.default_rng(5), 48, 2)
        for share in (0.0, 1.0)
    )
    assert (plain.parameters == aimed.parameters).all()
    assert (plain.ids != aimed.ids).any()
    few = LiveRoomSampler(LiveRooms.open(rooms), GRID, edge_share=0.01).batch(np.random.default_rng(5), 2, 2)
    assert (few.ids == LiveRoomSampler(LiveRooms.open(rooms), GRID).batch(np.random.default_rng(5), 2, 2).ids).all()
    contrast = [batch.images.astype(float).std((1, 2)).mean() for batch in (plain, aimed)]
    assert contrast[1] > 1.3 * contrast[0]


def test_a_fine_patch_is_nearly_that_part_of_the_coarse_picture(rooms):
    sampler, rng = LiveRoomSampler(LiveRooms.open(rooms), GRID), np.random.default_rng(3)
    fine = sampler.batch(rng, 1, 2)
    room, (row, column) = fine.parameters[0], fine.ids[0]
    from cocogan_core.data.rooms.renderer import RoomRenderer

    with RoomRenderer(768, 16) as renderer:
        coarse = renderer.crop(room, width_px=96, top_px=0, left_px=0, height_px=32, crop_width_px=96)
    shrunk = fine.images[0].reshape(4, 4, 4, 4, 3).mean((1, 3))  # 16 px of level 2 are 4 of level 0
    part = coarse[row * 2 : row * 2 + 4, [(column * 2 + i) % 96 for i in range(4)]]
    assert np.abs(shrunk - part).mean() < 6


@pytest.mark.parametrize("objective", ["regression", "adversarial"])
def test_every_level_is_trained_and_shown(config, objective):
    trainer = Trainer(replace(config, objective=objective))
    drawn = [batches[0].level for batches in map(trainer.data.loader.step, range(0, 160, 4))]
    assert set(drawn) == {0, 1, 2}
    assert drawn.count(2) > drawn.count(1)
    before = {name: tensor.clone() for name, tensor in trainer.generator.state_dict().items()}
    trainer.run()
    after = trainer.generator.state_dict()
    assert not torch.equal(before["rgb.4.weight"], after["rgb.4.weight"])  # the finest stage's
    assert not torch.equal(before["walls.0.weight"], after["walls.0.weight"])
    with Image.open(config.run / "sheet_00000016.png") as sheet:
        assert sheet.height == 6 * 32 + 2 * 2 * 16  # six rooms; two rows of patches for each of two finer levels


def test_level_0s_stages_have_a_rate_of_their_own(config):
    trainer = Trainer(replace(config, base_rate=0.0, objective="regression", level_shares=(0, 0, 1)))
    before = {name: tensor.clone() for name, tensor in trainer.generator.state_dict().items()}
    trainer.run()
    moved = {name for name, now in trainer.generator.state_dict().items() if not torch.equal(before[name], now)}
    fine = {
        name for name in before if name.startswith(("levels.2", "levels.3", "rgb.3", "rgb.4", "walls.3", "walls.4"))
    }
    assert moved == fine
    again = Trainer(replace(config, base_rate=0.0, objective="regression", level_shares=(0, 0, 1)))
    assert again.seen == 16


def test_objects_have_a_rate_of_their_own(config):
    settings = replace(config, object_coordinates=True, objective="regression", base_rate=0.5, object_rate=6.0)
    trainer = Trainer(replace(settings, level_shares=(0, 0, 1)))
    names = {id(parameter): name for name, parameter in trainer.generator.named_parameters()}
    shares = {
        names[id(parameter)]: group["share"]
        for group in trainer.optimizers["optimizer_g"].adam.param_groups
        for parameter in group["params"]
    }
    assert shares.keys() == {*names.values()}
    wanted = {"objects.table.4": 6.0, "objects.table.0": 3.0, "objects.mix.4.weight": 1.0, "style.0.weight": 0.5}
    assert {name: shares[name] for name in wanted} == wanted
    again = replace(settings, object_rate=0.0, level_shares=(0, 0, 1))
    assert not Trainer(replace(again, run=config.run / "frozen")).generator.objects.table[4].requires_grad


def test_worker_processes_bring_the_same_batches(config):
    alone, helped = (Trainer(replace(config, workers=workers)).data.loader for workers in (0, 1))
    for seen in (0, 4, 8):
        for a, b in zip(alone.step(seen), helped.step(seen), strict=True):
            assert a.level == b.level
            assert all(torch.equal(x, y) for x, y in zip(a[:6], b[:6], strict=True))


def test_draws_are_a_function_of_seed_rank_and_images_seen(config):
    trainer = Trainer(config)
    sampler = LiveRoomSampler(trainer.data.dataset, GRID)
    draws = [StepDraws(sampler, trainer.config, (0, 1), 4)[8] for _ in range(2)]
    assert np.array_equal(draws[0][0].batch.images, draws[1][0].batch.images)
    assert draws[0][0].noise == draws[1][0].noise


@pytest.mark.parametrize(
    ("changes", "error", "word"),
    [
        ({"level_shares": (1.0, 2.0)}, ConfigError, "3 levels"),
        ({"base_rate": 0.0}, ConfigError, "nothing to train at level 0"),
        ({"edge_share": 1.5}, ConfigError, "between 0 and 1"),
        ({"level_shares": (0.0, 0.0, 0.0)}, ConfigError, "share"),
        ({"workers": -1}, ConfigError, "workers"),
        ({"flip": True}, ConfigError, "live rooms"),
        ({"unpaired": True}, ConfigError, "room"),
    ],
)
def test_what_cannot_be_is_one_line(config, changes, error, word):
    with pytest.raises(error, match=word):
        Trainer(replace(config, **changes))


def test_rooms_of_another_shape_are_refused(rooms, config):
    with pytest.raises(DataError, match="768×256"):
        Trainer(replace(config, model=replace(config.model, grid=replace(GRID, rows=5))))
    with pytest.raises(DataError, match="missing"):
        ImageDataset.open(rooms)


def test_distances_of_live_rooms_need_pictures_to_measure_by(config):
    with pytest.raises(ConfigError, match="held-out"):
        Trainer(replace(config, fd_every=8)).run()


def test_a_broken_recipe_is_one_line(tmp_path):
    (tmp_path / "live_rooms.json").write_text('{"format": 1}')
    with pytest.raises(DataError, match="style"):
        LiveRooms.open(tmp_path)


def test_fine_stages_paint_objects_on_a_frozen_base(config):
    """At a base rate of 0 what finer levels add of objects is trained all the same."""
    trainer = Trainer(replace(config, base_rate=0.0, level_shares=(0, 1, 1), object_coordinates=True))
    base = {id(parameter) for parameter in trainer.generator.base_parameters()}
    fine = {name for name, parameter in trainer.generator.named_parameters() if id(parameter) not in base}
    trained = {
        f"objects.{name}"
        for name in ("mix.3.weight", "mix.4.weight", "table.3", "table.4", "paint.1.bias", "paint.2.bias")
    }
    assert trained <= fine
    assert not {"objects.mix.2.weight", "objects.table.2", "objects.paint.0.bias", "objects.hidden.0.bias"} & fine
