"""Stopping without harm: long work between two steps rather than in one, output when nobody reads it any more."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quiet_pipe", "stop_signals"]


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


@contextmanager
def quiet_pipe() -> Iterator[None]:
    """End without a word, as other commands do, when the reader of our output has closed it (`… --help | head`)."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more on its way out
        sys.exit(141)  # 128 + SIGPIPE, as shells expect
