"""Files that are either whole or as they were, whatever happens meanwhile. Knows no format.

Finds the files that travel with the program: shaders and assets.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cocogan_core.errors import CocoganError

__all__ = ["replacing", "resource"]


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the place of ``path`` at the end, once it is on the disk; missing folders are made.

    If anything is raised meanwhile, ``path`` stays as it was and nothing is left beside it.

    Raises:
        OSError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # else a power cut could leave the new name with nothing in it
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Path of a shipped file such as ``"shaders/view.frag"``, in a wheel, an editable install or a clone.

    Raises:
        CocoganError: the file is in neither place, so the installation is incomplete.
    """
    for root in (_PACKAGE, _PACKAGE.parent):  # wheel first: hatch's force-include puts both folders into the package
        path = root / name
        if path.exists():
            return path
    raise CocoganError(f"{name} is missing from the installation at {_PACKAGE}: install the package again")
