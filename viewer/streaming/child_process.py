"""What every process that the window starts has in common: it ends with the window, and Ctrl-C is the window's part.

Nor does it load the program that opened the window.
"""

import contextlib
import multiprocessing as mp
import os
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import wait
from types import ModuleType

__all__ = ["follow_parent", "starting"]


def follow_parent() -> None:
    """In the child: end as soon as the parent does, whatever is going on; loading a library reads no pipe for long."""
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = mp.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


@contextlib.contextmanager
def starting() -> Iterator[None]:
    """Have what is started within ignore Ctrl-C, and not import the main module again.

    A terminal sends Ctrl-C to both: ending the child is the window's part. The main module is that of the command line,
    of which a child needs nothing; by default multiprocessing has it imported.
    """
    with _ignore_interrupts(), _without_main():
        yield


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextlib.contextmanager
def _ignore_interrupts() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
