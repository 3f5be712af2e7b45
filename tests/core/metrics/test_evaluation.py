"""``cocogan evaluate`` from end to end, on a tiny untrained checkpoint and tiny shards."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from cocogan_core.checkpoint import Metadata, Provenance, save_checkpoint
from cocogan_core.commands.main import main
from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.dataset import DatasetWriter
from cocogan_core.data.rooms.drawn import DrawnRooms
from cocogan_core.data.rooms.generate import make_panoramas
from cocogan_core.data.rooms.live import LiveRooms
from cocogan_core.data.rooms.parameters import PARAMETERS
from cocogan_core.data.rooms.renderer import RoomRenderer
from cocogan_core.data.rooms.spec import RoomDatasetSpec
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.resampling import shrink
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.metrics.evaluation import evaluate
from cocogan_core.metrics.latents import psnr_db
from cocogan_core.models.build import build_discriminator, build_generator

GRID = PatchGrid(rows=2, columns=6, patch_px=8)
NAMES = ("wall.warmth", "light.power")
PROJECTION = Projection.of_aspect("mercator", 3)
SPHERE = Projection.of_aspect("equirectangular", 2)


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def data_set(folder, count, seed=0, names=NAMES):
    """Smooth panoramas that close at 0°/360°, at twice the model's size."""
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, 96, endpoint=False)[None, :, None]
    about = {"projection": PROJECTION, "source": "waves", "latent_names": names}
    with DatasetWriter(folder, height_px=32, width_px=96, **about) as writer:
        for _ in range(count):
            waves = np.sin(
                rng.integers(1, 4) * turn + rng.uniform(0, 6, (1, 1, 3)) + np.linspace(0, 1, 32)[:, None, None]
            )
            parameters = rng.uniform(-1, 1, len(names)).astype(np.float32) if names else None
            writer.append((127 + 90 * waves).astype(np.uint8), parameters)
    return folder


def checkpoint(path, *, with_discriminator=True):
    torch.manual_seed(0)
    config = ModelConfig(grid=GRID, z_dim=4, latent_names=NAMES, generator_width=4, discriminator_width=4)
    generator, discriminator = (
        {name: tensor.float().numpy() for name, tensor in build(config).state_dict().items()}
        for build in (build_generator, build_discriminator)
    )
    metadata = Metadata(model=config, projection=PROJECTION, provenance=Provenance(images_seen=1234))
    save_checkpoint(path, metadata, generator=generator, discriminator=discriminator if with_discriminator else None)
    return path


def run(*arguments):
    main(["evaluate", *map(str, arguments)])


def test_a_checkpoint_is_measured_and_reported(tmp_path, capsys):
    model, data = checkpoint(tmp_path / "tiny.safetensors"), data_set(tmp_path / "rooms", 12)
    figures, picture = tmp_path / "report.json", tmp_path / "report.png"
    run(model, "--data", data, "--samples", 6, "--noise", "--json", figures, "--picture", picture, "--device", "cpu")
    found = json.loads(figures.read_text())
    distances = {entry["name"]: entry for entry in found["comparisons"]}
    assert set(distances) == {"generated", "real, others", "noise"}
    assert distances["real, others"]["frechet"] < distances["generated"]["frechet"]
    assert all(entry["pictures"] == entry["reference_pictures"] == 6 for entry in distances.values())
    assert len(found["borders"]["columns"]) == 5
    assert found["real_borders"]["wrap"] == pytest.approx(1, abs=0.3)
    assert found["relative_borders"]["wrap"] > 0
    assert found["images_seen"] == 1234
    assert isinstance(found["wasserstein"], float)
    assert found["paired_psnr"]["pictures"] == 6
    assert 0 < found["paired_psnr"]["worst_db"] <= found["paired_psnr"]["mean_db"] < 40
    with Image.open(picture) as image:
        assert image.width == 1600
        assert image.height > 1000
    assert "border ratio, generated" in capsys.readouterr().out
    run(model, "--data", data, "--samples", 6, "--noise", "--json", tmp_path / "again.json", "--device", "cpu")
    assert (tmp_path / "again.json").read_text() == figures.read_text()


def test_the_library_function_returns_the_commands_figures_and_prints_nothing(tmp_path, capsys):
    model, data, figures = checkpoint(tmp_path / "tiny.safetensors"), data_set(tmp_path / "a", 8), tmp_path / "r.json"
    seen = []

    def progress(items, description, total):
        seen.append((description, total))
        return items

    results = evaluate(model, data=data, samples=4, device="cpu", progress=progress)
    assert capsys.readouterr() == ("", "")
    assert seen == [("real", 4), ("generated", 4), ("real, others", 4)]
    assert {name: len(pictures) for name, pictures in results.examples.items()} == dict(seen)
    assert results.examples["generated"][0].shape == (16, 48, 3)
    run(model, "--data", data, "--samples", 4, "--device", "cpu", "--json", figures)
    assert figures.read_text() == results.to_json()


def leveled_checkpoint(path):
    """Two levels of plain rooms on the whole sphere, of random weights."""
    torch.manual_seed(0)
    room = RoomLatents(projection=SPHERE, width_px=32)
    config = ModelConfig(
        grid=PatchGrid(rows=2, columns=4, patch_px=8, levels=2), z_dim=len(PARAMETERS), latent_names=PARAMETERS,
        architecture="compact", generator_width=16, room=room,
    )  # fmt: skip
    generator = {name: tensor.numpy() for name, tensor in build_generator(config).state_dict().items()}
    save_checkpoint(path, Metadata(model=config, projection=SPHERE, provenance=Provenance()), generator=generator)
    return path


