import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cocogan_core.training.augment import DRAWS, augment

share = st.floats(0, 1)


@pytest.fixture
def images():
    torch.manual_seed(0)
    return torch.rand(4, 3, 16, 24) * 2 - 1


def draws(count, value=0.5):
    return torch.full((count, DRAWS), value)


def test_the_middle_of_every_draw_of_colour_and_shift_changes_nothing(images):
    assert torch.allclose(augment(images, draws(4), ("color", "translation"), wraps=False), images, atol=1e-6)


def test_no_policy_is_no_change(images):
    assert augment(images, torch.rand(4, DRAWS), (), wraps=False) is images


@given(share)
def test_a_shift_on_a_cylinder_turns_the_picture_by_up_to_an_eighth(right):
    image, moves = torch.rand(1, 3, 16, 24), draws(1)
    moves[:, 4] = right
    shifted = augment(image, moves, ("translation",), wraps=True)
    assert sum(torch.equal(shifted, torch.roll(image, turn, 3)) for turn in range(-3, 4)) == 1


def test_a_shift_on_a_plane_brings_grey_in(images):
    moves = draws(4, 0.0)
    shifted = augment(images, moves, ("translation",), wraps=False)
    assert torch.equal(shifted[:, :, 2:, 3:], images[:, :, :-2, :-3])
    assert not shifted[:, :, :2].any()
    assert not shifted[:, :, :, :3].any()


def test_a_cutout_is_a_grey_hole_of_half_of_each_side(images):
    holed = augment(images, draws(4), ("cutout",), wraps=False)
    hole = (holed == 0).all(1)
    assert hole.sum((1, 2)).tolist() == [7 * 11] * 4  # 8 and 12, less the ends that lie half a side away
    assert torch.equal(holed[:, :, ~hole[0]], images[:, :, ~hole[0]])


def test_colours_stay_within_the_policys_reach(images):
    darker = augment(images, draws(4, 0.0), ("color",), wraps=False)
    assert torch.allclose(darker[:, 0], darker[:, 1], atol=1e-6)  # no saturation left
    assert torch.allclose(darker.mean((1, 2, 3)), images.mean((1, 2, 3)) - 0.5, atol=1e-5)  # brightness
    assert torch.allclose(darker.std((2, 3)), images.mean(1, keepdim=True).std((2, 3)) / 2, atol=1e-5)  # contrast


def test_gradients_pass_to_what_is_shown(images):
    moves = torch.rand(4, DRAWS, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    small = images[:1, :, :5, :6].double().requires_grad_()
    policy = ("color", "translation", "cutout")
    assert torch.autograd.gradcheck(lambda x: augment(x, moves[:1], policy, wraps=True), small)
