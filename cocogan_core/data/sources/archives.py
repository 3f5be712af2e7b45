"""Files in a folder and in its zip archives, read alike; nothing is unpacked to disk."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cocogan_core.data.sources.budgets import MOST_FILE_BYTES
from cocogan_core.data.sources.image_io import UnusablePicture
from cocogan_core.files import read_limited

__all__ = ["Member", "members"]


# What zipfile and its decompressors raise for damage: RuntimeError for encrypted members, NotImplementedError for
# methods and versions that it does not know.
SMALL_BYTES, MOST_RATIO = 1 << 20, 100  # pictures are packed already, and hardly shrink at all
BROKEN = (OSError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, NotImplementedError)


@dataclass(frozen=True, order=True)
class Member:
    """A file, or a member ``inside`` the zip archive ``path``."""

    path: Path
    inside: str = ""

    @property
    def name(self) -> str:
        """Its path with forward slashes; inside an archive, the member's path after the archive's folder."""
        return (self.path.parent / self.inside).as_posix() if self.inside else self.path.as_posix()

    def read(self) -> bytes:
        """All of it.

        Raises:
            UnusablePicture: it cannot be read, or the archive is damaged there.
        """
        try:
            return self._unpack() if self.inside else read_limited(self.path, MOST_FILE_BYTES)
        except (*BROKEN, ValueError, KeyError) as error:
            raise UnusablePicture(f"cannot be read: {error}") from error

    def _unpack(self) -> bytes:
        """As many bytes as the archive says, unless that is far more than what it holds of them."""
        archive = _archive(self.path)
        stated = archive.getinfo(self.inside)
        if stated.file_size > min(MOST_FILE_BYTES, SMALL_BYTES + MOST_RATIO * stated.compress_size):
            raise ValueError(f"{stated.file_size} bytes packed into {stated.compress_size}; no picture packs so well")
        return archive.read(self.inside)


def members(root: Path) -> Iterator[Member | tuple[Path, str]]:
    """Every file under ``root`` (or in it, if it is a zip file itself), sorted, those in folders first.

    A damaged archive is given as (path, reason).
    """
    paths = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else [root]
    archives = [path for path in paths if path.suffix.lower() == ".zip"]
    yield from (Member(path) for path in paths if path.suffix.lower() != ".zip")
    for path in archives:
        try:
            names = sorted(_archive(path).namelist())
        except (*BROKEN, ValueError) as error:
            yield path, f"cannot be read as a zip archive: {error}"
        else:
            yield from (Member(path, name) for name in names if not name.endswith("/"))


@lru_cache(maxsize=16)
def _archive(path: Path) -> zipfile.ZipFile:
    """Kept open: reading an archive's list anew for each member would cost more than the member."""
    return zipfile.ZipFile(path)