def live_rooms(folder, width_px=32):
    LiveRooms(folder=folder, projection=SPHERE, width_px=width_px).write()
    return folder


def test_a_finer_level_is_measured_on_rooms_drawn_at_its_width(tmp_path):
    model, live = leveled_checkpoint(tmp_path / "two.safetensors"), live_rooms(tmp_path / "live")
    results = evaluate(model, data=live, samples=4, views=1, level=1, device="cpu")
    made, rooms = PatchGenerator.load(model), DrawnRooms.of(LiveRooms.open(live), 8, 0)
    chosen = np.random.default_rng(0).permutation(8)[:4]
    with RoomRenderer(32, 4, "plain", SPHERE) as renderer:
        real = [
            shrink(
                renderer.crop(rooms.parameters[i], width_px=384, top_px=0, left_px=0, height_px=192, crop_width_px=384),
                6,
            )
            for i in chosen
        ]
    weights = SPHERE.row_weights(32)
    values_db = [
        psnr_db(made.panorama(rooms.parameters[i], level=1), one, row_weights=weights)
        for i, one in zip(chosen, real, strict=True)
    ]
    assert results.paired_psnr.mean_db == pytest.approx(np.mean(values_db))
    assert results.level == 1
    assert len(results.borders.columns) == 7
    assert [entry.name for entry in results.comparisons] == ["generated", "real, others"]
    assert results.examples["generated"][0].shape == (16, 32, 3)


def test_prepared_pictures_of_a_level_must_lie_as_the_models_do(tmp_path, capsys):
    model, data = leveled_checkpoint(tmp_path / "two.safetensors"), tmp_path / "rooms"
    make_panoramas(data, RoomDatasetSpec(width_px=64, kind="equirectangular", samples=1), count=4)
    with pytest.raises(SystemExit):
        run(model, "--data", data, "--samples", 4, "--level", 1, "--device", "cpu")
    assert "0.5 pixels aside at this level: draw rooms live" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run(model, "--data", live_rooms(tmp_path / "live"), "--samples", 4, "--level", 2, "--device", "cpu")
    assert "level 2 is not one of the 2" in capsys.readouterr().err


def test_a_level_of_pictures_is_compared_without_a_checkpoint(tmp_path):
    data = tmp_path / "pyramid"
    rng = np.random.default_rng(2)
    with DatasetWriter(data, height_px=16, width_px=48, projection=PROJECTION, source="noise", levels=2) as writer:
        for _ in range(4):
            coarse, fine = (rng.integers(0, 256, (side, 3 * side, 3), np.uint8) for side in (16, 32))
            writer.append(coarse, finer=[fine])
    assert [len(evaluate(data=data, samples=4, level=level).real_borders.columns) for level in (0, 1)] == [11, 23]


def test_what_cannot_be_asked_is_left_out(tmp_path):
    model = checkpoint(tmp_path / "tiny.safetensors", with_discriminator=False)
    data, figures = data_set(tmp_path / "plain", 4, names=()), tmp_path / "report.json"
    run(model, "--data", data, "--samples", 4, "--views", 2, "--json", figures, "--device", "cpu")
    found = json.loads(figures.read_text())
    assert found["wasserstein"] is None
    assert found["paired_psnr"] is None
    assert [entry["name"] for entry in found["comparisons"]] == ["generated", "real, two halves"]
    assert [entry["pictures"] for entry in found["comparisons"]] == [4, 2]


def test_real_pictures_are_compared_without_a_checkpoint(tmp_path):
    data, other, figures = data_set(tmp_path / "a", 4), data_set(tmp_path / "b", 5, seed=1), tmp_path / "report.json"
    run("--data", data, "--against", other, "--samples", 4, "--json", figures, "--picture", tmp_path / "r.png")
    found = json.loads(figures.read_text())
    assert [entry["name"] for entry in found["comparisons"]] == ["real, b"]
    assert found["borders"] is None


def test_latents_of_another_renderer_are_refused(tmp_path, capsys):
    model, data = checkpoint(tmp_path / "tiny.safetensors"), data_set(tmp_path / "rooms", 4)
    with pytest.raises(SystemExit):
        run(model, "--data", data, "--samples", 4, "--latent-rooms", 1, "--device", "cpu")
    assert "room renderer" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--samples", 3), "at least 4"),
        (("--json", "nowhere/at/all.json"), "nowhere/at/all.json"),
        (("--views", -1), "views"),
        (("--level", -1), "level -1"),
        (("--level", 1, "--latent-rooms", 1), "level 0"),
        (("missing.safetensors",), "missing.safetensors"),
        (("--against", "gone"), "gone"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(tmp_path, capsys, arguments, said):
    data = data_set(tmp_path / "rooms", 4)
    with pytest.raises(SystemExit) as exit_:
        run("--data", data, *arguments)
    error = capsys.readouterr().err.strip().splitlines()
    assert exit_.value.code == 2
    assert error[-1].startswith("cocogan: error: ")
    assert said in error[-1]
