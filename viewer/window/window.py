"""Opens the window with the OpenGL that everything here keeps to."""

from functools import partial
from typing import Any

from cocogan_core.errors import DisplayError
from viewer.window.drops import mend_drops
from viewer.window.opengl import refusal

__all__ = ["open_window", "pump"]

NO_DISPLAY = "there is no display to open a window on; for a picture without one use --headless --screenshot FILE"

PygletWindow = Any  # a pyglet window, whose class is chosen at run time


def open_window(size: tuple[int, int], *, headless: bool, safe: bool = False, exact: bool = False) -> PygletWindow:
    """A pyglet window with an OpenGL 3.3 core context that takes dropped files; ``headless``: on EGL, without display.

    ``size`` is in the desktop's units, as are the mouse and ``get_size()``: on a screen at 200 % two pixels each. Only
    ``get_framebuffer_size()`` is in pixels, and ``size`` if it is to be ``exact``.

    ``safe``: :func:`viewer.window.opengl.use_software` was called, which decides how a refusal is worded.

    Raises:
        DisplayError: there is no display, or no such OpenGL.
    """
    import pyglet

    pyglet.options.headless, pyglet.options.dpi_scaling = headless, "stretch"
    try:
        window = _create(size, headless=headless, exact=exact)
    except ImportError as error:
        raise DisplayError(f"OpenGL libraries are missing ({error}); on Debian install libegl1 and libgl1") from error
    except Exception as error:  # pyglet raises many kinds, each for the same cause
        no_display = type(error).__name__ == "NoSuchDisplayException"  # its module is another one on each platform
        raise DisplayError(NO_DISPLAY if no_display else refusal(error, headless=headless, safe=safe)) from error
    mend_drops(window)
    window.push_handlers(on_resize=partial(_remember_size, window))
    return window


def _create(size: tuple[int, int], *, headless: bool, exact: bool) -> PygletWindow:
    from pyglet import gl, window

    scale = _scale() if exact and not headless else 1.0
    width, height = (round(side / scale) for side in size)
    choose: Any = gl.Config  # its stub claims an abstract class
    config = choose(double_buffer=True, major_version=3, minor_version=3, forward_compatible=True)
    return window.Window(
        width, height, "COCO-GAN panorama", resizable=True, config=config, vsync=False, file_drops=not headless
    )


def _scale() -> float:
    """Pixels of the screen to a unit of its desktop."""
    from pyglet.display import get_display

    return float(get_display().get_default_screen().get_scale())


def _remember_size(window: PygletWindow, width: int, height: int) -> None:
    """pyglet comes back from full screen in the size that was asked for at first; it is to be the last one."""
    if not window.fullscreen:
        window._requested_width, window._requested_height = width, height


def pump(window: PygletWindow) -> None:
    """Hand out everything that has happened to the window.

    On X11 pyglet's ``dispatch_events`` leaves in the queue what no event mask names: requests for our clipboard and the
    data of a drop. Its own event loop reads those through the display, and so must we.

    Raises:
        DisplayError: OpenGL's context is gone.
    """
    _require_context()
    select = getattr(window.display, "select", None)
    if select is not None:
        select()
    window.dispatch_events()


def _require_context() -> None:
    """See that OpenGL still answers, once its context was made current; all that was drawn into it is gone with it."""
    from pyglet import gl

    if not gl.glGetString(gl.GL_VERSION):
        raise DisplayError("OpenGL's context is gone; start again, and the same room is shown")
