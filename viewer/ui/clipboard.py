"""Text to and from the system's clipboard, for the keys and for ImGui's text fields alike."""

import time
from typing import Any

from imgui_bundle import imgui
from pyglet.window import BaseWindow

__all__ = ["Clipboard"]

PATIENCE_S = 0.5  # for the program that has the clipboard


class Clipboard:
    """The window's clipboard; where a window has none (headless) or it fails, text is kept here."""

    def __init__(self, window: BaseWindow) -> None:
        """Nothing copied yet."""
        self._window, self._text = window, ""

    def serve_imgui(self) -> None:
        """Let ImGui's text fields use it; ImGui's context must exist."""
        platform = imgui.get_platform_io()
        platform.platform_get_clipboard_text_fn = lambda _context: self.paste()
        platform.platform_set_clipboard_text_fn = lambda _context, text: self.copy(text)

    def copy(self, text: str) -> None:
        """Put text there."""
        self._text = text
        try:
            self._window.set_clipboard_text(text)
        except Exception:  # pyglet raises what the platform does; the program's own copy is left
            return

    def paste(self) -> str:
        """What is there; empty if that is no text."""
        try:
            if not _owner_answers(self._window):
                return ""
            return self._window.get_clipboard_text() or self._text
        except Exception:  # see copy
            return self._text


def _owner_answers(window: Any) -> bool:  # noqa: ANN401 (one of pyglet's classes)
    """On X11, whether the program that has the clipboard answers: pyglet would wait for it for ever."""
    if not hasattr(window, "_clipboard_atom") or window._clipboard_str is not None:
        return True
    from pyglet.libs.x11 import xlib

    display, own, atom = window._x_display, window._window, window._clipboard_atom
    if xlib.XGetSelectionOwner(display, atom) in (0, own):
        return True
    xlib.XConvertSelection(display, atom, window._utf8_atom, atom, own, xlib.CurrentTime)
    event, end = xlib.XEvent(), time.monotonic() + PATIENCE_S
    while not xlib.XCheckTypedWindowEvent(display, own, xlib.SelectionNotify, event):
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True
