"""The room that ``cocogan guide`` writes is a saved room of the viewer, which the core does not know."""

import math

from cocogan_core.commands.guide import room_file
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import fingerprint


def test_the_viewer_reads_what_guide_writes(tiny_checkpoint):
    z = [0.25, -1.0, 0.1]
    text = room_file(tiny_checkpoint, z, (math.radians(65), -4.0, 0.2))
    recipe = Recipe.parse(text, "the room")
    assert recipe.sha256 == fingerprint(tiny_checkpoint)
    assert recipe.latents.base == tuple(z)
    assert (recipe.view.yaw_rad, recipe.view.pitch_rad, recipe.view.fov_rad) == (-4.0, 0.2, math.radians(65))


def test_a_narrow_photograph_opens_in_a_view_that_the_viewer_has(tiny_checkpoint):
    recipe = Recipe.parse(room_file(tiny_checkpoint, [0.0], (math.radians(20), 0.0, 0.0)), "the room")
    assert recipe.view.fov_rad == math.pi / 6
    wide = Recipe.parse(room_file(tiny_checkpoint, [0.0], (math.radians(150), 0.0, 0.0)), "the room")
    assert wide.view.fov_rad == math.radians(120)
