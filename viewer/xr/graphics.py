"""What an OpenXR runtime is told of the window's OpenGL: GLX on X11, EGL where there is no display, WGL on Windows."""

import ctypes
from typing import Any

__all__ = ["extension_of", "graphics_binding"]

OPENGL, EGL = "XR_KHR_opengl_enable", "XR_MNDX_egl_enable"


def extension_of(window: Any) -> tuple[str, ...]:  # noqa: ANN401 (a pyglet window)
    """The extensions that a runtime has to have for a window."""
    return (OPENGL, EGL) if hasattr(window.context, "egl_context") else (OPENGL,)


def graphics_binding(window: Any) -> Any:  # noqa: ANN401
    """The structure that :func:`xr.create_session` wants, for a pyglet window whose context is current."""
    import xr

    context = window.context
    if hasattr(context, "egl_context"):
        return _egl(xr, context)
    if hasattr(context, "glx_context"):
        return _glx(xr, context)
    return xr.GraphicsBindingOpenGLWin32KHR(h_dc=context.canvas.hdc, h_glrc=context._context)


def _egl(xr: Any, context: Any) -> Any:  # noqa: ANN401
    get = ctypes.CDLL("libEGL.so.1").eglGetProcAddress
    binding = xr.GraphicsBindingEGLMNDX
    kinds = dict(binding._fields_)
    return binding(
        get_proc_address=ctypes.cast(get, kinds["get_proc_address"]),
        display=_handle(context.display_connection, kinds["display"]),
        config=_handle(context.config._egl_config, kinds["config"]),
        context=_handle(context.egl_context, kinds["context"]),
    )


def _glx(xr: Any, context: Any) -> Any:  # noqa: ANN401
    binding = xr.GraphicsBindingOpenGLXlibKHR
    kinds = dict(binding._fields_)
    return binding(
        x_display=_handle(context.x_display, kinds["x_display"]),
        visualid=context.config.get_visual_info().visualid,
        glx_fbconfig=_handle(context.config.fbconfig, kinds["glx_fbconfig"]),
        glx_drawable=context.glx_window,
        glx_context=_handle(context.glx_context, kinds["glx_context"]),
    )


def _handle(value: Any, kind: Any) -> Any:  # noqa: ANN401
    """A pointer of pyglet's as one of PyOpenGL's."""
    return ctypes.cast(value, kind)
