"""A generator of upright rooms serves all eight images of each, to the byte."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cocogan_core.checkpoint import Metadata, load_checkpoint, save_checkpoint
from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.rooms.furnished.numbers import FURNISHED, FURNISHED_SYMMETRY, mirror, quarter_turn
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.models.build import build_generator

SPHERE = Projection.of_aspect("equirectangular", 2)
ROOM = RoomLatents(
    projection=SPHERE,
    front="edge",
    width_m=(4.6, 5.8),
    depth_m=(4.6, 5.8),
    height_m=(2.5, 3.1),
    viewer_right_m=(-0.3, 0.3),
    viewer_forward_m=(-0.3, 0.3),
)
MODEL = ModelConfig(
    grid=PatchGrid(rows=6, columns=12, patch_px=8, levels=2),
    z_dim=len(FURNISHED) + 3,
    latent_names=FURNISHED,
    architecture="compact",
    generator_width=16,
    discriminator_width=8,
    room=ROOM,
    symmetry=FURNISHED_SYMMETRY,
)


def written(file, model):
    torch.manual_seed(3)
    weights = {name: 2 * tensor.numpy() for name, tensor in build_generator(model).state_dict().items()}
    save_checkpoint(file, Metadata(model=model, projection=SPHERE), generator=weights)
    return file


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return written(tmp_path_factory.mktemp("upright") / "rooms.safetensors", MODEL)


@pytest.fixture(scope="module")
def generator(path):
    return PatchGenerator.load(path, "cpu")


def images(z):
    """The eight images of a room, with how far each is turned and whether it was mirrored before."""
    for mirrored in (False, True):
        image = mirror(z) if mirrored else z
        for turns in range(4):
            yield image, turns, mirrored
            image = quarter_turn(image)


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("seed", range(3))
def test_the_panorama_of_turned_numbers_is_the_turned_panorama(generator, seed, level):
    z = sample_z(seed, MODEL.z_dim)
    panorama = generator.panorama(z, level=level)
    assert panorama.std() > 5
    quarter = panorama.shape[1] // 4
    for image, turns, mirrored in images(z):
        expected = np.roll(panorama[:, ::-1] if mirrored else panorama, turns * quarter, 1)
        assert generator.panorama(image, level=level).tobytes() == expected.tobytes()


def test_an_upright_room_is_what_the_network_makes_of_it(generator, tmp_path):
    bare = PatchGenerator.load(written(tmp_path / "bare.safetensors", replace(MODEL, symmetry=None)), "cpu")
    upright = FURNISHED_SYMMETRY.upright(sample_z(5, MODEL.z_dim), FURNISHED)
    assert generator.panorama(upright.numbers).tobytes() == bare.panorama(upright.numbers).tobytes()


def test_single_patches_are_those_of_the_panorama(generator):
    z = sample_z(6, MODEL.z_dim)
    grid = MODEL.grid
    whole = grid.split(generator.panorama(z)).reshape(grid.rows, grid.columns, 8, 8, 3)
    ids = [(3, 11), (0, 0), (2, 12), (2, -1), (5, 4)]
    for patch, (row, column) in zip(generator.patches(z, ids), ids, strict=True):
        assert patch.tobytes() == whole[row, column % grid.columns].tobytes()
    assert generator.patches(z, []).shape == (0, 8, 8, 3)


@pytest.mark.parametrize("level", [0, 1])
def test_each_group_of_neighbours_is_one_pass_however_the_room_is_turned(generator, monkeypatch, level):
    made, engine, ids = [], generator._engine, [(row, column) for row in range(6) for column in range(12)]
    monkeypatch.setattr(engine, "base", counted(made, 0, engine.base))
    monkeypatch.setattr(engine, "fine", counted(made, 1, engine.fine))
    for image, _, _ in images(sample_z(9, MODEL.z_dim)):
        groups = generator.blocks(image, ids, level=level)
        assert sorted(cell for group in groups for cell in group) == ids
        assert len(groups) < len(ids)
        for group in groups:
            made.clear()
            generator.patches(image, group, level=level)
            assert made.count(level) == 1


def counted(made, level, make):
    """``make``, which notes its level in ``made`` at each call."""

    def noted(*arguments):
        made.append(level)
        return make(*arguments)

    return noted


def test_principal_directions_do_the_same_however_a_room_is_turned(generator):
    directions = generator.principal_directions(5)
    assert directions.shape == (5, MODEL.z_dim)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(quarter_turn(directions), directions, atol=1e-6)
    np.testing.assert_allclose(mirror(directions), directions, atol=1e-6)
    z = sample_z(7, MODEL.z_dim) / 2
    moved = generator.panorama(z + 0.4 * directions[0]).astype(int)
    assert np.abs(moved - generator.panorama(z)).mean() > 1


def test_the_description_survives_the_file(path):
    assert load_checkpoint(path).metadata.model == MODEL


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"latent_names": FURNISHED[:-1]}, "corner.front_left"),
        ({"grid": PatchGrid(rows=6, columns=10, patch_px=8)}, "not 10"),
        ({"grid": PatchGrid(system="planar", rows=4, columns=4, patch_px=8), "room": None}, "cylindrical"),
        ({"room": replace(ROOM, front="pixel")}, "left edge"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(change, word):
    with pytest.raises(ConfigError, match=word):
        replace(MODEL, **change)


def test_nonsense_in_a_file_is_named():
    stated = MODEL.to_json()
    for symmetry in ({**stated["symmetry"], "mirror": [1]}, {**stated["symmetry"], "spin": ()}, 3):
        with pytest.raises(ConfigError, match="RoomSymmetry"):
            ModelConfig.from_json({**stated, "symmetry": symmetry})
    with pytest.raises(ConfigError, match="front"):
        ModelConfig.from_json({**stated, "room": {**stated["room"], "front": "back"}})


def test_what_uses_the_network_itself_refuses_upright_models():
    with pytest.raises(ConfigError, match="guidance works on models without a symmetry"):
        MODEL.require_any_way("guidance")
    replace(MODEL, symmetry=None).require_any_way("guidance")
