"""Resampling between sky boxes, panoramas and views: where things land, that nothing aliases, and a second opinion."""

from functools import cache
from pathlib import Path

import numpy as np
import py360convert
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cocogan_core.geometry import resampling
from cocogan_core.geometry.projection import Projection, direction_of
from cocogan_core.geometry.surfaces import Panorama, SkyBox, View

PHOTOGRAPHS = sorted((Path(__file__).parent / "photographs").glob("*.jpg"))
MERCATOR = Projection.of_aspect("mercator", 3)
Resampler = cache(resampling.Resampler)  # weights are worth keeping between tests too
UP, FRONT, RIGHT, BACK, LEFT, DOWN = range(6)


def strip(width_px, kind="mercator"):
    return Panorama(width_px // 3, width_px, Projection.of_aspect(kind, 3))


def psnr(one, other):
    return 10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2))


def painted(surface, colour):
    """A picture whose pixels are ``colour`` (unit vectors → [0, 255]) of where they lie."""
    row, column = np.arange(surface.height_px)[:, None] + 0.5, np.arange(surface.width_px) + 0.5
    return np.rint(colour(surface.directions(row, column))).astype(np.uint8)


def smooth(direction):
    """A picture of the whole sphere without edges; every direction has a colour of its own."""
    return 127.5 + 90 * direction + 30 * direction[..., [1, 2, 0]] ** 2


def corner_faces(face_px=32):
    """Six faces, grey by number, each with red in its top left corner and green in its top right."""
    faces = np.stack([np.full((face_px, face_px, 3), 40 + 30 * face, np.uint8) for face in range(6)])
    quarter = face_px // 4
    faces[:, :quarter, :quarter] = (255, 0, 0)
    faces[:, :quarter, -quarter:] = (0, 255, 0)
    return faces


def seen(faces, direction):
    """The colour in one direction, by a view a few pixels wide."""
    yaw, pitch = np.arctan2(direction[0], direction[2]), np.arctan2(direction[1], np.hypot(direction[0], direction[2]))
    view = View(height_px=1, width_px=1, fov_rad=0.02, yaw_rad=yaw, pitch_rad=pitch)
    return tuple(Resampler(SkyBox(faces.shape[1]), view)(faces)[0, 0])


@pytest.mark.parametrize(
    ("face", "middle", "right", "up"),
    [  # where each face looks, and which way its right and top edges point: docs/architecture.md
        (UP, (0, 1, 0), (1, 0, 0), (0, 0, -1)),
        (FRONT, (0, 0, 1), (1, 0, 0), (0, 1, 0)),
        (RIGHT, (1, 0, 0), (0, 0, -1), (0, 1, 0)),
        (BACK, (0, 0, -1), (-1, 0, 0), (0, 1, 0)),
        (LEFT, (-1, 0, 0), (0, 0, 1), (0, 1, 0)),
        (DOWN, (0, -1, 0), (1, 0, 0), (0, 0, 1)),
    ],
)
def test_each_face_is_where_and_how_it_should_be(face, middle, right, up):
    faces = corner_faces()
    middle, right, up = map(np.array, (middle, right, up))
    assert seen(faces, middle) == (40 + 30 * face,) * 3
    assert seen(faces, middle + 0.85 * (up - right)) == (255, 0, 0)
    assert seen(faces, middle + 0.85 * (up + right)) == (0, 255, 0)
    assert seen(faces, middle + 0.85 * (-up + right)) == (40 + 30 * face,) * 3


def test_faces_stand_in_order_along_the_cylinder():
    panorama = Resampler(SkyBox(32), strip(96))(corner_faces())
    assert [panorama[20, column, 0] for column in (0, 24, 48, 72)] == [40 + 30 * face for face in (1, 2, 3, 4)]
    assert tuple(panorama[8, 12 - 3]) == (0, 255, 0), "front's top right corner, left of its edge"
    assert tuple(panorama[8, 12 + 3]) == (255, 0, 0), "the right face's top left corner, right of it"


