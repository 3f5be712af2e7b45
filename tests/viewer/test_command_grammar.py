"""The viewer's commands take the same names for the same things, and refuse in one line what makes no sense."""

import math

import pytest
from PIL import Image

from cocogan_core.errors import ConfigError
from cocogan_core.shipped import shipped_model
from viewer.__main__ import main
from viewer.camera.camera import View
from viewer.state import recipe_files
from viewer.state.latents import Latents
from viewer.state.options import look_from, open_room
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import fingerprint

WRONG = [
    (["--seed", "-3"], "--seed"),
    (["--yaw", "nan"], "--yaw"),
    (["--yaw", "inf"], "--yaw"),
    (["--fov", "500"], "--fov"),
    (["--fov", "0"], "--fov"),
    (["--pitch", "500"], "--pitch"),
]
WRONG_RENDER = [
    (["--panorama", "--size", "300x300"], "twice as wide"),
    (["--cube", "--size", "300x200"], "squares"),
    (["--turntable"], "ends in .mp4"),
    (["--turntable", "--seconds", "0"], "--seconds"),
    (["--turntable", "--rate", "0"], "--rate"),
    (["--seconds", "3"], "--turntable"),
    (["--whole"], "--panorama"),
]


def refused(arguments, capsys, tmp_path):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    said = capsys.readouterr().err
    assert exit_.value.code == 2
    assert said.count("\n") == 1, said
    assert not list(tmp_path.iterdir())
    return said


@pytest.mark.parametrize(("arguments", "word"), WRONG)
def test_what_no_view_can_show_is_refused(arguments, word, capsys, tmp_path):
    out = str(tmp_path / "a.png")
    assert word in refused(["view", "--headless", "--screenshot", out, *arguments], capsys, tmp_path)
    assert word in refused(["render", "-o", out, *arguments], capsys, tmp_path)


@pytest.mark.parametrize(("arguments", "word"), WRONG_RENDER)
def test_what_an_export_would_ignore_is_refused(arguments, word, capsys, tmp_path):
    assert word in refused(["render", "-o", str(tmp_path / "a.png"), *arguments], capsys, tmp_path)


def test_another_lens_looks_as_it_does_in_the_window():
    planet = look_from(View(), lens="stereographic")
    assert planet.pitch_rad == pytest.approx(-math.pi / 2)
    assert planet.fov_rad > math.radians(180), "90 degrees of a little planet are a floor"
    assert look_from(planet, lens="panini").pitch_rad == 0
    assert look_from(planet).fov_rad == planet.fov_rad
    assert look_from(View(), lens="stereographic", fov=200, pitch=-45).pitch_rad == pytest.approx(-math.pi / 4)


def test_a_lens_limits_its_own_field_of_view():
    assert look_from(View(), lens="panini", fov=200).fov_rad == pytest.approx(math.radians(200))
    with pytest.raises(ConfigError, match="120"):
        look_from(View(), fov=200)


def test_a_file_may_be_a_room_or_a_model_and_a_seed_is_another_room(tmp_path):
    shipped = shipped_model()
    recipe = Recipe(
        checkpoint="x", sha256=fingerprint(shipped), latents=Latents.of_seed(1, 128), view=View(), size_px=(64, 48)
    )
    path = tmp_path / "room.json"
    path.write_text(recipe.file_text())
    for named in (str(path), recipe.line()):
        assert open_room(named).recipe.latents.base == pytest.approx(recipe.latents.base)
        assert open_room(named, seed=5).recipe.latents == Latents.of_seed(5, 128)
    assert open_room(None).checkpoint == shipped
    assert open_room(str(shipped), seed=4).seed == 4


@pytest.fixture
def options(monkeypatch, tmp_path):
    """What the window would be opened with."""
    asked = []
    monkeypatch.setattr("viewer.view._show", asked.append)
    monkeypatch.setattr("viewer.view.config_path", lambda: tmp_path / "settings.json")
    monkeypatch.setattr("viewer.view.log_path", lambda: tmp_path / "log")
    return lambda *arguments: main(["view", *map(str, arguments)]) or asked[-1]


def test_a_window_takes_photographs_and_offers_rooms_for_other_pictures(options, tmp_path):
    photo, picture = tmp_path / "photo.png", tmp_path / "sofa.png"
    Image.new("RGB", (256, 128)).save(photo)
    Image.new("RGB", (90, 60)).save(picture)
    opened = options(photo)
    assert opened.checkpoint == photo
    assert opened.view.yaw_rad == pytest.approx(math.pi, abs=0.02)
    assert opened.offer is None
    assert not opened.welcome
    assert options(photo, "--yaw", 40).view.yaw_rad == pytest.approx(math.radians(40))
    offered = options(picture)
    assert offered.offer == picture
    assert offered.checkpoint == shipped_model()


def test_a_room_of_a_shipped_model_asks_for_no_other_file(monkeypatch):
    """Whatever path it states: a large file there would be hashed first."""
    asked = []
    for family in ("plain", "furnished"):
        room = Recipe(
            checkpoint="/elsewhere/large.safetensors", sha256=fingerprint(shipped_model(family)),
            latents=Latents.of_seed(1, 128), view=View(), size_px=(64, 48),
        )  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setattr(recipe_files, "_fingerprint_if_there", lambda path: asked.append(path) or fingerprint(path))
            assert open_room(room.line()).checkpoint == shipped_model(family)
    assert {*asked} == {shipped_model("plain"), shipped_model("furnished")}
