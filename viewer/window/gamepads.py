"""The game controllers of this machine, by pyglet, as they come and go. Touches no camera.

pyglet reads them from its own event loop, which the viewer does not run: here they are read once a frame.
"""

import contextlib
from typing import Any

__all__ = ["Gamepads"]

LOOK_S = 2.0  # between looks for controllers that were plugged in


class Gamepads:
    """Call :meth:`step` once a frame.

    Attributes:
        handlers: pyglet's names of a controller's events, and what is to be called.
    """

    def __init__(self, handlers: dict[str, Any], manager: Any = None) -> None:  # noqa: ANN401 (pyglet's, by platform)
        """Find what is plugged in now; ``manager`` defaults to the platform's."""
        self.handlers = handlers
        self._manager = manager or _platform_manager()
        self._open: list[Any] = []
        self._looked_s = LOOK_S

    @property
    def count(self) -> int:
        """How many are in use."""
        return len(self._open)

    def step(self, dt_s: float) -> None:
        """Hand out what has been pressed and moved; whatever a driver does wrong takes its controller away, no more."""
        if self._manager is None:
            return
        self._looked_s += dt_s
        if self._looked_s >= LOOK_S:
            self._looked_s = 0.0
            self._look()
        for controller in list(self._open):
            try:
                _read(controller.device)
            except Exception:  # drivers and pyglet's readers of them raise anything
                self._drop(controller)

    def _look(self) -> None:
        """Open what was plugged in since; forget what is gone."""
        with contextlib.suppress(Exception):
            select = getattr(self._manager, "select", None)  # Linux: compares its list of devices with the folder
            if select is not None:
                select()
            present = list(self._manager.get_controllers())
            for controller in self._open:
                if controller not in present:
                    self._drop(controller)
            for controller in present:
                if controller not in self._open:
                    controller.open()
                    controller.push_handlers(**self.handlers)
                    self._open.append(controller)

    def _drop(self, controller: Any) -> None:  # noqa: ANN401
        self._open = [other for other in self._open if other is not controller]
        controller.remove_handlers(**self.handlers)
        with contextlib.suppress(Exception):
            controller.close()


def _platform_manager() -> Any:  # noqa: ANN401
    """pyglet's; None where it has none, as without a display."""
    try:
        from pyglet.input import ControllerManager

        return ControllerManager()
    except Exception:  # ImportError, AttributeError, OSError: whatever the platform lacks
        return None


def _read(device: Any) -> None:  # noqa: ANN401
    """What a device has to say: on Linux from its file, elsewhere what pyglet's threads have queued."""
    if hasattr(device, "poll") and hasattr(device, "select"):
        if device.poll():
            device.select()
        return
    from pyglet import app

    app.platform_event_loop.dispatch_posted_events()
