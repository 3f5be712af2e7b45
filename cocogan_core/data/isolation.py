"""A function of files of strangers, in processes that may die of them: of memory, of time, or of a decoder's fault.

Knows no pictures.
"""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Generic, TypeVar

from cocogan_core.data.parallel import AHEAD, leave_interrupts_to_the_parent

__all__ = ["Died", "Limits", "map_isolated"]

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Limits:
    """Of a process; where the system has no such limits (Windows), none.

    Attributes:
        memory_bytes: of address space, in which libraries reserve a few gigabytes that they never use.
        cpu_s: seconds of processor time for one item.
    """

    memory_bytes: int = 10 << 30
    cpu_s: int = 120


@dataclass(frozen=True)
class Died(Generic[T]):
    """In place of a result: the process that worked on ``item`` was killed."""

    item: T


def map_isolated(
    function: Callable[[T], R], items: Iterable[T], *, workers: int, limits: Limits
) -> Iterator[R | Died[T]]:
    """``map(function, items)`` in order, in processes of their own even if ``workers`` is 1; see ``map_in_order``.

    When a process is killed, what was under way is done once more, one item at a time, so that only the one that kills
    its process is lost.
    """
    waiting: deque[tuple[T, Future[R]]] = deque()
    limited = partial(_call_limited, function, limits)
    pool = _pool(workers)
    try:
        for item in items:
            waiting.append((item, _submitted(pool, limited, item)))
            if len(waiting) < workers * AHEAD:
                continue
            made, pool = _first(waiting, limited, pool, workers)
            yield from made
        while waiting:
            made, pool = _first(waiting, limited, pool, workers)
            yield from made
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submitted(pool: ProcessPoolExecutor, function: Callable[[T], R], item: T) -> Future[R]:
    try:
        return pool.submit(function, item)
    except BrokenProcessPool as error:  # an item under way has killed its process since
        broken: Future[R] = Future()
        broken.set_exception(error)
        return broken


def _first(
    waiting: deque[tuple[T, Future[R]]], function: Callable[[T], R], pool: ProcessPoolExecutor, workers: int
) -> tuple[list[R | Died[T]], ProcessPoolExecutor]:
    """The first result; after a death, all that waits, and a new pool."""
    item, future = waiting.popleft()
    try:
        return [future.result()], pool
    except BrokenProcessPool:
        pool.shutdown(wait=True, cancel_futures=True)
    left = [item, *(item for item, _ in waiting)]
    waiting.clear()
    return [_alone(function, item) for item in left], _pool(workers)


def _alone(function: Callable[[T], R], item: T) -> R | Died[T]:
    with _pool(1) as pool:
        try:
            return pool.submit(function, item).result()
        except BrokenProcessPool:
            return Died(item)


def _pool(workers: int) -> ProcessPoolExecutor:
    # spawn: an OpenGL context or a thread of numpy's does not survive a fork
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=leave_interrupts_to_the_parent)


def _call_limited(function: Callable[[T], R], limits: Limits, item: T) -> R:
    """In a worker process."""
    if find_spec("resource") is not None:
        import resource

        spent = resource.getrusage(resource.RUSAGE_SELF)
        _, hardest_s = resource.getrlimit(resource.RLIMIT_CPU)
        until_s = int(spent.ru_utime + spent.ru_stime) + 1 + limits.cpu_s
        resource.setrlimit(resource.RLIMIT_CPU, (until_s, hardest_s))
        _, most_bytes = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, most_bytes))
    return function(item)
