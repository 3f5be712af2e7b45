"""Which OpenGL this machine has, and how to do without it: Mesa's software OpenGL, which draws on the CPU."""

import ctypes
import os
from collections.abc import MutableMapping
from pathlib import Path

__all__ = ["refusal", "use_software"]

NEEDED = 330
OLDEST = 210  # what to ask for when that is refused: drivers then give the newest that goes with it
GL_RENDERER, GL_VERSION = 0x1F01, 0x1F02
MESA_EGL = Path("/usr/share/glvnd/egl_vendor.d/50_mesa.json")
SOFTWARE = {
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "GALLIUM_DRIVER": "llvmpipe",
    "__GLX_VENDOR_LIBRARY_NAME": "mesa",  # beside another vendor's library
}
# What asks for a graphics card, or for another version of OpenGL than there is.
CARDS = ("LIBGL_ALWAYS_INDIRECT", "DRI_PRIME", "__NV_PRIME_RENDER_OFFLOAD")


def use_software(environment: MutableMapping[str, str] | None = None) -> None:
    """Have Mesa draw on the CPU, by ``environment`` (default: the process's), before anything loads OpenGL.

    Takes out of it what asks for a card or another version, ``MESA_*_OVERRIDE`` included. Where OpenGL is not Mesa's
    (Windows, macOS) this changes nothing.
    """
    environment = os.environ if environment is None else environment
    overrides = [name for name in environment if name.startswith("MESA_") and name.endswith("_OVERRIDE")]
    for name in (*CARDS, *overrides):
        environment.pop(name, None)
    environment.update(SOFTWARE)
    if MESA_EGL.exists():
        environment["__EGL_VENDOR_LIBRARY_FILENAMES"] = str(MESA_EGL)


def refusal(error: BaseException, *, headless: bool, safe: bool) -> str:
    """What to tell the user when ``error`` came instead of a window with OpenGL 3.3: what there is, and what to do."""
    usable, old = (_describe_if_there(version, headless=headless) for version in (NEEDED, OLDEST))
    if usable:
        what = f"no window could be opened on {usable}: {error}"
    else:
        what = f"OpenGL 3.3 is needed and {f'only {old} was' if old else 'no OpenGL was'} found"
    if safe:
        return f"{what}, even in software; install Mesa's (on Debian: libegl1, libgl1 and libgl1-mesa-dri)"
    return f"{what}; update the graphics driver, or draw on the CPU with --safe"


def _describe_if_there(version: int, *, headless: bool) -> str:
    """Version and renderer, such as ``"OpenGL 2.1 Mesa 22.3.6 (llvmpipe)"``; empty if there is none of ``version``."""
    try:
        return _describe(version, headless=headless)
    except Exception:  # glcontext raises Exception itself, and what is missing may raise anything
        return ""


def _describe(version: int, *, headless: bool) -> str:
    import glcontext  # only now: most commands need no OpenGL

    create = glcontext.get_backend_by_name("egl") if headless else glcontext.default_backend()
    context = create(mode="standalone", glversion=version)
    try:
        with context:
            ask = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_uint)(context.load("glGetString"))
            name, renderer = (ask(which).decode(errors="replace") for which in (GL_VERSION, GL_RENDERER))
    finally:
        context.release()
    return f"OpenGL {name} ({renderer})"
