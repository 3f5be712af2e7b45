"""Models of upright rooms, from the recipe to the measured checkpoint; errors count by area on the whole sphere."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from cocogan_core.checkpoint import load_checkpoint
from cocogan_core.commands.main import main
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.rooms.furnished.numbers import FURNISHED, FURNISHED_SYMMETRY, mirror, quarter_turn
from cocogan_core.data.rooms.generate import make_panoramas
from cocogan_core.data.rooms.live import LiveRooms, LiveRoomSampler
from cocogan_core.data.rooms.objects import room_objects
from cocogan_core.data.rooms.spec import RoomDatasetSpec
from cocogan_core.errors import ConfigError, DataError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.symmetry import upright_rooms
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.training.config import PRESETS
from cocogan_core.training.trainer import Trainer, train

SPHERE = Projection.of_aspect("equirectangular", 2)
GRID = PatchGrid(rows=6, columns=12, patch_px=4)
OPTIONS = ("--style", "furnished", "--kind", "equirectangular", "--width", "48")


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    main(["rooms", str(folder), *OPTIONS, "--live", "--upright"])
    return folder


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """Eight rooms each: upright ones, and as they come but with their front at the left edge."""
    folders = {name: tmp_path_factory.mktemp(name) for name in ("upright", "any", "old")}
    for name, more in {"upright": ("--upright",), "any": ("--front", "edge"), "old": ()}.items():
        main(["rooms", str(folders[name]), *OPTIONS, "--panorama", "--count", "8", "--seed", "3", *more])
    return folders


def settings(data, run, preset="rooms-warmup", **more):
    model = replace(PRESETS[preset].model, grid=GRID, z_dim=70, generator_width=16, discriminator_width=4)
    return replace(
        PRESETS[preset], data=data, run=run, model=model, batch=2, images=4, save_every=4, threads=1,
        room_coordinates=True, tensorboard=False, **more,
    )  # fmt: skip


def test_live_rooms_remember_how_they_stand(live, tmp_path):
    rooms = LiveRooms.open(live)
    assert (rooms.style, rooms.projection, rooms.front, rooms.upright) == ("furnished", SPHERE, "edge", True)
    plain = LiveRooms(folder=tmp_path, projection=SPHERE)
    assert not {"front", "upright"} & set(plain.about)  # as recipes have always been: runs on them go on
    about = json.loads((live / "live_rooms.json").read_text())
    for change in ({"style": "plain"}, {"front": "middle"}):
        (tmp_path / "live_rooms.json").write_text(json.dumps({**about, **change}))
        with pytest.raises(DataError, match="holds no live rooms"):
            LiveRooms.open(tmp_path)


def test_live_rooms_are_drawn_upright(live):
    sampler = LiveRoomSampler(LiveRooms.open(live), GRID)
    batch = sampler.whole(np.random.default_rng(0), 3)
    np.testing.assert_array_equal(batch.parameters, upright_rooms(batch.parameters, FURNISHED, FURNISHED_SYMMETRY))
    with RoomDatasetSpec(width_px=48, style="furnished", kind="equirectangular", front="edge").renderer() as renderer:
        for image, numbers in zip(batch.images, batch.parameters, strict=True):
            place = {"top_px": 0, "left_px": 0, "height_px": 192, "crop_width_px": 384}
            fine = renderer.crop(numbers, width_px=384, **place)
            assert np.abs(fine.reshape(24, 8, 48, 8, 3).mean((1, 3)) - image).max() <= 1


def test_the_front_at_the_edge_makes_mirroring_exact():
    """Columns reversed, not one further; samples lie elsewhere in the mirror image's pixels."""
    spec = RoomDatasetSpec(width_px=192, style="furnished", kind="equirectangular", front="edge", seed=4)
    with spec.renderer() as renderer:
        for index in range(3):
            room = spec.parameters(index)
            mirrored, reversed_ = renderer.panorama(mirror(room)), renderer.panorama(room)[:, ::-1].astype(int)
            errors = [np.square(mirrored - np.roll(reversed_, step, 1)).mean() for step in (-1, 0, 1)]
            assert errors[1] < 0.3 * min(errors[0], errors[2])
            assert 0.8 < errors[0] / errors[2] < 1.25
            turned = renderer.panorama(quarter_turn(room)).astype(int)
            assert np.abs(turned - np.roll(renderer.panorama(room), 48, 1)).mean() < 0.1


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (("--style", "plain"), "plain rooms have no symmetries"),
        (("--yaw", "random"), "at random"),
        (("--mirror", "random"), "at random"),
    ],
)
def test_what_cannot_stand_upright_is_refused(tmp_path, capsys, more, word):
    with pytest.raises(SystemExit):
        main(["rooms", str(tmp_path / "rooms"), *OPTIONS, "--upright", *more])
    assert word in capsys.readouterr().err
    assert not (tmp_path / "rooms").exists()


