"""What a data set of rooms is, and its folder of sky boxes, without drawing anything."""

import numpy as np
import pytest
from PIL import Image

from cocogan_core.data.rooms.renderer import PARAMETERS
from cocogan_core.data.rooms.skybox import SkyBoxFolder
from cocogan_core.data.rooms.spec import RoomDatasetSpec, render_rooms
from cocogan_core.data.sources.labels import read_labels
from cocogan_core.errors import ConfigError, DataError, OutputError

BOXES = RoomDatasetSpec(seed=3, face_px=16)


def faces(value):
    return np.full((6, 16, 16, 3), value, np.uint8)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"width_px": 100}, "--width is 100"),
        ({"width_px": 6}, "--width is 6"),
        ({"face_px": 15}, "--faces is 15"),
        ({"face_px": 0}, "--faces is 0"),
        ({"samples": 3}, "--samples is 3"),
        ({"seed": -1}, "--seed is -1"),
    ],
)
def test_impossible_recipes_are_refused_in_the_users_words(settings, named):
    with pytest.raises(ConfigError, match=named):
        RoomDatasetSpec(**settings)


def test_no_workers_are_refused():
    with pytest.raises(ConfigError, match="--workers is 0"):
        next(render_rooms(BOXES, range(1), workers=0))


def test_parameters_depend_on_seed_and_index_only():
    one, same, other = RoomDatasetSpec(seed=1), RoomDatasetSpec(seed=1, width_px=96), RoomDatasetSpec(seed=2)
    np.testing.assert_array_equal(one.parameters(7), same.parameters(7))
    assert np.abs(one.parameters(7) - other.parameters(7)).max() > 0.1
    assert np.abs(one.parameters(7) - one.parameters(8)).max() > 0.1
    assert one.parameters(7).shape == (len(PARAMETERS),)
    assert np.abs([one.parameters(index) for index in range(50)]).max() <= 1


def test_a_random_yaw_is_named_too():
    recipe = RoomDatasetSpec(seed=1, yaw="random")
    assert recipe.names == (*PARAMETERS, "view.yaw_cos", "view.yaw_sin")
    for index in range(5):
        cosine, sine = recipe.parameters(index)[-2:]
        assert np.arctan2(sine, cosine) % (2 * np.pi) == pytest.approx(recipe.yaw_rad(index), abs=1e-5)
    np.testing.assert_array_equal(recipe.parameters(4)[:-2], RoomDatasetSpec(seed=1).parameters(4))


def test_sky_boxes_lie_as_in_matterport3d(tmp_path):
    box = SkyBoxFolder(tmp_path, BOXES, count=2)
    box.write(1, faces(90))
    names = sorted(path.relative_to(tmp_path).parts for path in tmp_path.rglob("*.jpg"))
    uuids = {name.split("_")[0] for _, _, name in names}
    assert {folder for _, folder, _ in names} == {"matterport_skybox_images"}
    assert len(uuids) == 1
    assert len(uuids.pop()) == 32
    assert [name.split("_", 1)[1] for _, _, name in names] == [f"skybox{face}_sami.jpg" for face in range(6)]
    with Image.open(box.faces(1)[0]) as picture:
        assert picture.size == (16, 16)
        assert np.abs(np.asarray(picture).astype(int) - 90).max() <= 2
    assert box.has(1)
    assert not box.has(0)


def test_parameters_travel_with_their_names(tmp_path):
    box = SkyBoxFolder(tmp_path, BOXES, count=3)
    labels = read_labels(tmp_path)
    assert labels.names == PARAMETERS
    assert (labels.source, labels.licence) == ("procedural rooms, sky boxes", "CC0-1.0")
    np.testing.assert_array_equal(list(labels.parameters.values()), [BOXES.parameters(index) for index in range(3)])
    for index, name in enumerate(labels.parameters):
        scan, viewpoint = name.split("/")
        face = box.faces(index)[0].relative_to(tmp_path)
        assert face.parts[0] == scan
        assert face.name.startswith(viewpoint)


def test_a_broken_write_leaves_no_face(small_disk):
    box = SkyBoxFolder(small_disk.folder, BOXES, count=1)
    box.faces(0)[0].parent.mkdir(parents=True)
    small_disk.fill()
    with pytest.raises(OutputError, match="No space left"):
        box.write(0, faces(5))
    assert not box.has(0)
    small_disk.empty()
    box.write(0, faces(5))
    assert box.has(0)


def test_the_same_recipe_goes_on_and_another_is_refused(tmp_path):
    SkyBoxFolder(tmp_path, BOXES, count=1).write(0, faces(9))
    assert SkyBoxFolder(tmp_path, BOXES, count=5).has(0)
    with pytest.raises(DataError, match="choose another folder"):
        SkyBoxFolder(tmp_path, RoomDatasetSpec(seed=4, face_px=16), count=1)


def test_fewer_rooms_keep_the_parameters_of_all(tmp_path):
    SkyBoxFolder(tmp_path, BOXES, count=5)
    SkyBoxFolder(tmp_path, BOXES, count=2)
    assert len(read_labels(tmp_path).parameters) == 5


def test_a_broken_parameters_file_is_a_clear_error(tmp_path):
    (tmp_path / "parameters.safetensors").write_bytes(b"not that")
    with pytest.raises(DataError, match="is broken"):
        SkyBoxFolder(tmp_path, BOXES, count=1)


def test_a_folder_that_is_a_file_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        SkyBoxFolder(tmp_path / "file", BOXES, count=1)
