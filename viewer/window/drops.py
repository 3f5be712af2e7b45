"""Files dropped on an X11 window: mends what pyglet 2.1.19 gets wrong in XDND (freedesktop.org's, version 5).

A drag that offers three kinds of data or fewer ends pyglet with a TypeError, and whoever the files come from is never
told that they have arrived. On other platforms, and where pyglet is made otherwise, nothing is changed.
"""

from ctypes import POINTER, byref, cast
from typing import Any

__all__ = ["mend_drops"]

LISTED = 1  # bit of XdndEnter: more than three kinds, listed in a property of the source's window
NEEDED = ("_event_drag_enter", "_event_handlers", "_xdnd_atoms", "_x_display", "_window")


def mend_drops(window: Any) -> None:  # noqa: ANN401 (one of pyglet's classes)
    """Put mended handlers into a pyglet window that takes dropped files."""
    if not all(hasattr(window, name) for name in NEEDED):
        return
    from pyglet.libs.x11 import xlib

    listed, notified = window._event_drag_enter, window._event_handlers.get(xlib.SelectionNotify)

    def enter(event: Any) -> None:  # noqa: ANN401
        if event.xclient.data.l[1] & LISTED:
            listed(event)
        else:
            _enter(window, event.xclient.data.l)

    def notify(event: Any) -> None:  # noqa: ANN401
        notified(event)
        if event.xselection.selection == window._xdnd_atoms["XdndSelection"] and window._xdnd_source:
            _tell_finished(window, xlib, arrived=bool(event.xselection.property))

    window._event_drag_enter = enter
    if notified is not None:
        window._event_handlers[xlib.SelectionNotify] = notify


def _enter(window: Any, words: Any) -> None:  # noqa: ANN401
    """A drag comes in whose kinds of data are in the message itself."""
    wanted = window._xdnd_atoms["text/uri-list"]
    window._xdnd_source, window._xdnd_version = words[0], words[1] >> 24
    window._xdnd_format = wanted if wanted in (words[2], words[3], words[4]) else None


def _tell_finished(window: Any, xlib: Any, *, arrived: bool) -> None:  # noqa: ANN401
    """To the source: the drop is over."""
    event = xlib.XEvent()
    message = event.xclient
    message.type, message.format = xlib.ClientMessage, 32
    message.message_type = window._xdnd_atoms["XdndFinished"]
    message.display = cast(window._x_display, POINTER(xlib.Display))
    message.window = window._xdnd_source
    message.data.l[0], message.data.l[1] = window._window, arrived
    message.data.l[2] = window._xdnd_atoms["XdndActionCopy"] if arrived else 0
    xlib.XSendEvent(window._x_display, window._xdnd_source, False, xlib.NoEventMask, byref(event))
    xlib.XFlush(window._x_display)
    window._xdnd_source = None
