"""A game controller turns the view and asks for commands: sticks look, triggers zoom, buttons are a small key table."""

import math
from typing import Any

from viewer.ui.actions import Command
from viewer.ui.input import Controls
from viewer.window.gamepads import Gamepads

__all__ = ["BUTTONS", "Gamepad"]

DEAD = 0.15  # of a stick's way: worn sticks do not come back to the middle
TURN = 1.1  # of the field of view, a second, at a stick's end
NOTCHES_A_S = 9.0  # of the wheel, with a trigger pulled through
# pyglet's names, which are an Xbox controller's.
BUTTONS = {
    "a": Command.NEXT_ROOM,
    "b": Command.UNDO,
    "x": Command.FAVOURITE,
    "y": Command.TOGGLE_GALLERY,
    "rightshoulder": Command.NEXT_PROJECTION,
    "leftshoulder": Command.FACE_NORTH,
    "leftstick": Command.FIRST_LOOK,
    "start": Command.TOGGLE_TOUR,
    "back": Command.LEAVE,
}


class Gamepad:
    """Of one window's controls; :attr:`handlers` are for every controller, :meth:`listen` for once a frame."""

    def __init__(self, controls: Controls) -> None:
        """Nothing is moved."""
        self._controls = controls
        self._machine: Gamepads | None = None
        self._sticks: dict[tuple[int, str], tuple[float, float]] = {}
        self._triggers: dict[tuple[int, str], float] = {}
        self.handlers: dict[str, Any] = {
            "on_stick_motion": self._stick, "on_trigger_motion": self._trigger, "on_button_press": self._press
        }  # fmt: skip

    def listen(self, dt_s: float, *, ready: bool) -> None:
        """Once a frame: hear the machine's controllers, which are looked for only once the window is ``ready``."""
        if self._machine is None and ready:
            self._machine = Gamepads(self.handlers)
        if self._machine is not None:
            self.follow(self._machine, dt_s)

    def follow(self, machine: Gamepads, dt_s: float) -> None:
        """Hear these controllers, and turn and zoom as they ask for."""
        before = machine.count
        machine.step(dt_s)
        if machine.count < before:
            self.forget()
        self.step(dt_s)

    def step(self, dt_s: float) -> None:
        """Turn and zoom as far as sticks and triggers ask for in ``dt_s``."""
        right, up = (sum(stick[axis] for stick in self._sticks.values()) for axis in (0, 1))
        if right or up:
            self._controls.turn(right * TURN * dt_s, up * TURN * dt_s)
        notches = sum(pull if name == "righttrigger" else -pull for (_, name), pull in self._triggers.items())
        if notches:
            self._controls.zoom(notches * NOTCHES_A_S * dt_s)

    def forget(self) -> None:
        """No controller is there any more: whatever it was pushed to when it went."""
        self._sticks.clear()
        self._triggers.clear()

    def _stick(self, controller: object, name: str, way: Any) -> None:  # noqa: ANN401 (a vector, right and up)
        self._sticks[id(controller), name] = _curve(float(way[0]), float(way[1]))

    def _trigger(self, controller: object, name: str, pull: float) -> None:
        self._triggers[id(controller), name] = max(0.0, float(pull) - DEAD) / (1 - DEAD)

    def _press(self, _controller: object, name: str) -> None:
        if name in BUTTONS:
            self._controls.ask(BUTTONS[name])


def _curve(right: float, up: float) -> tuple[float, float]:
    """Nothing near the middle, little beside it, all at the end."""
    length = min(math.hypot(right, up), 1.0)
    if length <= DEAD:
        return 0.0, 0.0
    strength = ((length - DEAD) / (1 - DEAD)) ** 2 / length
    return right * strength, up * strength
