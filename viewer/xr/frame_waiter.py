"""Waits for the compositor in a thread of its own: however long that takes, the window goes on.

OpenXR wants OpenGL's thread for every other call of a frame; this one may come from any.
"""

import queue
import threading
import time
from typing import Any

import xr

__all__ = ["ENDS_WITHIN_S", "FrameWaiter"]

ANSWERS_WITHIN_S = 3.0
ENDS_WITHIN_S = 1.0


class FrameWaiter:
    """At most one frame is waited for at a time."""

    def __init__(self, session: Any) -> None:  # noqa: ANN401
        """Nothing is waited for yet."""
        self._session = session
        self._asked: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._asked_s: float | None = None
        self._thread = threading.Thread(target=self._serve, name="frame waiter", daemon=True)
        self._thread.start()

    @property
    def hangs(self) -> bool:
        """Whether the compositor has not answered for long."""
        return self._asked_s is not None and time.monotonic() - self._asked_s > ANSWERS_WITHIN_S

    def ask(self) -> None:
        """Wait for the next frame, if none is waited for."""
        if self._asked_s is None:
            self._asked_s = time.monotonic()
            self._asked.put(True)

    def answer(self, seconds: float) -> Any:  # noqa: ANN401
        """The frame's state, if it comes within so many seconds, else None.

        Raises:
            xr.exception.XrException: what waiting led to.
        """
        if self._asked_s is None:
            return None
        try:
            answer = self._answers.get(timeout=max(seconds, 1e-4))
        except queue.Empty:
            return None
        self._asked_s = None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def close(self, within_s: float = ENDS_WITHIN_S) -> bool:
        """End the thread; False if it waits without end: then its session and its runtime must stay."""
        self._asked.put(False)
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _serve(self) -> None:
        while self._asked.get():
            try:
                self._answers.put(xr.wait_frame(self._session, xr.FrameWaitInfo()))
            except xr.exception.XrException as error:
                self._answers.put(error)
