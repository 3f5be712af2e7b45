"""Where a head that turns will look in a moment, from how it has turned. Pure."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from viewer.camera.head import Head, HeadCamera
from viewer.camera.prediction import AHEAD_S

__all__ = ["HeadMotion"]

MEMORY_S = 0.06  # the velocity is an average over about this long: tracking is not quite steady
RESTS_RAD_S = math.radians(5)  # a head that is held still turns about as fast
FARTHEST_RAD = math.radians(60)  # farther no look goes before it turns back, and what lies between is in view anyway


class HeadMotion:
    """Call :meth:`follow` once a frame."""

    def __init__(self) -> None:
        """The head rests."""
        self._velocity: NDArray[np.float64] = np.zeros(3)  # rotation vector a second
        self._before: tuple[Head, float] | None = None

    def follow(self, head: Head, now_s: float) -> HeadCamera:
        """How the head looks, and how it will in ``AHEAD_S`` if it goes on to turn as it does."""
        if self._before is not None and now_s > self._before[1]:
            former, former_s = self._before
            dt_s = now_s - former_s
            blend = 1 - math.exp(-dt_s / MEMORY_S)
            self._velocity = self._velocity + blend * (head.turn_from(former) / dt_s - self._velocity)
        self._before = head, now_s
        speed = float(np.linalg.norm(self._velocity))
        if speed < RESTS_RAD_S:
            return HeadCamera(head)
        way = self._velocity * min(AHEAD_S, FARTHEST_RAD / speed)
        return HeadCamera(head, _counted_near(head.rotate(way), head.yaw_rad))


def _counted_near(head: Head, near_rad: float) -> Head:
    left, right = (replace(eye, near_rad=near_rad) for eye in (head.left, head.right))
    return Head(left, right)
