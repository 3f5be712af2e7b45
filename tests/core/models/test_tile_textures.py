"""Tiles repeat over the fronts of objects, in whole units where they are fitted."""

import math
from dataclasses import replace

import pytest
import torch

from cocogan_core.config import ModelConfig
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.objects import Tiling
from cocogan_core.models.build import build_generator
from cocogan_core.models.dimensions import TEXTURE_GAIN, TILE_FEATURES, TILE_TEXELS, TILED_FROM, TILED_TO
from cocogan_core.models.object_coordinates import Objects, Rays, nearest_objects
from cocogan_core.models.object_maps import object_maps
from cocogan_core.models.object_scene import LEAST_HALF_M, ObjectScene, Tiles
from cocogan_core.models.room_coordinates import room_of
from cocogan_core.models.tile_textures import TilePlaces, TileTextures, tile_rates
from tests.core.models.test_sun_shadows import ROOM, box, model_of, objects_of

STAGE = TILED_FROM + 1
TILINGS = (
    Tiling(row="books", unit_m=(0.04, 0.0), units=(32, 1), fitted=True),
    Tiling(row="bricks", unit_m=(0.24, 0.08), units=(1, 2)),
    Tiling(row="doors", unit_m=(0.84, 0.0), fitted=True),
    Tiling(row="picture"),
    Tiling(row="rug", unit_m=(0.17, 0.17)),
)
FRONTS = (
    box("shelf.0", -1.7, 0.1, -2.3, 0.9, 1.5, -2.0, row="books", front="front"),
    box("shelf.1", -1.9, 0.2, -1.2, -1.6, 2.3, 0.7, row="books", front="right"),
    box("chimney", 1.3, 0.0, -1.4, 1.7, 2.4, 0.4, row="bricks", front="left"),
    box("wardrobe", 1.2, 0.1, 0.6, 1.8, 2.1, 2.2, row="doors", front="left"),
    box("picture", -1.8, 1.0, 1.9, -0.2, 2.4, 2.0, front="back"),
    box("rug", -1.0, 0.0, -1.0, 1.0, 0.0, 1.5, front="upper"),
    box("table", 0.2, 0.5, 0.9, 0.6, 0.9, 1.4),
)
OBJECTS = replace(objects_of(*FRONTS), tilings=TILINGS)
FIRST = len(OBJECTS.objects) - len(FRONTS)  # of them
TILED = replace(model_of(OBJECTS), object_textures=True)
TILES = Tiles.of(OBJECTS)
AXES = {"left": (2, 1), "right": (2, 1), "back": (0, 1), "front": (0, 1), "lower": (0, 2), "upper": (0, 2)}
SIGNS = {"left": -1, "front": -1}  # which axis along a side runs to the left of one who looks at it


def sides_of(seed=0, rooms=3):
    """Of random sizes; some are flat."""
    torch.manual_seed(seed)
    low = torch.rand(rooms, len(OBJECTS.objects), 3) * 4 - 2
    size = torch.rand(low.shape) * 3 + 0.05
    size[:, FIRST + 5, 1] = 0
    size[0, FIRST + 1] = 0
    return torch.cat([low, low + size], 2)


