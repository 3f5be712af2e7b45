"""Stopping long work between two steps rather than in one."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["stop_signals"]


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """A list that fills when SIGTERM or SIGINT arrives, so that the loop can finish its step and save."""
    stopped: list[int] = []
    before = {
        number: signal.signal(number, lambda got, _frame: stopped.append(got))
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
