"""What takes long and is done beside the frames: an export, or making all of a room to hold it for comparing."""

from pathlib import Path

from cocogan_core.errors import CocoganError
from viewer.export.export import GATHERED, Export, Kind, Steps, gathered
from viewer.rendering.snapshot import Snapshot
from viewer.session.host import Host

__all__ = ["BackgroundJob"]


class BackgroundJob:
    """At most one at a time; a new one ends the one before.

    ``held`` is the room that is kept to compare others with, ``wipe`` how much of the view shows it, from the left.
    """

    def __init__(self, host: Host) -> None:
        """Nothing to do yet."""
        self.held: Snapshot | None = None
        self.wipe = 0.5
        self._host = host
        self._export: Export | None = None
        self._gathering: Steps | None = None
        self._gathered = 0.0

    @property
    def progress(self) -> tuple[str, float] | None:
        """What is being done, and the share that is; None at rest."""
        if self._export is not None:
            return self._export.stage, self._export.share
        return None if self._gathering is None else ("making the rest of the room", self._gathered)

    def export(self, kind: Kind, out: Path, size_px: tuple[int, int]) -> None:
        """Begin an export of the present room and look; raises as :meth:`Export.start`."""
        self.cancel()
        export = Export(kind, out, self._host.controls.camera.look().view, size_px)
        self._export = export.start(self._host.pipeline, self._host.take_still)

    def hold(self) -> None:
        """Begin to hold the present room, or let go of the one that is held."""
        if self.held is None:
            self.cancel()
            self._gathering = gathered(self._host.pipeline)
        else:
            self.let_go()

    def let_go(self) -> None:
        """Compare no more."""
        if self.held is not None:
            self.held.close()
            self.held = None

    def compare(self, share: float) -> None:
        """Show the held room in so much of the view."""
        self.wipe = min(max(share, 0.0), 1.0)

    def cancel(self) -> None:
        """Give up what is being done."""
        for work in (self._export, self._gathering):
            if work is not None:
                work.close()
        self._export = self._gathering = None

    def step(self) -> bool:
        """Go on for a moment; whether there is something new to show of it. What goes wrong becomes the notice."""
        before = self.progress
        if before is None:
            return False
        try:
            self._step()
        except CocoganError as error:
            self._export = self._gathering = None
            self._host.notice = str(error)
        after = self.progress
        return after is None or round(after[1], 2) != round(before[1], 2)

    def _step(self) -> None:
        if self._export is not None:
            self._export.step()
            if self._export.done:
                self._host.notice, self._export = f"saved {self._export.out}", None
        elif self._gathering is not None:
            share = next(self._gathering, None)
            if share is None:
                self._gathering, self.held = None, self._host.take_still()
            else:
                self._gathered = share / GATHERED
