"""Which levels of detail are on the screen: level 0 always, the one that the view needs, and the one before it.

A coarser level shows where a finer one is not there yet. The level before stays until the new one is complete, and then
fades, so that nothing blurs or pops when the level changes.
"""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.camera.detail import choose_level, slots_like, slots_needed, texels_per_pixel
from viewer.camera.look import Look
from viewer.camera.visibility import Area, fits
from viewer.rendering.atlas import AtlasWindow
from viewer.rendering.level_atlas import FADE_S, LevelAtlas
from viewer.rendering.renderer import FineLevel, Renderer
from viewer.streaming.level_window import LevelWindow

__all__ = ["Clipmap"]

Cell = tuple[int, int]


class Clipmap:
    """Call :meth:`follow` and later :meth:`settle` once a frame.

    Attributes:
        base: level 0.
        fine: the finer level that the view needs; None if it needs none.
        former: the finer one that was shown before, while it still is.
        forced: show this level, whatever the view needs; None for what it needs.
    """

    def __init__(self, renderer: Renderer, window: AtlasWindow, projection: Projection) -> None:
        """Only level 0, whose window this is."""
        self.base = LevelWindow(window, renderer)
        self.fine: LevelWindow | None = None
        self.former: LevelWindow | None = None
        self.forced: int | None = None
        self._renderer, self._projection = renderer, projection
        self._was_complete = False
        self._faded_s: float | None = None  # since when the former level fades

    @property
    def grid(self) -> PatchGrid:
        """How the panorama is cut on level 0; knows all levels."""
        return self.base.window.grid

    @property
    def level(self) -> int:
        """Which the view needs."""
        return self.fine.level if self.fine else 0

    def shows_only(self, revision: int) -> bool:
        """Whether level 0 is all that is shown, and all of it has pixels of this revision."""
        contents = self.base.contents().values()
        complete = len(contents) == self.grid.rows * self.grid.columns
        return complete and not (self.fine or self.former) and all(shown == revision for shown, _ in contents)

    def follow(self, view: Look, screen_px: tuple[int, int], now_s: float) -> None:
        """Choose the level for a view on a screen, and move every window there."""
        level = self._level_for(view, screen_px)
        if level != self.level:
            self._change(level, screen_px)
        elif self.fine is not None:
            self._grow(self.fine, screen_px, now_s)
        for held in (self.base, self.fine, self.former):
            if held is not None:
                held.follow(view, self._projection)
        base = texels_per_pixel(view, screen_px, self.grid.width_px, self._projection)
        self._renderer.sharp_fine = base * 2**level < 1

    def foresee(self, view: Look, screen_px: tuple[int, int]) -> tuple[int, Area]:
        """The level that a view would need, and what that level's window would show."""
        level = self._level_for(view, screen_px)
        held = self.fine if level else self.base
        if held is None or held.level != level:
            window = self._renderer.window_of(self.grid, level, self._slots(level, screen_px))
        else:
            window = held.window
        return level, window.follow(view, self._projection).area

    def renew(self, cells: AbstractSet[Cell], revision: int, now_s: float, *, fades: bool) -> None:
        """A newer room has come to these patches of level 0: what shows an older one over them goes."""
        for held in (self.fine, self.former):
            if held is not None:
                atlas = _atlas(held)
                for slot in held.older(revision, cells, held.level):
                    if fades:
                        atlas.fade_out(slot, now_s)
                    else:
                        atlas.clear(slot)

    def settle(self, view: Look, now_s: float, *, complete: bool, fades: bool) -> bool:
        """Tell the renderer what to draw; whether the former level goes on fading.

        ``complete``: all that is wanted of the view's level is there.
        """
        self._was_complete = complete
        if complete and self.former is not None and self._faded_s is None:
            self._faded_s = now_s + FADE_S  # when all of the new level has faded in
        if self.former is not None and self._faded_s is not None:
            way = (now_s - self._faded_s) / FADE_S if fades else 1.0
            self.former.opacity = 1 - min(max(way, 0.0), 1.0)
            if way >= 1:
                self._close_former()
        levels = [held for held in (self.fine, self.former) if held is not None]
        ordered = sorted(levels, key=lambda held: held.level)
        self._renderer.fine = tuple(FineLevel(_atlas(held), held.window, held.opacity) for held in ordered)
        self._renderer.covered = complete and self.former is None and self._fits(view)
        return self.former is not None and self._faded_s is not None

    def _level_for(self, view: Look, screen_px: tuple[int, int]) -> int:
        if self.forced is not None:
            return min(self.forced, self.grid.levels - 1)
        return choose_level(view, screen_px, self.grid, self._projection, self.level)

    def _fits(self, view: Look) -> bool:
        if self.fine is None:
            return False
        area: Area = self.fine.window.area
        return fits(view, self.grid, self._projection, level=self.fine.level, within=area)

    def _change(self, level: int, screen_px: tuple[int, int]) -> None:
        """Another level is needed; the one that showed most stays under or over it for a while."""
        present, former = self.fine, self.former
        if former is not None and former.level == level:  # back again
            self.fine, self.former, former = former, present, None
        else:
            self.fine = self._open(level, screen_px) if level else None
            if present is not None and (self._was_complete or former is None):
                self.former = present
            elif present is not None:
                former = present
        if former is not None and former is not self.former:
            self._renderer.close_level(_atlas(former))
        for held in (self.fine, self.former):
            if held is not None:
                held.opacity = 1.0
        self._faded_s, self._was_complete = None, False

    def _open(self, level: int, screen_px: tuple[int, int]) -> LevelWindow:
        window = self._renderer.window_of(self.grid, level, self._slots(level, screen_px))
        return LevelWindow(window, self._renderer.open_level(window))

    def _slots(self, level: int, screen_px: tuple[int, int]) -> tuple[int, int]:
        rows, columns = slots_needed(screen_px, self.grid.at_level(level))
        return slots_like(self.base.window.rows, rows), slots_like(self.base.window.columns, columns)

    def _grow(self, held: LevelWindow, screen_px: tuple[int, int], now_s: float) -> None:
        """On a larger screen: a larger atlas with the same patches."""
        rows, columns = self._slots(held.level, screen_px)
        rows, columns = max(rows, held.window.rows), max(columns, held.window.columns)
        window = self._renderer.window_of(self.grid, held.level, (rows, columns))
        if (window.rows, window.columns) == (held.window.rows, held.window.columns):
            return
        window = replace(window, top=min(held.window.top, window.grid.rows - window.rows), left=held.window.left)
        larger, atlas = LevelWindow(window, self._renderer.open_level(window)), _atlas(held)
        for slot, (revision, cell) in held.contents().items():
            larger.upload(cell, revision, atlas.pixels(slot), now_s - FADE_S, fade=False)
        self._renderer.close_level(atlas)
        self.fine = larger

    def _close_former(self) -> None:
        if self.former is not None:
            self._renderer.close_level(_atlas(self.former))
        self.former = self._faded_s = None


def _atlas(held: LevelWindow) -> LevelAtlas:
    assert isinstance(held.atlas, LevelAtlas)
    return held.atlas
