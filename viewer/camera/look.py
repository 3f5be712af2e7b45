"""What streaming and drawing have to know of a look, be it that of a window or of a headset with two eyes."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Look", "Viewport"]

Floats = NDArray[np.float64]


class Viewport(Protocol):
    """One flat picture of the sphere, with its border: a window's, or an eye's."""

    @property
    def yaw_rad(self) -> float:
        """Where it looks, to the right; goes on counting past a whole turn."""

    @property
    def pitch_rad(self) -> float:
        """Where it looks, up."""

    def directions(self, x: Floats, y: Floats) -> Floats:
        """World directions (..., 3), not normalised, of device coordinates (...) in [−1, 1], right and up."""

    def shows_pole(self, sign: int) -> bool:
        """Whether the zenith (1) or nadir (−1) is in view."""


class Look(Protocol):
    """All that is looked at in one frame, and how large it is drawn.

    Attributes of the middle, which is made first, are as those of a :class:`Viewport`.
    """

    @property
    def yaw_rad(self) -> float:
        """Where the middle lies, to the right."""

    @property
    def pitch_rad(self) -> float:
        """Where the middle lies, up."""

    @property
    def half_width(self) -> float:
        """Half the picture's width where an angle of one radian at the middle is 1."""

    @property
    def eyes(self) -> tuple[Viewport, ...]:
        """The pictures that are drawn."""
