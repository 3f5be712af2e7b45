"""What to make next: an explicit protocol once a frame, and a record of what is done, under way and wanted. Pure.

    planner.begin(generation) → planner.mark(patches, urgency) … → plan = planner.end()

``generation`` counts changes of z: patches of an older one are stale. Newest wins: what the last plan does not name is
no longer wanted, and the worker drops it between batches. No patch is made twice for the same generation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

__all__ = ["PatchScheduler", "Plan", "Urgency"]

Patch = tuple[int, int]


class Urgency(IntEnum):
    """Why a patch is wanted; smaller comes first."""

    MISSING = 0  # visible, nothing to show
    STALE = 1  # visible, an older z is on the screen
    SOON = 2  # the camera's motion leads there
    REST = 3  # the rest of the panorama, when there is nothing better to do


@dataclass(frozen=True)
class Plan:
    """Work in order, newest wins: it replaces the plan before."""

    generation: int
    patches: tuple[Patch, ...]


class PatchScheduler:
    """Keeps the books; raises RuntimeError on calls out of sequence."""

    def __init__(self) -> None:
        """Start with nothing done."""
        self.generation = -1
        self._done: set[Patch] = set()
        self._under_way: set[Patch] = set()
        self._marked: dict[Patch, Urgency] | None = None
        self.wanted: dict[Patch, Urgency] = {}
        """what the last frame wanted and is not done, with its urgency"""

    @property
    def under_way(self) -> frozenset[Patch]:
        """Patches that the worker is making now."""
        return frozenset(self._under_way)

    @property
    def done(self) -> frozenset[Patch]:
        """Patches made for the current generation."""
        return frozenset(self._done)

    def begin(self, generation: int) -> None:
        """Start a frame; a new generation makes everything stale."""
        if self._marked is not None:
            raise RuntimeError("planner: begin() before the last frame's end()")
        if generation < self.generation:
            raise RuntimeError(f"planner: generation went back from {self.generation} to {generation}")
        if generation > self.generation:
            self.generation = generation
            self._done.clear()
            self._under_way.clear()
        self._marked = {}

    def mark(self, patches: Iterable[Patch], urgency: Urgency) -> None:
        """Want ``patches``, in this order, at least as urgently as said."""
        if self._marked is None:
            raise RuntimeError("planner: mark() outside begin() … end()")
        for patch in patches:
            if patch not in self._done:
                self._marked[patch] = min(urgency, self._marked.get(patch, urgency))

    def end(self) -> Plan:
        """Finish the frame: what is still to be made, most urgent first."""
        if self._marked is None:
            raise RuntimeError("planner: end() without begin()")
        wanted = sorted(self._marked.items(), key=lambda item: item[1])  # stable: keeps the order of marking
        self.wanted, self._marked = self._marked, None
        return Plan(self.generation, tuple(patch for patch, _ in wanted if patch not in self._under_way))

    def started(self, generation: int, patches: Iterable[Patch]) -> None:
        """The worker has begun these: they are not planned again."""
        if generation == self.generation:
            self._under_way |= set(patches) - self._done

    def finished(self, generation: int, patches: Iterable[Patch]) -> bool:
        """The worker has made these; False if they are of an older generation and of no use."""
        if generation != self.generation:
            return False
        self._done |= set(patches)
        self._under_way -= self._done
        return True

    def forget(self, patches: Iterable[Patch]) -> None:
        """These left every cache: they have to be made again when wanted."""
        self._done -= set(patches)

    def restarted(self) -> None:
        """The worker died: what was under way is wanted again."""
        self._under_way.clear()
