"""Which patches of which levels views sample, as far as the clipmap has slots for them."""

from cocogan_core.geometry.projection import Projection
from viewer.camera.look import Look
from viewer.camera.visibility import Area, visible_patches
from viewer.streaming.clipmap import Clipmap

__all__ = ["VisibleSet"]

Patch = tuple[int, int, int]


class VisibleSet:
    """Works a view's patches out again only when it, or a window of slots, has moved."""

    def __init__(self, levels: Clipmap, projection: Projection) -> None:
        """Nothing is known yet."""
        self._levels, self._projection = levels, projection
        self._key: tuple[object, ...] = ()
        self._known: list[Patch] = []

    def of(self, view: Look) -> list[Patch]:
        """What the view samples of level 0, and then of the level that is shown, each from its centre outward."""
        base, fine = self._levels.base, self._levels.fine
        key = view, base.window, fine and fine.window
        if key != self._key:
            self._key = key
            area = fine.window.area if fine else base.window.area
            self._known = self._patches(view, self._levels.level, area)
        return self._known

    def ahead(self, view: Look, screen_px: tuple[int, int]) -> list[Patch]:
        """The same of a view to come, with the level and the windows as they will be then."""
        return self._patches(view, *self._levels.foresee(view, screen_px))

    def _patches(self, view: Look, level: int, area: Area) -> list[Patch]:
        grid, base = self._levels.grid, self._levels.base.window
        found = [(0, *cell) for cell in visible_patches(view, grid, self._projection) if base.holds(cell)]
        if level:
            fine = visible_patches(view, grid, self._projection, level=level, within=area)
            found += [(level, *cell) for cell in fine]
        return found
