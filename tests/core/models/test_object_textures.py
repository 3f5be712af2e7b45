"""Textures on objects keep to their faces, whatever their size."""

from dataclasses import replace

import pytest
import torch

from cocogan_core.config import ModelConfig
from cocogan_core.errors import ConfigError
from cocogan_core.models.build import build_generator
from cocogan_core.models.dimensions import OBJECT_RIM_M, OBJECT_TEXTURED_TO, TEXTURE_GAIN, TEXTURED_FROM, object_texels
from cocogan_core.models.object_coordinates import Objects, Rays, nearest_objects
from cocogan_core.models.object_maps import FacePlaces, object_maps
from cocogan_core.models.object_scene import ObjectScene
from cocogan_core.models.object_textures import ObjectTextures
from cocogan_core.models.room_coordinates import room_of
from tests.core.models.test_sun_shadows import ROOM, box, model_of, objects_of

STAGE, WIDTHS = TEXTURED_FROM + 1, [8] * (TEXTURED_FROM + 2)
TEXELS = object_texels(STAGE)


def textures(rows=2):
    torch.manual_seed(3)
    made = ObjectTextures(rows, WIDTHS)
    made.reset()
    for mix in made.mix:
        mix.weight.data[:4] = torch.eye(4)[:, :, None, None]
    return made


def seen(made, relative, row=1, cell=0.0):
    """The features (4,) of one place on a row's face."""
    places = FacePlaces(torch.tensor(relative).view(1, 3, 1, 1), torch.full((1, 3, 1, 1), cell))
    with torch.no_grad():
        return made(torch.tensor([[[row]]]), places, torch.ones(1, 1, 1), STAGE)[0, :4, 0, 0]


def middle(texel):
    return (texel + 0.5) / TEXELS * 2 - 1


def test_a_place_is_the_sum_of_its_texels_along_across_and_inward():
    made = textures()
    table = made.texture[STAGE - TEXTURED_FROM].view(2, 3, TEXELS, 4) * TEXTURE_GAIN
    expected = table[1, 0, 3] + table[1, 1, 20] + table[1, 2, TEXELS - 1]
    assert torch.allclose(seen(made, [middle(3), middle(20), 1.0]), expected, atol=1e-5)
    between = table[1, 0, 3:5].mean(0) + table[1, 1, 20] + table[1, 2, 0]
    assert torch.allclose(seen(made, [middle(3.5), middle(20), -1.0]), between, atol=1e-5)


def test_cells_as_wide_as_three_texels_show_none():
    made = textures()
    assert seen(made, [0.1, 0.2, 0.3], cell=3 * 2 / TEXELS).abs().max() == 0
    assert seen(made, [0.1, 0.2, 0.3], cell=2 / TEXELS).abs().max() > 0


def test_places_on_a_face_are_relative_to_its_size():
    """A ray to a table's top, a quarter of the way to its right end and 10 cm from its front edge."""
    table = box("table.0", -0.9, 0.70, 0.8, -0.3, 0.75, 1.6)
    z = torch.zeros(1, 8)
    model = model_of(objects_of(table))
    objects, room = Objects.of(ObjectScene.of(model), z), room_of(z, model.latent_names, ROOM)
    to = torch.tensor([-0.6 + 0.075 - 0.25, 0.75 - 1.5, 1.5])  # the eye is 0.25 m right of the middle and 1.5 m high
    ray = to / to.norm()
    yaw, pitch = torch.atan2(ray[0], ray[2]), torch.asin(ray[1])
    rays = Rays(ray.view(1, 3, 1, 1), yaw.view(1, 1), pitch.view(1, 1), 1e-4)
    places = object_maps(objects, nearest_objects(objects, rays), room, rays, STAGE).places
    expected = [0.25, (1.5 - 1.2) / 0.4, (0.1 - OBJECT_RIM_M / 2) / (OBJECT_RIM_M / 2)]
    assert places.relative[0, :, 0, 0].tolist() == pytest.approx(expected, abs=1e-3)
    cell_m = 1e-4 * to.norm().item()
    assert places.cell[0, :, 0, 0].tolist() == pytest.approx([cell_m / 0.3, cell_m / 0.4, cell_m / 0.16], rel=1e-3)


def test_a_generator_learns_them_and_starts_without():
    objects = objects_of(box("table.0", -0.9, 0.7, 0.8, -0.3, 0.75, 1.4))
    model = replace(model_of(objects), generator_width=16)
    model = replace(model, grid=replace(model.grid, rows=2, columns=4, patch_px=32))
    torch.manual_seed(0)
    plain = build_generator(model)
    textured = build_generator(replace(model, object_textures=True))
    textured.load_state_dict({**textured.state_dict(), **plain.state_dict()})
    z, corner = torch.zeros(1, 8), torch.zeros(1, 2)
    made = textured.block(z, corner, (2, 4))
    assert torch.equal(made, plain.block(z, corner, (2, 4)))
    made.square().sum().backward()
    assert textured.objects.textures.mix[0].weight.grad.abs().max() > 0
    assert len(textured.objects.textures.texture) == 1 + 4 - TEXTURED_FROM
    assert not textured.objects.textures.has(OBJECT_TEXTURED_TO + 1)


def test_they_need_object_coordinates():
    with pytest.raises(ConfigError, match="object textures need"):
        ModelConfig(architecture="compact", object_textures=True)
