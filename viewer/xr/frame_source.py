"""Where frames to draw come from: a headset, or recorded poses."""

from contextlib import AbstractContextManager
from typing import Protocol

from viewer.xr.condition import Condition
from viewer.xr.pose import Frame, Layers

__all__ = ["FrameSource"]


class FrameSource(Protocol):
    """Call :meth:`step` once a frame, and for each frame that :meth:`wait` gives draw what it needs and :meth:`end` it.

    Attributes:
        condition: how it stands.
        size_px: of an eye's picture.
        linear: whether linear light is to be drawn.
        spheres: whether it takes the panorama as a whole.
    """

    condition: Condition

    @property
    def size_px(self) -> tuple[int, int]: ...

    @property
    def linear(self) -> bool: ...

    @property
    def spheres(self) -> bool: ...

    def step(self) -> None:
        """Follow what has happened; call it once a frame."""

    def wait(self, seconds: float) -> Frame | None:
        """The next frame that is to be drawn, if there is one within so many seconds."""

    def rehearse(self) -> AbstractContextManager[object]:
        """Draw what nobody is to see, in a target of an eye's kind, while this is open: programs are compiled then."""

    def draw(self, eye: int) -> AbstractContextManager[object]:
        """Draw what an eye sees (0 left, 1 right) while this is open."""

    def draw_panel(self) -> AbstractContextManager[object]:
        """Draw the panel in sRGB's values, on nothing, while this is open."""

    def draw_sphere(self, size_px: tuple[int, int]) -> AbstractContextManager[object]:
        """Draw the panorama as a whole while this is open, if it ``spheres``; it stays until the next."""

    def end(self, layers: Layers) -> None:
        """The frame is drawn, and consists of these."""

    def fail(self, error: Exception) -> None:
        """Drawing the frame has failed; raises ``error`` if that is not the headset's doing."""

    def close(self) -> None:
        """Give everything back."""
