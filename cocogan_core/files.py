"""Files on the disk: atomic writes, what is a picture, and the shaders and assets shipped with the program."""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

import platformdirs

from cocogan_core.errors import CocoganError, OutputError

__all__ = [
    "cache_folder", "is_picture", "lock_folder", "open_atomically", "open_regular", "read_limited", "replacement_path",
    "resource", "write_atomically",
]  # fmt: skip

PACKAGE = Path(__file__).resolve().parent
LOCK, PARTS = ".lock", ".cocogan-*.part"
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")  # how JPEG and PNG begin


@contextlib.contextmanager
def replacement_path(path: Path) -> Iterator[Path]:
    """Path of a new file, for the block to write, that takes the place of ``path`` when the block ends.

    Missing folders are made. If the block raises anything, ``path`` stays as it was and nothing is left beside it.

    Raises:
        OutputError: the system refused to write.
    """
    part = path.parent / PARTS.replace("*", secrets.token_hex(8))  # nobody else's, however many write at once
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        why = error.strerror or error
        raise OutputError(f"cannot write {path}: {why}; choose another folder or free space") from error
    finally:
        with contextlib.suppress(OSError):  # it has taken its place, or was never made
            part.unlink()


@contextlib.contextmanager
def open_atomically(path: Path) -> Iterator[BinaryIO]:
    """As :func:`replacement_path`, with the new file open for writing; it is on the disk before it takes its place."""
    with replacement_path(path) as part, part.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())  # else a power cut could leave the new name with nothing in it


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a whole file, text as UTF-8: ``path`` has either its old content or all of the new one.

    Raises:
        OutputError: the system refused to write.
    """
    with open_atomically(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextlib.contextmanager
def lock_folder(folder: Path, busy: CocoganError, *, wait_s: float = 0.0) -> Iterator[None]:
    """Keep a folder, which is made if it is missing, to this process; the lock of one that died is no longer one.

    Raises:
        CocoganError: ``busy``, where another process still has it after ``wait_s``.
        OutputError: the folder cannot be written.
    """
    from filelock import FileLock, Timeout  # only now: it imports asyncio

    lock = FileLock(folder / LOCK, timeout=wait_s)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise busy from None
    except (OSError, NotImplementedError) as error:
        why = getattr(error, "strerror", None) or error
        raise OutputError(f"cannot write {folder}: {why}; choose another folder") from error
    try:
        _remove_parts(folder)
        yield
    finally:
        lock.release()


def _remove_parts(folder: Path) -> None:
    """What processes that were killed had begun to write."""
    with contextlib.suppress(OSError):
        for part in folder.glob(PARTS):
            part.unlink()


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading that a stranger may have put there; never waits, as a named pipe would have it.

    Raises:
        OSError: it cannot be opened, or is a folder, a pipe or a device.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


def read_limited(path: Path, most_bytes: int) -> bytes:
    """All of a file of at most so many bytes.

    Raises:
        OSError: as :func:`open_regular`.
        ValueError: it is larger; nothing of it is kept then.
    """
    with open_regular(path) as file:
        if (size := os.fstat(file.fileno()).st_size) > most_bytes:
            raise ValueError(f"{size} bytes; at most {most_bytes} are read")
        return file.read(size)


def cache_folder() -> Path:
    """The platform's folder for what can be worked out again, such as ``~/.cache/cocogan-panorama``."""
    return platformdirs.user_cache_path("cocogan-panorama", appauthor=False)


def is_picture(path: Path) -> bool:
    """Whether a file is a JPEG, PNG or WebP, by how it begins; a file that cannot be read is none."""
    try:
        with open_regular(path) as file:
            begin = file.read(12)
    except (OSError, ValueError):  # a name may hold a zero byte
        return False
    return begin.startswith(PICTURES) or (begin[:4] == b"RIFF" and begin[8:] == b"WEBP")


def resource(name: str) -> Path:
    """Path of a shipped file such as ``"shaders/view.frag"``, in a wheel, an editable install or a clone.

    Raises:
        CocoganError: the file is in neither place, so the installation is incomplete.
    """
    for root in (PACKAGE, PACKAGE.parent):  # wheel first: hatch's force-include puts both folders into the package
        path = root / name
        if path.exists():
            return path
    raise CocoganError(f"{name} is missing from the installation at {PACKAGE}: install the package again")
