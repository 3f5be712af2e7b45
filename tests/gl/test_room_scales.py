"""Rooms at every scale: crops are parts of the whole, fine pictures are coarse ones in more detail, boxes are true."""

import numpy as np
import pytest
from pictures import boxed, psnr

from cocogan_core.data.rooms.parameters import PARAMETERS, room_box
from cocogan_core.data.rooms.renderer import ROOM_PROJECTION, RoomRenderer, room_parameters
from cocogan_core.data.rooms.view import height_px
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.projection import Projection, u_of_yaw, yaw_pitch_of

WIDTH = 192
SPHERE = Projection.of_aspect("equirectangular", 2)


@pytest.fixture(scope="module")
def renderer():
    with RoomRenderer(WIDTH) as made:
        yield made


@pytest.mark.parametrize("projection", [ROOM_PROJECTION, SPHERE, Projection(half_extent_rad=1.2)])
@pytest.mark.parametrize("width", [WIDTH, 330, 1536])
def test_a_crop_is_a_part_of_the_whole(projection, width):
    room, rng, view = room_parameters(5, 1), np.random.default_rng(width), {"yaw_rad": 0.3, "mirror": True}
    with RoomRenderer(WIDTH, samples=1, projection=projection) as made:
        height = height_px(projection, width)
        place = {"top_px": 0, "left_px": 0, "height_px": height, "crop_width_px": width}
        whole = made.crop(room, width_px=width, **place, **view)
        assert whole.shape == (height, width, 3)
        lefts = [0, -7, width - 20, width - 1, *rng.integers(0, width, 6)]
        for left in lefts:
            rows, columns = rng.integers(1, 60, 2)
            top = rng.integers(0, height - rows + 1)
            place = {"top_px": top, "left_px": left, "height_px": rows, "crop_width_px": columns}
            crop = made.crop(room, width_px=width, **place, **view)
            expected = np.take(whole[top : top + rows], np.arange(left, left + columns) % width, 1)
            assert crop.tobytes() == expected.tobytes()
        turned = made.crop(room, width_px=width, top_px=2, left_px=50, height_px=40, crop_width_px=width, **view)
        assert turned.tobytes() == np.roll(whole[2:42], -50, 1).tobytes()


def test_a_crop_of_the_renderers_own_width_is_of_its_panorama(renderer):
    room = room_parameters(5, 2)
    crop = renderer.crop(room, width_px=WIDTH, top_px=3, left_px=150, height_px=40, crop_width_px=80)
    assert crop.tobytes() == np.roll(renderer.panorama(room), -150, 1)[3:43, :80].tobytes()


@pytest.mark.parametrize(
    "part",
    [
        {"top_px": -1, "height_px": 4, "crop_width_px": 4},
        {"top_px": 62, "height_px": 4, "crop_width_px": 4},
        {"top_px": 0, "height_px": 0, "crop_width_px": 4},
        {"top_px": 0, "height_px": 4, "crop_width_px": WIDTH + 1},
    ],
)
def test_a_crop_beyond_the_panorama_is_refused(renderer, part):
    with pytest.raises(ConfigError, match="do not fit into a panorama of 192×64"):
        renderer.crop(room_parameters(5, 2), width_px=WIDTH, left_px=0, **part)


@pytest.mark.parametrize("style", ["plain", "varied"])
def test_a_finer_picture_is_the_coarse_one_in_more_detail(style):
    """Squares of 8 × 8 pixels of 3072 columns are the pixels of 384, each with the usual samples."""
    with RoomRenderer(384, style=style) as made:
        for index in range(4):
            room = room_parameters(31, index, style)
            left, part = 96 * index, {"height_px": 1024, "crop_width_px": 768}
            coarse = made.panorama(room)[:, left : left + 96]
            fine = boxed(made.crop(room, width_px=3072, top_px=0, left_px=8 * left, **part), 8)
            assert psnr(coarse, fine) >= 38
            assert psnr(coarse, fine) > max(psnr(coarse, np.roll(fine, step, 1)) for step in (-1, 1)) + 8


@pytest.mark.parametrize(("what", "left", "top"), [("boards", 1150, 1750), ("wall", 900, 1100), ("meadow", 6100, 1050)])
def test_there_is_detail_to_zoom_into(what, left, top):
    """Neighbouring pixels of 6144 columns differ from their mean where the same room at 768 is smooth."""
    with RoomRenderer() as usual:
        part = {"height_px": 128, "crop_width_px": 128}
        crop = usual.crop(room_parameters(40, 0), width_px=6144, top_px=top, left_px=left, **part).astype(float)
    fine = crop - boxed(crop, 8).repeat(8, 0).repeat(8, 1)
    assert 0.4 < fine.std() < 12, what


@pytest.mark.parametrize("index", range(4))
def test_the_rooms_box_is_where_its_walls_meet(index):
    """Corners of the dark back wall, and the upper edge of its skirting and lower edge of its moulding, as rendered."""
    room = room_parameters(17, index)
    room[[PARAMETERS.index(name) for name in ("wall.brightness", "accent.brightness")]] = 1, -1
    box = room_box(room)
    (width, height, depth), viewer = box.size_m, box.viewer_m
    with RoomRenderer() as usual:
        grey = usual.panorama(room).astype(float).mean(-1)

    def place(x, y):
        yaw, pitch = yaw_pitch_of(np.array([x, y, -depth / 2]) - viewer)
        return u_of_yaw(yaw, 768) % 1 * 768 - 0.5, ROOM_PROJECTION.v_of_pitch(pitch) * 256 - 0.5

    for side in (-1, 1):
        column, row = place(side * width / 2, height - 0.2)
        assert abs(steepest(grey[round(float(row))], column) - column) < 1
    for y, x in ((height - 0.05, 0.3), (0.09, width / 2 - 0.9)):
        column, row = place(x, y)
        if row < 250:  # the skirting may lie below the picture
            assert abs(steepest(grey[:, round(float(column))], row, 2) - row) < 1


def steepest(values, near, reach=5):
    """Where the values change most within ``reach`` pixels of ``near``."""
    first = round(float(near)) - reach
    return first + 0.5 + np.abs(np.diff(values[first : first + 2 * reach + 1])).argmax()
