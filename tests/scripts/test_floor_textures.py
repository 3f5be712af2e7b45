"""Patterns of floors are found where panoramas show them, and shown where they lie."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.rooms.furnished.numbers import FURNISHED
from cocogan_core.data.rooms.objects import room_objects
from cocogan_core.data.rooms.parameters import room_spans
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.models.build import build_generator
from scripts import floor_textures
from scripts.floor_textures import FloorView, beside, pattern, put, rooms_of

SHAPE = 192, 384
ROOMS = 14


def config() -> ModelConfig:
    spans = {f"{name.removeprefix('room.')}_m": span for name, span in room_spans("furnished").items()}
    return ModelConfig(
        grid=PatchGrid(rows=6, columns=12, patch_px=32), architecture="compact", z_dim=len(FURNISHED),
        generator_width=16, latent_names=FURNISHED, objects=room_objects("furnished", upright=True),
        room=RoomLatents(projection=Projection.of_aspect("equirectangular", 2), front="edge", **spans),
        surface_textures=True, mixed_textures=4, field_width=16, paint_rank=2,
    )  # fmt: skip


def drawn(side: int) -> np.ndarray:
    """A pattern that no floor has, of cells of 32 cm, a tenth brighter or darker than they are in the mean."""
    rows, columns = np.indices((side, side)) * (5.12 / side) // 0.32
    return 0.1 * np.where(np.sin(rows * 12.9898 + columns * 78.233) > 0, 1.0, -1.0)


@pytest.fixture(scope="module")
def rooms():
    """Panoramas of grey rooms that have it on floors of the kind of boards, and nothing on others."""
    numbers = np.random.default_rng(3).uniform(-1, 1, (ROOMS, len(FURNISHED)))
    data = SimpleNamespace(
        count=ROOMS, latent_names=FURNISHED, parameters=numbers, image=lambda _: np.full((*SHAPE, 3), 100, np.uint8)
    )
    torch.manual_seed(1)
    found = rooms_of(build_generator(config()), data)
    pictures = []
    for index, boards in enumerate(found.has("boards")):
        view, picture = found.view(index), np.full((*SHAPE, 3), 100.0)
        picture[view.bare] *= np.exp(drawn(found.side)[view.texels[0], view.texels[1]] * boards)[:, None]
        pictures.append(picture.round().astype(np.uint8))
    data.image = pictures.__getitem__
    return found


def test_a_pattern_is_found_where_floors_are_seen(rooms):
    found, real = pattern(rooms, "boards"), drawn(rooms.side)
    middle = (slice(rooms.side // 4, -rooms.side // 4),) * 2
    assert np.corrcoef(found[middle].ravel(), real[middle].ravel())[0, 1] > 0.9
    assert np.abs(pattern(rooms, "tiles")).max() < 0.02


def test_what_lies_on_the_floor_hides_it(rooms):
    view = rooms.view(0)
    assert 0.05 < view.bare.mean() < 0.4
    assert not view.bare[: SHAPE[0] // 2].any()


def test_a_model_shows_it_on_floors_of_its_kind_alone(rooms, monkeypatch):
    monkeypatch.setattr(floor_textures, "ASKED", 1)
    boards, others = (next(i for i in range(ROOMS) if rooms.has("boards")[i] is kind) for kind in (True, False))
    before = [made(rooms, index) for index in (boards, others)]
    put(rooms, "boards", drawn(rooms.side), 3)
    changes = [made(rooms, index) - old for index, old in zip((boards, others), before, strict=True)]
    view = rooms.view(boards)
    near = view.weights > 0.5
    change, real = changes[0][view.bare][near], drawn(rooms.side)[view.texels[0], view.texels[1]][near]
    slope, _ = np.polyfit(real, change, 1)
    assert np.corrcoef(change, real)[0, 1] > 0.6
    assert 0.5 < slope < 1.5
    assert np.abs(changes[1]).max() < 0.01


def made(rooms, index: int) -> np.ndarray:
    """Logarithms of a made panorama's brightness."""
    with torch.no_grad():
        picture = rooms.generator.block(rooms.z(index), torch.zeros(1, 2), (6, 12))[0]
    return np.log(picture.mean(0).double().numpy() + 1)


def test_texels_are_compared_with_their_surroundings():
    texels = np.indices((32, 32)).reshape(2, -1)
    view = FloorView(np.ones((32, 32), bool), texels, np.ones(32**2))
    light = np.linspace(0, 0.3, 32)[:, None] + np.zeros((32, 32))  # from a window
    spot = np.zeros((32, 32))
    spot[16, 16] = 0.2
    differs, weight = beside((light + spot).ravel(), view, 32, around=4.0)
    assert abs(differs[16, 16] - 0.2) < 0.02
    assert np.abs(differs[10:22, 4:12]).max() < 0.02
    assert (weight == 1).all()


@pytest.mark.parametrize(
    ("changed", "size", "said"),
    [
        ({"mixed_textures": 2}, SHAPE, "mixed textures"),
        ({"objects": None, "paint_rank": 0}, SHAPE, "furnished"),
        ({}, (96, 192), "192 × 96"),
    ],
)
def test_other_models_and_data_are_refused_in_words(changed, size, said):
    data = SimpleNamespace(latent_names=FURNISHED, image=lambda _: np.zeros((*size, 3), np.uint8))
    with pytest.raises(ConfigError, match=said):
        rooms_of(build_generator(replace(config(), **changed)), data)
