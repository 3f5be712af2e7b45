"""What lies over the view: panels, lists, questions; which are open, and in which order Esc closes them."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from pyglet.window import BaseWindow

from viewer.session.file_asker import FileAsker
from viewer.session.tour import Tour
from viewer.session.workspace import Workspace

__all__ = ["Overlay", "Overlays"]

# bare: no panels; losing: the question whether an export may be lost
Overlay = Literal["xray", "keys", "bare", "gallery", "losing"]


class Overlays:
    """Of one window.

    Attributes:
        shown: what is open and not remembered from one start to the next.
        close_popup: closes an open menu or list of the panels'; False if there is none.
    """

    def __init__(
        self, window: BaseWindow, workspace: Workspace, files: FileAsker, tour: Tour, *, headless: bool
    ) -> None:
        """Nothing lies over the view yet; without a display (``headless``) there is no full screen."""
        self.shown: set[Overlay] = set()
        self.close_popup: Callable[[], bool] = lambda: False
        self._window, self._workspace, self._files, self._tour = window, workspace, files, tour
        self._headless = headless

    def toggle(self, overlay: Overlay) -> None:
        """Open it, or close it."""
        self.shown ^= {overlay}

    def toggle_panel(self, name: Literal["panel", "details", "visited"]) -> None:
        """Open a panel, or close it; the next start has it so too."""
        settings = self._workspace.settings
        if name != "details":  # which is in the panel
            self.shown.discard("gallery")
        changed: dict[str, Any] = {name: not getattr(settings, name)}
        self._workspace.settings = replace(settings, **changed)

    def change_side(self) -> None:
        """The room's panel to the other side of the window, and what is docked there to this one."""
        settings = self._workspace.settings
        position = (1.0 if settings.side == "left" else 0.0, settings.room_position[1])
        self._workspace.settings = settings.with_panel("room", position)

    def keep_job(self) -> None:
        """Ask no more whether it may be lost."""
        self.shown.discard("losing")

    def cancel_job(self) -> None:
        """It may."""
        self.keep_job()
        self._workspace.session.job.cancel()

    def toggle_full_screen(self) -> None:
        """The whole screen, or a window again."""
        if not self._headless:
            self._window.set_fullscreen(not self._window.fullscreen)

    def leave(self) -> None:
        """Close what is open, the innermost first; the window itself stays."""
        if self.close_popup():
            return
        if self._workspace.offered is not None:
            self._workspace.offered = None
        elif "losing" in self.shown or self._files.question:
            self.keep_job()
            self._files.cancel()
        elif self.shown & {"keys", "gallery"}:
            self.shown -= {"keys", "gallery"}
        elif not self._leave_work():
            self._leave_view()

    def _leave_work(self) -> bool:
        """End what goes on by itself; False if nothing does."""
        job = self._workspace.session.job
        if job.guide is not None:
            job.cancel()  # the best room so far stays
        elif job.progress is not None:
            self.shown.add("losing")
        elif self._tour.on:
            self._tour.toggle(time.monotonic())
        elif job.held is not None:
            job.end_comparison()
        else:
            return False
        return True

    def _leave_view(self) -> None:
        settings = self._workspace.settings
        if self.shown & {"xray", "bare"}:
            self.shown -= {"xray", "bare"}
        elif settings.panel or settings.visited:
            self._workspace.settings = replace(settings, panel=False, visited=False)
        elif self._window.fullscreen:
            self._window.set_fullscreen(False)
