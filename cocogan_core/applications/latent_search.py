"""Looks for the z whose picture is nearest to what a photograph shows: Adam from several beginnings, of which fewer and
fewer go on (successive halving), small pictures first.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cocogan_core.applications.shown_part import ShownPart
from cocogan_core.errors import ConfigError

__all__ = ["GuidanceSettings", "LatentSearch", "Report"]

Report = Callable[[int, float, NDArray[np.float32]], bool]
PATIENCE = 25  # steps without …
GAIN = 0.003  # … this share of improvement end a round
LAST_RATE = 0.05  # of the rate, at the last step


class Round(NamedTuple):
    """A part of the search: this share of the beginnings goes on, for this share of the steps, at this resolution."""

    candidates: float
    steps: float
    patch_px: int


ROUNDS = (Round(1, 0.06, 8), Round(0.25, 0.14, 16))
LAST = Round(0, 0.8, 16)


@dataclass(frozen=True, kw_only=True)
class GuidanceSettings:
    """How z is looked for.

    Attributes:
        candidates: beginnings, from head Q's answer, or the middle of all z without it, to far from there.
        steps: of Adam at most, all rounds together; 0 takes the beginnings as they are.
        rate: Adam's; it falls during the last round.
        prior: times the squared distance to the first beginning is added to the error: what a photograph does not say
            stays as likely as it was.
        seed: of the random z.
    """

    candidates: int = 16
    steps: int = 100
    rate: float = 0.05
    prior: float = 0.001
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be looked for.

        Raises:
            ConfigError: what is wrong and what would be right.
        """
        if self.candidates < 1 or self.steps < 0:
            raise ConfigError("--candidates must be at least 1, --steps at least 0")


class LatentSearch:
    """One search from ``beginnings`` (n, z_dim), the likeliest first; :meth:`run` it."""

    def __init__(self, shown: ShownPart, beginnings: Tensor, settings: GuidanceSettings, report: Report) -> None:
        """``report`` hears after each step of the steps done, the best error and its z; it returns False to stop."""
        self._shown, self._settings, self._report = shown, settings, report
        self._z, self._expected = beginnings.clone(), beginnings[0].clone()
        self._done, self._stopped = 0, False

    def run(self) -> Tensor:
        """Refine; z (n, z_dim) of all candidates in their order, those that did not go on as they were then."""
        kept = torch.arange(len(self._z))
        for part in ROUNDS:
            kept = self._round(kept, part, int(part.steps * self._settings.steps))
        self._round(kept, LAST, self._settings.steps - sum(int(part.steps * self._settings.steps) for part in ROUNDS))
        return self._z

    def _round(self, kept: Tensor, part: Round, steps: int) -> Tensor:
        """The first ones of ``kept`` go on; they come back in order of their errors."""
        kept = kept[: max(1, math.ceil(part.candidates * len(self._z)))]
        z, errors = self._z[kept], torch.zeros(len(kept))
        adam, least, since = torch.optim.Adam([z], self._settings.rate), float("inf"), 0
        for step in range(steps):
            if self._stopped or since >= PATIENCE:
                break
            if part is LAST:
                adam.param_groups[0]["lr"] = self._settings.rate * _falling(step / steps)
            errors = self._descend(adam, z, part.patch_px)
            best = int(errors.argmin())
            since = 0 if float(errors[best]) < least * (1 - GAIN) else since + 1
            least = min(least, float(errors[best]))
            self._tell(float(errors[best]), z[best])
        self._z[kept] = z
        return kept[errors.argsort(stable=True)]

    def _descend(self, adam: torch.optim.Adam, z: Tensor, patch_px: int) -> Tensor:
        """One step of all candidates; their errors before it."""
        errors, slopes = self._shown.gradient(z, patch_px)
        away = z - self._expected
        errors = errors + self._settings.prior * away.square().sum(1)
        z.grad = slopes + 2 * self._settings.prior * away
        adam.step()
        z.clamp_(-1, 1)
        return errors

    def _tell(self, error: float, z: Tensor) -> None:
        self._done += 1
        self._stopped = not self._report(self._done, error, z.numpy().copy())


def _falling(share: float) -> float:
    """A half turn of the cosine from 1 to LAST_RATE."""
    return LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * share)) / 2
