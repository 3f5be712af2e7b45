"""How rooms stand in their panoramas, by the index of a data set or a recipe for live rooms. Knows no pictures."""

from collections.abc import Mapping
from typing import Any

from cocogan_core.data.rooms.furnished.numbers import FURNISHED_SYMMETRY
from cocogan_core.geometry.symmetry import Front, RoomSymmetry

__all__ = ["front_of", "symmetry_of"]


def front_of(about: Mapping[str, Any]) -> Front:
    """Where yaw 0 lies: in the middle of the first pixel, unless the index says that it is at the left edge."""
    return "edge" if _recipe(about).get("front") == "edge" else "pixel"


def symmetry_of(about: Mapping[str, Any]) -> RoomSymmetry | None:
    """The symmetries by which rooms that were all set upright stand for every other one; None where they were not."""
    return FURNISHED_SYMMETRY if _recipe(about).get("upright") is True else None


def _recipe(about: Mapping[str, Any]) -> Mapping[str, Any]:
    """A data set keeps the recipe in its index; live rooms are nothing else."""
    recipe = about.get("recipe", about)
    return recipe if isinstance(recipe, Mapping) else {}
