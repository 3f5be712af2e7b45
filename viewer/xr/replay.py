"""Recorded poses as a headset: the same frames at the same times, with no runtime, for benchmarks and bug reports."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import moderngl

from viewer.xr.condition import Condition
from viewer.xr.pose import PANEL_PX, Frame, Layers
from viewer.xr.pose_file import read_poses

__all__ = ["ReplayedHeadset"]


class ReplayedHeadset:
    """A :class:`FrameSource`; frames whose time has passed are left out, as a compositor would.

    For films ``step_s`` says instead how much later each frame is than the one before, however long it takes to draw.

    Attributes:
        eyes: what was drawn last of the left and the right one.
    """

    def __init__(self, path: Path, context: moderngl.Context, *, step_s: float | None = None) -> None:
        """Read the poses; time begins with the first wait.

        Raises:
            DataError: there are none.
        """
        self.size_px, self._frames = read_poses(path)
        self.condition, self.linear, self.spheres = Condition.STARTING, False, False
        self.eyes = [context.framebuffer([context.renderbuffer(self.size_px, 4)]) for _ in range(2)]
        self._panel = context.framebuffer([context.renderbuffer(PANEL_PX, 4)])
        self._began_s: float | None = None
        self._step_s, self._film_s = step_s, 0.0
        self._next = 0

    def step(self) -> None:
        """Nothing happens to it."""

    def wait(self, seconds: float) -> Frame | None:
        """As :meth:`FrameSource.wait`."""
        if self._next == len(self._frames):
            self.condition = Condition.REPLAYED
            return None
        now_s = self._now_s()
        last = len(self._frames) - 1
        while self._next < last and self._frames[self._next + 1].time_s <= now_s:
            self._next += 1
        frame = self._frames[self._next]
        if self._step_s is not None:
            self._film_s = now_s + self._step_s
            now_s = frame.time_s
        early_s = frame.time_s - now_s
        time.sleep(min(max(early_s, 0.0), seconds))
        if early_s > seconds:
            return None
        self._next += 1
        self.condition = Condition.SHOWING
        return frame

    def _now_s(self) -> float:
        """Since the first frame."""
        if self._step_s is not None:
            return self._film_s
        if self._began_s is None:
            self._began_s = time.monotonic()
        return time.monotonic() - self._began_s

    def rehearse(self) -> AbstractContextManager[object]:
        """As :meth:`FrameSource.rehearse`."""
        return self.draw_panel()

    @contextmanager
    def draw(self, eye: int) -> Iterator[None]:
        """As :meth:`FrameSource.draw`."""
        self.eyes[eye].use()
        yield

    @contextmanager
    def draw_panel(self) -> Iterator[None]:
        """As :meth:`FrameSource.draw_panel`."""
        self._panel.use()
        self._panel.clear()
        yield

    def draw_sphere(self, size_px: tuple[int, int]) -> AbstractContextManager[object]:
        """It takes none."""
        raise NotImplementedError

    def end(self, layers: Layers) -> None:
        """Nobody waits for it."""

    def fail(self, error: Exception) -> None:
        """As :meth:`FrameSource.fail`."""
        raise error

    def close(self) -> None:
        """Give everything back."""
        for target in (*self.eyes, self._panel):
            target.color_attachments[0].release()
            target.release()
