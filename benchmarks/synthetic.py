"""A generator that only paints, in place of the generator process: for what streaming itself costs at any width."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from viewer.streaming.protocol import MOST_BATCH, Latent, Patch
from viewer.streaming.scheduler import Plan
from viewer.streaming.worker import Event, Finished

__all__ = ["SyntheticWorker"]

NOTHING = Plan(-1, ())


@dataclass
class SyntheticWorker:
    """As far as a streamer asks of a :class:`viewer.streaming.worker.Worker`.

    Gives a batch of patches whenever it is polled, the level in their colour.

    Attributes:
        patch_px: of the patches.
        batch: patches at a time.
        made: what it has painted, in order.
    """

    patch_px: int
    batch: int = MOST_BATCH
    made: list[Patch] = field(default_factory=list)
    _plan: Plan = NOTHING

    def send(self, plan: Plan, _z: Latent) -> None:
        """The newest plan."""
        self._plan = plan

    def poll(self) -> Sequence[Event]:
        """The next batch of one level, if anything is wanted."""
        if not self._plan.patches:
            return []
        level = self._plan.patches[0][0]
        now = tuple(patch for patch in self._plan.patches[: self.batch] if patch[0] == level)
        self._plan = replace(self._plan, patches=self._plan.patches[len(now) :])
        self.made += now
        return [Finished(self._plan.revision, now, self._paint(level, len(now)), 0.0)]

    def _paint(self, level: int, count: int) -> NDArray[np.uint8]:
        return np.full((count, self.patch_px, self.patch_px, 3), (60 + 20 * level, 150, 100), np.uint8)
