"""What takes many frames: an export, making all of a room to compare it, looking for the room of a picture."""

from collections.abc import Callable
from pathlib import Path

from cocogan_core.errors import CocoganError
from viewer.camera.camera import View
from viewer.export.export import GATHERED, Export, ExportSettings, Kind, Steps, gather, level_for_export
from viewer.rendering.snapshot import Snapshot
from viewer.session.room_guide import RoomGuide
from viewer.streaming.guide_process import GuideTask
from viewer.streaming.streamer import PatchStreamer
from viewer.ui.view_model import Notice, Severity

__all__ = ["BackgroundJob"]


class BackgroundJob:
    """At most one job at a time; a new one ends the one before.

    Attributes:
        held: the room that is kept to compare others with, if one is.
        divider: how much of the view shows it, from the left.
        guide: the search for the room of a picture, while it goes on.
    """

    def __init__(self, streamer: PatchStreamer, take_snapshot: Callable[[int], Snapshot]) -> None:
        """Nothing to do yet; ``take_snapshot`` is called when the streamer has made the whole room."""
        self.held: Snapshot | None = None
        self.divider = 0.5
        self._streamer, self._take_snapshot = streamer, take_snapshot
        self._level = level_for_export(streamer.grid)
        self.guide: RoomGuide | None = None
        self._export: Export | None = None
        self._gathering: Steps | None = None
        self._share_gathered = 0.0

    @property
    def progress(self) -> tuple[str, float] | None:
        """What is being done, and the share that is; None at rest."""
        if self._export is not None:
            return self._export.stage, self._export.share
        if self.guide is not None:
            return f"a room like {self.guide.task.photo.name}", self.guide.share
        return None if self._gathering is None else ("making the rest of the room", self._share_gathered)

    def export(
        self, kind: Kind, out: Path, view: View, size_px: tuple[int, int], settings: ExportSettings | None = None
    ) -> None:
        """Begin an export of the present room; raises as :class:`Export`."""
        self.cancel()
        self._export = Export(
            kind,
            out,
            view,
            size_px,
            streamer=self._streamer,
            take_snapshot=self._take_snapshot,
            level=self._level,
            settings=settings,
        )

    def look_for_room(self, task: GuideTask) -> None:
        """Begin to look for the room that answers to a picture; raises as :class:`RoomGuide`."""
        self.cancel()
        self.guide = RoomGuide(task)

    def toggle_comparison(self) -> None:
        """Begin to hold the present room, or let go of the one that is held."""
        if self.held is None:
            self.cancel()
            self._gathering = gather(self._streamer, self._level)
        else:
            self.end_comparison()

    def end_comparison(self) -> None:
        """Compare no more."""
        if self.held is not None:
            self.held.close()
            self.held = None

    def take_over(self, former: "BackgroundJob") -> None:
        """Hold what a session that ends has held: rooms of two models, or a room and a photograph, are compared so."""
        self.held, self.divider, former.held = former.held, former.divider, None

    def move_divider(self, share: float) -> None:
        """Show the held room in so much of the view."""
        self.divider = min(max(share, 0.0), 1.0)

    def cancel(self) -> None:
        """Give up what is being done."""
        for work in (self._export, self._gathering, self.guide):
            if work is not None:
                work.close()
        self._export = self._gathering = self.guide = None

    def step(self) -> Notice | None:
        """Go on for a moment; what there is to tell the user when the job has ended, well or not."""
        try:
            return self._step()
        except CocoganError as error:
            self.cancel()
            return Notice(str(error), Severity.ERROR)

    def _step(self) -> Notice | None:
        if self._export is not None:
            self._export.step()
            if self._export.done:
                out, self._export = self._export.out, None
                return Notice(f"saved {out}")
        elif self._gathering is not None:
            share = next(self._gathering, None)
            if share is None:
                self._gathering, self.held = None, self._take_snapshot(self._level)
            else:
                self._share_gathered = share / GATHERED
        elif self.guide is not None:
            self.guide.step()
        return None

    def close(self) -> None:
        """Give up everything."""
        self.cancel()
        self.end_comparison()
