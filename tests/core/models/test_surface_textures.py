"""Textures lie on the room's faces: one place has one look, wherever it is seen from."""

import math
from dataclasses import replace

import pytest
import torch

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.models.build import build_generator
from cocogan_core.models.dimensions import FACES, TEXTURE_FEATURES, TEXTURE_GAIN, TEXTURED_FROM, texel_m, texture_side
from cocogan_core.models.room_coordinates import WallPlaces
from cocogan_core.models.surface_textures import Mixing, SurfaceTextures

STAGE = TEXTURED_FROM + 1
ROOM = (2.0, 2.0, 1.5, 1.0, 2.0, 2.0)  # metres to its faces
BOX = RoomLatents(projection=Projection.of_aspect("equirectangular", 2))
CONFIG = ModelConfig(
    grid=PatchGrid(rows=2, columns=4, patch_px=32, levels=2), architecture="compact", z_dim=6, generator_width=16,
    latent_names=BOX.names, room=BOX, surface_textures=True,
)  # fmt: skip


def textures():
    torch.manual_seed(4)
    made = SurfaceTextures([8] * (STAGE + 1))
    made.reset()
    for mix in made.mix:
        mix.weight.data[:TEXTURE_FEATURES] = torch.eye(TEXTURE_FEATURES, 2)[:, :, None, None]
    return made


def places(rays, room=ROOM):
    unit = torch.tensor(rays).T / torch.tensor(rays).norm(dim=1)
    return WallPlaces.of(torch.tensor([room]), unit[None, :, None])


def seen(made, at, cell_rad=1e-6):
    with torch.no_grad():
        return made(at, cell_rad, STAGE)[0, :TEXTURE_FEATURES, 0].T


def test_the_middle_of_a_texel_has_its_value():
    made, texel, side = textures(), texel_m(STAGE), texture_side(STAGE)
    ray = [3.5 * texel, -1.5, -2.5 * texel]  # the room's middle is the eye's place
    row, column = side // 2 - 3, side // 2 + 3
    expected = made.texture[STAGE - TEXTURED_FROM][:TEXTURE_FEATURES, row, column] * TEXTURE_GAIN
    assert torch.allclose(seen(made, places([ray]))[0], expected, atol=1e-3)


def test_a_place_looks_the_same_from_elsewhere():
    made, place = textures(), torch.tensor([0.33, -1.5, 0.71])
    aside = torch.tensor([0.4, 0.0, -0.2])
    there = (2.4, 1.6, 1.5, 1.0, 1.8, 2.2)  # metres to the same faces from there
    own, other = seen(made, places([place.tolist()])), seen(made, places([(place - aside).tolist()], there))
    assert own.abs().max() > 0.05
    assert torch.allclose(own, other, atol=1e-3)


def test_floor_and_ceiling_differ_and_walls_are_as_the_ceiling():
    made = textures()
    with torch.no_grad():
        made.texture[STAGE - TEXTURED_FROM][TEXTURE_FEATURES:] = 0
    looks = seen(made, places([[0.1, -1.0, 0.2], [0.1, 1.0, 0.2], [0.1, 0.1, 1.0], [-1.0, 0.1, 0.2]]))
    assert looks[0].abs().max() > 0
    assert (looks[1:] == 0).all()


def test_beyond_its_edges_it_goes_on_mirrored():
    made, half = textures(), texel_m(STAGE) * texture_side(STAGE) / 2
    wide = (10.0, 10.0, 1.5, 1.0, 10.0, 10.0)
    inside, beyond = ([half + way * 0.03, -1.5, 0.4] for way in (-1, 1))
    looks = seen(made, places([inside, beyond], wide))
    assert torch.allclose(looks[0], looks[1], atol=1e-3)


def test_it_fades_where_cells_are_wider_than_texels():
    made, ray = textures(), [[0.2, -1.0, 0.3]]
    size = lambda cells: cells * texel_m(STAGE) / (1.5 * 1.13**0.5 * 1.13**0.25)  # noqa: E731
    whole, less, nothing = (seen(made, places(ray), size(cells)) for cells in (0.99, 2.0, 3.01))
    assert torch.allclose(less, whole / 2, atol=1e-3)
    assert whole.abs().max() > 0.05
    assert (nothing == 0).all()


