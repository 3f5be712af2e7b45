"""Opens the window together with its OpenGL context, or says why there is none."""

from typing import Any

import moderngl

from cocogan_core.errors import CocoganError, DisplayError
from cocogan_core.heap import return_large_blocks
from viewer.window.opengl import NEEDED, refusal
from viewer.window.window import open_window

__all__ = ["open_context"]


def open_context(size_px: tuple[int, int], *, headless: bool, safe: bool, exact: bool) -> tuple[Any, moderngl.Context]:
    """The window, a pyglet one, and its OpenGL context; arguments as of :func:`viewer.window.window.open_window`.

    Raises:
        DisplayError: there is no display or no OpenGL 3.3.
    """
    return_large_blocks()
    try:
        window = open_window(size_px, headless=headless, safe=safe, exact=exact)
        moderngl.init_context()  # create_context() would find that of the process's first window only
        context = moderngl.get_context()
        if context.version_code < NEEDED:
            raise ValueError(f"OpenGL {context.version_code / 100}")
        return window, context
    except (CocoganError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise DisplayError(refusal(error, headless=headless, safe=safe)) from error
