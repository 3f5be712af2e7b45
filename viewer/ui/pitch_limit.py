"""A soft end of the pitch: what is pulled beyond it gives a little, springs back, and is told why. Pure."""

import math

__all__ = ["PitchLimit"]

STRETCH_RAD = math.radians(4)  # at most
SPRING = 9.0  # 1/s
LEAST_RAD = math.radians(0.05)
TELLS_S = 2.5  # how long the reason stays
NOISE_RAD = 1e-9
PULL_RAD = math.radians(2)  # less is no wish to look farther


class PitchLimit:
    """Of one window's camera; up is positive."""

    def __init__(self) -> None:
        """Nothing pulls."""
        self._pull_rad, self._pulled_s, self._side = 0.0, -math.inf, 0

    @property
    def stretch_rad(self) -> float:
        """How far beyond the limit the view is to be shown: ever less for the same pull."""
        return math.copysign(STRETCH_RAD * -math.expm1(-abs(self._pull_rad) / STRETCH_RAD), self._pull_rad)

    @property
    def springs(self) -> bool:
        """Whether the view is beyond the limit, and moves by itself once it is let go."""
        return self.stretch_rad != 0

    def side(self, now_s: float) -> int:
        """1 while it is to be told why the view goes no farther up, −1 for down, 0 for nothing."""
        return self._side if now_s - self._pulled_s < TELLS_S else 0

    def pull(self, excess_rad: float, now_s: float) -> None:
        """The user asks for so much more than there is; 0 where there was enough."""
        if abs(excess_rad) > NOISE_RAD:
            self._pull_rad += excess_rad
        else:
            self._pull_rad /= 2  # on the way back
        if abs(self._pull_rad) > PULL_RAD:
            self._pulled_s, self._side = now_s, 1 if self._pull_rad > 0 else -1

    def release(self, dt_s: float) -> None:
        """Nobody pulls for ``dt_s``."""
        self._pull_rad *= math.exp(-SPRING * dt_s)
        if abs(self._pull_rad) < LEAST_RAD:
            self._pull_rad = 0.0

    def forget(self) -> None:
        """Nothing pulls, nothing is told."""
        self._pull_rad, self._pulled_s = 0.0, -math.inf
