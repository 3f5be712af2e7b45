"""Where the user has been: undo and redo, the thumbnails of visited rooms, and the morph between two of them."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from viewer.rendering.thumbnails import Filmstrip
from viewer.state.interpolation import Morph
from viewer.state.latents import Latents

__all__ = ["RoomHistory", "UndoStack"]

MOST_STEPS = 200
LONGEST_STEP_S = 0.2  # of a morph: a slow generator slows it down rather than makes it jump


@dataclass(frozen=True)
class UndoStack:
    """Rooms in the order in which they were shown; ``at`` is the present one.

    Changes of one ``gesture`` (a slider's drag, a morph) are one step: undo goes back to before it.
    """

    rooms: tuple[Latents, ...]
    at: int = 0
    gesture: int = 0

    @property
    def present(self) -> Latents:
        """The room that is shown."""
        return self.rooms[self.at]

    @property
    def can_undo(self) -> bool:
        """Whether there is a room before."""
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        """Whether a step was undone."""
        return self.at + 1 < len(self.rooms)

    def push(self, latents: Latents, gesture: int) -> Self:
        """The room has become ``latents``; what was undone is forgotten. ``gesture`` 0 is always a step of its own."""
        if latents == self.present:
            return self
        kept = self.rooms[: self.at + 1]
        if gesture and gesture == self.gesture and self.can_undo:
            kept = kept[:-1]
        rooms = (*kept, latents)[-MOST_STEPS:]
        return replace(self, rooms=rooms, at=len(rooms) - 1, gesture=gesture)

    def undo(self) -> Self:
        """One step back."""
        return replace(self, at=max(self.at - 1, 0), gesture=0)

    def redo(self) -> Self:
        """One step forward again."""
        return replace(self, at=min(self.at + 1, len(self.rooms) - 1), gesture=0)


class MadePatches(Protocol):
    """What the history asks of the streamer."""

    @property
    def revision(self) -> int:
        """Numbers the z that is shown."""

    @property
    def complete(self) -> bool:
        """Whether everything visible is on the screen."""

    @property
    def share(self) -> float:
        """Share of the panorama that is made."""

    def pixels(self) -> Mapping[tuple[int, int], NDArray[np.uint8]]:
        """Every patch that is made."""


class RoomHistory:
    """The visited rooms of one session; call :meth:`follow` once a frame with the room that is shown."""

    def __init__(self, filmstrip: Filmstrip, room: Latents) -> None:
        """Begin in a room."""
        self.filmstrip, self.steps = filmstrip, UndoStack((room,))
        self.morph: Morph | None = None
        self._gestures = count(1)
        self._gesture = 0
        self._thumbnail_of: tuple[int, bool] | None = None  # revision, and whether all of it was made
        self._moved_s = 0.0
        self._on_the_way: deque[Latents] = deque(maxlen=8)  # rooms that the morph has led to, which are no detours

    @property
    def present(self) -> int:
        """Place of the present room in the filmstrip, −1 if it is not there."""
        found = self.filmstrip.find(self.steps.present)
        return -1 if found is None else found

    @property
    def target(self) -> int:
        """Place of the room that the morph leads to, −1 if there is none."""
        found = None if self.morph is None else self.filmstrip.find(self.morph.b)
        return -1 if found is None else found

    def follow(self, room: Latents, streamer: MadePatches, *, dragging: bool) -> None:
        """Note which room is shown, before the streamer turns to it; ``dragging``: a mouse button is down."""
        playing = self.morph is not None and self.morph.playing
        if not (dragging or playing):
            self._gesture = 0
        elif not self._gesture:
            self._gesture = next(self._gestures)
        self._renew_last_thumbnail(room, streamer)
        self._begin_morph_here(room)
        self.steps = self.steps.push(room, self._gesture)
        if dragging or playing or not streamer.complete:
            return
        state = (streamer.revision, streamer.share == 1)
        if state != self._thumbnail_of:
            self._thumbnail_of = state
            self.filmstrip.add(room, streamer.pixels())

    def undo(self) -> Latents:
        """The room before, which is the present one now."""
        self._stop_morph()
        self.steps = self.steps.undo()
        return self.steps.present

    def redo(self) -> Latents:
        """The room that was undone."""
        self._stop_morph()
        self.steps = self.steps.redo()
        return self.steps.present

    def visit(self, index: int) -> Latents:
        """A room of the filmstrip."""
        self._stop_morph()
        return self.filmstrip.rooms[index]

    def morph_to(self, index: int) -> None:
        """Choose a room of the filmstrip as the end of a morph from the present one."""
        target = self.filmstrip.rooms[index]
        self.morph = Morph(self.steps.present, target) if target != self.steps.present else None

    def scrub(self, share: float) -> Latents:
        """The room at that share of the morph; there must be one."""
        assert self.morph is not None
        self.morph = self.morph.scrub(share)
        self._on_the_way.append(self.morph.room())
        return self._on_the_way[-1]

    def toggle_morph(self, now_s: float) -> None:
        """Play or stop the morph, if there is one."""
        if self.morph is not None:
            self.morph = self.morph.stop() if self.morph.playing else self.morph.start()
            self._moved_s = now_s

    def next_morph_room(self, now_s: float, streamer: MadePatches) -> Latents | None:
        """The next room of a playing morph, once the one before is on the screen; None if there is nothing to do.

        A room whose patches are not awaited would never be seen: the next one makes them void.
        """
        if self.morph is None or not self.morph.playing or not streamer.complete:
            return None
        self.morph = self.morph.step(min(now_s - self._moved_s, LONGEST_STEP_S))
        self._moved_s = now_s
        self._on_the_way.append(self.morph.room())
        return self._on_the_way[-1]

    def _renew_last_thumbnail(self, room: Latents, streamer: MadePatches) -> None:
        """Before the streamer turns to another room: show all that was made of the last one in its thumbnail."""
        last = self.steps.present
        if room != last and self._thumbnail_of == (streamer.revision, False):
            self._thumbnail_of = None
            self.filmstrip.add(last, streamer.pixels())

    def _begin_morph_here(self, room: Latents) -> None:
        """The user went elsewhere: a morph leads to its end from there, and none of it is left of the old way."""
        if self.morph is not None and room not in (self.steps.present, *self._on_the_way):
            self.morph = Morph(room, self.morph.b) if room != self.morph.b else None

    def _stop_morph(self) -> None:
        if self.morph is not None:
            self.morph = self.morph.stop()
