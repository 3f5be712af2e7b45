"""How well frames are drawn: as well as there is time for, without wavering between two ways. Pure.

The ways, each about twice as expensive as the one before on software OpenGL: coarse (half the pixels each way,
enlarged, and the level of detail that goes with so many), plain (bilinear), sharp (Catmull-Rom).
"""

from enum import IntEnum

__all__ = ["DrawQuality", "QualityGovernor"]


class DrawQuality(IntEnum):
    """How a frame is drawn; more is better."""

    COARSE = 0
    PLAIN = 1
    SHARP = 2


# Seconds that a moving frame may take before the next worse way is taken. A sharp one is a luxury.
MOST_S = {DrawQuality.COARSE: float("inf"), DrawQuality.PLAIN: 0.040, DrawQuality.SHARP: 0.010}
REST_S = 0.060  # a sharp picture of a view at rest may take so long
AWAITED_S = 0.020  # and a plain one while patches are awaited: what draws it may be what makes them
COST = {DrawQuality.COARSE: 1.7, DrawQuality.PLAIN: 2.0}  # of the next better way at least, times this one's
ROOM = 0.7  # the next better way must fit its limit so well …
CALM, MOST_CALM = 45, 720  # … for so many frames: twice as many after each time that it did not last
SLOW = 4  # frames over the limit that are enough to go down
FADING = 0.7  # of the running mean that is kept a frame


class QualityGovernor:
    """Call :meth:`choose` before a frame and :meth:`note` after it."""

    def __init__(self) -> None:
        """Begin with the best."""
        self._moving = DrawQuality.SHARP
        self._mean_s: dict[DrawQuality, float] = {}
        self._slow = self._calm = 0
        self._patience = CALM
        self._first = True

    def choose(self, *, moves: bool, changes: bool = False, awaits: bool = False) -> DrawQuality:
        """How to draw the next frame; ``moves``: the view does, ``changes``: only what is in it, ``awaits``: patches of
        it are still to come, so that what it shows is mostly enlarged anyway.
        """
        if moves:
            return self._moving
        if awaits and self._mean_s.get(DrawQuality.PLAIN, 0.0) > AWAITED_S:
            return DrawQuality.COARSE
        limit_s = MOST_S[DrawQuality.SHARP] if changes else REST_S
        return DrawQuality.SHARP if self._mean_s.get(DrawQuality.SHARP, 0.0) < limit_s else DrawQuality.PLAIN

    def note(self, quality: DrawQuality, seconds: float, *, moves: bool) -> None:
        """A frame that was drawn so took so long."""
        if moves and quality is self._moving and self._first:
            self._first = False  # software OpenGL translates a program when it is first drawn with
            return
        before = self._mean_s.get(quality, seconds)
        self._mean_s[quality] = mean_s = FADING * before + (1 - FADING) * seconds
        if not moves or quality is not self._moving:
            return
        self._slow = self._slow + 1 if mean_s > MOST_S[quality] else 0
        better = DrawQuality(min(quality + 1, DrawQuality.SHARP))
        fits = better > quality and mean_s * COST[quality] < ROOM * MOST_S[better]
        self._calm = self._calm + 1 if fits else 0
        if self._slow >= SLOW or mean_s > 2 * MOST_S[quality]:
            self._patience = min(2 * self._patience, MOST_CALM)
            self._go(DrawQuality(quality - 1))
        elif self._calm >= self._patience:
            self._go(better)

    def forget(self) -> None:
        """The window has another size: what frames took says nothing any more."""
        self._mean_s.clear()
        self._patience = CALM
        self._go(DrawQuality.SHARP)

    def _go(self, quality: DrawQuality) -> None:
        self._moving, self._slow, self._calm, self._first = quality, 0, 0, True
        self._mean_s.pop(quality, None)  # that was long ago
