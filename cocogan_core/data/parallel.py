"""The same function over many items in several processes, results in order and memory bounded."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from cocogan_core.cores import usable_cores
from cocogan_core.errors import ConfigError, DataError

__all__ = ["AHEAD", "leave_interrupts_to_the_parent", "map_in_order", "worker_count"]

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 4  # results that a process may finish before the first is taken


def worker_count(workers: int) -> int:
    """``workers``, or one for each processor if it is 0.

    Raises:
        ConfigError: it is negative.
    """
    if workers < 0:
        raise ConfigError(f"--workers is {workers}; it must be at least 1, or 0 for one on each processor")
    return workers or usable_cores()


def map_in_order(function: Callable[[T], R], items: Iterable[T], *, workers: int) -> Iterator[R]:
    """``map(function, items)``; with several ``workers``, function, items and results must be picklable.

    Raises:
        DataError: a process was killed, as happens where memory runs out.
    """
    if workers == 1:
        yield from map(function, items)
        return
    # spawn: an OpenGL context or a thread of numpy's does not survive a fork
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=leave_interrupts_to_the_parent)
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= workers * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise DataError("a worker process was killed, perhaps for want of memory; use fewer --workers") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def leave_interrupts_to_the_parent() -> None:
    """In a worker process: Ctrl-C is for the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
