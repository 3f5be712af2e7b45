"""Connects to the runtime in a thread of its own: one that has to be started first may take seconds.

OpenXR wants OpenGL's thread for the session and all that comes of it; until there is one, any will do.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viewer.xr.instance import Instance

__all__ = ["Connector", "Found"]

_one_at_a_time = threading.Lock()  # the loader allows a process one instance


@dataclass(frozen=True)
class Found:
    """What connecting led to: the connection, if there is one, and OpenXR's number of the headset or an error."""

    instance: "Instance | None" = None
    system: Any = None
    error: Exception | None = None


class Connector:
    """Under way from the beginning; ask :meth:`answer` now and then, or :meth:`abandon` it."""

    def __init__(self, extensions: tuple[str, ...], instance: "Instance | None" = None) -> None:
        """Look for a headset, by an ``instance`` that is there already or by a new one with these extensions."""
        self._extensions, self._instance = extensions, instance
        self._found: Found | None = None
        self._state, self._abandoned = threading.Lock(), False
        threading.Thread(target=self._serve, name="headset connector", daemon=True).start()

    def answer(self) -> Found | None:
        """None until it is known."""
        with self._state:
            return self._found

    def abandon(self) -> None:
        """Nobody wants it any more: what is found, now or later, is given back."""
        with self._state:
            self._abandoned = True
            found = self._found
        if found is not None:
            _close(found)

    def _serve(self) -> None:
        with _one_at_a_time:
            found = self._connect()
            with self._state:
                self._found = found
                abandoned = self._abandoned
            if abandoned:
                _close(found)

    def _connect(self) -> Found:
        try:
            from viewer.xr.instance import Instance

            self._instance = self._instance or Instance(self._extensions)
            return Found(self._instance, self._instance.find_headset())
        except Exception as error:  # told in the window's thread
            return Found(self._instance, error=error)


def _close(found: Found) -> None:
    if found.instance is not None:
        with suppress(Exception):  # the runtime may be gone
            found.instance.close()