def test_fresh_ones_add_nothing_and_learn():
    torch.manual_seed(0)
    plain, told = build_generator(replace(CONFIG, surface_textures=False)), build_generator(CONFIG)
    missing = told.load_state_dict(plain.state_dict(), strict=False).missing_keys
    assert missing
    assert all(name.startswith("surfaces.") for name in missing)
    z, corners = torch.rand(1, 6) * 2 - 1, torch.tensor([[1, 2]])
    assert (plain.block(z, corners, (1, 1), 1) == told.block(z, corners, (1, 1), 1)).all()
    told.block(z, corners, (1, 1), 1).square().mean().backward()
    assert all(mix.weight.grad.abs().max() > 0 for mix in told.surfaces.mix)


def test_they_do_not_count_to_the_base():
    generator = build_generator(CONFIG)
    of_base = {id(parameter) for parameter in generator.base_parameters()}
    assert of_base
    assert not any(id(parameter) in of_base for parameter in generator.surfaces.parameters())


@pytest.mark.parametrize("stage", [3, 5, 8])
def test_a_texel_is_a_cell_in_two_metres(stage):
    cell_rad = 2 * math.pi / (24 << stage)  # of the default grid
    assert 0.4 < texel_m(stage) / (2 * cell_rad) < 2.5


def mixed(told=3):
    torch.manual_seed(5)
    made = SurfaceTextures([8] * (STAGE + 1), told=told, mixed=4)
    made.reset()
    for mix in made.mix:
        mix.weight.data[:4] = torch.eye(4)[:, :, None, None]
    return made


def mixing(amounts, room=ROOM, bare=None):
    return Mixing(amounts, torch.tensor([room]).expand(len(amounts), -1), bare)


def test_z_says_how_much_of_each_mixed_texture_is_shown():
    rays = [[-2.0, 0.1, 0.3], [2.0, 0.2, -0.4], [0.3, -1.5, 0.4], [0.2, 1.0, 0.5], [0.1, 0.3, -2.0], [1.0, 0.1, 1.7]]
    made, at = mixed(), places(rays)
    assert at.face.flatten().tolist() == [*range(FACES)]
    other = torch.rand(1, FACES * 4) * 2
    all_of_it, some = (made(at, 1e-6, STAGE, mixing(x))[0, :4, 0].T for x in (torch.ones_like(other), other))
    assert (all_of_it.abs().amax(1) > 0.01).all()
    assert torch.allclose(all_of_it * other.view(FACES, 4), some)


def test_each_room_of_a_batch_has_amounts_of_its_own():
    made, at = mixed(), places([[0.3, -1.5, 0.4], [1.0, 0.1, 1.7]])
    both = WallPlaces(*(part.expand(2, *part.shape[1:]) for part in at))
    amounts = torch.rand(2, FACES * 4)
    together = made(both, 1e-6, STAGE, mixing(amounts))
    for k in range(2):
        assert torch.allclose(together[k], made(at, 1e-6, STAGE, mixing(amounts[k : k + 1]))[0])


def test_mixed_textures_of_walls_are_counted_from_the_floor():
    made, amounts = mixed(), torch.ones(1, FACES * 4)
    low, high = ((2.0, 2.0, 1.5, top, 2.0, 2.0) for top in (1.0, 1.4))  # ceilings
    of_wall, of_floor = [0.3, -0.4, 2.0], [0.3, -1.5, 0.4]
    for ray in (of_wall, of_floor):
        one, other = (made(places([ray], room), 1e-6, STAGE, mixing(amounts, room)) for room in (low, high))
        assert torch.allclose(one, other, atol=1e-4)


def test_what_an_object_hides_of_a_mixed_texture_is_not_shown():
    made, at, amounts = mixed(), places([[0.3, -1.5, 0.4]] * 3), torch.ones(1, FACES * 4)
    bare = torch.tensor([[[0.0, 0.25, 1.0]]])
    hidden, some, whole = made(at, 1e-6, STAGE, mixing(amounts, bare=bare))[0, :4, 0].T
    assert (hidden == 0).all()
    assert whole.abs().max() > 0.01
    assert torch.allclose(some, whole / 4)
    assert torch.equal(whole, made(at, 1e-6, STAGE, mixing(amounts))[0, :4, 0, 0])


def test_a_model_with_mixed_textures_starts_with_all_of_them():
    model = replace(CONFIG, mixed_textures=4)
    made = build_generator(model).surfaces
    assert made.amounts(torch.rand(1, 6)).tolist() == [[1.0] * FACES * 4]
    sides = [table.shape for table in made.texture]
    assert sides[0] == (8, texture_side(TEXTURED_FROM, mixed=True), texture_side(TEXTURED_FROM, mixed=True))


@pytest.mark.parametrize("count", [-2, 3, 10])
def test_mixed_textures_come_in_pairs(count):
    with pytest.raises(ConfigError, match="mixed_textures"):
        replace(CONFIG, mixed_textures=count)
