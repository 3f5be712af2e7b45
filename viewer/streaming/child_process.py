"""What every process that the window starts has in common: it ends with the window, and Ctrl-C is the window's part."""

import contextlib
import multiprocessing as mp
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing.connection import wait

__all__ = ["follow_parent", "ignore_interrupts"]


def follow_parent() -> None:
    """In the child: end as soon as the parent does, whatever is going on; loading a library reads no pipe for long."""
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = mp.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


@contextlib.contextmanager
def ignore_interrupts() -> Iterator[None]:
    """Have what starts now ignore Ctrl-C, which a terminal sends to both: ending the child is the window's part."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
