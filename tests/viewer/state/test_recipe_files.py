import hashlib
from dataclasses import replace
from pathlib import Path, PureWindowsPath

import pytest

from cocogan_core.errors import CheckpointError, OutputError, RecipeError
from cocogan_core.files import write_atomically
from cocogan_core.shipped import shipped_model
from viewer.camera.camera import View
from viewer.state import recipe_files
from viewer.state.latents import Latents
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import find_checkpoint, fingerprint, is_recipe, parse_or_read, read_recipe


@pytest.fixture
def here(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(b"weights of a")
    (tmp_path / "b.safetensors").write_bytes(b"weights of b")
    return tmp_path


def recipe(path, content=b"weights of a"):
    return Recipe(
        checkpoint=str(path),
        sha256=hashlib.sha256(content).hexdigest(),
        latents=Latents(0, (0.5,)),
        view=View(),
        size_px=(160, 90),
    )


def test_the_checkpoint_is_found_by_its_hash_wherever_it_lies(here):
    path = here / "a.safetensors"
    assert find_checkpoint(recipe(path)) == path
    assert find_checkpoint(recipe("/gone/a.safetensors"), beside=here / "room.json") == path
    assert find_checkpoint(recipe("/gone/renamed.safetensors"), at_hand=[here / "b.safetensors", path]) == path
    shipped = replace(recipe("/gone/x"), sha256=fingerprint(shipped_model()))
    assert find_checkpoint(shipped) == shipped_model()


def test_another_checkpoint_of_the_same_name_is_refused_in_one_line(here):
    with pytest.raises(RecipeError, match=r"b\.safetensors is another one .*--checkpoint"):
        find_checkpoint(recipe(here / "b.safetensors"), at_hand=[here / "b.safetensors"])
    with pytest.raises(RecipeError, match=r"gone\.safetensors\), which is not here; .*--checkpoint"):
        find_checkpoint(recipe("gone.safetensors"), beside=here / "room.json")
    with pytest.raises(RecipeError, match="not here"):
        find_checkpoint(recipe("\0"))


HOSTS = (
    r"\\host\share\a.safetensors", "//host/share/a.safetensors", r"/\host/share/a.safetensors",
    r"\\host@SSL\DavWWWRoot\a.safetensors",
    r"\\?\UNC\host\share\a.safetensors", r"\\.\pipe\a.safetensors", r"\??\UNC\host\share\a.safetensors",
    r"\\?\GLOBALROOT\Device\Mup\host\share\a.safetensors",
)  # fmt: skip


def asked_on_windows(stated, room, monkeypatch):
    """Every path that Windows would look at for a room's checkpoint, but the shipped ones."""
    asked = []
    with monkeypatch.context() as patch:
        patch.setattr(recipe_files, "Path", PureWindowsPath)
        patch.setattr(recipe_files, "_fingerprint_if_there", lambda path: asked.append(str(path)) or "")
        with pytest.raises(RecipeError, match="is not here"):
            find_checkpoint(recipe(stated), beside=room and PureWindowsPath(room))
    return asked[:-2]


@pytest.mark.parametrize("stated", HOSTS)
def test_no_host_is_asked_for_what_a_stranger_has_written(stated, monkeypatch):
    assert asked_on_windows(stated, None, monkeypatch) == []
    assert asked_on_windows(stated, r"C:\rooms\room.json", monkeypatch) == [r"C:\rooms\a.safetensors"]
    # the user has opened the room on that host
    assert asked_on_windows(stated, r"\\nas\rooms\room.json", monkeypatch) == [r"\\nas\rooms\a.safetensors"]


def test_other_paths_are_looked_at_where_they_lead(monkeypatch):
    asked = asked_on_windows(r"D:\models\a.safetensors", r"C:\rooms\room.json", monkeypatch)
    assert set(asked) == {r"D:\models\a.safetensors", r"C:\rooms\a.safetensors"}
    asked = asked_on_windows(r"models\a.safetensors", r"\\nas\rooms\room.json", monkeypatch)
    assert asked[1:] == [r"\\nas\rooms\models\a.safetensors", r"\\nas\rooms\a.safetensors"]


def test_a_huge_file_that_a_room_names_is_not_read(here, monkeypatch):
    with (here / "huge.safetensors").open("wb") as file:
        file.truncate(50 << 30)
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("it is hashed"))
    monkeypatch.setattr(recipe_files, "shipped_models", lambda: [here / "none"])
    with pytest.raises(RecipeError, match="is not here"):
        find_checkpoint(recipe(here / "huge.safetensors"), beside=here / "room.json")


def test_a_fingerprint_follows_the_file(here):
    path = here / "a.safetensors"
    before = fingerprint(path)
    path.write_bytes(b"longer weights of a")
    assert fingerprint(path) != before
    with pytest.raises(CheckpointError, match="cannot read"):
        fingerprint(here / "gone")


def test_a_recipe_is_told_from_a_checkpoint_by_its_content(here):
    (here / "plain").write_text(" " + recipe("a").line())
    assert is_recipe(here / "plain")
    assert is_recipe(here / "gone.json")
    assert not is_recipe(here / "a.safetensors")
    assert not is_recipe(shipped_model())


def test_a_recipe_comes_as_text_or_as_a_file(here):
    wanted = recipe("a")
    write_atomically(here / "new" / "room.json", wanted.file_text())
    assert parse_or_read(wanted.line()) == (wanted, None)
    assert parse_or_read(str(here / "new" / "room.json")) == (wanted, here / "new" / "room.json")
    with pytest.raises(RecipeError, match="check the path"):
        parse_or_read("gone.json")
    with pytest.raises(RecipeError, match="no saved room"):
        parse_or_read(str(here / "a.safetensors"))


def test_a_failed_write_leaves_nothing_behind(here):
    (here / "taken").mkdir()
    with pytest.raises(OutputError, match="cannot write"):
        write_atomically(here / "taken", b"new")
    assert sorted(path.name for path in here.iterdir()) == ["a.safetensors", "b.safetensors", "taken"]


def test_a_recipe_of_an_earlier_version_opens_as_it_was():
    """It was saved by commit 13fde4d; only the checkpoint's folder, a hint, was made another one."""
    path = Path(__file__).with_name("recipe_13fde4d.json")
    recipe = read_recipe(path)
    assert recipe.file_text() == path.read_text()
    assert recipe.latents.seed == 3
    assert recipe.latents.base[3] == 0.75
    assert recipe.latents.along == (0.0, 1.5)
    assert recipe.latents.locked == {2}
    assert (recipe.view.lens, recipe.view.yaw_rad, recipe.view.fov_rad) == ("panini", 4.0, 2.0)
    assert recipe.size_px == (640, 360)
