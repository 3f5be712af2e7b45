"""What happens when the X server goes away under a window: Xlib would end the process there and then."""

import contextlib
import ctypes
import ctypes.util
import os
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["when_display_is_lost"]

MESSAGE = "cocogan: error: the display is gone; start again where there is one, and the same room is shown"
_Handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
_kept: list[Any] = []  # Xlib holds the address only


def when_display_is_lost(window: Any, remember: Callable[[], None]) -> None:  # noqa: ANN401 (a pyglet window)
    """Have one line said, ``remember`` called and the process ended (exit code 2) once the X server is gone.

    That is in the middle of whatever asks the server next, so that nothing more may be asked of it. Other systems'
    windows are left as they are.
    """
    if type(window).__name__ != "XlibWindow":
        return

    def end(_display: int) -> int:
        print(MESSAGE, file=sys.stderr, flush=True)
        with contextlib.suppress(Exception):
            remember()
        os._exit(2)

    _kept[:] = [_Handler(end)]
    ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6").XSetIOErrorHandler(_kept[0])
