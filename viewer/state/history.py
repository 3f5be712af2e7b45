"""Undo and redo of the room, and which rooms have been visited. Pure."""

from dataclasses import dataclass, replace
from typing import Self

from viewer.state.latents import Latents

__all__ = ["History"]

MOST_STEPS = 200


@dataclass(frozen=True)
class History:
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

    def shown(self, latents: Latents, gesture: int) -> Self:
        """The room has become ``latents``; what was undone is forgotten. ``gesture`` 0 is always a step of its own."""
        if latents == self.present:
            return self
        kept = self.rooms[: self.at + 1]
        if gesture and gesture == self.gesture and self.can_undo:
            kept = kept[:-1]
        rooms = (*kept, latents)[-MOST_STEPS:]
        return replace(self, rooms=rooms, at=len(rooms) - 1, gesture=gesture)

    def undone(self) -> Self:
        """One step back."""
        return replace(self, at=max(self.at - 1, 0), gesture=0)

    def redone(self) -> Self:
        """One step forward again."""
        return replace(self, at=min(self.at + 1, len(self.rooms) - 1), gesture=0)
