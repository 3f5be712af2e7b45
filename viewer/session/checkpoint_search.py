"""Looking for the checkpoint of a saved room, in a thread: a room may name any file, a huge one or one that is slow."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from cocogan_core.errors import CheckpointError
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import find_checkpoint, fingerprint

__all__ = ["CheckpointSearch", "learn_fingerprint"]

Result = TypeVar("Result")


class CheckpointSearch:
    """Begins at once; ask :meth:`result` once a frame.

    Attributes:
        recipe: whose checkpoint is looked for.
        file: that the recipe came from, if it came from one.
    """

    def __init__(self, recipe: Recipe, *, file: Path | None, at_hand: list[Path]) -> None:
        """Arguments as of :func:`find_checkpoint`."""
        self.recipe, self.file = recipe, file
        self._found = _in_a_thread(lambda: find_checkpoint(recipe, beside=file, at_hand=at_hand))

    def result(self, wait_s: float = 0.0) -> Path | None:
        """The checkpoint's path, or None if it is still looked for after so many seconds.

        Raises:
            RecipeError: it is not here.
        """
        with suppress(NotYet):
            return self._found.result(wait_s)
        return None


def learn_fingerprint(checkpoint: Path) -> None:
    """Have a file's SHA-256 known before a frame needs it."""

    def learn() -> None:
        with suppress(CheckpointError):  # who needs it will be told
            fingerprint(checkpoint)

    _in_a_thread(learn)


def _in_a_thread(work: Callable[[], Result]) -> "Future[Result]":
    """Of a thread that nobody waits for at the end: it may hang as long as a disk does."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future
