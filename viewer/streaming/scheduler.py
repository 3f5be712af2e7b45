"""What to make next: an explicit protocol once a frame, and a record of what is done, under way and wanted. Pure.

    scheduler.begin(revision, cached) → scheduler.mark(patches, urgency) … → plan = scheduler.end()

``revision`` numbers the z that is shown: patches of an older one are stale. Newest wins: what the last plan does not
name is no longer wanted, and the worker drops it between batches. No patch is made twice for the same revision.

A patch is (level, row, column).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from viewer.streaming.protocol import FIRST_REVISION

__all__ = ["PatchScheduler", "Plan", "Urgency"]

Patch = tuple[int, int, int]


class Urgency(IntEnum):
    """Why a patch is wanted; smaller comes first."""

    MISSING = 0  # visible on level 0, nothing to show
    STALE = 1  # visible on level 0, an older z is on the screen
    FINE = 2  # visible on the level that the view needs, something coarser or older shows
    SOON = 3  # the camera's motion leads there
    REST = 4  # the rest of level 0, when there is nothing better to do


@dataclass(frozen=True)
class Plan:
    """Work in order, newest wins: it replaces the plan before."""

    revision: int
    patches: tuple[Patch, ...]


class PatchScheduler:
    """Knows which patches are done, under way and wanted; raises RuntimeError on calls out of sequence."""

    def __init__(self) -> None:
        """Start with nothing done."""
        self.revision = FIRST_REVISION
        self._done: set[Patch] = set()
        self._counts: Counter[int] = Counter()  # of those, by level
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
        """Patches made for the current revision."""
        return frozenset(self._done)

    def is_done(self, patch: Patch) -> bool:
        """Whether a patch is made for the current revision."""
        return patch in self._done

    def count(self, level: int) -> int:
        """How many patches of a level are made for the current revision."""
        return self._counts[level]

    def begin(self, revision: int, cached: Iterable[Patch] = ()) -> None:
        """Start a frame. A new revision makes everything stale but the ``cached`` patches, which count as made."""
        if self._marked is not None:
            raise RuntimeError("scheduler: begin() before the last frame's end()")
        if revision < self.revision:
            raise RuntimeError(f"scheduler: the revision went back from {self.revision} to {revision}")
        if revision > self.revision:
            self.revision = revision
            self._done.clear()
            self._counts.clear()
            self._under_way.clear()
        self.mark_finished(revision, cached)
        self._marked = {}

    def mark(self, patches: Iterable[Patch], urgency: Urgency) -> None:
        """Want ``patches``, in this order, at least as urgently as said."""
        if self._marked is None:
            raise RuntimeError("scheduler: mark() outside begin() … end()")
        for patch in patches:
            if patch not in self._done:
                self._marked[patch] = min(urgency, self._marked.get(patch, urgency))

    def end(self) -> Plan:
        """Finish the frame: what is still to be made, most urgent first."""
        if self._marked is None:
            raise RuntimeError("scheduler: end() without begin()")
        wanted = sorted(self._marked.items(), key=lambda item: item[1])  # stable: keeps the order of marking
        self.wanted, self._marked = self._marked, None
        return Plan(self.revision, tuple(patch for patch, _ in wanted if patch not in self._under_way))

    def mark_started(self, revision: int, patches: Iterable[Patch]) -> None:
        """The worker has begun these: they are not planned again."""
        if revision == self.revision:
            self._under_way |= set(patches) - self._done

    def mark_finished(self, revision: int, patches: Iterable[Patch]) -> bool:
        """The worker has made these; False if they are of an older revision and of no use."""
        if revision != self.revision:
            return False
        fresh = set(patches) - self._done
        self._done |= fresh
        self._counts.update(level for level, _, _ in fresh)
        self._under_way -= self._done
        return True

    def forget(self, patches: Iterable[Patch]) -> None:
        """These left every cache: they have to be made again when wanted."""
        gone = self._done & set(patches)
        self._done -= gone
        self._counts.subtract(level for level, _, _ in gone)

    def forget_under_way(self) -> None:
        """The worker died: what it was making is wanted again."""
        self._under_way.clear()
