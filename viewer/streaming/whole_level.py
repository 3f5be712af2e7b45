"""Every patch of a level of detail, for what needs all of them, asked for a few at a time. Pure."""

from collections import deque
from collections.abc import Callable
from itertools import islice, product

from cocogan_core.geometry.grid import PatchGrid

__all__ = ["WholeLevel"]

Patch = tuple[int, int, int]


class WholeLevel:
    """What a frame costs does not grow with the level: patches that are made are looked at once.

    Attributes:
        level: which.
        patches: all of it.
    """

    def __init__(self, grid: PatchGrid, level: int) -> None:
        """``grid`` is level 0's; nothing is made yet."""
        fine = grid.at_level(level)
        self.level = level
        self._left: deque[Patch] = deque(product((level,), range(fine.rows), range(fine.columns)))
        self.patches = frozenset(self._left)

    def missing(self, is_done: Callable[[Patch], bool], most: int) -> list[Patch]:
        """Among the first ``most`` that were not made when last asked, those that are not ``is_done`` now.

        What is made must stay so.
        """
        while self._left and is_done(self._left[0]):
            self._left.popleft()
        return [patch for patch in islice(self._left, most) if not is_done(patch)]