def test_upright_shards_hold_the_upright_numbers(shards):
    upright, usual = ImageDataset.open(shards["upright"]), ImageDataset.open(shards["any"])
    expected = upright_rooms(usual.parameters, FURNISHED, FURNISHED_SYMMETRY)
    np.testing.assert_array_equal(upright.parameters, expected)
    as_they_come = RoomDatasetSpec(width_px=48, style="furnished", kind="equirectangular", front="edge", seed=3)
    with pytest.raises(DataError, match="upright"):
        make_panoramas(shards["upright"], as_they_come, count=9)


@pytest.mark.parametrize("preset", ["rooms-warmup", "rooms"])
@pytest.mark.parametrize("source", ["live", "upright"])
def test_a_model_of_upright_rooms_says_so(live, shards, tmp_path, preset, source):
    result = train(settings(live if source == "live" else shards[source], tmp_path / "run", preset))
    model = load_checkpoint(result.checkpoint).metadata.model
    assert model.symmetry == FURNISHED_SYMMETRY
    assert model.room.front == "edge"
    generator = PatchGenerator.load(result.checkpoint, "cpu")
    z = np.linspace(-1, 1, 70, dtype=np.float32)
    turned = np.roll(generator.panorama(z), 12, 1)
    assert generator.panorama(quarter_turn(z)).tobytes() == turned.tobytes()


def test_a_model_of_rooms_as_they_come_has_no_symmetry(shards, tmp_path):
    models = {name: Trainer(settings(shards[name], tmp_path / name)).config.model for name in ("any", "old")}
    assert models["any"].symmetry is models["old"].symmetry is None
    assert (models["any"].room.front, models["old"].room.front) == ("edge", "pixel")


def test_distances_in_training_are_of_upright_rooms(shards, tmp_path):
    trainer = Trainer(settings(shards["upright"], tmp_path / "run", fd_every=2, held_out=shards["upright"]))
    seen, real = [], trainer.generator.full
    trainer.generator.full = lambda z: seen.append(z) or real(z)
    trainer.data.validator(trainer.config, "cpu").distance(trainer.generator)
    z = torch.cat(seen).numpy()
    np.testing.assert_array_equal(z, upright_rooms(z, FURNISHED, FURNISHED_SYMMETRY))


def test_errors_count_by_area(live, tmp_path):
    """The lattice's mean error is the sphere's: a wrong row at the pole costs less than one at the horizon."""
    trainer = Trainer(settings(live, tmp_path / "run"))
    batch = trainer.data.loader.step(0)[0]
    rows = np.cos((0.5 - (np.arange(24) + 0.5) / 24) * np.pi)
    np.testing.assert_allclose(batch.weights[0, 0, :, 0], rows / rows.mean(), rtol=1e-5)

    def loss(changed):
        real = torch.zeros_like(batch.real)
        real[:, :, changed] = 1
        trainer.generator.full = lambda _: torch.zeros_like(real)
        return trainer.objective.regression_loss(batch._replace(real=real))[0].item()

    assert loss(slice(None)) == pytest.approx(1)
    assert loss(0) == pytest.approx(rows[0] / rows.sum(), rel=1e-4)
    assert loss(12) == pytest.approx(rows[12] / rows.sum(), rel=1e-4)


