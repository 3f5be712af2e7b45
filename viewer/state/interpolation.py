"""From one room to another: the great circle between their z, scrubbed by hand or played. Pure."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from cocogan_core.inference.latents import slerp
from viewer.state.latents import Latents

__all__ = ["Morph"]

ONE_WAY_S = 4.0


@dataclass(frozen=True)
class Morph:
    """Between rooms ``a`` and ``b``: ``share`` 0 … 1 of the way; ``speed`` in ways a second, 0 at rest.

    ``bounces``: at an end it turns round rather than stops.
    """

    a: Latents
    b: Latents
    share: float = 0.0
    speed: float = 0.0
    bounces: bool = True

    @property
    def playing(self) -> bool:
        """Whether it moves."""
        return self.speed != 0

    def room(self) -> Latents:
        """The room at ``share``; the ends are ``a`` and ``b`` themselves."""
        if self.share <= 0:
            return self.a
        if self.share >= 1:
            return self.b
        base = slerp(np.asarray(self.a.base), np.asarray(self.b.base), self.share)
        count = max(len(self.a.along), len(self.b.along))
        ends = [(*room.along, *[0.0] * (count - len(room.along))) for room in (self.a, self.b)]
        along = tuple((1 - self.share) * a + self.share * b for a, b in zip(*ends, strict=True))
        return replace(self.a, base=tuple(base.tolist()), along=along)

    def scrub(self, share: float) -> Self:
        """Put it somewhere else, at rest."""
        return replace(self, share=min(max(share, 0.0), 1.0), speed=0.0)

    def start(self) -> Self:
        """Play on from here, or from the start if it stands at the end."""
        return replace(self, share=0.0 if self.share >= 1 else self.share, speed=1 / ONE_WAY_S)

    def stop(self) -> Self:
        """Bring it to rest."""
        return replace(self, speed=0.0)

    def step(self, dt_s: float) -> Self:
        """Move for ``dt_s``; at an end turn round, or stop there."""
        at = self.share + self.speed * dt_s
        if 0 <= at <= 1:
            return replace(self, share=at)
        if not self.bounces:
            return replace(self, share=min(max(at, 0.0), 1.0), speed=0.0)
        folded = at % 2
        turns = int(np.floor(at))
        back = turns % 2 != 0
        return replace(self, share=2 - folded if folded > 1 else folded, speed=-self.speed if back else self.speed)