def slow_rates(one, sides):
    """Texels a metre along and up, and which lies in the middle, of an object, by plain arithmetic."""
    tiling = next(t for t in TILINGS if t.row == (one.row or one.name))
    columns = 128 if tiling.units[0] >= 32 else 64
    rates, firsts = [], []
    for axis, texels, unit, units in zip(
        AXES[one.front], (columns, TILE_TEXELS // columns), tiling.unit_m, tiling.units, strict=True
    ):
        length = max(sides[axis + 3] - sides[axis], 2 * LEAST_HALF_M)
        fitted = length / max(1, math.floor(length / (unit or length)))
        metres = fitted if tiling.fitted or unit == 0 else unit
        rates.append(texels / (metres * units))
        from_the_middle = unit > 0 and not tiling.fitted
        firsts.append((0 if from_the_middle else rates[-1] * length / 2) - 0.5)
    return [rates[0] * SIGNS.get(one.front, 1), rates[1], *firsts]


@pytest.mark.parametrize("seed", range(3))
def test_rates_are_those_of_the_tiling(seed):
    sides = sides_of(seed)
    made = tile_rates(TILES, sides)
    for room, boxes in zip(made, sides, strict=True):
        for k, one in enumerate(OBJECTS.objects):
            if one.front:
                assert room[k].tolist() == pytest.approx(slow_rates(one, boxes[k].tolist()), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(("length", "books"), [(0.03, 1), (0.41, 10), (1.0, 25), (1.03, 25), (1.79, 44)])
def test_a_longer_shelf_has_more_books_and_not_wider_ones(length, books):
    sides = torch.zeros(1, len(OBJECTS.objects), 6)
    sides[0, FIRST, 3:] = torch.tensor([length, 0.3, 0.2])
    rate, _, first, _ = tile_rates(TILES, sides)[0, FIRST].tolist()
    assert abs(rate) * length == pytest.approx(books * 128 / 32, rel=1e-4)
    assert first == pytest.approx(books * 128 / 32 / 2 - 0.5, abs=1e-3)


def places_of(sides, which, axis, place, cell_m=1e-4):
    """Of single cells, of as many rooms."""
    rates, shape = tile_rates(TILES, sides), (len(sides), 1, 1)
    cells = [torch.tensor(x).expand(shape) for x in (which, axis)]
    at = torch.tensor(place).view(1, 2, 1, 1).expand(len(sides), 2, 1, 1)
    return TilePlaces.of(TILES, rates, cells[0], axis=cells[1], place=at, cell_m=torch.full(shape, cell_m))


def test_places_are_those_of_texels_around_on_tiles_that_repeat():
    sides = sides_of(5)
    for k, one in enumerate(OBJECTS.objects):
        if not one.front:
            continue
        table = [t.row for t in TILINGS].index(one.row or one.name)
        columns = 128 if table == 0 else 64
        axis = ({0, 1, 2} - {*AXES[one.front]}).pop()
        for place in ((0.0, 0.0), (0.31, -0.22), (-1.2, 0.87)):
            made = places_of(sides, k, axis, place)
            for room in range(len(sides)):
                *rates, along, up = slow_rates(one, sides[room, k].tolist())
                if max(map(abs, rates)) > 1e4:  # digits beyond floats'
                    continue
                x, y = place[0] * rates[0] + along, place[1] * rates[1] + up
                share = made.share[room, :, 0, 0].tolist()
                assert math.cos(math.tau * share[0]) == pytest.approx(math.cos(math.tau * x), abs=0.02)
                assert math.cos(math.tau * share[1]) == pytest.approx(math.cos(math.tau * y), abs=0.02)
                left, top = round(x - share[0]), round(y - share[1])
                expected = [
                    table * TILE_TEXELS + row % (TILE_TEXELS // columns) * columns + column % columns
                    for row in (top, top + 1)
                    for column in (left, left + 1)
                ]
                assert made.entry[room, :, 0, 0].tolist() == expected
                assert made.shown[room].item() == pytest.approx(1.0)


def test_only_fronts_of_what_has_a_tile_show_one():
    sides = sides_of(6)[1:]
    for k, one in enumerate(OBJECTS.objects):
        for axis in range(3):
            shown = places_of(sides, k, axis, (0.1, 0.1)).shown
            assert (shown > 0).all() == (one.front != "" and axis not in AXES[one.front]), (one.name, axis)


def test_cells_as_wide_as_three_texels_show_none():
    sides = sides_of(7)[1:2]
    texel_m = 1 / tile_rates(TILES, sides)[0, FIRST, :2].abs().max().item()
    for texels, shown in ((0.9, 1.0), (2.0, 0.5), (3.01, 0.0)):
        made = places_of(sides, FIRST, 2, (0.1, 0.1), cell_m=texels * texel_m).shown
        assert made.item() == pytest.approx(shown, abs=1e-3)


def test_a_place_is_between_its_texels_and_z_mixes_them():
    torch.manual_seed(4)
    module = TileTextures(2, [8] * (STAGE + 1))
    for tensor in module.parameters():
        torch.nn.init.normal_(tensor)
    entry = torch.tensor([3, 4, 67, 68]).view(1, 4, 1, 1) + TILE_TEXELS
    places = TilePlaces(entry, torch.tensor([0.25, 0.6]).view(1, 2, 1, 1), torch.full((1, 1, 1, 1), 0.5))
    hidden = torch.rand(1, 96)
    upper_left, upper_right, lower_left, lower_right = module.texture[entry.flatten()]
    seen = 0.4 * (0.75 * upper_left + 0.25 * upper_right) + 0.6 * (0.75 * lower_left + 0.25 * lower_right)
    mix = module.mix[STAGE - TILED_FROM](hidden).view(TILE_FEATURES, 8)
    expected = 0.5 * 0.8 * TEXTURE_GAIN * seen @ mix
    made = module(hidden, places, torch.full((1, 1, 1), 0.8), STAGE)[0, :, 0, 0]
    assert torch.allclose(made, expected, rtol=1e-4, atol=1e-3)
    assert made.abs().max() > 1


def test_a_ray_meets_the_texel_right_of_the_middle_of_what_it_looks_at():
    """30 cm to the right and 10 cm up of the picture's middle, which hangs ahead."""
    z, model = torch.zeros(1, 8), TILED
    objects, room = Objects.of(ObjectScene.of(model), z), room_of(z, model.latent_names, ROOM)
    to = torch.tensor([-1.0 + 0.3 - 0.25, 1.7 + 0.1 - 1.5, 1.9])  # the eye is 0.25 m right of the middle and 1.5 m high
    ray = to / to.norm()
    yaw, pitch = torch.atan2(ray[0], ray[2]), torch.asin(ray[1])
    rays = Rays(ray.view(1, 3, 1, 1), yaw.view(1, 1), pitch.view(1, 1), 1e-4)
    maps = object_maps(
        objects, nearest_objects(objects, rays), room, rays, STAGE, rates=tile_rates(TILES, objects.sides)
    )
    x, y = 64 * (0.5 + 0.3 / 1.6) - 0.5, 64 * (0.5 + 0.1 / 1.4) - 0.5
    assert maps.tiles.entry[0, 0, 0, 0] == 3 * TILE_TEXELS + math.floor(y) * 64 + math.floor(x)
    assert maps.tiles.share[0, :, 0, 0].tolist() == pytest.approx([x % 1, y % 1], abs=0.01)
    assert maps.tiles.shown.item() == pytest.approx(1.0)


def test_a_generator_learns_them_and_starts_without():
    grid = PatchGrid(rows=6, columns=12, patch_px=16, levels=4)
    model = replace(TILED, generator_width=16, grid=grid)
    torch.manual_seed(0)
    plain = build_generator(replace(model, objects=replace(OBJECTS, tilings=())))
    tiled = build_generator(model)
    tiled.load_state_dict({**tiled.state_dict(), **plain.state_dict()})
    missing = {*tiled.state_dict()} - {*plain.state_dict()}
    assert all(name.startswith("objects.tiles.") for name in missing)
    z, corner = torch.zeros(1, 8), torch.tensor([[22, 86]])  # of the picture
    made = tiled.block(z, corner, (2, 4), 3)
    assert torch.equal(made, plain.block(z, corner, (2, 4), 3))
    made.square().sum().backward()
    tiles = tiled.objects.tiles
    assert all(mix.bias.grad.abs().max() > 0 for mix in tiles.mix)
    assert len(tiles.mix) == 6 - TILED_FROM + 1
    assert not tiles.has(TILED_FROM - 1)
    assert not TileTextures(1, [8] * 12).has(TILED_TO + 1)
    own = {id(parameter) for parameter in tiled.object_parameters()}
    assert all(id(parameter) in own for parameter in tiles.parameters())


def test_a_model_keeps_its_tilings_in_json():
    assert ModelConfig.from_json(TILED.to_json()) == TILED
