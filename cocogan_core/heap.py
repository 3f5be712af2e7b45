"""The C library's heap, asked to give back to the system what is freed."""

import ctypes
import sys

__all__ = ["return_free_memory", "return_large_blocks"]

M_MMAP_THRESHOLD = -3  # of mallopt(3)
LARGE_BYTES = 128 << 10  # what glibc begins with


def return_large_blocks() -> bool:
    """Have every block from :data:`LARGE_BYTES` on be memory of its own; False where the C library has no such choice.

    glibc begins so, but takes the largest block that was ever freed, up to 32 MB, as the least that is worth it. Once a
    session's textures and cache have been freed, those of the next therefore lie in the heap among small objects that
    stay, and leave holes there that the system never gets back: some megabytes with every file that is opened.
    """
    return bool(_call("mallopt", M_MMAP_THRESHOLD, LARGE_BYTES))


def return_free_memory() -> bool:
    """Give back what the heap keeps for later, of all threads; False where there was nothing, or no such choice.

    It takes some milliseconds, and what comes next some more: for when nothing is to come soon.
    """
    return bool(_call("malloc_trim", 0))


def _call(name: str, *numbers: int) -> int:
    """A function of glibc's; 0 on other systems."""
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None  # musl has none
    return int(function(*numbers)) if function else 0
