"""The C library's heap gives large blocks back. In processes of their own: a process has one heap."""

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of glibc's heap")

LARGE_BLOCKS = """
import ctypes
from cocogan_core.heap import return_large_blocks

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks "
                "fordblks keepcost".split()]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Info
library.malloc.restype, library.malloc.argtypes, library.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [
    ctypes.c_void_p]
if {wanted}:
    assert return_large_blocks()
library.free(library.malloc(8 << 20))  # which teaches glibc that 8 MB are nothing special
before = library.mallinfo2().hblkhd
blocks = [library.malloc(1 << 20) for _ in range(8)]
print((library.mallinfo2().hblkhd - before) >> 20)
"""


def memory_of_their_own_mb(*, wanted: bool) -> int:
    """How many of eight megabytes, in blocks of one, lie outside the heap."""
    command = [sys.executable, "-c", LARGE_BLOCKS.format(wanted=wanted)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_large_blocks_are_memory_of_their_own_whatever_was_freed_before():
    assert memory_of_their_own_mb(wanted=True) == 8
    assert memory_of_their_own_mb(wanted=False) == 0, "glibc does so by itself now: cocogan_core.heap may go"


def test_free_memory_goes_back():
    """Many small blocks below one that stays."""
    program = """
import ctypes
from cocogan_core.heap import return_free_memory

def resident_mb():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) / 1024

library = ctypes.CDLL(None)
library.malloc.restype, library.malloc.argtypes, library.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [
    ctypes.c_void_p]
blocks = [library.malloc(60_000) for _ in range(1000)]
for block in blocks:
    ctypes.memset(ctypes.c_void_p(block), 1, 60_000)
for block in blocks[:-1]:
    library.free(block)
before = resident_mb()
assert return_free_memory()
print(before - resident_mb())
"""
    given = float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)
    assert given > 40


def test_other_systems_have_no_such_choice(monkeypatch):
    from cocogan_core import heap

    monkeypatch.setattr(heap.sys, "platform", "darwin")
    assert not heap.return_large_blocks()
    assert not heap.return_free_memory()
    monkeypatch.setattr(heap.sys, "platform", "linux")
    monkeypatch.setattr(heap.ctypes, "CDLL", lambda _name: object())  # musl
    assert not heap.return_large_blocks()
