"""What several threads need and one is to work out. Knows nothing of what is kept."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Memo"]

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """Keeps values by key; of more than ``most``, those that nobody has asked for longest go."""

    def __init__(self, most: int | None = None) -> None:
        """Nothing is kept yet."""
        self._most = most
        self._kept: OrderedDict[Key, Future[Value]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value, made by the first thread that asks for it while others wait; what ``make`` raises is not kept."""
        with self._lock:
            kept = self._kept.get(key)
            future = Future[Value]() if kept is None else kept
            self._keep(key, future)
        return self._make(key, future, make) if kept is None else future.result()

    def put(self, key: Key, value: Value) -> None:
        """Keep a value that came with another."""
        future = Future[Value]()
        future.set_result(value)
        with self._lock:
            self._keep(key, future)

    def _make(self, key: Key, future: "Future[Value]", make: Callable[[], Value]) -> Value:
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                self._kept.pop(key, None)
            future.set_exception(error)
            raise
        future.set_result(value)
        return value

    def _keep(self, key: Key, future: "Future[Value]") -> None:
        self._kept[key] = future
        self._kept.move_to_end(key)
        while self._most is not None and len(self._kept) > self._most:
            self._kept.popitem(last=False)