@pytest.mark.parametrize("target", [strip(96), strip(96, "equirectangular"), Panorama.full(48), SkyBox(24)])
@pytest.mark.parametrize("source", [SkyBox(40), Panorama.full(80), SkyBox(128), Panorama.full(256, 0.4)])
def test_a_smooth_picture_stays_what_it_is(source, target):
    made = Resampler(source, target)(painted(source, smooth))
    assert np.abs(made.astype(int) - painted(target, smooth)).max() <= 4
    assert psnr(made, painted(target, smooth)) > 45


def test_views_see_what_lies_there():
    view = View(height_px=20, width_px=30, fov_rad=1.2, yaw_rad=2.0, pitch_rad=-0.3)
    for source in (SkyBox(64), Panorama.full(128), strip(384)):
        assert psnr(Resampler(source, view)(painted(source, smooth)), painted(view, smooth)) > 45
    middle = view.directions(np.array(10.0), np.array(15.0))
    assert middle == pytest.approx(direction_of(2.0, -0.3))
    right, above = view.directions(np.array(10.0), np.array(16.0)), view.directions(np.array(9.0), np.array(15.0))
    assert right @ direction_of(2.0 + np.pi / 2, 0) > 0
    assert above[1] > middle[1]


@settings(max_examples=25, deadline=None)
@given(
    source=st.sampled_from([SkyBox(9), SkyBox(64), Panorama.full(10), Panorama.full(90), strip(60)]),
    yaw_rad=st.floats(-7, 7),
    pitch_rad=st.floats(-0.5, 0.5),
    fov_rad=st.floats(0.1, 0.9),
)
def test_white_stays_white_whichever_way_a_view_looks(source, yaw_rad, pitch_rad, fov_rad):
    """Weights of every pixel add up to one, across every border and at 0°/360°."""
    view = View(height_px=6, width_px=8, fov_rad=fov_rad, yaw_rad=yaw_rad, pitch_rad=pitch_rad)
    white = np.full((source.height_px, source.width_px, 3), 255, np.uint8)
    made = Resampler(source, view)(white)
    assert (made == 255).all() or not covered(source, view)


def covered(source, view):
    if isinstance(source, SkyBox):
        return True
    row, column = np.arange(view.height_px + 1)[:, None] * 1.0, np.arange(view.width_px + 1) * 1.0
    pitch = np.arcsin(view.directions(row, column)[..., 1])
    return np.abs(pitch).max() < source.projection.half_extent_rad


def test_beyond_a_strip_it_is_black():
    white = np.full((32, 96, 3), 255, np.uint8)
    faces = Resampler(strip(96), SkyBox(16))(white).reshape(6, 16, 16, 3)
    assert faces[UP, 8, 8].max() == 0
    assert faces[DOWN, 8, 8].max() == 0
    assert faces[FRONT, 8, 8].min() == 255


@pytest.mark.parametrize("source", [SkyBox(512), Panorama.full(1024)])
def test_finer_than_a_pixel_becomes_grey(source):
    """A chessboard of single pixels has to average out; point sampling would leave black and white."""
    board = np.indices((source.height_px, source.width_px)).sum(0) % 2 * 255
    made = Resampler(source, strip(192))(np.repeat(board[..., None], 3, -1).astype(np.uint8))
    assert np.abs(made.astype(int) - 127.5).max() < 20


@pytest.mark.parametrize("source", [SkyBox(64), Panorama.full(128), strip(384)])
@pytest.mark.parametrize("target", [strip(96), strip(768)])
def test_no_seam_at_the_turn_or_where_faces_meet(source, target):
    """A ramp in every direction has no column step that its neighbours have not."""
    made, ideal = (
        np.abs(np.diff(np.concatenate([picture, picture[:, :1]], 1).astype(float), axis=1)).mean((0, 2))
        for picture in (Resampler(source, target)(painted(source, smooth)), painted(target, smooth))
    )
    assert made.max() <= 1.3 * ideal.max() + 0.1


@pytest.fixture(params=PHOTOGRAPHS, ids=lambda path: path.stem)
def photograph(request):
    with Image.open(request.param) as file:
        return np.asarray(file.convert("RGB"))


