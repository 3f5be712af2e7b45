"""The models that come with the program, by the families of rooms that they make."""

from pathlib import Path
from typing import Literal, get_args

from cocogan_core.files import resource

__all__ = ["Family", "model_path", "shipped_model", "shipped_models"]

Family = Literal["furnished", "plain"]
FILES: dict[Family, str] = {"furnished": "assets/furnished.safetensors", "plain": "assets/rooms.safetensors"}


def shipped_model(family: Family = "furnished") -> Path:
    """The file of a model.

    Raises:
        CocoganError: it is missing, so the installation is incomplete.
    """
    return resource(FILES[family])


def shipped_models() -> list[Path]:
    """The files of all families; raises as :func:`shipped_model`."""
    return [shipped_model(family) for family in get_args(Family)]


def model_path(named: Path | str | None) -> Path:
    """The file that a command means: what is ``named``, or the shipped model of that family; the furnished without.

    A file called as a family goes first.

    Raises:
        CocoganError: as :func:`shipped_model`.
    """
    if named is None:
        return shipped_model()
    return next(
        (shipped_model(family) for family in get_args(Family) if str(named) == family and not Path(named).exists()),
        Path(named),
    )
