"""Patch-guided generation by a model that knows upright rooms only."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cocogan_core.applications.guidance import Guidance, GuidanceSettings
from cocogan_core.applications.photo import PlacedPhoto
from cocogan_core.applications.turned_guidance import TurnedGuidance, Way, guidance_of
from cocogan_core.checkpoint import Metadata, load_checkpoint, save_checkpoint
from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.rooms.furnished.numbers import FURNISHED, FURNISHED_SYMMETRY
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.models.build import build_generator

SPHERE = Projection.of_aspect("equirectangular", 2)
MODEL = ModelConfig(
    grid=PatchGrid(rows=6, columns=12, patch_px=8), z_dim=len(FURNISHED) + 3, latent_names=FURNISHED,
    architecture="compact", generator_width=16, discriminator_width=8, field_width=32, symmetry=FURNISHED_SYMMETRY,
    room=RoomLatents(projection=SPHERE, front="edge", viewer_right_m=(-0.3, 0.3), viewer_forward_m=(-0.3, 0.3)),
)  # fmt: skip
WAYS = [(turns, mirrored) for turns in range(4) for mirrored in (False, True)]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    torch.manual_seed(3)
    weights = {name: tensor.numpy() for name, tensor in build_generator(MODEL).state_dict().items()}
    path = tmp_path_factory.mktemp("upright") / "rooms.safetensors"
    save_checkpoint(path, Metadata(model=MODEL, projection=SPHERE), generator=weights)
    return path


def upright_of(z):
    return FURNISHED_SYMMETRY.upright(z, FURNISHED)


@pytest.mark.parametrize("way", WAYS)
def test_a_room_stands_as_it_was_found(way):
    for z in sample_z(1, MODEL.z_dim, count=20):
        upright = upright_of(z).numbers
        room = upright_of(Way(MODEL, *way).room(upright))
        assert (room.turns, room.mirrored) == way
        assert np.abs(room.numbers - upright).max() < 0.01


@pytest.mark.parametrize("extreme", [1.0, -1.0])
def test_what_a_search_has_laid_down_is_set_upright_again(extreme):
    way, walls = Way(MODEL, 3, True), [FURNISHED.index(name) for name in FURNISHED_SYMMETRY.openness]
    for z in sample_z(2, MODEL.z_dim, count=200):
        for numbers in (z, np.where(np.isin(np.arange(len(z)), walls), np.float32(extreme), z)):
            room = way.room(numbers)
            assert (upright_of(room).turns, upright_of(room).mirrored) == (3, True)
            assert np.abs(room).max() <= 1


@pytest.mark.parametrize("way", WAYS)
def test_a_picture_is_turned_as_the_generator_turns_it(path, way):
    generator = PatchGenerator.load(path, "cpu")
    upright = upright_of(sample_z(3, MODEL.z_dim)).numbers
    there = Way(MODEL, *way)
    shown = generator.panorama(there.room(upright))
    assert (there.picture(generator.panorama(Way(MODEL, 0, False).room(upright))) == shown).all()
    assert (there.picture(there.upright(shown)) == shown).all()


def test_the_room_of_the_models_own_picture_is_found_again(path):
    """However it stands: the way is found too."""
    checkpoint, generator = load_checkpoint(path), PatchGenerator.load(path, "cpu")
    z = Way(MODEL, 2, True).room(upright_of(sample_z(4, MODEL.z_dim)).numbers)
    picture = generator.panorama(z)
    photo = PlacedPhoto(picture, np.ones(picture.shape[:2], bool))
    settings = GuidanceSettings(candidates=4, steps=100)
    guidance, heard = guidance_of(checkpoint, photo, settings), []
    assert isinstance(guidance, TurnedGuidance)
    rooms = guidance.run(lambda step, error, best: heard.append((step, best)) or True)
    assert [step for step, _ in heard] == list(range(1, len(heard) + 1))
    assert len(heard) <= 100
    found = upright_of(rooms.z[0])
    assert (found.turns, found.mirrored) == (2, True)
    shown = generator.panorama(rooms.z[0]).astype(int)
    assert np.abs(guidance.pictures(rooms.z[:1])[0].astype(int) - shown).mean() < 1
    others = [np.abs(generator.panorama(z).astype(int) - picture).mean() for z in sample_z(9, MODEL.z_dim, count=4)]
    assert np.abs(shown - picture).mean() < 0.6 * np.mean(others)


def test_it_can_be_stopped(path):
    picture = PatchGenerator.load(path, "cpu").panorama(sample_z(5, MODEL.z_dim))
    photo, heard = PlacedPhoto(picture, np.ones(picture.shape[:2], bool)), []
    rooms = guidance_of(load_checkpoint(path), photo, GuidanceSettings(candidates=2, steps=100)).run(
        lambda step, *_: heard.append(step) or step < 6
    )
    assert heard == [1, 2, 3, 4, 5, 6]
    assert np.isfinite(rooms.z).all()


def test_other_models_are_searched_as_ever(path):
    checkpoint = load_checkpoint(path)
    own = replace(checkpoint, metadata=replace(checkpoint.metadata, model=replace(MODEL, symmetry=None)))
    photo = PlacedPhoto(np.zeros((48, 96, 3), np.uint8), np.ones((48, 96), bool))
    assert isinstance(guidance_of(own, photo, GuidanceSettings(candidates=1, steps=0)), Guidance)
