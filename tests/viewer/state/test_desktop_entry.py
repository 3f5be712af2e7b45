"""The desktop's entry, icon and file type: all of it or nothing, and gone again when asked."""

import configparser
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from cocogan_core.errors import ConfigError, OutputError
from viewer.session.file_asker import _new_name
from viewer.state import desktop_entry
from viewer.state.desktop_entry import ROOM_ENDING, install_desktop_entry, remove_desktop_entry

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a desktop of Linux")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    programs = tmp_path / 'pro grams "$x%'
    programs.mkdir()
    (programs / "cocogan-view").write_text("#!/bin/sh\n")
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    return tmp_path / "share"


def files(folder):
    """What is there, but for what the desktop's own tools make of it."""
    ours = ("applications/cocogan-panorama.desktop", "icons", "mime/packages")
    return {path for path in folder.rglob("*") if path.is_file() and str(path.relative_to(folder)).startswith(ours)}


def test_it_is_a_valid_entry_with_an_icon_and_a_type(home):
    written = install_desktop_entry()
    assert files(home) == set(written)
    entry = configparser.RawConfigParser(delimiters="=")
    entry.optionxform = str
    entry.read(home / "applications/cocogan-panorama.desktop")
    values = entry["Desktop Entry"]
    assert values["Exec"].endswith(r'pro grams \\"\\$x%%/cocogan-view" %f')
    assert (home / f"icons/hicolor/scalable/apps/{values['Icon']}.svg").is_file()
    types = ET.parse(home / "mime/packages/cocogan-panorama.xml").getroot()
    name = "{http://www.freedesktop.org/standards/shared-mime-info}"
    assert types.find(f"{name}mime-type").get("type") + ";" == values["MimeType"]
    assert types.find(f".//{name}glob").get("pattern") == f"*{ROOM_ENDING}"
    ET.parse(home / "icons/hicolor/scalable/apps/cocogan-panorama.svg")
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", str(home / "applications/cocogan-panorama.desktop")], check=True)


def test_rooms_are_saved_under_the_name_that_is_associated():
    assert _new_name("room").endswith(ROOM_ENDING)


def test_it_goes_again_and_leaves_what_is_not_ours(home):
    other = home / "applications/other.desktop"
    other.parent.mkdir(parents=True)
    other.write_text("[Desktop Entry]\n")
    written = install_desktop_entry()
    assert sorted(remove_desktop_entry()) == sorted(written)
    assert files(home) == set()
    assert other.exists()
    assert remove_desktop_entry() == []


def test_half_of_it_is_never_left(home, monkeypatch):
    first = home / "applications/cocogan-panorama.desktop"
    first.parent.mkdir(parents=True)
    first.write_text("of an earlier version")
    (home / "mime").write_text("a file where a folder is needed")
    with pytest.raises(OutputError):
        install_desktop_entry()
    assert files(home) == {first}
    assert first.read_text() == "of an earlier version"


def test_where_nothing_is_installed_or_no_such_desktop_is_it_says_so(home, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(home / "python"))
    with pytest.raises(ConfigError, match="install the package first"):
        install_desktop_entry()
    monkeypatch.setattr(desktop_entry.sys, "platform", "win32")
    with pytest.raises(ConfigError, match="shortcut"):
        remove_desktop_entry()
