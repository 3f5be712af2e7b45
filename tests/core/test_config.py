import json
from dataclasses import replace

import numpy as np
import pytest

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection


def test_settings_survive_json(tiny_config):
    assert ModelConfig.from_json(json.loads(json.dumps(tiny_config.to_json()))) == tiny_config


@pytest.mark.parametrize(
    ("half_extent_rad", "fits"), [(np.pi / 4, True), (np.pi / 3, True), (1.1, False), (1.5, False)]
)
def test_room_coordinates_end_at_the_poles(tiny_config, half_extent_rad, fits):
    room = RoomLatents(projection=Projection(kind="equirectangular", half_extent_rad=half_extent_rad))
    whole = replace(tiny_config, latent_names=room.names, room=room)
    if fits:
        assert replace(whole, grid=whole.grid.extended()).grid.beyond == 1
    else:
        with pytest.raises(ConfigError, match="beyond the poles"):
            replace(whole, grid=whole.grid.extended())


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"z_dim": "many"}, "z_dim"),
        ({"z_dim": True}, "z_dim"),
        ({"z_dim": 10**9}, "z_dim"),
        ({"colour": 1}, "colour"),
        ({"field_width": 100}, "multiple of 16"),
        ({"paint_rank": -1}, "paint_rank"),
        ({"paint_rank": 97}, "paint_rank"),
        ({"architecture": "resnet"}, "architecture"),
        ({"grid": 3}, "PatchGrid"),
        ({"grid": {"rows": 10**6, "columns": 10**6}}, "micro patches"),
        ({"latent_names": ["a", "a"]}, "distinct"),
    ],
)
def test_nonsense_is_named(tiny_config, change, word):
    with pytest.raises(ConfigError, match=word):
        ModelConfig.from_json({**tiny_config.to_json(), **change})


def test_patch_sizes_are_powers_of_two(tiny_config):
    with pytest.raises(ConfigError, match="power of two"):
        replace(tiny_config, grid=replace(tiny_config.grid, patch_px=12))


def test_a_checkpoint_of_before_conditioning_has_one_linear_layer():
    earlier = ModelConfig().to_json()
    del earlier["conditioning"]
    assert ModelConfig.from_json(earlier).conditioning == "linear"


@pytest.mark.parametrize("patch_px", [4, 8])
def test_a_checkpoint_of_the_papers_g_with_fewer_blocks_is_refused(patch_px):
    now = ModelConfig(grid=PatchGrid(patch_px=patch_px)).to_json()
    earlier = {name: value for name, value in now.items() if name != "conditioning"}
    with pytest.raises(ConfigError, match="fewer blocks than the paper's"):
        ModelConfig.from_json(earlier)
    assert ModelConfig.from_json(now).grid.patch_px == patch_px
    assert ModelConfig.from_json({**earlier, "architecture": "compact"}).architecture == "compact"
    assert ModelConfig.from_json({**earlier, "generator": "full"}).generator == "full"
