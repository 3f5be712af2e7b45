"""Levels of the compact generator: a pixel is a function of z, level and its own position, whatever block it is in."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.models.build import build_discriminator, build_generator

GRID = PatchGrid(rows=2, columns=4, patch_px=8, levels=4)
ROOM = RoomLatents()
CONFIG = ModelConfig(
    grid=GRID, architecture="compact", z_dim=7, generator_width=24, discriminator_width=4, latent_names=ROOM.names,
    room=ROOM,
)  # fmt: skip


def generator(config):
    """One whose every weight matters."""
    torch.manual_seed(0)
    made = build_generator(config).eval()
    for name, parameter in made.named_parameters():
        if name.startswith(("walls", "rgb")):
            torch.nn.init.normal_(parameter, std=0.1)
    return made


@pytest.fixture(scope="module", params=[True, False], ids=["with walls", "without"])
def made(request):
    return generator(CONFIG if request.param else replace(CONFIG, room=None))


@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_a_pixel_is_the_same_whatever_block_it_is_made_in(made, data):
    level = data.draw(st.integers(0, 3))
    grid, s = GRID.at_level(level), GRID.patch_px
    shape = data.draw(st.tuples(st.integers(1, 3), st.integers(1, 4)).filter(lambda n: n[0] <= grid.rows))
    corners = data.draw(st.lists(
        st.tuples(st.integers(0, grid.rows - shape[0]), st.integers(0, grid.columns - 1)), min_size=1, max_size=3
    ))  # fmt: skip
    z = torch.rand(len(corners), 7, generator=torch.Generator().manual_seed(level)) * 2 - 1
    row, column = data.draw(st.tuples(st.integers(0, shape[0] - 1), st.integers(0, shape[1] - 1)))
    with torch.no_grad():
        blocks = made.block(z, torch.tensor(corners), shape, level)
        alone = made.block(z, torch.tensor(corners) + torch.tensor([row, column]), (1, 1), level)
    inside = blocks[:, :, row * s : row * s + s, column * s : column * s + s]
    assert inside.numpy() == pytest.approx(alone.numpy(), abs=2e-5)


def test_columns_wrap_on_every_level(made):
    z = torch.rand(1, 7) * 2 - 1
    for level in range(GRID.levels):
        columns = GRID.at_level(level).columns
        first, again = (made.block(z, torch.tensor([[1, c]]), (1, 1), level) for c in (0, columns))
        assert first.detach().numpy() == pytest.approx(again.detach().numpy(), abs=1e-4)


def test_a_fresh_level_is_nearly_the_coarser_one_enlarged():
    """RGB is summed over stages, and the heads of stages that have learned nothing add little."""
    made, z = build_generator(replace(CONFIG, room=None)).eval(), torch.rand(1, 7) * 2 - 1
    with torch.no_grad():
        for head in made.rgb[: made.base_stages + 1]:
            head.weight.normal_(std=0.3)
        coarse, fine = (made.block(z, torch.tensor([[0, 0]]), (2 << level, 4 << level), level) for level in (0, 1))
    enlarged = torch.nn.functional.interpolate(coarse, scale_factor=2, mode="bilinear")
    inner = (slice(None), slice(None), slice(1, -1), slice(1, -1))  # at the rim the block knows what lies beyond
    assert (fine - enlarged)[inner].abs().mean() < 0.1 * coarse.std()


def test_a_checkpoint_of_one_level_goes_on_as_one_of_several():
    one = build_generator(replace(CONFIG, grid=replace(GRID, levels=1), room=None))
    several = build_generator(CONFIG)
    state = several.state_dict()
    assert {name: tensor.shape for name, tensor in one.state_dict().items()}.items() <= {
        name: tensor.shape for name, tensor in state.items()
    }.items()
    several.load_state_dict({**state, **one.state_dict()})
    z, ids = torch.rand(2, 7), torch.tensor([[0, 3], [1, 1]])
    with torch.no_grad():
        assert torch.equal(one.block(z, ids, (1, 1)), several.block(z, ids, (1, 1)))


def test_d_is_told_the_level():
    torch.manual_seed(0)
    d = build_discriminator(CONFIG)
    with torch.no_grad():
        d.level.weight.normal_()
    images, c = torch.rand(2, 3, 16, 16), torch.zeros(2, 3)
    scores = [d(images, c, level).score for level in (0, 3)]
    assert not torch.allclose(*scores)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"architecture": "paper", "room": None}, "levels"),
        ({"grid": replace(GRID, levels=5)}, "levels"),
        ({"grid": PatchGrid(system="planar", patch_px=8)}, "cylindrical"),
        ({"latent_names": ("room.width",)}, "room.depth"),
    ],
)
def test_what_cannot_be_is_refused(changes, word):
    with pytest.raises(ConfigError, match=word):
        build_generator(replace(CONFIG, **changes))


def test_settings_travel_as_json():
    assert ModelConfig.from_json(CONFIG.to_json()) == CONFIG
    for broken in (
        {"width_m": [1.0]},
        {"width_m": ["a", 2]},
        {"eye_m": float("nan")},
        {"projection": 3},
        {"nonsense": 1},
    ):
        data = CONFIG.to_json()
        data["room"] = {**data["room"], **broken}
        with pytest.raises(ConfigError):
            ModelConfig.from_json(data)


def test_the_grid_of_a_level():
    grid = GRID.at_level(2)
    assert (grid.rows, grid.columns, grid.patch_px, grid.levels) == (8, 16, 8, 1)
    with pytest.raises(ConfigError, match="0 to 3"):
        GRID.at_level(4)
    assert np.allclose(
        GRID.at_level(0).micro_coordinates(grid.micro_ids()[:3]), GRID.micro_coordinates([(0, 0), (0, 1), (0, 2)])
    )
