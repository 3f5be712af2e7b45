"""Feeds pyglet 2.1 events to Dear ImGui and draws it with the bundle's C++ OpenGL 3 renderer.

The bundle's own pyglet backend sets a wrong delta_time. A press decides who owns a drag: what begins on a panel stays
with ImGui until the button is released, wherever the mouse goes.
"""

import time
from typing import Any

from imgui_bundle import imgui
from pyglet.window import BaseWindow, key, mouse

__all__ = ["ImGuiBackend", "Panel"]

_NAMES = {
    "TAB": "tab", "BACKSPACE": "backspace", "RETURN": "enter", "ESCAPE": "escape", "INSERT": "insert",
    "DELETE": "delete", "SPACE": "space", "LEFT": "left_arrow", "RIGHT": "right_arrow", "UP": "up_arrow",
    "DOWN": "down_arrow", "PAGEUP": "page_up", "PAGEDOWN": "page_down", "HOME": "home", "END": "end",
    "NUM_ENTER": "keypad_enter", "LCTRL": "left_ctrl", "RCTRL": "right_ctrl", "LSHIFT": "left_shift",
    "RSHIFT": "right_shift", "LALT": "left_alt", "RALT": "right_alt", "LCOMMAND": "left_super",
}  # fmt: skip
_NAMES |= {letter: letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} | {f"_{d}": f"_{d}" for d in range(10)}
_KEYS = {getattr(key, ours): getattr(imgui.Key, theirs) for ours, theirs in _NAMES.items()}
_BUTTONS = {mouse.LEFT: 0, mouse.RIGHT: 1, mouse.MIDDLE: 2}
_OUTSIDE = -3.4e38  # ImGui's "no mouse"
# ImGui's modifiers, pyglet's flags for them, and the keys themselves: their own press does not carry their flag yet.
_MODIFIERS = (
    (imgui.Key.mod_ctrl, key.MOD_CTRL, (key.LCTRL, key.RCTRL)),
    (imgui.Key.mod_shift, key.MOD_SHIFT, (key.LSHIFT, key.RSHIFT)),
    (imgui.Key.mod_alt, key.MOD_ALT, (key.LALT, key.RALT)),
)


# Left, top, right and bottom of a panel in ImGui's coordinates.
Panel = tuple[float, float, float, float]


class ImGuiBackend:
    """Attach to a window whose own handlers are pushed already: events that ImGui takes do not reach those.

    ``panels`` says where the panels were drawn last. Whether a press is on one is asked of them rather than of ImGui's
    ``want_capture_mouse``, which speaks of the mouse as it was at the last frame drawn, and an idle window draws none.
    """

    def __init__(self, window: BaseWindow) -> None:
        """Create ImGui's context in the window's OpenGL context and push the event handlers."""
        self._window = window
        self._context = imgui.create_context()
        self.io: Any = imgui.get_io()
        self.io.set_ini_filename("")
        imgui.backends.opengl3_init("#version 330")
        self.events = 0  # so far; ImGui itself notices them only in the next frame that is drawn
        self.panels: tuple[Panel, ...] = ()
        self._popup = False
        self._owned: set[int] = set()
        self._last_s = time.perf_counter()
        window.push_handlers(
            on_mouse_motion=self._motion,
            on_mouse_drag=self._drag,
            on_mouse_press=self._press,
            on_mouse_release=self._release,
            on_mouse_scroll=self._scroll,
            on_mouse_leave=self._leave,
            on_key_press=self._key_press,
            on_key_release=self._key_release,
            on_text=self._text,
        )

    def new_frame(self) -> None:
        """Begin a frame with the window's present size and the time since the last."""
        width, height = self._window.get_size()
        wide, high = self._window.get_framebuffer_size()
        now = time.perf_counter()
        self.io.display_size = (width, height)
        self.io.display_framebuffer_scale = (wide / max(width, 1), high / max(height, 1))
        self.io.delta_time, self._last_s = max(now - self._last_s, 1e-5), now
        imgui.backends.opengl3_new_frame()
        imgui.new_frame()

    def close_popup(self) -> bool:
        """Close the menus and lists that are open; False if none is."""
        if not self._popup:
            return False
        imgui.internal.close_popup_to_level(0, True)
        return True

    def render(self) -> None:
        """Draw what the frame has built."""
        self._popup = imgui.is_popup_open("", imgui.PopupFlags_.any_popup)
        imgui.render()
        imgui.backends.opengl3_render_draw_data(imgui.get_draw_data())

    def close(self) -> None:
        """Free ImGui; the window's context must still be current."""
        self._window.pop_handlers()
        imgui.backends.opengl3_shutdown()
        imgui.destroy_context(self._context)

    def _place(self, x: int, y: int) -> None:
        self.events += 1
        self.io.add_mouse_pos_event(x, self._window.height - y)  # pyglet's y grows upward, ImGui's downward

    def _on_panel(self, x: int, y: int) -> bool:
        down = self._window.height - y
        return any(left <= x < right and top <= down < bottom for left, top, right, bottom in self.panels)

    def _motion(self, x: int, y: int, _dx: int, _dy: int) -> None:
        self._place(x, y)

    def _drag(self, x: int, y: int, _dx: int, _dy: int, _buttons: int, _modifiers: int) -> bool | None:
        self._place(x, y)
        return bool(self._owned) or None

    def _press(self, x: int, y: int, button: int, modifiers: int) -> bool | None:
        self._place(x, y)
        for modifier, flag, _keys in _MODIFIERS:
            self.io.add_key_event(modifier, bool(modifiers & flag))
        if button in _BUTTONS:
            self.io.add_mouse_button_event(_BUTTONS[button], True)
        if self._on_panel(x, y):
            self._owned.add(button)
        return button in self._owned or None

    def _release(self, x: int, y: int, button: int, _modifiers: int) -> bool | None:
        self._place(x, y)
        if button in _BUTTONS:
            self.io.add_mouse_button_event(_BUTTONS[button], False)
        owned = button in self._owned
        self._owned.discard(button)
        return owned or None

    def _scroll(self, x: int, y: int, right: float, up: float) -> bool | None:
        self._place(x, y)
        self.io.add_mouse_wheel_event(right, up)
        return self._on_panel(x, y) or None

    def _leave(self, _x: int, _y: int) -> None:
        self.events += 1
        self.io.add_mouse_pos_event(_OUTSIDE, _OUTSIDE)

    def _key_press(self, symbol: int, modifiers: int) -> bool | None:
        self._key(symbol, modifiers, down=True)
        return self.io.want_text_input or None

    def _key_release(self, symbol: int, modifiers: int) -> None:
        self._key(symbol, modifiers, down=False)  # never swallowed: a key held before a field was entered must end

    def _key(self, symbol: int, modifiers: int, *, down: bool) -> None:
        self.events += 1
        for modifier, flag, keys in _MODIFIERS:
            self.io.add_key_event(modifier, down if symbol in keys else bool(modifiers & flag))
        if symbol in _KEYS:
            self.io.add_key_event(_KEYS[symbol], down)

    def _text(self, text: str) -> bool | None:
        for character in text:
            self.io.add_input_character(ord(character))
        return self.io.want_text_input or None
