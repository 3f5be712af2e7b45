"""A headset's runtime runs inside this process: if it crashes, a process that watches opens the window again.

What is written to the watching process: rooms to come back to, a line of JSON each; by the interpreter's fault handler
why it dies, if it does; ``OVER`` when there is nothing to fear any more.
"""

import contextlib
import faulthandler
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

__all__ = ["AFTER_CRASH", "CrashGuard"]

AFTER_CRASH = "COCOGAN_AFTER_CRASH"  # the environment variable that tells a window what it comes after
OVER = b"over\n"
FATAL = ("Fatal Python error", "Windows fatal exception")


class CrashGuard:
    """Watches from the beginning; call :meth:`close` when the headset is left."""

    def __init__(self, command: Sequence[str]) -> None:
        """``command``: what is to be run after a crash, with the last room that was noted added to it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, *command],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is not for it
        )
        assert self._process.stdin is not None
        self._pipe, self._noted = self._process.stdin, ""
        faulthandler.enable(self._pipe, all_threads=False)

    def note(self, room: str) -> None:
        """What to come back to."""
        if room != self._noted:
            self._noted = room
            self._write(json.dumps(room).encode() + b"\n")

    def close(self) -> None:
        """Let it go."""
        faulthandler.disable()
        self._write(OVER)
        with contextlib.suppress(OSError):
            self._pipe.close()
        self._process.wait()

    def _write(self, words: bytes) -> None:
        with contextlib.suppress(OSError):  # somebody has ended it: then nobody watches
            self._pipe.write(words)
            self._pipe.flush()


def last_room_before_crash(lines: Iterator[str]) -> str | None:
    """What was noted last, if then the fault handler spoke, which goes to stderr; None if there was no crash."""
    room = ""
    for line in lines:
        if line.startswith('"'):
            room = json.loads(line)
        elif line.startswith(FATAL):
            sys.stderr.writelines([line, *lines])
            return room
    return None


def _watch() -> None:
    room = last_room_before_crash(line.decode(errors="replace") for line in sys.stdin.buffer)
    if room is not None:
        command = [*sys.argv[1:], *([room] if room else [])]
        subprocess.Popen(command, env=os.environ | {AFTER_CRASH: "1"}, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    _watch()
