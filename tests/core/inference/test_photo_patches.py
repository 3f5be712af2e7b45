"""360° photographs cut into patches: what a viewer's atlas gets of them is what is in the file."""

import math

import numpy as np
import pytest
from PIL import Image

from cocogan_core.errors import CocoganError, DataError
from cocogan_core.geometry.photo_sphere import xmp
from cocogan_core.geometry.projection import direction_of
from cocogan_core.geometry.surfaces import Panorama
from cocogan_core.inference.panorama_file import panorama_strips, write_photo_sphere
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.inference.photo_patches import PLAIN, PhotoPatches, PhotoSphere

Z = np.zeros(1, np.float32)


def photograph(height, width, rng):
    """Smooth, so that a shift by a part of a pixel shows little and one by a whole pixel shows."""
    small = rng.integers(0, 256, (8, 16, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def saved(path, pixels, **more):
    Image.fromarray(pixels).save(path, **more)
    return path


def gpano(**tags):
    fields = {"ProjectionType": "equirectangular", **tags}
    return " ".join(f'GPano:{name}="{value}"' for name, value in fields.items()).encode()


def whole(patches, level=0):
    return np.concatenate(list(panorama_strips(patches, Z, level=level)))


@pytest.mark.parametrize("ending", ["png", "webp"])
def test_the_finest_level_is_the_file_to_the_byte(tmp_path, rng, ending):
    pixels = photograph(512, 1024, rng)
    patches = PhotoPatches.load(saved(tmp_path / f"a.{ending}", pixels, lossless=True))
    grid = patches.metadata.model.grid
    assert (grid.rows, grid.columns, grid.levels) == (8, 16, 1)
    assert (whole(patches) == pixels).all()


def test_levels_are_each_half_of_the_next(tmp_path, rng):
    pixels = photograph(2048, 4096, rng)
    patches = PhotoPatches.load(saved(tmp_path / "a.png", pixels))
    grid = patches.metadata.model.grid
    assert (grid.width_px, grid.levels) == (1024, 3)
    assert (whole(patches, 2) == pixels).all()
    for level, factor in ((1, 2), (0, 4)):
        shrunk = np.asarray(Image.fromarray(pixels).reduce(factor)).astype(int)
        assert np.abs(whole(patches, level) - shrunk).max() <= 1


def test_odd_sizes_lose_nothing(tmp_path, rng):
    pixels = photograph(1500, 3000, rng)
    patches = PhotoPatches.load(saved(tmp_path / "a.png", pixels))
    grid = patches.metadata.model.grid
    finest = grid.at_level(grid.levels - 1)
    assert finest.width_px >= 3000 > finest.width_px / 2
    back = np.asarray(Image.fromarray(whole(patches, grid.levels - 1)).resize((3000, 1500), Image.Resampling.BICUBIC))
    assert np.abs(back.astype(int) - pixels).mean() < 1


def test_a_heading_turns_north_to_yaw_0(tmp_path, rng):
    pixels = photograph(512, 1024, rng)
    path = saved(tmp_path / "a.png", pixels)
    east = gpano(PoseHeadingDegrees=90)  # the middle looks east, so that north is a quarter to the left
    Image.fromarray(pixels).save(tmp_path / "east.jpg", xmp=east, quality=100, subsampling=0)
    turned = PhotoPatches.load(tmp_path / "east.jpg")
    shift = round(-0.25 * 1024)
    assert np.abs(whole(turned).astype(int) - np.roll(whole(PhotoPatches.load(path)), shift, 1)).mean() < 1.5
    assert PhotoSphere.read(tmp_path / "east.jpg").yaw_rad == pytest.approx(math.pi / 2, abs=0.01)
    assert PhotoSphere.read(path).yaw_rad == pytest.approx(math.pi, abs=0.01)


def test_a_cropped_part_lies_where_it_belongs(tmp_path, rng):
    pixels = photograph(512, 1024, rng)
    area = gpano(
        FullPanoWidthPixels=1024,
        FullPanoHeightPixels=512,
        CroppedAreaLeftPixels=256,
        CroppedAreaTopPixels=128,
        CroppedAreaImageWidthPixels=384,
        CroppedAreaImageHeightPixels=192,
    )
    part = pixels[128:320, 256:640]
    Image.fromarray(part).save(tmp_path / "part.webp", xmp=area, lossless=True)
    patches = PhotoPatches.load(tmp_path / "part.webp")
    assert patches.metadata.projection.half_extent_rad == pytest.approx(math.pi / 4)
    made = whole(patches)
    assert made.shape == (256, 1024, 3)
    assert (made[:192, 256:640] == part).all()
    assert (made[192:] == PLAIN).all()
    assert (made[:, :256] == PLAIN).all()


def test_our_own_panoramas_come_back(tmp_path, tiny_checkpoint):
    generator = PatchGenerator.load(tiny_checkpoint, "cpu")
    z = np.zeros(12, np.float32)
    write_photo_sphere(tmp_path / "room.png", generator, z, yaw_rad=1.0)
    sphere = PhotoSphere.read(tmp_path / "room.png")
    assert sphere.yaw_rad == pytest.approx(1.0, abs=0.02)
    patches, grid = PhotoPatches.load(tmp_path / "room.png"), generator.metadata.model.grid
    ours = Panorama(grid.height_px, grid.width_px, generator.metadata.projection)
    model = patches.metadata.model.grid
    theirs = Panorama(model.height_px, model.width_px, patches.metadata.projection)
    directions = direction_of(np.linspace(-3, 3, 40)[:, None], np.linspace(-0.7, 0.7, 9))
    seen = []
    for surface, picture in ((ours, generator.panorama(z)), (theirs, whole(patches))):
        indices, weights = surface.taps(directions)
        seen.append((picture.reshape(-1, 3)[indices] * weights[..., None]).sum(-2))
    assert np.abs(seen[0] - seen[1]).mean() < 4


def turned(axis, angle):
    """The rotation about an axis (0: right, 1: up, 2: forward) that takes the next axis toward the one after."""
    matrix, (a, b) = np.eye(3), ((axis + 1) % 3, (axis + 2) % 3)
    matrix[[a, b], [a, b]], matrix[b, a], matrix[a, b] = math.cos(angle), math.sin(angle), -math.sin(angle)
    return matrix


def scene(directions):
    """A colour for each direction of the world."""
    x, y, z = np.moveaxis(directions, -1, 0)
    colours = np.stack([x + 0.4 * np.sin(4 * y), y, 0.7 * z + 0.3 * np.sin(5 * x)], -1)
    return np.rint(127.5 + 90 * colours).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(("heading", "tilt", "roll"), [(0, 90, 0), (0, 0, 90), (40, 25, -15), (-100, -60, 130)])
def test_a_camera_that_was_held_askew_shows_a_level_room(tmp_path, heading, tilt, roll):
    yaw, pitch = (np.arange(1024) + 0.5) / 1024 * 2 * np.pi - np.pi, np.pi / 2 - (np.arange(512) + 0.5) / 512 * np.pi
    of_camera = direction_of(yaw, pitch[:, None])
    # up is from forward (2) toward up (1); clockwise is from up (1) toward right (0); heading from forward toward right
    pose = turned(1, math.radians(heading)) @ turned(0, -math.radians(tilt)) @ turned(2, -math.radians(roll))
    tags = gpano(PoseHeadingDegrees=heading, PosePitchDegrees=tilt, PoseRollDegrees=roll)
    Image.fromarray(scene(of_camera @ pose.T)).save(tmp_path / "a.webp", xmp=tags, lossless=True)
    patches = PhotoPatches.load(tmp_path / "a.webp")
    grid = patches.metadata.model.grid
    assert (grid.rows, grid.columns) == (8, 16)
    north = (np.arange(1024) / 1024) * 2 * np.pi  # yaw 0, north, is the middle of the first column
    error = np.abs(whole(patches).astype(int) - scene(direction_of(north, pitch[:, None])))
    assert error.mean() < 0.6
    assert error.max() < 6


def test_a_tilted_part_of_a_sphere_is_plain_beyond_it(tmp_path):
    area = gpano(
        FullPanoWidthPixels=512, FullPanoHeightPixels=256, CroppedAreaLeftPixels=192, CroppedAreaTopPixels=96,
        CroppedAreaImageWidthPixels=128, CroppedAreaImageHeightPixels=64, PoseHeadingDegrees=0, PosePitchDegrees=90,
    )  # fmt: skip
    Image.new("RGB", (128, 64), (200, 10, 10)).save(tmp_path / "up.webp", xmp=area, lossless=True)
    made = whole(PhotoPatches.load(tmp_path / "up.webp"))
    assert (made[:20] == (200, 10, 10)).all()  # around the zenith
    assert (made[128:] == PLAIN).all()


@pytest.mark.parametrize(
    ("packet", "word"),
    [
        (gpano(FullPanoWidthPixels=100), "FullPanoHeightPixels is missing"),
        (gpano(FullPanoWidthPixels="x", FullPanoHeightPixels=1), "makes no sense"),
        (gpano(FullPanoWidthPixels="nan", FullPanoHeightPixels=1), "makes no sense"),
        (gpano(PoseHeadingDegrees="inf"), "makes no sense"),
        (b'GPano:ProjectionType="cylindrical"', "cylindrical"),
        (
            gpano(
                FullPanoWidthPixels=100,
                FullPanoHeightPixels=50,
                CroppedAreaLeftPixels=90,
                CroppedAreaImageWidthPixels=20,
                CroppedAreaTopPixels=0,
                CroppedAreaImageHeightPixels=20,
            ),
            "outside",
        ),
    ],
)
def test_broken_metadata_is_named(tmp_path, packet, word):
    Image.new("RGB", (128, 64)).save(tmp_path / "a.jpg", xmp=packet)
    with pytest.raises(DataError, match=word):
        PhotoSphere.read(tmp_path / "a.jpg")


def test_what_is_no_panorama_is_none_and_what_is_too_large_is_refused(tmp_path):
    Image.new("RGB", (160, 90)).save(tmp_path / "view.jpg")
    assert PhotoSphere.read(tmp_path / "view.jpg") is None
    with pytest.raises(DataError, match="no 360° photograph"):
        PhotoPatches.load(tmp_path / "view.jpg")
    Image.new("1", (20000, 10000)).save(tmp_path / "large.png")
    with pytest.raises(DataError, match="no larger than"):
        PhotoSphere.read(tmp_path / "large.png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing")
    with pytest.raises(CocoganError, match=r"broken\.jpg"):
        PhotoSphere.read(tmp_path / "broken.jpg")


def test_the_metadata_of_whole_spheres_that_we_write_names_what_was_generated(tmp_path):
    Image.new("RGB", (256, 128)).save(tmp_path / "a.jpg", xmp=xmp(256, 80, whole=True))
    sphere = PhotoSphere.read(tmp_path / "a.jpg")
    assert (sphere.tags.top, sphere.tags.height) == (0, 1)
    assert sphere.grid.rows * 2 == sphere.grid.columns
