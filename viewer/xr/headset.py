"""The headset: asked for, found, lost and found again. Whatever happens to it, the window goes on."""

import time
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any, Protocol

import moderngl

from viewer.xr.condition import Condition, condition_of
from viewer.xr.graphics import extension_of, graphics_binding
from viewer.xr.pose import Frame, PanelPlace

if TYPE_CHECKING:
    from viewer.xr.instance import Instance
    from viewer.xr.session import Session

__all__ = ["FrameSource", "Headset"]

RETRY_S = 3.0
# After these nobody comes back by itself: the user has left, or something has to be installed first.
FINAL = {Condition.LEFT, Condition.NO_RUNTIME, Condition.NO_BINDINGS, Condition.NO_GRAPHICS}


class FrameSource(Protocol):
    """Where frames to draw come from: a headset, or recorded poses.

    Attributes:
        condition: how it stands.
        size_px: of an eye's picture.
        linear: whether linear light is to be drawn.
    """

    condition: Condition

    @property
    def size_px(self) -> tuple[int, int]: ...

    @property
    def linear(self) -> bool: ...

    def step(self) -> None:
        """Follow what has happened; call it once a frame."""

    def wait(self, seconds: float) -> Frame | None:
        """The next frame that is to be drawn, if there is one within so many seconds."""

    def draw(self, eye: int) -> AbstractContextManager[None]:
        """Draw what an eye sees (0 left, 1 right) while this is open."""

    def draw_panel(self) -> AbstractContextManager[None]:
        """Draw the panel while this is open."""

    def end(self, panel: PanelPlace | None = None) -> None:
        """The frame is drawn."""

    def fail(self, error: Exception) -> None:
        """Drawing the frame has failed; raises ``error`` if that is not the headset's doing."""

    def close(self) -> None:
        """Give everything back."""


class Headset:
    """A :class:`FrameSource`; nothing in it raises OpenXR's errors, they become its ``condition``."""

    def __init__(self, window: Any, context: moderngl.Context) -> None:  # noqa: ANN401
        """Look for the headset at the next step."""
        self.condition = Condition.STARTING
        self._window, self._context = window, context
        self._instance: Instance | None = None
        self._session: Session | None = None
        self._next_try_s = 0.0
        self._was_connected = False

    @property
    def size_px(self) -> tuple[int, int]:
        """Of an eye's picture."""
        return self._session.size_px if self._session else (0, 0)

    @property
    def linear(self) -> bool:
        """Whether linear light is to be drawn."""
        return self._session is not None and self._session.linear

    def step(self) -> None:
        """Follow what the runtime says; look again for what was lost, now and then."""
        if self._session is None:
            if self.condition not in FINAL and time.monotonic() >= self._next_try_s:
                self._try(self._connect)
            return
        self._try(self._follow)

    def wait(self, seconds: float) -> Frame | None:
        """As :meth:`FrameSource.wait`."""
        session = self._session
        if session is None or not session.running:
            return None
        frame: list[Frame | None] = [None]

        def wait() -> None:
            frame[0] = session.wait(seconds)

        self._try(wait)
        if self._session is not None:
            self.condition = _condition(session)
        return frame[0]

    def draw(self, eye: int) -> AbstractContextManager[None]:
        """As :meth:`FrameSource.draw`."""
        assert self._session is not None
        return self._session.draw(eye)

    def draw_panel(self) -> AbstractContextManager[None]:
        """As :meth:`FrameSource.draw_panel`."""
        assert self._session is not None
        return self._session.draw_panel()

    def end(self, panel: PanelPlace | None = None) -> None:
        """As :meth:`FrameSource.end`."""
        session = self._session
        if session is not None:
            self._try(lambda: session.end(panel))

    def fail(self, error: Exception) -> None:
        """Something went wrong while drawing: if that is OpenXR's doing the headset is lost.

        Raises:
            Exception: ``error``, if it has another cause.
        """
        import xr

        if not isinstance(error, xr.exception.XrException):
            raise error
        self._lose(condition_of(error, connected=True))

    def close(self) -> None:
        """Leave the headset."""
        self._leave(runtime_too=True)

    def _try(self, step: Any) -> None:  # noqa: ANN401
        try:
            step()
        except ImportError:
            self._lose(Condition.NO_BINDINGS)
        except Exception as error:
            if not _is_openxrs(error):
                raise
            self._lose(condition_of(error, connected=self._was_connected))

    def _connect(self) -> None:
        from viewer.xr.instance import Instance
        from viewer.xr.session import Session

        if self._instance is None:
            self._instance = Instance(extension_of(self._window))
        self._session = Session(
            self._instance, self._instance.find_headset(), graphics_binding(self._window), self._context
        )
        self._was_connected = True
        self.condition = Condition.STARTING

    def _follow(self) -> None:
        import xr

        assert self._instance is not None
        assert self._session is not None
        for event in self._instance.events():
            if event.type == xr.StructureType.EVENT_DATA_INSTANCE_LOSS_PENDING:
                self._lose(Condition.RUNTIME_LOST)
                return
            state = xr.SessionState(event.state)
            if state == xr.SessionState.LOSS_PENDING:
                self._lose(Condition.SESSION_LOST)
                return
            self._session.become(state)
            if self._session.ending:
                self._lose(Condition.LEFT)
                return
        self.condition = _condition(self._session)

    def _lose(self, condition: Condition) -> None:
        """Give up the session, and the connection too where that is lost; look again later."""
        self._leave(runtime_too=condition not in (Condition.SESSION_LOST, Condition.NO_HEADSET))
        self.condition = condition
        self._next_try_s = time.monotonic() + RETRY_S

    def _leave(self, *, runtime_too: bool) -> None:
        """A runtime that hangs is left as it is: to unload it would be the end of the process."""
        free = self._session is None or self._session.close()
        self._session = None
        if runtime_too and self._instance is not None:
            if free:
                with suppress(Exception):  # the runtime may be gone
                    self._instance.close()
            self._instance = None


def _condition(session: "Session") -> Condition:
    if session.hangs:
        return Condition.NO_ANSWER
    if session.dozing:
        return Condition.ASLEEP if session.running else Condition.STARTING
    return Condition.SHOWING


def _is_openxrs(error: Exception) -> bool:
    import xr

    return isinstance(error, xr.exception.XrException)
