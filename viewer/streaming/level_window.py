"""What one level of detail has on the screen: its window of slots, and which patch of which room is in each."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.projection import Projection
from viewer.camera.look import Look
from viewer.rendering.atlas import AtlasWindow

__all__ = ["Atlas", "LevelWindow"]

Cell = tuple[int, int]
Patch = tuple[int, int, int]
Slot = tuple[int, int]
Pixels = NDArray[np.uint8]


class Atlas(Protocol):
    """What is needed of an atlas on the graphics card."""

    def upload(self, slot: Slot, pixels: Pixels, now_s: float, *, fade: bool) -> None:
        """Put a patch (s, s, 3) into a slot; with ``fade`` what the slot shows now fades out under it."""

    def clear(self, slot: Slot) -> None:
        """Empty a slot at once."""

    def mark(self, tints: Mapping[Slot, tuple[int, int, int, int]], seams: Mapping[Slot, tuple[float, float]]) -> None:
        """Set what the X-ray shows: a colour over each slot, and the contrast of its right and lower borders."""


class LevelWindow:
    """Follows the camera; knows the revision and the patch in each slot.

    Attributes:
        window: which part of the level the slots show.
        atlas: where they are shown.
        opacity: of the whole level.
    """

    def __init__(self, window: AtlasWindow, atlas: Atlas) -> None:
        """Nothing is shown yet."""
        self.window, self.atlas, self.opacity = window, atlas, 1.0
        self._owners: dict[Slot, tuple[int, Cell]] = {}

    @property
    def level(self) -> int:
        """Which level it is."""
        return self.window.level

    def follow(self, view: Look, projection: Projection) -> None:
        """Move the window to the view's middle; slots that come to stand for another patch are emptied."""
        moved = self.window.follow(view, projection)
        if moved.area != self.window.area:
            self.window = moved
            for slot, (_, cell) in list(self._owners.items()):
                if not moved.holds(cell):
                    del self._owners[slot]
                    self.atlas.clear(slot)

    def patches(self) -> list[Patch]:
        """All that it has slots for."""
        return [(self.level, *cell) for cell, _ in self.window.cells()]

    def revision_of(self, cell: Cell) -> int | None:
        """The revision whose pixels show a patch; None if nothing does."""
        revision, owner = self._owners.get(self.window.slot(cell), (0, None))
        return revision if owner == cell else None

    def contents(self) -> dict[Slot, tuple[int, Cell]]:
        """Revision and patch of each slot that shows something."""
        return dict(self._owners)

    def upload(self, cell: Cell, revision: int, pixels: Pixels, now_s: float, *, fade: bool) -> None:
        """Show a patch that it has a slot for."""
        slot = self.window.slot(cell)
        self.atlas.upload(slot, pixels, now_s, fade=fade)
        self._owners[slot] = (revision, cell)

    def older(self, revision: int, cells: AbstractSet[Cell], coarser: int) -> list[Slot]:
        """Disown, and name, the slots that show an older revision over ``cells`` of a level so many levels coarser."""
        found = [
            slot
            for slot, (known, (row, column)) in self._owners.items()
            if known < revision and (row >> coarser, column >> coarser) in cells
        ]
        for slot in found:
            del self._owners[slot]
        return found
