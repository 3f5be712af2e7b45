"""The headset: asked for, found, lost and found again. Whatever happens to it, the window goes on."""

import time
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any

import moderngl

from viewer.xr.condition import Condition, condition_of
from viewer.xr.connector import Connector
from viewer.xr.graphics import extension_of, graphics_binding
from viewer.xr.pose import Frame, Layers

if TYPE_CHECKING:
    from viewer.xr.instance import Instance
    from viewer.xr.session import Session

__all__ = ["Headset"]

RETRY_S = 3.0
AT_ONCE_S = 0.001
# After these nobody comes back by itself: the user has left, or something has to be installed first.
FINAL = {Condition.LEFT, Condition.NO_RUNTIME, Condition.NO_BINDINGS, Condition.NO_GRAPHICS}

# What a runtime that hangs holds of this process. It cannot be closed, and until it is nobody can connect again.
_held: "list[tuple[Session, Instance | None]]" = []


class Headset:
    """A :class:`FrameSource`; nothing in it raises OpenXR's errors, they become its ``condition``."""

    def __init__(self, window: Any, context: moderngl.Context) -> None:  # noqa: ANN401
        """Look for the headset at the next step."""
        self.condition = Condition.STARTING
        self._window, self._context = window, context
        self._connector: Connector | None = None
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

    @property
    def spheres(self) -> bool:
        """Whether it takes the panorama as a whole."""
        return self._instance is not None and self._instance.spheres

    def step(self) -> None:
        """Follow what the runtime says; look again for what was lost, now and then."""
        if self._session is not None:
            self._try(self._follow)
        elif self._connector is not None:
            self._try(self._take_connection)
        elif self.condition not in FINAL and time.monotonic() >= self._next_try_s:
            self._look_for_it()

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

    def rehearse(self) -> AbstractContextManager[object]:
        """As :meth:`FrameSource.rehearse`."""
        assert self._session is not None
        return self._session.rehearse()

    def draw(self, eye: int) -> AbstractContextManager[object]:
        """As :meth:`FrameSource.draw`."""
        assert self._session is not None
        return self._session.draw(eye)

    def draw_panel(self) -> AbstractContextManager[object]:
        """As :meth:`FrameSource.draw_panel`."""
        assert self._session is not None
        return self._session.draw_panel()

    def draw_sphere(self, size_px: tuple[int, int]) -> AbstractContextManager[object]:
        """As :meth:`FrameSource.draw_sphere`."""
        assert self._session is not None
        return self._session.draw_sphere(size_px)

    def end(self, layers: Layers) -> None:
        """As :meth:`FrameSource.end`."""
        session = self._session
        if session is not None:
            self._try(lambda: session.end(layers))

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
        if self._connector is not None:
            self._connector.abandon()
            self._connector = self._instance = None  # it closes the connection
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

    def _look_for_it(self) -> None:
        if _let_go():
            self._connector = Connector(extension_of(self._window), self._instance)
        else:
            self._lose(Condition.NO_ANSWER)

    def _take_connection(self) -> None:
        """What the connector has found; a session, which needs the window's OpenGL, is begun here."""
        assert self._connector is not None
        found = self._connector.answer()
        if found is None:
            return
        self._connector, self._instance = None, found.instance
        if found.error is not None:
            raise found.error
        from viewer.xr.session import Session

        assert found.instance is not None
        self._session = Session(found.instance, found.system, graphics_binding(self._window), self._context)
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
        """A runtime that hangs is left as it is, until it comes back: to unload it would be the end of the process."""
        session, instance = self._session, self._instance
        self._session = None
        if session is not None and not session.close():
            _held.append((session, instance))
            self._instance = None
        elif runtime_too:
            _close(instance)
            self._instance = None


def _close(instance: "Instance | None") -> None:
    if instance is not None:
        with suppress(Exception):  # the runtime may be gone
            instance.close()


def _let_go() -> bool:
    """Close what a runtime held that has come back; False if it holds it still."""
    while _held:
        session, instance = _held[-1]
        if not session.close(AT_ONCE_S):
            return False
        _held.pop()
        _close(instance)
    return True


def _condition(session: "Session") -> Condition:
    if session.hangs:
        return Condition.NO_ANSWER
    if session.dozing:
        return Condition.ASLEEP if session.running else Condition.STARTING
    return Condition.SHOWING


def _is_openxrs(error: Exception) -> bool:
    import xr

    return isinstance(error, xr.exception.XrException)
