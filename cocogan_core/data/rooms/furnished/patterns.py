"""How patterns on the fronts of furniture repeat, as ``shaders/furnished_surface.glsl`` draws them. Numpy only."""

from dataclasses import replace

from cocogan_core.data.rooms.primitives import BLIND, BOOKS, BRICK, DOORS, DRAWERS, FIRE, PICTURE
from cocogan_core.geometry.objects import Tiling

__all__ = ["tiling_of"]

# Whole fronts but where something repeats, in tiles of so many units that texels are about a centimetre wide: of a
# shelf 32 books, however many there are; a wardrobe's doors in pairs.
OF_MATERIAL = {
    BOOKS: Tiling(row="", unit_m=(0.040, 0.0), units=(32, 1), fitted=True),
    DOORS: Tiling(row="", unit_m=(0.84, 0.0), fitted=True),
    BRICK: Tiling(row="", unit_m=(0.24, 0.08), units=(3, 8)),
    DRAWERS: Tiling(row=""), FIRE: Tiling(row=""), PICTURE: Tiling(row=""),
    BLIND: Tiling(row="", unit_m=(0.0, 0.045), units=(1, 16)),
}  # fmt: skip
OF_GROUP = {
    "blind": OF_MATERIAL[BLIND], "curtain": Tiling(row=""), "door": Tiling(row=""),
    "panelling": Tiling(row="", unit_m=(0.62, 0.0)),
    "rug": Tiling(row="", unit_m=(0.17, 0.17), units=(4, 4)),
}  # fmt: skip


def tiling_of(row: str, group: str, material: int) -> Tiling | None:
    """That of a row of objects of a ``group``, of a kind of ``material``, if it has a pattern."""
    found = OF_GROUP.get(group) or OF_MATERIAL.get(material)
    return None if found is None else replace(found, row=row)
