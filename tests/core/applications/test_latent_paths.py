"""Interpolation between z and between coordinates, and the sheets of the paper's figures."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image

from cocogan_core.applications.interpolation import coordinate_path, latent_path, make_part, patches_between
from cocogan_core.applications.sheets import draw_sheet
from cocogan_core.checkpoint import load_checkpoint
from cocogan_core.commands.interpolate import interpolate
from cocogan_core.commands.room_argument import latent_of
from cocogan_core.errors import ConfigError, RecipeError
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.models.build import load_generator


def size_of(path):
    with Image.open(path) as picture:
        return picture.size


@pytest.fixture(scope="module")
def generator(mlp_checkpoint):
    return PatchGenerator.load(mlp_checkpoint, "cpu")


def test_a_path_goes_through_every_stop_along_great_circles():
    first = sample_z(0, 12) / 2
    stops = [first, np.roll(first, 3), np.roll(first, 7)]  # of one length, well inside the cube
    path = latent_path(stops, 4)
    assert path.shape == (9, 12)
    assert path[[0, 4, 8]] == pytest.approx(np.stack(stops), abs=1e-6)
    assert np.linalg.norm(path, axis=1) == pytest.approx(np.full(9, np.linalg.norm(first)), rel=1e-5)
    steps = [float(np.linalg.norm(b - a)) for a, b in pairwise(path)]
    assert steps == pytest.approx([steps[0]] * 4 + [steps[4]] * 4, rel=1e-4)
    with pytest.raises(ConfigError, match="name two or more"):
        latent_path(stops[:1], 4)


def test_parts_are_cut_from_the_same_picture(generator):
    z, s = sample_z(3, 12), 8
    full = make_part(generator, z, "full")
    macro, micro = make_part(generator, z, "macro", (2, 11)), make_part(generator, z, "micro", (3, 0))
    assert full.shape == (32, 96, 3)
    assert np.array_equal(macro, np.concatenate([full[2 * s :, -s:], full[2 * s :, :s]], 1))
    assert np.array_equal(micro, full[3 * s :, :s])
    with pytest.raises(ConfigError, match="no micro patch"):
        make_part(generator, z, "macro", (3, 0))


@pytest.mark.parametrize("name", ["tiny_checkpoint", "mlp_checkpoint"])
def test_patches_between_grid_points_meet_the_grid_at_its_points(request, name):
    checkpoint = load_checkpoint(request.getfixturevalue(name))
    module, z = load_generator(checkpoint), sample_z(0, 12)
    ids = coordinate_path(module.config.grid, "vertical", 7, (0, 5))
    assert module.config.grid.micro_coordinates(ids)[:, 0] == pytest.approx(np.linspace(-1, 1, 7))
    made = list(patches_between(module, z, ids))
    known = PatchGenerator.load(request.getfixturevalue(name), "cpu").patches(z, [(row, 5) for row in range(4)])
    assert np.abs(np.stack(made[::2]).astype(int) - known).max() <= 1
    assert all((a != b).any() for a, b in pairwise(made))


def test_an_angle_goes_all_the_way_round_and_a_plane_from_edge_to_edge(tiny_config):
    ids = coordinate_path(tiny_config.grid, "horizontal", 24, (1, 0))
    assert ids[:, 1] == pytest.approx(np.arange(24) / 2)
    plane = replace(tiny_config.grid, system="planar", columns=4)
    c = plane.extended(1).micro_coordinates(coordinate_path(plane.extended(1), "horizontal", 3, (2, 0)))
    assert c[:, 1].tolist() == [-1, 0, 1]


def test_sheets_of_the_papers_figures(generator):
    figure = draw_sheet(generator, "figure", seed=4, count=7)
    assert figure.shape == (32 + 2 + 16 + 2 + 8, 7 * 98 - 2, 3)
    shared = make_part(generator, sample_z(4 + 2, 12), "full")
    assert np.array_equal(figure[:32, 2 * 98 : 2 * 98 + 96], shared)
    micro = figure[52:60, 2 * 10 : 2 * 10 + 8]
    places = [shared[y : y + 8, x : x + 8] for y in range(0, 32, 8) for x in range(0, 96, 8)]
    assert any(np.array_equal(micro, place) for place in places)  # of the same z
    assert draw_sheet(generator, "macro", seed=0, count=9).shape == (3 * 18 - 2, 3 * 18 - 2, 3)


def test_the_command_writes_strips_films_and_frames(mlp_checkpoint, tmp_path):
    checkpoint, strip = mlp_checkpoint, tmp_path / "strip.png"
    interpolate(("1", "2"), out=strip, checkpoint=checkpoint, part="micro", at=(1, 2), steps=3)
    assert size_of(strip) == (4 * 10 - 2, 8)
    interpolate(("1",), out=strip, checkpoint=checkpoint, coordinates="horizontal", steps=5)
    assert size_of(strip) == (5 * 10 - 2, 8)
    interpolate(("1", "2"), out=tmp_path / "frames", checkpoint=checkpoint, steps=2)
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == ["0000.png", "0001.png", "0002.png"]
    av = pytest.importorskip("av")
    interpolate(("1", "2"), out=tmp_path / "film.mp4", checkpoint=checkpoint, steps=4)
    with av.open(str(tmp_path / "film.mp4")) as film:
        assert sum(1 for _ in film.decode(video=0)) == 5


@pytest.mark.parametrize(
    ("rooms", "options", "said"),
    [
        (("1",), {}, "two rooms"),
        (("1", "2"), {"coordinates": "vertical"}, "or one"),
        (("1", "nowhere.json"), {}, "neither a seed"),
        (("1", "2"), {"out": "strip.gif"}, "name a"),
        (("1", "2"), {"steps": 0}, "at least 1"),
    ],
)
def test_mistakes_are_one_line_and_nothing_is_written(mlp_checkpoint, tmp_path, rooms, options, said):
    out = tmp_path / options.pop("out", "strip.png")
    with pytest.raises(ConfigError, match=said):
        interpolate(rooms, out=out, checkpoint=mlp_checkpoint, **options)
    assert not list(tmp_path.iterdir())


def test_a_saved_room_is_its_z_and_its_way_along_directions(generator, tmp_path):
    z, path = sample_z(9, 12) / 2, tmp_path / "room.json"
    path.write_text(json.dumps({"room": {"z": z.tolist(), "along": [0.25]}}))
    expected = z + 0.25 * generator.principal_directions(1)[0]
    assert latent_of(str(path), generator) == pytest.approx(expected.clip(-1, 1), abs=1e-5)
    assert latent_of("9", generator) == pytest.approx(sample_z(9, 12))
    path.write_text("{}")
    with pytest.raises(RecipeError, match="not a saved room"):
        latent_of(str(path), generator)
    path.write_text(json.dumps({"room": {"z": [0.0], "along": []}}))
    with pytest.raises(ConfigError, match="1 numbers and the model 12"):
        latent_of(str(path), generator)


def test_an_ablation_has_nothing_between_its_points(tiny_config):
    from cocogan_core.models.build import build_generator

    model = replace(tiny_config, architecture="paper", generator_width=2, generator="full")
    with pytest.raises(ConfigError, match="full generator"):
        next(patches_between(build_generator(model), np.zeros(12, np.float32), np.zeros((1, 2))))
    assert torch.is_grad_enabled()
