"""Rooms as drawn: deterministic, bright, clean, and the same through a cylinder and through six faces."""

import numpy as np
import pytest
from pictures import boxed, psnr
from PIL import Image

from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.prepare import prepare_dataset
from cocogan_core.data.rooms.generate import make_panoramas, make_sheet, make_sky_boxes
from cocogan_core.data.rooms.parameters import VARIED
from cocogan_core.data.rooms.renderer import PARAMETERS, ROOM_PROJECTION, RoomRenderer, room_parameters
from cocogan_core.data.rooms.skybox import SkyBoxFolder
from cocogan_core.data.rooms.spec import RoomDatasetSpec, render_rooms
from cocogan_core.data.sampler import MacroSampler
from cocogan_core.data.sources.matterport import Matterport3D
from cocogan_core.errors import DataError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection, direction_of, yaw_of_u

WIDTH = 192
SPHERE = Projection.of_aspect("equirectangular", 2)


@pytest.fixture(scope="module")
def renderer():
    with RoomRenderer(WIDTH) as made:
        yield made


@pytest.fixture(autouse=True)
def no_gl_error(renderer):
    yield
    with renderer._context as context:
        assert context.error == "GL_NO_ERROR"


@pytest.fixture(scope="module")
def sample(renderer):
    return [renderer.panorama(room_parameters(11, index)) for index in range(24)]


def looked_up(faces, direction):
    """Sky box faces in a direction, bilinear: the formulas of docs/architecture.md, apart from the code's."""
    x, y, z = np.moveaxis(direction, -1, 0)
    largest = np.abs(direction).argmax(-1)
    face = np.choose(largest, [np.where(x > 0, 2, 4), np.where(y > 0, 0, 5), np.where(z > 0, 1, 3)])
    a, size = np.abs(direction).max(-1), faces.shape[1]
    column = (np.choose(face, [x, x, -z, -x, z, x]) / a + 1) / 2 * size - 0.5
    row = (np.choose(face, [z, -y, -y, -y, -y, -z]) / a + 1) / 2 * size - 0.5
    left, top = (np.clip(np.floor(at), 0, size - 2).astype(int) for at in (column, row))
    s, t = np.clip(column - left, 0, 1)[..., None], np.clip(row - top, 0, 1)[..., None]
    upper = faces[face, top, left] * (1 - s) + faces[face, top, left + 1] * s
    lower = faces[face, top + 1, left] * (1 - s) + faces[face, top + 1, left + 1] * s
    return upper * (1 - t) + lower * t


def cylinder_of(faces, width, fine=4, projection=ROOM_PROJECTION):
    """Faces → cylinder (H, width, 3), each pixel the mean of fine² lookups."""
    height = width // 3 if projection == ROOM_PROJECTION else width // 2
    yaw = yaw_of_u((np.arange(width * fine) + 0.5) / (width * fine), width)
    pitch = projection.pitch_of_v((np.arange(height * fine) + 0.5) / (height * fine))
    return boxed(looked_up(faces, direction_of(yaw, pitch[:, None])), fine)


@pytest.mark.parametrize("index", [3, 4])
def test_the_cylinder_agrees_with_the_six_faces(index):
    """Both at their usual sizes, where a pixel is about the same angle."""
    room = room_parameters(5, index)
    with RoomRenderer() as usual:
        direct = boxed(usual.panorama(room).astype(float), 2)
        through = boxed(cylinder_of(usual.faces(room, 256), usual.width_px, fine=2), 2)
    agreement = psnr(direct, through)
    beside = [psnr(np.roll(direct, step, 1), through) for step in (-1, 1)]
    assert agreement >= 35
    assert agreement > max(beside) + 5, "turned by a column"
    assert abs(beside[0] - beside[1]) < 1, "turned by a part of a column"


def test_the_whole_sphere_agrees_with_the_six_faces():
    room = room_parameters(5, 3)
    with RoomRenderer(projection=SPHERE) as usual:
        direct = usual.panorama(room).astype(float)
        through = cylinder_of(usual.faces(room, 256), usual.width_px, fine=2, projection=SPHERE)
    assert direct.shape == (384, 768, 3)
    direct, through = boxed(direct, 2), boxed(through, 2)
    for rows in (slice(None), slice(8), slice(-8, None)):
        assert psnr(direct[rows], through[rows]) >= 35


