"""Where the user has been: undo, the filmstrip, and the way between two rooms. Asks the pipeline what is made."""

from itertools import count

from viewer.rendering.thumbnails import Filmstrip
from viewer.state.history import History
from viewer.state.interpolation import Morph
from viewer.state.latents import Latents
from viewer.streaming.streamer import PatchStreamer

__all__ = ["Visits"]

LONGEST_STEP_S = 0.2  # of a morph: a slow generator slows it down rather than makes it jump


class Visits:
    """Of one checkpoint; call :meth:`follow` once a frame with the room that is shown."""

    def __init__(self, filmstrip: Filmstrip, room: Latents) -> None:
        """Begin in a room."""
        self.filmstrip, self.history = filmstrip, History((room,))
        self.morph: Morph | None = None
        self._gestures = count(1)
        self._gesture = 0
        self._filmed: tuple[int, bool] | None = None
        self._moved_s = 0.0

    @property
    def present(self) -> int:
        """Place of the present room in the filmstrip, −1 if it is not there."""
        found = self.filmstrip.find(self.history.present)
        return -1 if found is None else found

    @property
    def target(self) -> int:
        """Place of the room that the morph leads to."""
        found = None if self.morph is None else self.filmstrip.find(self.morph.b)
        return -1 if found is None else found

    def follow(self, room: Latents, pipeline: PatchStreamer, *, held: bool) -> bool:
        """Note what is shown; ``held``: a mouse button is down. Whether the filmstrip changed."""
        playing = self.morph is not None and self.morph.playing
        if not (held or playing):
            self._gesture = 0
        elif not self._gesture:
            self._gesture = next(self._gestures)
        self._keep_the_last(room, pipeline)
        self.history = self.history.shown(room, self._gesture)
        if held or playing or not pipeline.complete:
            return False
        state = (pipeline.generation, pipeline.share == 1)
        if state == self._filmed:
            return False
        self._filmed = state
        self.filmstrip.show(room, pipeline.pixels())
        return True

    def undo(self) -> Latents:
        """The room before, which is the present one now."""
        self._rest()
        self.history = self.history.undone()
        return self.history.present

    def redo(self) -> Latents:
        """The room that was undone."""
        self._rest()
        self.history = self.history.redone()
        return self.history.present

    def visit(self, index: int) -> Latents:
        """A room of the filmstrip."""
        self._rest()
        return self.filmstrip.rooms[index]

    def aim(self, index: int) -> None:
        """Choose a room of the filmstrip as the end of a way from the present one."""
        target = self.filmstrip.rooms[index]
        self.morph = Morph(self.history.present, target) if target != self.history.present else None

    def scrub(self, share: float) -> Latents:
        """So far along the way; there must be one."""
        assert self.morph is not None
        self.morph = self.morph.scrubbed(share)
        return self.morph.room()

    def play(self, now_s: float) -> None:
        """Start or stop on the way, if there is one."""
        if self.morph is not None:
            self.morph = self.morph.stopped() if self.morph.playing else self.morph.started()
            self._moved_s = now_s

    def move(self, now_s: float, pipeline: PatchStreamer) -> Latents | None:
        """The next room on the way, once the one before is on the screen; None if there is nothing to do.

        A room whose patches are not awaited would never be seen: the next one makes them void.
        """
        if self.morph is None or not self.morph.playing or not pipeline.complete:
            return None
        self.morph = self.morph.step(min(now_s - self._moved_s, LONGEST_STEP_S))
        self._moved_s = now_s
        return self.morph.room()

    def _keep_the_last(self, room: Latents, pipeline: PatchStreamer) -> None:
        """Before the pipeline turns to another room: all that was made of the last one, for its thumbnail."""
        last = self.history.present
        if room != last and self._filmed == (pipeline.generation, False):
            self._filmed = None
            self.filmstrip.show(last, pipeline.pixels())

    def _rest(self) -> None:
        if self.morph is not None:
            self.morph = self.morph.stopped()
