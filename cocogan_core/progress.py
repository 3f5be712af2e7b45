"""How the library's long functions let others show a progress bar, without knowing one."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

__all__ = ["Progress", "no_progress"]

T = TypeVar("T")


class Progress(Protocol):
    """Passes items on, one by one, and may show how many have passed; ``rich.progress.track`` is one."""

    def __call__(self, items: Iterable[T], description: str, total: int, /) -> Iterable[T]:
        """``items``, of which there are ``total``; ``description`` says in a word or two what is done with them."""


def no_progress(items: Iterable[T], _description: str, _total: int, /) -> Iterable[T]:
    """The :class:`Progress` that shows nothing."""
    return items