def test_prepare_makes_the_same_cylinder_of_the_six_faces(tmp_path):
    """The whole way: six JPEG files in Matterport3D's layout, found, projected and stored with their numbers."""
    recipe = RoomDatasetSpec(seed=21, face_px=256, yaw="random")
    make_sky_boxes(tmp_path / "boxes", recipe, count=2)
    prepare_dataset(Matterport3D(src=tmp_path / "boxes", out=tmp_path / "out", workers=1))
    prepared = ImageDataset.open(tmp_path / "out")
    assert prepared.projection == ROOM_PROJECTION
    assert prepared.latent_names == recipe.names
    with RoomRenderer() as usual:
        for index in range(2):
            (place,) = np.flatnonzero((prepared.parameters == recipe.parameters(index)).all(1))
            room = room_parameters(recipe.seed, index)
            direct = boxed(usual.panorama(room, recipe.yaw_rad(index)).astype(float), 2)
            through = boxed(prepared.image(place).astype(float), 2)
            agreement = psnr(direct, through)
            beside = [psnr(np.roll(direct, step, 1), through) for step in (-1, 1)]
            assert agreement >= 35
            assert agreement > max(beside) + 5, "turned by a column"
            assert abs(beside[0] - beside[1]) < 1, "turned by a part of a column"


