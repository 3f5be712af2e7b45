"""An entry in the menu of a freedesktop.org desktop, with an icon, that opens saved rooms (``*.room.json``) too.

Where such files lie is said by the Desktop Entry, Icon Theme and Shared MIME-info specifications.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from cocogan_core.errors import ConfigError, OutputError
from cocogan_core.files import resource, write_atomically

__all__ = ["ROOM_ENDING", "install_desktop_entry", "remove_desktop_entry"]

NAME = "cocogan-panorama"
MIME = "application/vnd.cocogan-panorama.room+json"
ROOM_ENDING = ".room.json"  # of saved rooms; other .json files are none of ours
ENTRY, ICON, TYPES = (
    f"applications/{NAME}.desktop",
    f"icons/hicolor/scalable/apps/{NAME}.svg",
    f"mime/packages/{NAME}.xml",
)
RESERVED = '"`$\\'  # in a quoted argument of Exec
REFRESH_S = 20.0


def install_desktop_entry() -> list[Path]:
    """Write all of it, or nothing at all; the files.

    Raises:
        ConfigError: this is no such desktop, or the command is not installed.
        OutputError: a file cannot be written.
    """
    folder = _data_home()
    command = Path(sys.executable).parent / "cocogan-view"
    if not command.exists():
        raise ConfigError(f"there is no {command}; install the package first (`pip install .` in its folder)")
    files = {
        folder / ENTRY: _entry(command),
        folder / ICON: resource("assets/icon.svg").read_text(),
        folder / TYPES: _types(),
    }
    _write_all(files)
    _refresh(folder)
    return list(files)


def remove_desktop_entry() -> list[Path]:
    """Take away what was installed; the files that were there.

    Raises:
        ConfigError: this is no such desktop.
        OutputError: a file cannot be removed.
    """
    folder = _data_home()
    found = [folder / name for name in (ENTRY, ICON, TYPES) if (folder / name).exists()]
    for path in found:
        try:
            path.unlink()
        except OSError as error:
            raise OutputError(f"cannot remove {path}: {error.strerror}; remove it by hand") from error
    _refresh(folder)
    return found


def _data_home() -> Path:
    if not sys.platform.startswith(("linux", "freebsd")):
        raise ConfigError("a desktop entry is for desktops of Linux; here make a shortcut to cocogan-view")
    stated = os.environ.get("XDG_DATA_HOME", "")
    return Path(stated) if Path(stated).is_absolute() else Path.home() / ".local" / "share"


def _write_all(files: Mapping[Path, str]) -> None:
    """Each file as a whole; if one cannot be written, those before it are as they were."""
    before: dict[Path, bytes | None] = {}
    try:
        for path, content in files.items():
            earlier = path.read_bytes() if path.is_file() else None
            write_atomically(path, content)
            before[path] = earlier
    except OutputError:
        for path, earlier in before.items():
            path.unlink() if earlier is None else write_atomically(path, earlier)
        raise


def _entry(command: Path) -> str:
    """The desktop's entry; ``%f`` stands for the file that is opened."""
    quoted = "".join(f"\\{sign}" if sign in RESERVED else sign for sign in str(command))
    executable = quoted.replace("\\", "\\\\").replace("%", "%%")  # once more, as a value of the file
    return (
        "[Desktop Entry]\nType=Application\nName=COCO-GAN panorama\nComment=A generated room to look around in\n"
        f'Exec="{executable}" %f\nIcon={NAME}\nTerminal=false\nCategories=Graphics;Viewer;\n'
        f"MimeType={MIME};\n"
    )


def _types() -> str:
    """What a saved room is called, and by which name it is known."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">\n'
        f'  <mime-type type="{MIME}">\n    <comment>saved room</comment>\n    <sub-class-of type="application/json"/>\n'
        f'    <icon name="{NAME}"/>\n    <glob pattern="*{ROOM_ENDING}" weight="60"/>\n  </mime-type>\n</mime-info>\n'
    )


def _refresh(folder: Path) -> None:
    """Tell the desktop; where its tools are missing it finds out by itself, later."""
    for tool, place in (("update-desktop-database", "applications"), ("update-mime-database", "mime")):
        if shutil.which(tool) is not None and (folder / place).is_dir():
            subprocess.run([tool, str(folder / place)], capture_output=True, timeout=REFRESH_S, check=False)