def test_macro_patches_have_the_weights_of_their_rows(live, tmp_path):
    trainer = Trainer(settings(live, tmp_path / "run", "rooms"))
    batch = trainer.data.loader.step(0)[0]
    whole = SPHERE.row_weights(24)
    for weights, (row, _) in zip(batch.weights, batch.ids, strict=True):
        np.testing.assert_allclose(weights[0, :, 0], whole[4 * row : 4 * row + 8], rtol=1e-5)


def test_mercator_rows_count_alike():
    assert Projection().row_weights(7).tolist() == [1] * 7
    weights = SPHERE.row_weights(200)
    assert weights.mean() == pytest.approx(1)
    assert weights[100] == pytest.approx(np.pi / 2, rel=1e-3)


def test_a_model_of_the_sphere_is_measured(live, shards, tmp_path, capsys):
    """On rooms as they come, and on upright ones, which z are then too; not with the front half a pixel away."""
    model = str(train(settings(live, tmp_path / "run")).checkpoint)
    for name, rooms in {"any": 0, "upright": 1}.items():
        file = tmp_path / f"{name}.json"
        arguments = [model, "--samples", 4, "--views", 2, "--latent-rooms", rooms, "--device", "cpu", "--json", file]
        main(["evaluate", *map(str, arguments), "--data", str(shards[name])])
        figures = json.loads(file.read_text())
        assert figures["paired_psnr"]["pictures"] == 4
        assert len(figures["latents"]) == rooms * len(FURNISHED)
        assert {entry["name"] for entry in figures["comparisons"]} == {"generated", "real, others"}
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["evaluate", model, "--samples", "4", "--data", str(shards["old"]), "--device", "cpu"])
    assert "--front edge" in capsys.readouterr().err


def test_a_run_of_before_has_its_front_in_the_first_pixel(shards, tmp_path):
    from cocogan_core.training.state import require_same_run, run_identity

    trainer = Trainer(settings(shards["old"], tmp_path / "run"))
    now = run_identity(trainer.config, trainer.data.dataset, held_out=0)
    before = {name: value for name, value in now.items() if name not in {"model.room.front", "model.symmetry"}}
    require_same_run(tmp_path, before, now)
    with pytest.raises(ConfigError, match=r"model\.room\.front"):
        require_same_run(tmp_path, before, {**now, "model.room.front": "edge"})


def test_object_coordinates_are_for_furnished_rooms_that_stand_upright(live, shards, tmp_path):
    checkpoint = train(settings(live, tmp_path / "run", object_coordinates=True)).checkpoint
    model = load_checkpoint(checkpoint).metadata.model
    assert model.objects == room_objects("furnished", upright=True)
    with pytest.raises(ConfigError, match="--style furnished --upright"):
        settings(shards["any"], tmp_path / "other", object_coordinates=True).for_dataset(
            ImageDataset.open(shards["any"])
        )


def test_macro_patches_at_edges_of_furniture(live):
    rooms, levels = LiveRooms.open(live), replace(GRID, levels=3)
    sampler = LiveRoomSampler(rooms, levels, edge_share=1.0)
    batch = sampler.batch(np.random.default_rng(2), 24, 2)
    anywhere = LiveRoomSampler(rooms, levels).batch(np.random.default_rng(2), 24, 2)
    assert np.abs(batch.ids[:, 0] - 11).mean() < 0.7 * np.abs(anywhere.ids[:, 0] - 11).mean()  # few things are at poles
    with pytest.raises(DataError, match="set upright"):
        LiveRoomSampler(replace(rooms, upright=False), levels, edge_share=1.0)