def test_flips_and_rolls_are_those_of_the_renderer(tmp_path, renderer):
    """A picture that the sampler has mirrored and turned is the room that its numbers now tell of."""
    recipe = RoomDatasetSpec(seed=5, width_px=WIDTH, yaw="random", mirror="random")
    make_panoramas(tmp_path, recipe, count=2)
    grid = PatchGrid(patch_px=WIDTH // 12)
    sampler = MacroSampler(ImageDataset.open(tmp_path), grid, roll=True, flip=True)
    batch = sampler.whole(np.random.default_rng(0), 10)
    assert len(np.unique(batch.parameters[:, recipe.names.index("view.mirror")])) == 2
    for image, numbers in zip(batch.images, batch.parameters, strict=True):
        *room, cosine, sine, mirror = numbers
        again = renderer.panorama(np.array(room), np.arctan2(sine, cosine), mirror=mirror > 0)
        # the light's buffer has half the columns, so that a mirrored or oddly turned one has its texels elsewhere
        assert psnr(image, again) > 32
        assert max(psnr(image, np.roll(again, step, 1)) for step in (-1, 1)) < psnr(image, again) - 3


def test_flips_and_rolls_that_no_number_tells_are_refused(tmp_path):
    make_panoramas(tmp_path, RoomDatasetSpec(seed=5, width_px=48), count=1)
    for options in ({"roll": True}, {"flip": True}):
        with pytest.raises(DataError, match="make rooms with"):
            MacroSampler(ImageDataset.open(tmp_path), PatchGrid(patch_px=4), **options)


def test_a_resumed_run_of_other_samples_is_refused(tmp_path):
    make_panoramas(tmp_path / "shards", RoomDatasetSpec(width_px=48, samples=1), count=1)
    make_sky_boxes(tmp_path / "boxes", RoomDatasetSpec(face_px=16, samples=1), count=1)
    with pytest.raises(DataError, match="samples = 1, not 4"):
        make_panoramas(tmp_path / "shards", RoomDatasetSpec(width_px=48), count=2)
    with pytest.raises(DataError, match="samples"):
        make_sky_boxes(tmp_path / "boxes", RoomDatasetSpec(face_px=16), count=2)


def test_the_same_room_gives_the_same_bytes(renderer):
    room = room_parameters(2, 4)
    first = renderer.panorama(room)
    renderer.panorama(room_parameters(2, 5))
    renderer.faces(room, 32)
    with RoomRenderer(WIDTH) as another:
        assert first.tobytes() == renderer.panorama(room).tobytes() == another.panorama(room).tobytes()


@pytest.mark.parametrize("name", PARAMETERS)
def test_each_number_alone_changes_the_picture(renderer, name):
    low, high = (np.full(len(PARAMETERS), 0.1) for _ in range(2))
    low[PARAMETERS.index(name)], high[PARAMETERS.index(name)] = -1, 1
    change = np.abs(renderer.panorama(low).astype(int) - renderer.panorama(high))
    assert (change.max(-1) > 6).mean() > 0.002


@pytest.mark.parametrize("name", [name for name in PARAMETERS if not name.endswith(".kind")])
def test_a_small_step_changes_the_picture_little(renderer, name):
    here = np.full(len(PARAMETERS), 0.3)
    there = here.copy()
    there[PARAMETERS.index(name)] += 0.02
    assert np.abs(renderer.panorama(here).astype(int) - renderer.panorama(there)).mean() < 2.5


def test_no_room_is_dark_or_blown_out(sample):
    for image in sample:
        assert 80 < image.mean() < 215
        assert (image.max(-1) < 12).mean() < 0.002, "black"
        assert (image.min(-1) > 252).mean() < 0.12, "blown out"


@pytest.fixture(scope="module")
def varied_renderer():
    with RoomRenderer(WIDTH, style="varied") as made:
        yield made


@pytest.mark.parametrize("name", VARIED[len(PARAMETERS) :])
def test_each_number_of_varied_rooms_changes_the_picture(varied_renderer, name):
    low, high = (np.full(len(VARIED), 0.3) for _ in range(2))
    low[VARIED.index(name)], high[VARIED.index(name)] = -1, 1
    change = np.abs(varied_renderer.panorama(low).astype(int) - varied_renderer.panorama(high))
    assert (change.max(-1) > 6).mean() > 0.005


def test_varied_rooms_are_neither_dark_nor_blown_out(varied_renderer):
    for index in range(24):
        image = varied_renderer.panorama(room_parameters(11, index, "varied"))
        assert 70 < image.mean() < 215
        assert (image.max(-1) < 12).mean() < 0.005, "black"
        assert (image.min(-1) > 252).mean() < 0.12, "blown out"


def test_varied_rooms_begin_with_the_numbers_of_plain_ones(renderer, varied_renderer):
    varied = room_parameters(3, 4, "varied")
    np.testing.assert_array_equal(varied[: len(PARAMETERS)], room_parameters(3, 4))
    varied[len(PARAMETERS) :] = -1
    plain = renderer.panorama(room_parameters(3, 4)).astype(int)
    assert np.abs(plain - varied_renderer.panorama(varied)).mean() < 0.5


def test_no_speckle(sample):
    """A pixel that differs strongly from every neighbour is noise; thin things have a neighbour of their kind."""
    for image in sample:
        grey = image.mean(-1)
        around = np.stack([np.roll(grey, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j])
        lonely = np.abs(around - grey).min(0)[1:-1]
        assert (lonely > 40).mean() < 0.0005


def test_the_seam_is_like_any_column(sample):
    for image in sample:
        steps = np.abs(np.diff(np.concatenate([image, image[:, :1]], 1).astype(int), axis=1)).mean((0, 2))
        assert steps[-1] <= np.sort(steps)[-8]


def test_a_turned_camera_rolls_the_picture(renderer):
    room, columns = room_parameters(2, 6), 40
    turned = renderer.panorama(room, 2 * np.pi * columns / WIDTH)
    assert psnr(turned, np.roll(renderer.panorama(room), -columns, 1)) > 38


def test_more_samples_only_refine(renderer):
    room = room_parameters(2, 8)
    with RoomRenderer(WIDTH, samples=16) as fine:
        assert psnr(renderer.panorama(room), fine.panorama(room)) > 32


def test_shards_resume_to_the_same_bytes(tmp_path):
    recipe = RoomDatasetSpec(seed=9, width_px=48, yaw="random")
    make_panoramas(tmp_path / "once", recipe, count=3)
    make_panoramas(tmp_path / "twice", recipe, count=1)
    make_panoramas(tmp_path / "twice", recipe, count=3)
    once, twice = ImageDataset.open(tmp_path / "once"), ImageDataset.open(tmp_path / "twice")
    assert once.latent_names == recipe.names
    assert once.count == twice.count == 3
    for index in range(3):
        np.testing.assert_array_equal(once.image(index), twice.image(index))
        np.testing.assert_array_equal(once.parameters[index], recipe.parameters(index))


def test_sky_boxes_resume_and_keep_what_is_there(tmp_path):
    recipe = RoomDatasetSpec(seed=9, face_px=32)
    make_sky_boxes(tmp_path, recipe, count=1)
    box = SkyBoxFolder(tmp_path, recipe, count=2)
    before = box.faces(0)[0].stat().st_mtime_ns
    make_sky_boxes(tmp_path, recipe, count=2)
    assert box.has(1)
    assert box.faces(0)[0].stat().st_mtime_ns == before
    lost = box.faces(0)[3].read_bytes()
    box.faces(0)[3].unlink()
    make_sky_boxes(tmp_path, recipe, count=2)
    assert box.faces(0)[3].read_bytes() == lost


def test_workers_render_the_same_rooms_in_order():
    recipe = RoomDatasetSpec(seed=9, width_px=48)
    alone, together = list(render_rooms(recipe, range(3))), list(render_rooms(recipe, range(3), workers=2))
    assert [index for index, _ in together] == [0, 1, 2]
    for (_, one), (_, other) in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_sheet_shows_all_rooms(tmp_path):
    make_sheet(tmp_path / "sheet.png", RoomDatasetSpec(width_px=48), count=4)
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.size == (144, 32)
