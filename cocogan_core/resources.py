"""Finds the files that travel with the program: shaders and assets."""

from pathlib import Path

from cocogan_core.errors import CocoganError

__all__ = ["resource"]

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
