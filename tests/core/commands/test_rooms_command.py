"""``cocogan rooms`` answers mistakes with one line and exit code 2."""

from typing import get_type_hints

import pytest

from cocogan_core.commands.main import main
from cocogan_core.commands.rooms import rooms
from cocogan_core.data.rooms.live import LiveRooms
from cocogan_core.data.rooms.renderer import Style


def fails(capsys, *args):
    with pytest.raises(SystemExit) as stopped:
        main(["rooms", *map(str, args)])
    assert stopped.value.code == 2
    message = capsys.readouterr().err
    assert message.startswith("cocogan: error: ")
    assert message.count("\n") == 1
    return message


def test_mistakes_are_one_line(capsys, tmp_path):
    assert "name a folder OUT" in fails(capsys)
    assert "--count is 0" in fails(capsys, tmp_path, "--count", 0)
    assert "--width is 100" in fails(capsys, tmp_path, "--width", 100)
    assert "--faces is 7" in fails(capsys, tmp_path, "--faces", 7)
    (tmp_path / "file").write_text("")
    assert "cannot write" in fails(capsys, tmp_path / "file" / "rooms", "--count", 1)
    assert "cannot write" in fails(capsys, tmp_path / "file" / "rooms", "--count", 1, "--panorama")


def test_a_missing_display_names_the_packages(capsys, tmp_path, monkeypatch):
    def fail(**_named):
        raise Exception("libEGL.so not loaded")  # as glcontext does

    monkeypatch.setattr("moderngl.create_context", fail)
    message = fails(capsys, tmp_path, "--count", 1)
    assert "libegl1" in message
    assert "libgl1" in message


def test_rooms_are_furnished_unless_asked_otherwise(tmp_path):
    main(["rooms", str(tmp_path / "live"), "--live"])
    main(["rooms", str(tmp_path / "plain"), "--live", "--style", "plain"])
    assert [LiveRooms.open(tmp_path / name).style for name in ("live", "plain")] == ["furnished", "plain"]


def test_the_styles_are_those_of_the_renderer():
    assert get_type_hints(rooms)["style"] == Style
