"""Where the sun falls: through panes, past what stands in its way."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.objects import RoomObject, RoomObjects
from cocogan_core.geometry.projection import Projection
from cocogan_core.models.build import build_generator
from cocogan_core.models.object_coordinates import Objects
from cocogan_core.models.object_scene import BAR_DARK, SHADOW_MAP, ObjectScene
from cocogan_core.models.sun_shadows import SunShadows

ROOM = RoomLatents(projection=Projection.of_aspect("equirectangular", 2), width_px=64)
AHEAD_M = 2.3  # of the eye to the front wall, in the middle of all rooms


def box(name, *sides_m, **kind):
    """Left, lower, back, right, upper and front side."""
    return RoomObject(name=name, sides_m=sides_m, **kind)


WINDOW = box("window.0", -2.0, 1.0, AHEAD_M, 2.0, 2.2, AHEAD_M)
PANES = (box("pane.0", -1.8, 1.1, AHEAD_M, -0.2, 2.1, AHEAD_M), box("pane.1", 0.2, 1.1, AHEAD_M, 1.8, 2.1, AHEAD_M))
SUN = ("light.azimuth", "light.height")


def objects_of(*more, panes=("pane.0", "pane.1")):
    return RoomObjects(
        objects=(WINDOW, *PANES, *more), window="window.0", frame_m=0.1, sun_latents=SUN, sun_azimuth_rad=(-0.7, 0.7),
        sun_height_rad=(0.3, 0.7), panes=panes,
    )  # fmt: skip


def model_of(objects):
    return ModelConfig(architecture="compact", z_dim=8, latent_names=(*ROOM.names, *SUN), room=ROOM, objects=objects)


def lit(at, *more, azimuth=0.0, **kind):
    """How much of the sun, half a radian high, gets to a place in the frame of a room 4.6 m deep."""
    z = torch.zeros(1, 8)
    z[0, 5] = azimuth
    objects = Objects.of(ObjectScene.of(model_of(objects_of(*more, **kind))), z)
    right, height = 0.25, 1.5  # of the eye
    shadows = SunShadows.of(objects, torch.tensor([AHEAD_M]))
    turn = 0.7 * azimuth
    towards = [math.sin(turn) * math.cos(0.5), math.sin(0.5), math.cos(turn) * math.cos(0.5)]
    way = (AHEAD_M - at[2]) / towards[2]
    across, up = at[0] - right + towards[0] * way, at[1] - height + towards[1] * way
    return shadows.lit(*(torch.tensor([[[x]]]) for x in (across, up, way))).item()


def from_window(x, y, way, azimuth=0.0):
    """The place so many metres into the room from a place of the window, along the sun's rays."""
    turn = 0.7 * azimuth
    towards = np.array([math.sin(turn) * math.cos(0.5), math.sin(0.5), math.cos(turn) * math.cos(0.5)])
    return (np.array([x, y, AHEAD_M]) - towards * way).tolist()


def test_panes_let_the_sun_through_and_what_is_between_them_does_not():
    assert lit(from_window(-0.6, 1.6, 2.0)) == pytest.approx(1, abs=0.02)
    assert lit(from_window(0.0, 1.6, 2.0)) == pytest.approx(0, abs=0.02)
    assert lit(from_window(1.5, 1.6, 2.0)) == pytest.approx(1, abs=0.02)
    assert lit(from_window(1.0, 1.6, 2.0)) == pytest.approx(1 - BAR_DARK, abs=0.15)  # the bar of a pane's middle


def test_what_stands_between_casts_a_shadow_on_what_is_behind_it_only():
    table = box("table.0", -0.9, 0.85, 0.8, -0.3, 0.94, 1.4)
    way_to_its_top = (1.6 - 0.94) / math.sin(0.5)
    assert lit(from_window(-0.6, 1.6, way_to_its_top - 0.02), table) == pytest.approx(1, abs=0.05)
    assert lit(from_window(-0.6, 1.6, way_to_its_top + 0.5), table) == pytest.approx(0, abs=0.05)
    assert lit(from_window(1.5, 1.6, way_to_its_top + 0.5), table) == pytest.approx(1, abs=0.05)


def test_an_ellipsoid_casts_a_round_shadow():
    ball = box("ball.0", -0.9, 0.9, 0.8, -0.3, 1.5, 1.4, shape="ellipsoid")
    behind = 2.6
    assert lit(from_window(-0.6, 1.2 + 1.2 * math.tan(0.5), behind), ball) == pytest.approx(0, abs=0.05)
    corner = from_window(-0.87, 0.93 + 1.2 * math.tan(0.5), behind)  # behind the corner of its box
    assert lit(corner, ball) == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("azimuth", [-1.0, 0.6])
def test_shadows_fall_away_from_the_sun(azimuth):
    x, y, z = from_window(-0.6, 1.6, 1.3, azimuth)
    post = box("post.0", x - 0.1, y - 0.3, z - 0.1, x + 0.1, y + 0.3, z + 0.1)
    assert lit(from_window(-0.6, 1.6, 1.9, azimuth), post, azimuth=azimuth) == pytest.approx(0, abs=0.05)
    assert lit(from_window(-1.4, 1.6, 1.9, azimuth), post, azimuth=azimuth) == pytest.approx(1, abs=0.05)


def test_a_room_without_panes_has_no_shadows_and_a_flat_thing_casts_none():
    rug = box("rug.0", -0.9, 0.0, 0.0, 0.9, 0.0, 1.4)
    assert lit(from_window(-0.6, 1.6, 3.2), rug) == pytest.approx(1, abs=0.02)
    scene = ObjectScene.of(model_of(objects_of(panes=())))
    assert scene.panes == ()


def test_the_map_has_a_place_for_every_part_of_the_window():
    objects = Objects.of(ObjectScene.of(model_of(objects_of())), torch.zeros(2, 8))
    shadows = SunShadows.of(objects, torch.full((2,), AHEAD_M))
    assert shadows.known.shape == (2, SHADOW_MAP[0] * SHADOW_MAP[1], 2)
    assert shadows.window[0].tolist() == pytest.approx([-2.25, -0.5, 1.75, 0.7])


@pytest.mark.parametrize("panes", [("pane.2",), ("pane.0", "pane.0")])
def test_panes_are_objects_each_once(panes):
    with pytest.raises(ConfigError, match="panes must name"):
        objects_of(panes=panes)


def test_a_generator_paints_sunlight_by_what_it_falls_on():
    table = box("table.0", -0.9, 0.7, 0.8, -0.3, 0.75, 1.4)
    model = model_of(objects_of(table))
    small = replace(model, generator_width=16, paint_rank=4, grid=replace(model.grid, rows=2, columns=4, patch_px=16))
    torch.manual_seed(0)
    generator = build_generator(small)
    z = torch.linspace(-0.5, 0.5, 8)[None]
    before = generator.block(z, torch.zeros(1, 2), (2, 4))
    with torch.no_grad():
        generator.objects.codes.weight.normal_()
        generator.objects.sunlit[0].weight.normal_()
    made = generator.block(z, torch.zeros(1, 2), (2, 4))
    assert not torch.equal(before, made)
    made.sum().backward()
    assert generator.objects.sunlit[0].weight.grad.abs().max() > 0
