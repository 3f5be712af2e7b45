"""How the generator's process begins: with a pipe, before anybody has to know what it is to make.

Imports no more than that needs: a command begins the process, and then imports and reads what the window needs.
"""

import contextlib
import multiprocessing as mp
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from viewer.streaming.child_process import follow_parent, starting

__all__ = ["GeneratorProcess", "begun_early", "take_process"]

TERM_S = 2  # until a process that does not end is killed


class GeneratorProcess:
    """Started at once; waits at the other end of ``pipe`` for what it is to do."""

    def __init__(self) -> None:
        context = mp.get_context("spawn")
        self.pipe: Connection[Any, Any]
        self.pipe, child = context.Pipe()
        self.process = context.Process(target=_serve, args=(child,), daemon=True, name="generator")
        with starting():
            self.process.start()
        child.close()

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.join(TERM_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        with contextlib.suppress(OSError):
            self.pipe.close()


_early: list[GeneratorProcess] = []  # begun, and not taken yet


@contextlib.contextmanager
def begun_early() -> Iterator[None]:
    """A process that has begun for whoever is the first to want one; ended if nobody does."""
    _early.append(GeneratorProcess())
    try:
        yield
    finally:
        while _early:
            _early.pop().close()


def take_process() -> GeneratorProcess:
    """The one that has begun early, or another."""
    return _early.pop() if _early else GeneratorProcess()


def _serve(pipe: "Connection[Any, Any]") -> None:
    """Body of the process."""
    follow_parent()
    from viewer.streaming.worker_process import serve  # only here: see the module's text

    serve(pipe)
