"""Where rays meet objects, and what the compact generator makes of it."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.rooms.furnished.numbers import FURNISHED
from cocogan_core.data.rooms.objects import room_objects
from cocogan_core.data.rooms.parameters import PARAMETERS, room_spans
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.models.build import build_generator
from cocogan_core.models.dimensions import OBJECT_FEATURES, SLOT_GAIN
from cocogan_core.models.object_coordinates import NOTHING, Objects, Rays, _meet, nearest_objects, told_of
from cocogan_core.models.object_layers import ObjectLayers
from cocogan_core.models.object_maps import object_maps
from cocogan_core.models.object_scene import ObjectScene
from cocogan_core.models.room_coordinates import room_of, view_pitches, view_rays, view_yaws

ROOM = RoomLatents(projection=Projection.of_aspect("equirectangular", 2), width_px=64)
GRID = PatchGrid(rows=4, columns=8, patch_px=8)
CONFIG = ModelConfig(
    grid=GRID, architecture="compact", z_dim=48, generator_width=24, discriminator_width=4, latent_names=PARAMETERS,
    room=ROOM, objects=room_objects("plain"),
)  # fmt: skip
SCENE = ObjectScene.of(CONFIG)
NUMBERS = {one.name: k for k, one in enumerate(CONFIG.objects.objects)}


def rays_of(ys, xs, cell_rad):
    ys, xs = torch.as_tensor(ys)[None], torch.as_tensor(xs)[None]
    return Rays(view_rays(ys, xs, ROOM), view_yaws(xs, ROOM), view_pitches(ys, ROOM), cell_rad)


def at(z, yaw_rad, pitch_rad, cell_rad=1e-3):
    """What one ray of room ``z`` (46,) sees."""
    rays = rays_of([0.5 - pitch_rad / math.pi], [yaw_rad / (2 * math.pi) + ROOM.front_share], cell_rad)
    objects = Objects.of(SCENE, torch.cat([torch.as_tensor(z), torch.zeros(2)])[None].float())
    seen = nearest_objects(objects, rays)
    room = room_of(torch.as_tensor(z)[None].float(), PARAMETERS, ROOM)
    return seen, object_maps(objects, seen, room, rays, 3)


def test_the_middle_room_has_a_picture_behind_and_a_window_ahead():
    z = np.zeros(46)
    seen, maps = at(z, 0.0, 0.0)
    assert seen.which.item() == NUMBERS["window.front"]
    assert seen.distance.item() == pytest.approx(2.3, rel=1e-3)  # a room 4.6 m deep, the viewer in its middle
    assert maps.features.shape == (1, OBJECT_FEATURES, 1, 1)
    seen, maps = at(
        z, math.pi - math.atan2(0.10, 2.26), math.atan2(0.12, 2.26)
    )  # the viewer stands 0.25 m to the right
    assert seen.which.item() == NUMBERS["picture"]
    assert seen.distance.item() == pytest.approx(math.hypot(2.26, 0.10, 0.12), rel=0.01)


def test_a_kind_that_is_not_there_is_not_seen():
    sofa, bed = np.zeros(46), np.zeros(46)
    sofa[PARAMETERS.index("seat.kind")], bed[PARAMETERS.index("seat.kind")] = 1, -1
    down = (-math.pi / 2, -0.45)
    names = [CONFIG.objects.objects[at(z, *down)[0].which.item()].name.split(".")[0] for z in (sofa, bed)]
    assert names == ["sofa", "bed"]


def test_cover_falls_within_a_cell_at_an_outline():
    z, cell = np.zeros(46), 0.01
    top = math.atan2(0.85 + 2 * 0.585 + 0.07 - 1.5, 2.3)
    covers = [at(z, 0.0, top + shift * cell, cell)[0].cover.item() for shift in (-2, -0.25, 0, 0.25, 2)]
    assert covers[0] == 1
    assert covers[2] == pytest.approx(0.5, abs=0.03)
    assert covers[1] > covers[2] > covers[3] > 0
    assert at(z, 0.0, top + 2 * cell, cell)[0].which.item() != NUMBERS["window.front"]


def test_behind_an_outline_comes_the_next_object():
    """A pillow over the bed: where it covers half of a pixel the bed has the rest."""
    z = np.zeros(46)
    z[PARAMETERS.index("seat.kind")] = -1
    rays = rays_of(np.linspace(0.5, 0.75, 64), np.linspace(0.65, 0.85, 128), 0.05)
    objects = Objects.of(SCENE, torch.cat([torch.as_tensor(z), torch.zeros(2)])[None].float())
    seen = nearest_objects(objects, rays)
    partly = (seen.cover > 0.05) & (seen.cover < 0.95) & (seen.which == NUMBERS["bed.pillow_left"])
    assert partly.sum() > 5
    assert (seen.next_which[partly] != NOTHING).float().mean() > 0.5
    assert (seen.next_distance >= seen.distance).all()


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10_000), first=st.floats(-1.0, 1.0), wide=st.floats(0.02, 1.0))
def test_looking_only_where_they_can_be_misses_none(seed, first, wide):
    """Against one ray at a time that looks for all objects."""
    z = torch.from_numpy(np.random.default_rng(seed).uniform(-1, 1, (1, 48))).float()
    objects, cell = Objects.of(SCENE, z), 0.03
    rays = rays_of(np.linspace(-0.02, 1.02, 9), first + np.linspace(0, wide, 7), cell)
    seen = nearest_objects(objects, rays)
    for i in range(9):
        for j in range(7):
            way = rays.directions[:, :, i : i + 1, j : j + 1]
            yaw, pitch = rays.yaws[:, j : j + 1], rays.pitches[:, i : i + 1]
            found = [x[0, 0, 0] for x in _of_all(objects, Rays(way, yaw, pitch, cell))]
            for known, new in zip((seen.which, seen.cover, seen.next_which, seen.next_cover), found, strict=True):
                assert known[0, i, j].item() == pytest.approx(new.item(), abs=1e-4)


def _of_all(objects, rays):
    """Which object a single ray meets first and its cover, and the next."""
    present = objects.present[0].nonzero()[:, 0].tolist()
    distance, inside = _meet(objects, 0, present, rays.directions[0], rays.inverse[0])
    cover = (0.5 + inside / (distance * rays.cell_rad)).clamp(0, 1) * (distance > 0.05)
    order = torch.where(cover > 0, distance, 1e9).argsort(0)[:2]
    which = torch.tensor(present)[order]
    cover = cover.gather(0, order)
    return [x for k in (0, 1) for x in (torch.where(cover[k : k + 1] > 0, which[k : k + 1], -1), cover[k : k + 1])]


def test_objects_that_are_not_trained_change_nothing():
    torch.manual_seed(0)
    plain = build_generator(replace(CONFIG, objects=None)).eval()
    made = build_generator(CONFIG).eval()
    missing = made.load_state_dict(plain.state_dict(), strict=False).missing_keys
    assert missing
    assert all(name.startswith("objects.") for name in missing)
    z, corners = torch.rand(2, 48) * 2 - 1, torch.tensor([[0, 0], [1, 3]])
    with torch.no_grad():
        assert torch.equal(made.block(z, corners, (2, 2)), plain.block(z, corners, (2, 2)))


@pytest.mark.parametrize("names", [PARAMETERS, tuple(f"n{i}" for i in range(60))], ids=["pairs", "too many for pairs"])
def test_untrained_hidden_layers_hand_on_the_named_numbers_alone(names):
    """So that a linear layer behind them can make any colour that is linear in them."""
    layers = ObjectLayers(SCENE, named=len(names), z_dim=100, widths=[8] * 4)
    layers.reset()
    z = torch.rand(500, 100) * 2 - 1
    unnamed = torch.cat([z[:, : len(names)], torch.rand(500, 100 - len(names))], 1)
    hidden = layers.hidden(z)
    assert torch.equal(hidden, layers.hidden(unnamed))
    known, wanted = torch.cat([hidden, torch.ones(500, 1)], 1), z[:, : len(names)]
    found = torch.linalg.lstsq(known, wanted, driver="gelsd").solution
    assert (known @ found - wanted).abs().max() < 1e-3


@pytest.mark.parametrize("rank", [0, 4])
def test_object_weights_get_gradients(rank):
    generator = build_generator(replace(CONFIG, paint_rank=rank))
    generator.block(torch.rand(2, 48) * 2 - 1, torch.tensor([[0, 0], [2, 1]]), (2, 4)).square().mean().backward()
    tables = [parameter for name, parameter in generator.named_parameters() if name.startswith("objects.table")]
    assert all(parameter.grad.abs().sum() > 0 for parameter in tables)
    first = generator.objects.codes if rank else generator.objects.paint[-1]
    assert first.weight.grad.abs().sum() > 0


def test_a_search_for_z_can_change_the_hue():
    """What is derived from z of how objects look passes gradients; where they are does not."""
    spans = {f"{name.removeprefix('room.')}_m": span for name, span in room_spans("furnished").items()}
    room = RoomLatents(projection=Projection.of_aspect("equirectangular", 2), front="edge", **spans)
    config = replace(
        CONFIG, latent_names=FURNISHED, z_dim=70, room=room, objects=room_objects("furnished", upright=True)
    )
    z = torch.rand(3, 70, requires_grad=True)
    told_of(ObjectScene.of(config), z)[:, 70:].sum().backward()
    assert (z.grad[:, FURNISHED.index("palette.hue")] != 0).all()


def test_what_a_slot_is_told_changes_only_what_is_in_it():
    rows = SCENE.row_count + 1
    shares = np.zeros((rows, 2))
    shares[:5] = np.arange(10).reshape(5, 2) / 8
    slot = tuple(k % 3 for k in range(len(SCENE.rows)))
    scene = SCENE._replace(slot=slot, slots=((1, 2), (3, 4)), shares=shares)
    layers = ObjectLayers(scene, named=46, z_dim=48, widths=[24, 16, 16, 8], rank=3)
    layers.reset()
    for parameter in (layers.codes.weight, layers.slot.weight):
        torch.nn.init.normal_(parameter)
    z = torch.rand(1, 48).repeat(2, 1)
    z[1, 2] += 0.5  # the first number that is told of the second slot, and here of nothing else
    with torch.no_grad():
        layers.hidden[0].weight[:, 2] = 0
        known = layers.prepare(z, torch.ones(2, 6))
        first, second = known.codes.view(2, 3, rows, 3)
    assert torch.equal(first[:2], second[:2])
    expected = 0.5 * SLOT_GAIN * torch.from_numpy(shares[:, :1]).float() * layers.slot.weight[:, 0]
    assert torch.allclose(second[2] - first[2], expected, atol=1e-4)
    assert sorted(set(scene.painted_of[: len(SCENE.rows)] // rows)) == [0, 1, 2]
    assert (scene.painted_of % rows == scene.row_of).all()


def test_painting_by_rank_is_one_layer_for_all_stages():
    """As many numbers an object as ``rank``, of which each stage makes its channels."""
    layers = ObjectLayers(SCENE, named=46, z_dim=100, widths=[24, 16, 16, 8], rank=3)
    rows, painted = SCENE.row_count + 1, [layer.weight for layer in layers.paint]
    assert [tuple(weight.shape) for weight in painted] == [(16, 3), (8, 3)]
    torch.nn.init.normal_(layers.codes.weight)
    hidden = torch.rand(2, 1, layers.codes.in_features)
    assert torch.linalg.matrix_rank(layers.painting(layers.code(hidden[:, 0]), 2).view(2, rows, 16)[0]) == 3


def test_a_ray_straight_ahead_meets_the_wall_ahead():
    """Its part to the right is exactly 0, and has no sign to go by."""
    _, maps = at(np.zeros(46), 0.0, 1.2)
    walls = len(CONFIG.objects.objects)
    assert maps.face.item() - walls == 3  # the ceiling
    rays = Rays(torch.tensor([0.0, 0.0, 1.0]).view(1, 3, 1, 1), torch.zeros(1, 1), torch.zeros(1, 1), 0.01)
    objects = Objects.of(SCENE, torch.zeros(1, 48))
    room = room_of(torch.zeros(1, 46), PARAMETERS, ROOM)
    maps = object_maps(objects, nearest_objects(objects, rays), room, rays, 3)
    assert maps.face.item() - walls == 5  # the wall in front


def test_half_precision_moves_nothing():
    z = torch.rand(3, 48) * 2 - 1
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rounded = Objects.of(SCENE, z)
    assert torch.equal(rounded.sides, Objects.of(SCENE, z).sides)
