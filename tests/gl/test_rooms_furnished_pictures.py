"""Furnished rooms as drawn: deterministic, bright, smooth, and turned or mirrored as their numbers are."""

import numpy as np
import pytest
from pictures import boxed, psnr
from PIL import Image

from cocogan_core.commands.main import main
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.rooms.furnished.numbers import FURNISHED, mirror, quarter_turn
from cocogan_core.data.rooms.furnished.plan import room_plan, set_upright
from cocogan_core.data.rooms.live import LiveRooms
from cocogan_core.data.rooms.renderer import ROOM_PROJECTION, RoomRenderer, room_parameters
from cocogan_core.data.rooms.view import height_px
from cocogan_core.geometry.projection import Projection

WIDTH = 192
SPHERE = Projection.of_aspect("equirectangular", 2)


@pytest.fixture(scope="module")
def renderer():
    with RoomRenderer(WIDTH, style="furnished", projection=SPHERE) as made:
        yield made


@pytest.fixture(scope="module")
def sample(renderer):
    return [renderer.panorama(room_parameters(11, index, "furnished")) for index in range(24)]


def difference(one, other):
    return np.abs(one.astype(int) - other).mean()


def plan_of(room):
    return room_plan(set_upright(room).numbers)


def test_the_same_room_gives_the_same_bytes(renderer):
    room = room_parameters(2, 4, "furnished")
    first = renderer.panorama(room)
    renderer.panorama(room_parameters(2, 5, "furnished"))
    with RoomRenderer(WIDTH, style="furnished", projection=SPHERE) as another:
        assert first.tobytes() == renderer.panorama(room).tobytes() == another.panorama(room).tobytes()


def test_no_room_is_dark_or_blown_out(sample):
    for image in sample:
        assert 70 < image.mean() < 215
        assert (image.max(-1) < 12).mean() < 0.03, "black"
        assert (image.min(-1) > 252).mean() < 0.12, "blown out"


@pytest.mark.parametrize("projection", [ROOM_PROJECTION, SPHERE], ids=lambda one: one.kind)
@pytest.mark.parametrize("width", [WIDTH, 1536])
def test_a_crop_is_a_part_of_the_whole(projection, width):
    room, rng = room_parameters(5, 1, "furnished"), np.random.default_rng(width)
    with RoomRenderer(WIDTH, samples=1, style="furnished", projection=projection) as made:
        height = height_px(projection, width)
        whole = made.crop(room, width_px=width, top_px=0, left_px=0, height_px=height, crop_width_px=width)
        for left in (0, -7, width - 20, *rng.integers(0, width, 4)):
            rows, columns = rng.integers(1, 60, 2)
            top = rng.integers(0, height - rows + 1)
            place = {"top_px": top, "left_px": left, "height_px": rows, "crop_width_px": columns}
            expected = np.take(whole[top : top + rows], np.arange(left, left + columns) % width, 1)
            assert made.crop(room, width_px=width, **place).tobytes() == expected.tobytes()


@pytest.mark.parametrize("index", range(4))
def test_turned_numbers_are_the_turned_picture(renderer, index):
    room = room_parameters(7, index, "furnished")
    picture, turned = renderer.panorama(room), renderer.panorama(quarter_turn(room))
    expected = np.roll(picture, WIDTH // 4, 1)
    assert psnr(turned, expected) > 40
    assert psnr(turned, expected) > max(psnr(turned, np.roll(expected, step, 1)) for step in (-1, 1)) + 10


@pytest.mark.parametrize("index", range(4))
def test_mirrored_numbers_are_the_mirrored_picture(renderer, index):
    """Yaw 0 is the middle of the first column, which therefore stays where it is."""
    room = room_parameters(7, index, "furnished")
    picture, mirrored = renderer.panorama(room), renderer.panorama(mirror(room))
    expected = np.roll(picture[:, ::-1], 1, 1)
    # samples and light texels lie elsewhere in the mirror image's pixels
    assert psnr(mirrored, expected) > 30
    assert psnr(mirrored, expected) > max(psnr(mirrored, np.roll(expected, step, 1)) for step in (-1, 1)) + 4


def test_a_mirrored_view_is_the_view_of_the_mirrored_room(renderer):
    """The camera's own turn and mirroring go together with the room's."""
    room = room_parameters(7, 5, "furnished")
    assert difference(renderer.panorama(room, 0.7, mirror=True), renderer.panorama(mirror(room), 0.7)) < 0.02
    assert difference(renderer.panorama(quarter_turn(room), 0.7), renderer.panorama(room, 0.7 - np.pi / 2)) < 0.02


@pytest.mark.parametrize("name", FURNISHED)
def test_each_number_moves_the_picture_by_small_steps_where_the_plan_stays(renderer, name):
    """In each of a few rooms; and by large steps it changes a part of some of them."""
    place, shares = FURNISHED.index(name), []
    for index in range(4):
        room = room_parameters(23, index, "furnished")
        near, far = room.copy(), room.copy()
        near[place] += 0.02 if room[place] < 0.9 else -0.02
        far[place] += 0.9 if room[place] < 0 else -0.9
        here = renderer.panorama(room)
        if plan_of(room) == plan_of(near):
            assert difference(here, renderer.panorama(near)) < 3.5  # dusk falls the fastest
        shares.append((np.abs(here.astype(int) - renderer.panorama(far)).max(-1) > 6).mean())
    assert max(shares) > 0.002


@pytest.mark.parametrize("index", range(2))
def test_a_finer_picture_is_the_coarse_one_in_more_detail(index):
    with RoomRenderer(384, style="furnished", projection=SPHERE) as made:
        room = room_parameters(31, index, "furnished")
        left, part = 96 * index, {"height_px": 1536, "crop_width_px": 768}
        coarse = made.panorama(room)[:, left : left + 96]
        fine = boxed(made.crop(room, width_px=3072, top_px=0, left_px=8 * left, **part), 8)
        assert psnr(coarse, fine) >= 36
        assert psnr(coarse, fine) > max(psnr(coarse, np.roll(fine, step, 1)) for step in (-1, 1)) + 8


def test_the_command_draws_the_whole_sphere(tmp_path):
    options = ["--style", "furnished", "--kind", "equirectangular", "--width", "48", "--count", "3", "--samples", "1"]
    main(["rooms", str(tmp_path / "shards"), *options, "--panorama", "--sheet", str(tmp_path / "sheet.png")])
    made = ImageDataset.open(tmp_path / "shards")
    assert made.latent_names == FURNISHED
    assert made.projection == SPHERE
    assert made.image(0).shape == (24, 48, 3)
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.size == (144, 24)
    main(["rooms", str(tmp_path / "live"), *options, "--live"])
    live = LiveRooms.open(tmp_path / "live")
    assert (live.style, live.projection, live.height_px) == ("furnished", SPHERE, 24)
