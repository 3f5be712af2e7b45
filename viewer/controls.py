"""From mouse and keys to the camera. What ImGui owns never gets here."""

import math
from dataclasses import replace

from pyglet.window import BaseWindow, key, mouse

from viewer.camera import Camera

__all__ = ["Controls"]

DOUBLE_CLICK_S = 0.35
DOUBLE_CLICK_PX = 6
KEY_SPEED = 0.9  # fields of view a second
ARROWS = {key.LEFT: (-1, 0), key.RIGHT: (1, 0), key.UP: (0, 1), key.DOWN: (0, -1)}
ZOOM_KEYS = {key.EQUAL: 1, key.PLUS: 1, key.NUM_ADD: 1, key.MINUS: -1, key.NUM_SUBTRACT: -1}


class Controls:
    """Holds the camera that the events turn; ``active`` says whether a button or key is down."""

    def __init__(self, window: BaseWindow, camera: Camera) -> None:
        """Push handlers onto the window; attach ImGui after this, so that it comes first."""
        self.camera = camera
        self.shuffles = 0
        self._window, self._home = window, camera
        self._held: set[int] = set()
        self._dragging = False
        self._moved_s = 0.0  # since the last drag event
        self._click = (-math.inf, 0, 0)
        self._clock_s = 0.0
        window.push_handlers(
            on_mouse_press=self._press,
            on_mouse_drag=self._drag,
            on_mouse_release=self._release,
            on_mouse_scroll=self._scroll,
            on_key_press=self._key_press,
            on_key_release=self._key_release,
            on_resize=self._resize,
        )

    @property
    def active(self) -> bool:
        """Whether the user turns the camera right now or inertia does."""
        return self._dragging or bool(self._held) or self.camera.moving

    def step(self, dt_s: float) -> None:
        """Advance keys and inertia."""
        self._clock_s += dt_s
        self._moved_s += dt_s
        if self._dragging:
            self.camera = self.camera.hold(dt_s) if self._moved_s > dt_s else self.camera
            return
        right = sum(ARROWS[symbol][0] for symbol in self._held)
        up = sum(ARROWS[symbol][1] for symbol in self._held)
        if right or up:
            way = KEY_SPEED * self.camera.view.fov_rad * dt_s
            self.camera = self.camera.stopped().nudge(right * way, up * way)
        else:
            self.camera = self.camera.step(dt_s)

    def _device(self, x: float, y: float) -> tuple[float, float]:
        width, height = self._window.get_size()
        return 2 * x / max(width, 1) - 1, 2 * y / max(height, 1) - 1

    def _press(self, x: int, y: int, button: int, _modifiers: int) -> None:
        if button != mouse.LEFT:
            return
        when, before_x, before_y = self._click
        self._click = (self._clock_s, x, y)
        if self._clock_s - when < DOUBLE_CLICK_S and math.hypot(x - before_x, y - before_y) < DOUBLE_CLICK_PX:
            self.reset()
        self.camera, self._dragging, self._moved_s = self.camera.stopped(), True, 0.0

    def _drag(self, x: int, y: int, dx: int, dy: int, _buttons: int, _modifiers: int) -> None:
        if self._dragging:
            self.camera = self.camera.drag(self._device(x - dx, y - dy), self._device(x, y), self._moved_s)
            self._moved_s = 0.0

    def _release(self, _x: int, _y: int, button: int, _modifiers: int) -> None:
        if button == mouse.LEFT:
            self._dragging = False

    def _scroll(self, _x: int, _y: int, _right: float, up: float) -> None:
        self.camera = self.camera.zoom(up)

    def _key_press(self, symbol: int, _modifiers: int) -> bool | None:
        if symbol in ARROWS:
            self._held.add(symbol)
        elif symbol in ZOOM_KEYS:
            self.camera = self.camera.zoom(ZOOM_KEYS[symbol])
        elif symbol == key.HOME:
            self.reset()
        elif symbol == key.SPACE:
            self.shuffles += 1
        return None

    def _key_release(self, symbol: int, _modifiers: int) -> None:
        self._held.discard(symbol)

    def _resize(self, width: int, height: int) -> None:
        self.camera = self.camera.resized(width, height)

    def reset(self) -> None:
        """Back to the first look, in the present shape of the window."""
        aspect = self.camera.view.aspect
        self.camera = replace(self._home, view=replace(self._home.view, aspect=aspect)).look()
