"""Picture files in an LMDB folder, as LSUN distributes its categories (paper §3.1): keys, and the files under them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cocogan_core.data.sources.image_io import UnusablePicture
from cocogan_core.errors import ConfigError, DataError

__all__ = ["LmdbPicture", "is_lmdb", "lmdb_pictures"]

FILE = "data.mdb"


@dataclass(frozen=True)
class LmdbPicture:
    """The picture file under one key of an LMDB folder."""

    folder: Path
    key: bytes

    def read(self) -> bytes:
        """All of it.

        Raises:
            UnusablePicture: there is no such key any more.
        """
        with _environment(self.folder).begin() as transaction:
            content = transaction.get(self.key)
        if content is None:
            raise UnusablePicture("is no longer in its LMDB folder")
        return bytes(content)


def is_lmdb(folder: Path) -> bool:
    """Whether a folder is an LMDB environment."""
    return (folder / FILE).is_file()


def lmdb_pictures(folder: Path) -> list[LmdbPicture]:
    """Every key of an LMDB folder, in its own order; nothing is read but keys.

    Raises:
        ConfigError: the package lmdb is not installed.
        DataError: the folder is no LMDB environment, or is damaged.
    """
    with _environment(folder).begin() as transaction:
        return [LmdbPicture(folder, bytes(key)) for key in transaction.cursor().iternext(keys=True, values=False)]


@lru_cache(maxsize=4)
def _environment(folder: Path) -> Any:  # noqa: ANN401 (lmdb has no types)
    """Kept open, one a process."""
    try:
        import lmdb
    except ImportError as error:
        raise ConfigError(f"{folder} needs the package lmdb: pip install 'cocogan-panorama[lsun]'") from error
    try:
        return lmdb.open(str(folder), readonly=True, lock=False, readahead=False)
    except lmdb.Error as error:
        raise DataError(f"{folder} cannot be read as LMDB ({error}); download or unpack it again") from error