def as_photograph(height_px):
    """py360convert's layout: yaw 0 is the middle of the picture, between two columns."""
    return Panorama.full(height_px, first_yaw_rad=-np.pi + np.pi / (2 * height_px))


def test_py360convert_agrees_on_faces(photograph):
    """At equal angles a pixel, since py360convert samples points."""
    ours = Resampler(as_photograph(256), SkyBox(128))(photograph).reshape(6, 128, 128, 3)
    theirs = py360convert.e2c(photograph, 128, cube_format="dict")
    for face, name in {FRONT: "F", RIGHT: "R", BACK: "B", LEFT: "L", UP: "U", DOWN: "D"}.items():
        assert psnr(ours[face], theirs[name]) > 30
        for turned in (theirs[name][:, ::-1], theirs[name][::-1], np.roll(theirs[name], 1, 1)):
            assert psnr(ours[face], turned) < psnr(ours[face], theirs[name]) - 2


def test_py360convert_agrees_on_the_way_back(photograph):
    faces = py360convert.e2c(photograph, 256, cube_format="dict")
    ours = Resampler(SkyBox(256), as_photograph(256))(np.stack([faces[name] for name in "UFRBLD"]))
    theirs = py360convert.c2e(faces, 256, 512, cube_format="dict")
    level = slice(43, -43)  # within ±60°: nearer the poles a row of a photograph holds detail that no face does
    assert psnr(ours[level], theirs[level]) > 30
    assert psnr(ours[level], photograph[level]) > psnr(theirs[level], photograph[level])


def test_py360convert_agrees_on_views(photograph):
    ours = Resampler(
        as_photograph(256), View(height_px=90, width_px=120, fov_rad=np.radians(80), yaw_rad=1.0, pitch_rad=0.4)
    )(photograph)
    fov = 80, np.degrees(2 * np.arctan(np.tan(np.radians(40)) * 90 / 120))
    theirs = py360convert.e2p(photograph, fov, np.degrees(1.0), np.degrees(0.4), (90, 120))
    assert psnr(ours, theirs) > 30


@pytest.mark.parametrize("factor", [1, 2, 3, 16, 17, 24])  # 16 is the last whose sums fit 16 bits
@pytest.mark.parametrize("channels", [(), (3,)])
def test_the_box_filter_is_the_mean_of_squares(rng, factor, channels):
    image = rng.integers(0, 256, (3 * factor, 5 * factor, *channels), dtype=np.uint8)
    image[:factor] = 255
    means = image.reshape(3, factor, 5, factor, *channels).astype(np.float64).mean((1, 3))
    found = resampling.box_filter(image, factor)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, means, rtol=1e-6)
    assert np.array_equal(resampling.shrink(image, factor), np.rint(means).astype(np.uint8))


@pytest.mark.parametrize("source", [SkyBox(48), Panorama.full(96, 0.1)])
def test_turned_pictures_are_those_of_other_yaws(source):
    def turned_colour(direction):
        return smooth(direction @ np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]]).T)

    # a quarter turn to the right: what lay along +X is in front
    turned = source.turned(painted(source, smooth), 1).astype(int)
    assert np.abs(turned - painted(source, turned_colour)).max() <= 1
    assert np.array_equal(source.turned(painted(source, smooth), 4), painted(source, smooth))


@pytest.mark.parametrize("source", [SkyBox(48), Panorama.full(96, 0.1)])
def test_by_quarters_is_as_by_the_whole(source):
    noise = np.random.default_rng(0).integers(0, 256, (source.height_px, source.width_px, 3), dtype=np.uint8)
    target = strip(96).at_level(1)
    quarters, whole = (make(source, target)(noise) for make in (resampling.TurningResampler, Resampler))
    assert np.abs(quarters.astype(float) - whole).mean() < 0.2  # a row's number of lookups is that of its neighbours


def test_levels_share_edges():
    coarse, fine = strip(96), strip(96).at_level(2)
    row, column = np.arange(32)[:, None] + 0.5, np.arange(96) + 0.5
    assert np.allclose(coarse.directions(row, column), fine.directions(row * 4, column * 4))
    assert np.allclose(coarse.directions(row, column - 0.5), fine.directions(row * 4, column * 4 - 2))
