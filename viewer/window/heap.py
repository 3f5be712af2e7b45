"""The C library's heap, of which the window asks that what is large goes back to the system when it is freed."""

import ctypes
import sys

__all__ = ["return_large_blocks"]

M_MMAP_THRESHOLD = -3  # of mallopt(3)
LARGE_BYTES = 128 << 10  # what glibc begins with


def return_large_blocks() -> bool:
    """Have every block from :data:`LARGE_BYTES` on be memory of its own; False where the C library has no such choice.

    glibc begins so, but takes the largest block that was ever freed, up to 32 MB, as the least that is worth it. Once a
    session's textures and cache have been freed, those of the next therefore lie in the heap among small objects that
    stay, and leave holes there that the system never gets back: some megabytes with every file that is opened.
    """
    if not sys.platform.startswith("linux"):
        return False
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    return set_option is not None and bool(set_option(M_MMAP_THRESHOLD, LARGE_BYTES))
