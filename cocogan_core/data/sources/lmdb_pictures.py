"""Picture files in an LMDB folder, as LSUN distributes its categories (paper §3.1): keys, and the files under them.

LMDB maps its file into memory and trusts it: a damaged one can kill the process, so that keys are listed in another.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from cocogan_core.data.isolation import Died, Limits, map_isolated
from cocogan_core.data.sources.image_io import UnusablePicture
from cocogan_core.errors import ConfigError, DataError

__all__ = ["LmdbPicture", "is_lmdb", "lmdb_pictures"]

FILE = "data.mdb"
LIMITS = Limits(cpu_s=600)
LEAST_KEY_BYTES = 10  # of a page: eight of the node's own, and two of where it lies


@dataclass(frozen=True)
class LmdbPicture:
    """The picture file under one key of an LMDB folder."""

    folder: Path
    key: bytes

    def read(self) -> bytes:
        """All of it.

        Raises:
            UnusablePicture: there is no such key any more, or the folder is damaged.
            DataError: the folder is no LMDB environment any more.
        """
        import lmdb

        try:
            with _environment(self.folder).begin() as transaction:
                content = transaction.get(self.key)
        except lmdb.Error as error:
            raise UnusablePicture(f"cannot be read from its LMDB folder: {error}") from error
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
    (keys,) = map_isolated(read_keys, [folder], workers=1, limits=LIMITS)
    if isinstance(keys, Died):
        raise _damaged(folder, "the process that read it was killed")
    return [LmdbPicture(folder, key) for key in keys]


def read_keys(folder: Path) -> list[bytes]:
    """Every key, in a process that may die of a damaged folder; raises as :func:`lmdb_pictures`."""
    environment = _environment(folder)
    import lmdb

    most = (folder / FILE).stat().st_size // LEAST_KEY_BYTES
    try:
        with environment.begin() as transaction:
            found = transaction.cursor().iternext(keys=True, values=False)
            keys = [bytes(key) for key in islice(found, most + 1)]
    except lmdb.Error as error:
        raise _damaged(folder, error) from error
    if len(keys) > most:
        raise _damaged(folder, "it lists more keys than it can hold")
    return keys


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
        raise _damaged(folder, error) from error


def _damaged(folder: Path, why: object) -> DataError:
    return DataError(f"{folder} cannot be read as LMDB ({why}); download or unpack it again")
