"""Output that nobody reads any more (``cocogan … --help | head``)."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quiet_pipe"]


@contextmanager
def quiet_pipe() -> Iterator[None]:
    """End without a word, as other commands do, when the reader of our output has closed it."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more on its way out
        sys.exit(141)  # 128 + SIGPIPE, as shells expect
